"""Checks of a study across its columns and tables: dates in order, units, orphans."""

from __future__ import annotations

import pandas as pd

FINDING = ["file", "row", "column", "value", "problem", "remedy", "severity"]

#: (earlier, later): no date of the first may lie after the second of the same patient
DATE_ORDER = [
    ("ici_start", "rt_start"), ("ici_start", "ici_progression"), ("ici_progression", "rt_start"),
    ("rt_start", "progression"), ("rt_start", "infield_progression"),
    ("rt_start", "outfield_progression"), ("rt_start", "surgery"), ("rt_start", "death"),
    ("rt_start", "last_followup"), ("progression", "last_followup"), ("surgery", "last_followup"),
    ("infield_progression", "last_followup"), ("outfield_progression", "last_followup"),
    ("progression", "death"), ("death", "last_followup"),
]


def finding(file, row, column, value, problem, remedy, severity="error"):
    """Return one finding as a mapping; `row` is the line of the file, the header being line 1."""
    shown = "" if value is None or value is pd.NA else str(value)
    return dict(zip(FINDING, (file, row, column, shown, problem, remedy, severity), strict=True))


def line(index):
    """Return the line of the file on which row `index` of its table stands."""
    return int(index) + 2


def check_dates(file, patients):
    """Find dates that are out of order within a patient."""
    found = []
    for early, late in DATE_ORDER:
        if {early, late} <= set(patients.columns):
            wrong = patients[patients[early] > patients[late]]
            found += [finding(file, line(i), late, row[late].date(),
                              f"before {early} {row[early].date()}",
                              f"correct {late} or {early}") for i, row in wrong.iterrows()]
    return found


def check_cutoff(file, patients, cutoff):
    """Find dates after the data cut-off."""
    dates = patients.select_dtypes("datetime")
    late = dates.where(dates > pd.Timestamp(cutoff)).stack()
    return [finding(file, line(i), column, value.date(), f"after the data cut-off {cutoff}",
                    "correct the date or data_cutoff in study.yml")
            for (i, column), value in late.items()]


def check_progression(file, patients):
    """Find patients whose progression is not the first of in-field and out-of-field."""
    if not {"progression", "infield_progression", "outfield_progression"} <= set(patients.columns):
        return []
    first = patients[["infield_progression", "outfield_progression"]].min(axis=1)
    unlike = first.notna() & (first != patients["progression"])
    return [finding(file, line(i), "progression",
                    "" if pd.isna(row["progression"]) else row["progression"].date(),
                    "is not the first of infield_progression and outfield_progression",
                    f"write {first[i].date()} or correct those two")
            for i, row in patients[unlike].iterrows()]


def check_pairs(file, patients):
    """Find months without an event flag, and flags without months."""
    found = []
    for months in [c for c in patients.columns if c.endswith("_months")]:
        event = months.removesuffix("_months") + "_event"
        if event not in patients:
            found.append(finding(file, 1, months, "", f"has no column {event}", f"add {event}"))
            continue
        half = patients[months].isna() != patients[event].isna()
        found += [finding(file, line(i), event if pd.isna(patients.loc[i, event]) else months, "",
                          f"{months} and {event} must both be given or both be empty",
                          "fill or empty both") for i in patients.index[half]]
    return found


def check_orphans(file, table, patients):
    """Find rows whose patient is not in `patients`."""
    orphan = ~table["patient_id"].isin(patients["patient_id"]) & table["patient_id"].notna()
    return [finding(file, line(i), "patient_id", table.loc[i, "patient_id"],
                    "no such patient", "add the patient or correct the identifier")
            for i in table.index[orphan]]


def check_repeated(file, table, keys):
    """Find rows that repeat the keys of an earlier row."""
    if not set(keys) <= set(table.columns):
        return []
    again = table.duplicated(keys) & table[keys].notna().all(axis=1)
    return [finding(file, line(i), keys[-1], table.loc[i, keys[-1]],
                    "this patient has the row already", "keep one of the two")
            for i in table.index[again]]


def check_events(file, events, patients):
    """Find adverse events without onset or after the patient's last follow-up."""
    if not {"onset_day", "onset_date"} & set(events.columns):
        return [finding(file, 1, "onset_day", "", "neither onset_day nor onset_date",
                        "add one of them", "warning")]
    if not {"rt_start", "last_followup"} <= set(patients.columns) or "onset_day" not in events:
        return []
    known = patients.set_index("patient_id")
    followed = (known["last_followup"] - known["rt_start"]).dt.days
    limit = events["patient_id"].map(followed)
    late = events["onset_day"] > limit
    return [finding(file, line(i), "onset_day", f"{events.loc[i, 'onset_day']:g}",
                    f"after the last follow-up, day {limit[i]:g}", "correct one of the two")
            for i in events.index[late]]


def check_across(files, tables, cutoff):
    """Run every check that looks at more than one cell.

    Parameters
    ----------
    files : dict of str to str
        File name of each table.
    tables : dict of str to DataFrame
        The typed tables.
    cutoff : date or None
        Data cut-off of the study.

    Returns
    -------
    list of dict
        Findings.
    """
    patients = tables["patients"]
    file = files["patients"]
    found = check_dates(file, patients) + check_progression(file, patients)
    found += check_pairs(file, patients)
    if cutoff is not None:
        found += check_cutoff(file, patients, cutoff)
    for name in ("radiotherapy", "adverse_events", "laboratory"):
        if name in tables:
            found += check_orphans(files[name], tables[name], patients)
    if "laboratory" in tables:
        found += check_repeated(files["laboratory"], tables["laboratory"], ["patient_id", "visit"])
    if "radiotherapy" in tables:
        found += check_repeated(files["radiotherapy"], tables["radiotherapy"],
                                ["patient_id", "site"])
    if "adverse_events" in tables:
        found += check_events(files["adverse_events"], tables["adverse_events"], patients)
    return found
