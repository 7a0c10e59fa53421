"""From solved columns to concrete patients: ages, values, agents, dates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconstruction.core import CASE, N

CUTOFF = pd.Timestamp("2022-11-20")
FIRST_ICI, LAST_RT = pd.Timestamp("2019-06-03"), pd.Timestamp("2022-06-30")
CASE_AGE, CASE_FREE_DAYS = 54, 624  # 20.5 months from surgery to last follow-up
CASE_CYCLES = (3, 12)
CENTRES = {"PUMCH": 26, "PLAGH": 10}
ICI = ["sintilimab", "camrelizumab", "tislelizumab", "toripalimab", "pembrolizumab", "atezolizumab"]
ANTIANGIOGENIC = ["lenvatinib", "bevacizumab", "apatinib", "sorafenib", "regorafenib", "donafenib"]
SHARES = [0.3, 0.25, 0.2, 0.1, 0.1, 0.05]
SWITCHED = 4
PAUSE_WEEKS = (4, 2)


def draw_ages(exposed, draw):
    """Draw ages with median 52 and range 21 to 70; `exposed` are those of 50 and more."""
    young = np.flatnonzero(exposed == 0)
    old = np.array([i for i in draw.permutation(np.flatnonzero(exposed)) if i != CASE])
    below = N // 2 - 1 - len(young)
    ages = np.zeros(N, int)
    ages[young] = np.clip(draw.normal(41, 6, len(young)).round(), 23, 49)
    ages[young[draw.integers(len(young))]] = 21
    ages[old[:below]] = draw.integers(50, 53, below)
    ages[old[below:below + 2]] = 52
    ages[old[below + 2:]] = np.clip(draw.normal(60, 5, len(old) - below - 2).round(), 53, 69)
    ages[old[-1]] = 70
    ages[CASE] = CASE_AGE
    return ages


def draw_dates(found, draw):
    """Lay days out as dates: those alive were seen last within weeks of the cut-off, if possible.

    Parameters
    ----------
    found : dict
        `interval, pfs1, pfs, pfs_event, os, os_event, infield, outfield, surgery` in days.
    draw : numpy.random.Generator

    Returns
    -------
    DataFrame
        The date columns of the contract.
    """
    rows = []
    for i in range(N):
        earliest = FIRST_ICI + pd.Timedelta(days=int(found["interval"][i]))
        latest = min(LAST_RT, CUTOFF - pd.Timedelta(days=int(found["os"][i])))
        span = (latest - earliest).days
        back = draw.integers(0, min(span, 45) + 1) if not found["os_event"][i] else (
            draw.integers(0, span + 1))
        start = latest - pd.Timedelta(days=int(back))

        def at(days, start=start):
            return start + pd.Timedelta(days=int(days))

        ici = at(-found["interval"][i])
        rows.append({
            "ici_start": ici, "rt_start": start,
            "ici_progression": ici + pd.Timedelta(days=int(found["pfs1"][i])),
            "progression": first_progression(found, i, at),
            "infield_progression": at(found["infield"][i]) if found["infield"][i] > 0 else None,
            "outfield_progression": at(found["outfield"][i]) if found["outfield"][i] > 0 else None,
            "surgery": at(draw_surgery(found, i, draw)) if found["surgery"][i] else None,
            "death": at(found["os"][i]) if found["os_event"][i] else None,
            "last_followup": at(found["os"][i])})
    return pd.DataFrame(rows)


def first_progression(found, i, at):
    """Date of the first progression; none when the event of PFS is the death itself."""
    died = found["os_event"][i] and found["pfs"][i] == found["os"][i]
    return at(found["pfs"][i]) if found["pfs_event"][i] and not died else None


def draw_surgery(found, i, draw):
    """Day of the downstaging surgery: before progression; of the case, 20.5 months to the end."""
    if i == CASE:
        return found["os"][i] - CASE_FREE_DAYS
    return int(draw.integers(100, max(101, min(260, int(found["pfs"][i]) - 60))))


def draw_patients(found, stopped, seed=1):
    """Draw the table of patients from the solved columns.

    Parameters
    ----------
    found : dict
        Core and clinical columns.
    stopped : tuple of int
        Patients who stopped radiotherapy early.
    seed : int

    Returns
    -------
    DataFrame
        The contract's table `patients`.
    """
    draw = np.random.default_rng(seed)
    yes = {name: found[name].astype(bool) for name in
           ("virus", "portal", "ehs", "hepx", "local", "surgery", "disease_free")}
    centre = np.repeat(list(CENTRES), list(CENTRES.values()))
    switched = np.zeros(N, bool)
    switched[draw.choice(np.arange(1, N), SWITCHED, replace=False)] = True
    pause = pd.Series([None] * N, dtype="Int64")
    pause[list(stopped)] = PAUSE_WEEKS
    table = pd.DataFrame({
        "patient_id": [f"P{i + 1:02d}" for i in range(N)],
        "centre": draw.permutation(centre),
        "age_years": draw_ages(found["age"], draw),
        "sex": np.where(found["sex"], "female", "male"),
        "viral_hepatitis": yes["virus"],
        "ecog": np.where(found["ecog"], 2, draw.integers(0, 2, N)),
        "afp_ng_ml": draw_afp(found["afp"], draw),
        "child_pugh_class": np.where(found["cp"], "B", "A"),
        "portal_invasion": yes["portal"], "extrahepatic_spread": yes["ehs"],
        "prior_hepatectomy": yes["hepx"], "prior_local_treatment": yes["local"],
        "tumour_diameter_cm": np.where(found["diam"], draw.uniform(10, 16, N),
                                       draw.uniform(1.5, 9.6, N)).round(1),
        "tumour_number": np.where(found["tnum"], draw.integers(3, 9, N), draw.integers(1, 3, N)),
        "disease_status": found["status"],
        "ici_line": np.where(found["first"], 1, draw.choice([2, 3], N, p=[0.75, 0.25])),
        "ici_agent": draw.choice(ICI, N, p=SHARES),
        "antiangiogenic_agent": draw.choice(ANTIANGIOGENIC, N, p=SHARES),
        "ici_switched": switched, "systemic_pause_weeks": pause,
        "response_ici": found["response_ici"], "response_rt": found["response_rt"],
        "downstaging_surgery": yes["surgery"], "disease_free": yes["disease_free"]})
    table = pd.concat([table, draw_dates(found, draw)], axis=1)
    return add_case(table)


def draw_afp(exposed, draw):
    """Draw α-fetoprotein in ng/mL, below or from 400."""
    low = np.clip(draw.lognormal(np.log(35), 1.2, N), 1.5, 395)
    return np.where(exposed, 400 + draw.lognormal(np.log(1500), 1.1, N), low).round(1)


def add_case(table):
    """Add what is known of the case patient only; atezolizumab goes with bevacizumab."""
    table.loc[table["ici_agent"] == "atezolizumab", "antiangiogenic_agent"] = "bevacizumab"
    cells = {"ici_cycles_before_rt": CASE_CYCLES[0], "ici_cycles_after_rt": CASE_CYCLES[1],
             "lesion_count": 4, "irradiated_lesion_count": 2}
    for column, value in cells.items():
        table[column] = pd.array([value if i == CASE else None for i in range(N)], dtype="Int64")
    table.loc[CASE, "tumour_number"] = 4
    return table
