"""From a survival core to the five tables: the count models one after the other."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd

from reconstruction.clinical import solve_clinical
from reconstruction.core import N
from reconstruction.events import draw_grades, read_cells, solve_events
from reconstruction.laboratory import draw_laboratory
from reconstruction.patients import draw_patients
from reconstruction.radiotherapy import SCHEDULES, solve_schedules, solve_sites

RAISED = ("ALT/AST increased", "Blood bilirubin increased")
SCREENED = [("screened", "", 140), ("excluded", "eligibility criteria not met", 104),
            ("included", "", 36), ("analysed", "", 36)]


def choose_stopped(found):
    """Choose the two patients who stopped early: with hepatitis, Child-Pugh B for the ascites."""
    draw = np.random.default_rng(7)
    able = [i for i in draw.permutation(np.arange(1, N)) if found["virus"][i]]
    ascites = next((i for i in able if found["cp"][i]), able[0])
    platelets = next(i for i in able if i != ascites and found["albi"][i])
    return int(platelets), int(ascites)


def build_tables(core, published, fixed=(), seed=1):
    """Build the study's tables around a survival core.

    Parameters
    ----------
    core : dict
        Days, flags, `infield`, `outfield` (-1 for none) and dichotomised columns.
    published : DataFrame
        Printed numbers.
    fixed : iterable of str
        Columns of the core that must stay.
    seed : int

    Returns
    -------
    dict of str to DataFrame
        patients, radiotherapy, adverse_events, laboratory, screening.

    Raises
    ------
    RuntimeError
        If one of the count models has no solution; it names the model.
    """
    clinical = solve_clinical(core, fixed, seed)
    found = core | need(clinical, "clinical")
    stopped = choose_stopped(found)
    sites = need(solve_sites(found, seed), "sites")
    schedules = need(solve_schedules(found, stopped, seed), "schedules")
    events = need(solve_events(read_cells(published), found["os"], stopped[0], seed), "events")
    draw = np.random.default_rng(seed + 100)
    rows = draw_grades(events, found["os"], draw)
    raised = {i: 1 if day <= 45 else 2 for i, term, _, day in rows if term in RAISED and day < 120}
    patients = draw_patients(found, stopped, seed)
    return {
        "patients": patients,
        "radiotherapy": list_courses(sites, schedules, stopped),
        "adverse_events": name_patients(rows, ["term", "grade", "onset_day"]),
        "laboratory": name_patients(
            draw_laboratory(found, raised, {stopped[1]: 1}, draw),
            ["visit", "albumin_g_l", "bilirubin_umol_l", "alp_u_l", "alt_u_l", "ast_u_l",
             "ascites"]),
        "screening": pd.DataFrame(SCREENED, columns=["step", "reason", "n"])}


def need(solution, name):
    """Return a solution, or raise RuntimeError naming the model that has none."""
    if solution is None:
        raise RuntimeError(f"the model of the {name} has no solution")
    return solution


def name_patients(rows, columns):
    """Make a table of rows that begin with a patient's number."""
    table = pd.DataFrame(rows, columns=["patient_id", *columns])
    return table.assign(patient_id=table["patient_id"].map(lambda i: f"P{i + 1:02d}"))


def list_courses(sites, schedules, stopped):
    """List one row per irradiated site group; without details, fractions and dose are empty."""
    chosen, known = schedules
    rows = [(i, site, SCHEDULES[chosen[i]][0],
             SCHEDULES[chosen[i]][1] if known[i] else None,
             SCHEDULES[chosen[i]][2] if known[i] else None, i not in stopped)
            for i in range(N) for site in sites if sites[site][i]]
    table = name_patients(rows, ["site", "technique", "fractions", "dose_gy", "completed"])
    return table.astype({"fractions": "Int64"})


def write_tables(tables, folder):
    """Write the tables as CSV: dates ISO 8601, booleans true/false, empty is missing."""
    for name, table in tables.items():
        shown = table.copy()
        for column in shown.columns:
            if shown[column].dtype == bool:
                shown[column] = shown[column].map({True: "true", False: "false"})
        shown.to_csv(folder / f"{name}.csv", index=False, date_format="%Y-%m-%d",
                     lineterminator="\n")


def write_checksums(folder):
    """Write SHA256SUMS of all CSV files under `folder`, as `sha256sum -c` reads it."""
    files = sorted(folder.rglob("*.csv"))
    lines = [f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.relative_to(folder).as_posix()}\n"
             for f in files]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
