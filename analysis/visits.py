"""Visits of laboratory rows by the day on which they were taken."""

from __future__ import annotations

import pandas as pd

from analysis.findings import WARNING
from analysis.schema import VISIT_DAYS


def derive_day(rows, rt_start):
    """Derive the day of each row from its date, where it has no day.

    Parameters
    ----------
    rows : DataFrame
        With `patient_id` and `visit_date` or `onset_date`; `day` where known.
    rt_start : Series of datetime
        Start of the index treatment by patient.

    Returns
    -------
    Series of float
        Days from the start; missing where either is.
    """
    dated = (rows["visit_date"] - rows["patient_id"].map(rt_start)).dt.days.astype(float)
    return rows["day"].fillna(dated) if "day" in rows else dated


def derive_visit(rows, windows):
    """Derive the visit of each row from its day.

    Parameters
    ----------
    rows : DataFrame
        With `patient_id` and `day`.
    windows : dict of str to (first day, last day)
        Window of each visit, both days included; they do not overlap.

    Returns
    -------
    Series of str
        Of the rows of a patient in one window the nearest to the visit's day (0, 30 or 91) is the
        visit, the earlier of two; the others, and those out of all windows, have none.

    Examples
    --------
    >>> rows = pd.DataFrame({"patient_id": ["a"] * 3, "day": [-7.0, -1.0, 33.0]})
    >>> derive_visit(rows, {"baseline": (-28, 0), "month_1": (14, 60)}).tolist()
    [nan, 'baseline', 'month_1']
    """
    visit = pd.Series(None, index=rows.index, dtype=object)
    for name, (first, last) in windows.items():
        inside = rows[rows["day"].between(first, last)]
        distance = (inside["day"] - VISIT_DAYS[name]).abs()
        order = inside.assign(distance=distance).sort_values(["distance", "day"], kind="stable")
        visit[order.drop_duplicates("patient_id").index] = name
    return visit


def settle_visits(sheet, patients, windows):
    """Give laboratory rows their day and visit.

    Parameters
    ----------
    sheet : Table
        The laboratory rows.
    patients : DataFrame
    windows : dict
        `visits` of study.yml; a visit that a row names itself stands.

    Returns
    -------
    tuple of (DataFrame, list of dict)
        The rows with `visit` where it can be known, and findings.
    """
    rows, found = sheet.frame, []
    if "visit_date" in rows and "rt_start" in patients:
        starts = patients.drop_duplicates("patient_id").set_index("patient_id")["rt_start"]
        rows = rows.assign(day=derive_day(rows, starts))
    if "day" not in rows:
        if "visit" not in rows:
            found = [sheet.finding(None, "visit", "", "neither visit nor day",
                                   "add one of them", WARNING)]
        return rows, found
    if "visit" in rows:
        for name, (first, last) in windows.items():
            outside = (rows["visit"] == name) & ~rows["day"].between(first, last)
            found += sheet.findings(outside & rows["day"].notna(), "visit",
                                    f"its day is outside the window {first:g} to {last:g}",
                                    "correct the day, the visit or `visits`", WARNING)
        return rows, found
    if not windows:
        found = [sheet.finding(None, "day", "", "no windows for the visits", "declare visits: "
                               "{baseline: [-28, 0], month_1: [14, 60], month_3: [61, 120]}",
                               WARNING)]
    return rows.assign(visit=derive_visit(rows, windows)), found
