"""Systemic agents beside the radiotherapy, and departures from what was planned."""

from __future__ import annotations

import pandas as pd

AGENTS = {"ici_agent": "checkpoint inhibitor", "antiangiogenic_agent": "antiangiogenic agent"}
DEPARTURES = ["departure", "n", "total", "percent", "median", "low", "high", "unknown"]
LIMITS = {"dose_gy": "dose", "fractions": "fractions"}


def count_agents(patients):
    """Count patients per combination of checkpoint inhibitor and antiangiogenic agent.

    Parameters
    ----------
    patients : DataFrame
        With `ici_agent`, `antiangiogenic_agent` or both.

    Returns
    -------
    DataFrame
        `kind` (ici_agent, antiangiogenic_agent or both), `ici_agent, antiangiogenic_agent`
        ("" where the row is a margin), `n, total, percent`. `total` are the patients with a value
        in every column that the row names; the others are `missing`.
    """
    present = [column for column in AGENTS if column in patients]
    wanted = [[column] for column in present] + ([present] if len(present) > 1 else [])
    rows = []
    for columns in wanted:
        known = patients[columns].dropna()
        counts = known.value_counts().reset_index(name="n")
        rows.append(counts.assign(
            kind=columns[0] if len(columns) == 1 else "both", total=len(known),
            percent=100 * counts["n"] / len(known), missing=len(patients) - len(known)))
    columns = ["kind", *AGENTS, "n", "total", "percent", "missing"]
    table = pd.concat(rows) if rows else pd.DataFrame(columns=columns)
    table = table.reindex(columns=columns).fillna({column: "" for column in AGENTS})
    return table.sort_values(["kind", "n", *AGENTS], ascending=[True, False, True, True],
                             ignore_index=True)


def derive_outside(courses, protocol):
    """Say for each patient whether dose or fractions lie outside the protocol of the technique.

    Parameters
    ----------
    courses : DataFrame
        One row per patient, from `treatment.derive_courses`.
    protocol : dict
        `{technique: {"dose_gy": [low, high], "fractions": [low, high]}}`; limits count as inside.

    Returns
    -------
    DataFrame
        `patient_id, dose_gy, fractions`, nullable booleans: True is outside, missing is unknown
        (no dose details, or no range declared for the technique).
    """
    outside = courses[["patient_id"]].copy()
    for column in LIMITS:
        limits = courses["technique"].map(lambda t, c=column: protocol.get(t, {}).get(c))
        low = pd.to_numeric(limits.str[0], errors="coerce")
        high = pd.to_numeric(limits.str[1], errors="coerce")
        known = courses[column].notna() & low.notna() & high.notna()
        beyond = (courses[column] < low) | (courses[column] > high)
        outside[column] = beyond.astype("boolean").where(known)
    return outside


def count_flag(departure, flags, amounts=None):
    """Count one departure from nullable flags; `amounts` are described where the flag is True."""
    flags = flags.astype("boolean")
    n, total = int(flags.sum()), int(flags.notna().sum())
    amounts = pd.Series(dtype=float) if amounts is None else amounts[flags.fillna(False)]
    return {"departure": departure, "n": n, "total": total,
            "percent": 100 * n / total if total else float("nan"), "median": amounts.median(),
            "low": amounts.min(), "high": amounts.max(), "unknown": int(flags.isna().sum())}


def count_departures(patients, courses, protocol=None):
    """Count patients whose treatment departed from the plan.

    Parameters
    ----------
    patients : DataFrame
        With any of `systemic_pause_weeks`, `ici_switched`.
    courses : DataFrame
        One row per patient, from `treatment.derive_courses`.
    protocol : dict, optional
        Declared ranges, see `derive_outside`.

    Returns
    -------
    DataFrame
        `departure` (stopped_early, dose_outside, fractions_outside, paused, switched), `n, total,
        percent, median, low, high, unknown`; median and range are weeks of pause. What the study
        does not record has no row.

    Notes
    -----
    `unknown` patients are in neither `n` nor `total`, except for the pause: its weeks are recorded
    only for who paused, so an empty cell is no pause.
    """
    rows = []
    if courses["completed"].notna().any():
        rows.append(count_flag("stopped_early", ~courses["completed"]))
    if protocol:
        outside = derive_outside(courses, protocol)
        rows += [count_flag(f"{name}_outside", outside[column]) for column, name in LIMITS.items()
                 if outside[column].notna().any()]
    if "systemic_pause_weeks" in patients:
        weeks = patients["systemic_pause_weeks"]
        rows.append(count_flag("paused", weeks.fillna(0) > 0, weeks))
    if "ici_switched" in patients:
        rows.append(count_flag("switched", patients["ici_switched"]))
    return pd.DataFrame(rows, columns=DEPARTURES)
