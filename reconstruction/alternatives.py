"""Other cohorts that print the same counts and curves: what the paper leaves open."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconstruction.clinical import solve_clinical
from reconstruction.cohort import choose_stopped
from reconstruction.core import N
from reconstruction.fields import anneal_fields
from reconstruction.polish import meets_curves
from reconstruction.radiotherapy import SCHEDULES, measure, solve_schedules
from reconstruction.targets import JOINT, only_curves, only_joint
from reconstruction.temper import copy_state, run

CURVES, ATTEMPTS = (3.0, 0.02, 400_000), 4  # annealing of curves and rules alone
NEARLY = 0.05  # energy of curves of which at most a last digit differs
FIELD_MOVES, FIELD_TRIES, FEW = 2_000_000, 40, (5, 300_000)
#: short names of the search, as study.yml calls the covariates
NAMES = {"virus": "viral_hepatitis", "cp": "child_pugh", "portal": "portal_invasion",
         "ehs": "extrahepatic_spread", "hepx": "hepatectomy", "local": "local_treatment",
         "diam": "diameter", "tnum": "tumour_number", "dc1": "disease_control",
         "first": "first_line"}


def make_core(state, columns):
    """Name the arrays of a state: days, flags and the first columns."""
    day, event, _, column = state[:4]
    return {"pfs": day[0], "pfs_event": event[0], "os": day[1], "os_event": event[1]} | {
        name: column[k] for k, name in enumerate(columns)}


def find_fields(core, windows, seed, tries=FIELD_TRIES, moves=FIELD_MOVES, allowed=0.0):
    """Find in-field and out-of-field progression with every printed number, or None.

    An energy of `NEARLY` may be `allowed`.
    """
    for k in range(tries):
        energy, field = anneal_fields(core["pfs"], core["pfs_event"], core["os"],
                                      core["os_event"], *windows, moves, seed + k)
        if energy <= allowed:
            return {"infield": field[0], "outfield": field[1]}
    return None


def find_alternative(state, targets, windows, seed):
    """Finish one more cohort; None when a printed count or curve cannot be met.

    Returns
    -------
    DataFrame or None
        One row per patient: days, flags, schedule's BED10 in Gy, and the attributes.
    """
    curves = only_curves(only_joint(targets))
    tried = (finish_alternative(copy_state(state), targets, curves, windows, 10 * seed + k)
             for k in range(ATTEMPTS))
    return next((table for table in tried if table is not None), None)


def finish_alternative(state, targets, curves, windows, seed):
    """Anneal curves and rules alone and build the rest; None when one of them is missed."""
    _, parts = run(state, curves, *CURVES, seed)
    if parts[-1] > 0 or not meets_curves(state, targets):
        return None
    core = make_core(state, JOINT)
    clinical = solve_clinical(core, JOINT, seed, 0.5)
    field = find_fields(core, windows, seed, *FEW, NEARLY)
    if clinical is None or field is None:
        return None
    found = core | clinical
    schedules = solve_schedules(found, choose_stopped(found), seed)
    return None if schedules is None else table_alternative(found | field, *schedules)


def table_alternative(found, chosen, known):
    """Lay out one cohort compactly."""
    bed = [measure(SCHEDULES[k])["bed"] / 10 if there else None
           for k, there in zip(chosen, known, strict=True)]
    table = pd.DataFrame({
        "patient_id": [f"P{i + 1:02d}" for i in range(N)],
        **{f"{name}_days": found[name] for name in ("pfs1", "interval", "pfs")},
        "pfs_event": found["pfs_event"], "os_days": found["os"], "os_event": found["os_event"],
        **{f"{name}_days": np.where(found[name] > 0, found[name], -1)
           for name in ("infield", "outfield")},
        "bed10_gy": bed, "disease_status": found["status"],
        "response_ici": found["response_ici"], "response_rt": found["response_rt"],
        "disease_free": found["disease_free"], "surgery": found["surgery"]})
    for name in ("age", "sex", "virus", "ecog", "afp", "cp", "albi", "portal", "ehs", "hepx",
                 "local", "diam", "tnum", "first"):
        table[NAMES.get(name, name)] = found[name]
    table[["infield_days", "outfield_days"]] = table[["infield_days", "outfield_days"]].where(
        table[["infield_days", "outfield_days"]] > 0).astype("Int64")
    return table
