"""Checks of a study across its columns and tables: dates in order, pairs, orphans."""

from __future__ import annotations

import re

import pandas as pd

from analysis.findings import ERROR, WARNING, Table
from analysis.schema import ENDPOINTS

#: (earlier, later): no date of the first may lie after the second of the same patient
DATE_ORDER = [
    ("ici_start", "rt_start"), ("ici_start", "ici_progression"), ("ici_progression", "rt_start"),
    ("rt_start", "progression"), ("rt_start", "infield_progression"),
    ("rt_start", "outfield_progression"), ("rt_start", "surgery"), ("rt_start", "death"),
    ("rt_start", "last_followup"), ("progression", "last_followup"), ("surgery", "last_followup"),
    ("infield_progression", "last_followup"), ("outfield_progression", "last_followup"),
    ("progression", "death"), ("infield_progression", "death"), ("outfield_progression", "death"),
    ("surgery", "death"), ("death", "last_followup"),
]
#: days between two dates of a patient that need a second look
LONG = 20 * 365


def check_dates(patients):
    """Find dates that are out of order within a patient, or decades apart."""
    frame, found = patients.frame, []
    for early, late in DATE_ORDER:
        if {early, late} <= set(frame.columns):
            found += patients.findings(
                frame[early] > frame[late], late,
                lambda i, e=early: f"before {e} {frame.at[i, e].date()}",
                f"correct {late} or {early}")
            found += patients.findings(
                (frame[late] - frame[early]).dt.days > LONG, late,
                lambda i, e=early: f"twenty years after {e} {frame.at[i, e].date()}",
                f"look up {late} and {early}", WARNING)
    return found


def check_cutoff(table, cutoff):
    """Find dates after the data cut-off."""
    found = []
    for column in table.frame.select_dtypes("datetime"):
        found += table.findings(table.frame[column] > pd.Timestamp(cutoff), column,
                                f"after the data cut-off {cutoff}",
                                "correct the date or data_cutoff in study.yml")
    return found


def check_death(patients):
    """Find patients who were followed up after their death, or died before the last visit.

    `last_followup` of who died is the day of death.
    """
    frame = patients.frame
    if not {"death", "last_followup"} <= set(frame.columns):
        return []
    return patients.findings(frame["death"] < frame["last_followup"], "last_followup",
                             lambda i: f"after death {frame.at[i, 'death'].date()}",
                             "write the day of death, or correct it")


def check_progression(patients):
    """Find patients whose progression is not the first of in-field and out-of-field."""
    frame = patients.frame
    if not {"progression", "infield_progression", "outfield_progression"} <= set(frame.columns):
        return []
    first = frame[["infield_progression", "outfield_progression"]].min(axis=1)
    return patients.findings(
        first.notna() & (first != frame["progression"]), "progression",
        "is not the first of infield_progression and outfield_progression",
        lambda i: f"write {first[i].date()} or correct those two")


def check_stops(patients):
    """Find patients with a start of treatment and without an end of observation."""
    frame = patients.frame
    if not {"rt_start", "last_followup"} <= set(frame.columns):
        return []
    endless = frame["rt_start"].notna() & frame["last_followup"].isna()
    if "death" in frame:
        endless &= frame["death"].isna()
    return patients.findings(endless, "last_followup", "missing: counts in no survival estimate",
                             "fill the cell", WARNING)


def check_eventless(patients):
    """Warn of event dates that no patient has: none happened, or none was recorded."""
    frame = patients.frame
    if "rt_start" not in frame or frame["rt_start"].isna().all():
        return []
    return [patients.finding(None, c, "", "no patient has this date: reads as no event",
                             "delete the column if it was not recorded", WARNING)
            for c in ("progression", "infield_progression", "outfield_progression", "death",
                      "ici_progression") if c in frame and frame[c].isna().all()]


def check_pairs(patients):
    """Find months without an event flag, flags without months, and PFS that outlasts OS."""
    frame, found = patients.frame, []
    for prefix in map(str.lower, ENDPOINTS):
        months, event = f"{prefix}_months", f"{prefix}_event"
        if not {months, event} & set(frame.columns):
            continue
        if not {months, event} <= set(frame.columns):
            there, absent = (months, event) if months in frame else (event, months)
            found.append(patients.finding(None, there, "", f"has no column {absent}",
                                          f"add {absent}"))
            continue
        for there, absent in ((months, event), (event, months)):
            found += patients.findings(frame[there].notna() & frame[absent].isna(), absent,
                                       f"{months} and {event} must both be given or both be empty",
                                       "fill or empty both")
    if {"pfs_months", "os_months"} <= set(frame.columns):
        found += patients.findings(frame["pfs_months"] > frame["os_months"] + 0.05, "pfs_months",
                                   "longer than os_months", "correct one of the two", WARNING)
    return found


def settle_censoring(patients):
    """Turn CDISC censoring flags into event flags, once.

    Parameters
    ----------
    patients : Table
        With `os_censored` and the like: 0 is an event, 1 and more are reasons for censoring.

    Returns
    -------
    tuple of (Table, list of dict)
        With `os_event` in its place, and findings.
    """
    frame, found, names = patients.frame, [], dict(patients.names)
    origins, raw = dict(patients.origins), patients.raw
    for prefix in map(str.lower, ENDPOINTS):
        flag, event = f"{prefix}_censored", f"{prefix}_event"
        if flag in frame and event in frame:
            found.append(patients.finding(None, flag, "", f"stands beside {event}", "keep one"))
        elif flag in frame:
            if re.search("event|stat|dead|death", patients.names.get(flag, "").lower()):
                found.append(patients.finding(None, flag, "", "is it an event flag?",
                                              f"then map it as {event}", WARNING))
            censored = frame[flag]
            frame = frame.assign(**{event: (censored == 0).astype("boolean")
                                    .where(censored.notna())}).drop(columns=flag)
            names[event] = names.pop(flag, flag)
            if flag in origins:
                origins[event] = origins.pop(flag)
            raw = None if raw is None else raw.rename(columns={flag: event})
        elif re.search("cnsr|cens", patients.names.get(event, "").lower()):
            found.append(patients.finding(
                None, event, "", "CDISC's CNSR is 0 for an event and 1 for none",
                f"map it as {flag}; it is inverted then"))
    return Table(frame, patients.file, names, origins, raw), found


def check_orphans(table, patients, left_out):
    """Find rows whose patient is not in `patients`, but for those that `where` left out."""
    ids = table.frame["patient_id"]
    return table.findings(ids.notna() & ~ids.isin(patients["patient_id"]) & ~ids.isin(left_out),
                          "patient_id", "no such patient",
                          "add the patient or correct the identifier")


def check_repeated(table, keys, severity=ERROR):
    """Find rows that repeat the keys of an earlier row."""
    if not set(keys) <= set(table.frame.columns):
        return []
    again = table.frame.duplicated(keys) & table.frame[keys].notna().all(axis=1)
    return table.findings(again, keys[-1], "this patient has the row already",
                          "keep one of the two", severity)


def check_days(table, column, patients, severity=ERROR):
    """Find days that lie after the patient's last follow-up, or years before the start."""
    frame = table.frame
    if column not in frame:
        return []
    found = table.findings(frame[column] < -3650, column, "ten years before the start",
                           "correct it", WARNING)
    if {"rt_start", "last_followup"} <= set(patients.columns):
        known = patients.drop_duplicates("patient_id").set_index("patient_id")
        limit = frame["patient_id"].map((known["last_followup"] - known["rt_start"]).dt.days)
        found += table.findings(frame[column] > limit, column,
                                lambda i: f"after the last follow-up, day {limit[i]:g}",
                                "correct one of the two", severity)
    return found


def check_events(events, patients):
    """Find adverse events without onset, after the last follow-up, or told twice."""
    frame = events.frame
    onsets = [c for c in ("onset_day", "onset_date") if c in frame]
    if not onsets:
        return [events.finding(None, "onset_day", "", "neither onset_day nor onset_date",
                               "add one of them", WARNING)]
    found = check_days(events, "onset_day", patients)
    if "onset_date" in frame and {"rt_start", "last_followup"} <= set(patients.columns):
        known = patients.drop_duplicates("patient_id").set_index("patient_id")["last_followup"]
        last = frame["patient_id"].map(known)
        found += events.findings(frame["onset_date"] > last, "onset_date",
                                 "after the last follow-up", "correct one of the two")
    found += events.findings(frame[onsets].isna().all(axis=1), onsets[0],
                             "no onset: counts as neither acute nor late", "fill it", WARNING)
    keys = [c for c in ("patient_id", *onsets, "grade", "term") if c in frame]
    again = frame.duplicated(keys)
    return found + events.findings(again, "term", "the same event stands above",
                                   "delete one, if it is one event", WARNING)


def check_screening(screening, patients):
    """Warn where the flow's last step does not count the patients that there are."""
    frame = screening.frame
    if not {"step", "n"} <= set(frame.columns):
        return []
    analysed = frame["step"].astype(str).str.lower().eq("analysed")
    return screening.findings(analysed & (frame["n"] != len(patients)), "n",
                              f"patients.csv has {len(patients)} rows", "correct one of the two",
                              WARNING)


def check_across(tables, settings, left_out=()):
    """Run every check that looks at more than one cell.

    Parameters
    ----------
    tables : dict of str to Table
        The typed tables.
    settings : Settings
    left_out : collection of str
        Patients whom `where` left out; their rows of other tables are no orphans.

    Returns
    -------
    list of dict
        Findings.
    """
    patients = tables["patients"]
    found = check_dates(patients) + check_death(patients) + check_progression(patients)
    found += check_stops(patients) + check_eventless(patients) + check_pairs(patients)
    if settings.data_cutoff is not None:
        for table in tables.values():
            found += check_cutoff(table, settings.data_cutoff)
    for name in ("radiotherapy", "adverse_events", "laboratory"):
        if name in tables:
            found += check_orphans(tables[name], patients.frame, left_out)
    if "laboratory" in tables:
        found += check_repeated(tables["laboratory"], ["patient_id", "visit"])
        found += check_days(tables["laboratory"], "day", patients.frame, WARNING)
    if "radiotherapy" in tables:
        found += check_repeated(tables["radiotherapy"], ["patient_id", "site"])
    if "adverse_events" in tables:
        found += check_events(tables["adverse_events"], patients.frame)
    if "screening" in tables:
        found += check_screening(tables["screening"], patients.frame)
    return found


