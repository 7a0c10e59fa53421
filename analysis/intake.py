"""The files of a study folder as typed tables of the contract, with all that is wrong in them."""

from __future__ import annotations

import dataclasses
import os

import pandas as pd

from analysis.cells import SERIAL
from analysis.checks import settle_censoring
from analysis.findings import ERROR, WARNING, Table, finding, has_error
from analysis.naming import choose_rows
from analysis.plausible import check_cells
from analysis.readers import SUFFIXES, locate, read_file
from analysis.schema import EMPTY_TELLS, OF_PAPER, TABLES
from analysis.settings import Source
from analysis.tables import convert_source
from analysis.variables import list_wanted


def find_sources(folder, settings):
    """Return the source of each table that study.yml names or that has a file of its name."""
    found = {}
    for table in TABLES:
        if table in settings.tables:
            found[table] = settings.tables[table]
        elif table == "patients" or os.path.lexists(folder / f"{table}.csv"):
            found[table] = Source(f"{table}.csv")
    return found


def check_unread(folder, settings, sources):
    """Warn of data files in the folder that no table is read from."""
    read = {locate(folder, source.file)[0] for source in (*sources.values(), *settings.join)}
    return [finding(path.name, "", "", "", "is not read", f"name it: tables: {{{table}: "
                    f"{path.name}}}, or delete it", WARNING)
            for path in sorted(folder.iterdir()) for table in [path.stem if path.stem in TABLES
                                                               else "patients"]
            if path.suffix.lower() in SUFFIXES and path not in read]


def read_source(folder, table, source, settings, wanted=(), cache=None):
    """Read one source as text and choose its rows.

    Returns
    -------
    tuple of (DataFrame or None, DataFrame or None, list of dict)
        All rows, the chosen ones, and findings.
    """
    cache = {} if cache is None else cache
    key = source.file if "#" in source.file else (source.file, table), source.header
    if key not in cache:
        raw, found = read_file(folder, source.file, table, settings.encoding, source.header)
        if raw is not None:
            raw.columns = [str(c).strip().strip("\ufeff").strip() for c in raw.columns]
            found = found + check_epoch(raw, source.file, settings.dates)
        cache[key] = raw, found
    raw, found = cache[key]
    if raw is None:
        return None, None, found
    chosen, wrong = choose_rows(raw, source.where, source.file)
    return raw, chosen, found + wrong


def check_epoch(raw, file, dates):
    """Warn of plain numbers that may be dates in a workbook that counts days from 1904."""
    if raw.attrs.get("dates") in (None, dates):
        return []
    for i, header in enumerate(raw.columns):
        serial = raw.iloc[:, i].str.fullmatch(SERIAL)
        if serial.any():
            return [finding(file, serial.idxmax(), header, raw.iloc[:, i][serial.idxmax()],
                            "the workbook counts days from 1904",
                            "if this is a date, declare dates: excel-1904 in study.yml", WARNING)]
    return []


def read_table(folder, table, source, settings, wanted, cache):
    """Read, type and check one table.

    Returns
    -------
    tuple of (Table or None, set of str, list of dict)
        The table, the patients whom `where` left out, and findings.
    """
    raw, chosen, found = read_source(folder, table, source, settings, cache=cache)
    if raw is None:
        return None, set(), found
    sheet, wrong = convert_source(chosen, table, source, settings, wanted)
    found += wrong
    if sheet.frame.index.empty and (table == "patients" or not has_error(found)):
        found.append(finding(source.file, 1, *describe_empty(table)))
    if sheet.frame.index.empty and table not in ("patients", *EMPTY_TELLS):
        return None, set(), found
    unread = {(f["file"], f["row"], f["column"]) for f in found}
    found += [f for f in check_cells(sheet, table)
              if (f["file"], f["row"], f["column"]) not in unread]
    left_out = set()
    theirs = sheet.names.get("patient_id", "patient_id")
    if table == "patients" and theirs in raw and len(chosen) < len(raw):
        left_out = set(raw[theirs].str.strip()) - set(chosen[theirs].str.strip())
    return sheet, left_out, place_header(found, source)


def place_header(found, source):
    """Return findings with those of the header at the row where study.yml says that it stands."""
    return [f | {"row": source.header} if f["row"] == 1 and source.header
            and f["file"] == source.file else f for f in found]


def describe_empty(table):
    """Say what a table without rows means: column, value, problem, remedy and severity."""
    if table == "patients":
        return "patient_id", "", "no patients", "add at least one row", ERROR
    if table in EMPTY_TELLS:
        return ("", "", f"no rows: the book says that {EMPTY_TELLS[table]}",
                "delete the file if nobody recorded them", WARNING)
    return "", "", "no rows: reads as not recorded", "fill it, or delete the file", WARNING


def join_source(patients, folder, source, settings, place, cache, left_out=()):
    """Join the columns of a further file to the patients.

    Parameters
    ----------
    patients : Table
    folder : Path
    source : Source
        With `columns`, among them `patient_id`.
    settings : Settings
    place : str
        Of the source in study.yml.
    cache : dict
        Files read already.
    left_out : collection of str
        Patients whom `where` left out of the study.

    Returns
    -------
    tuple of (Table, list of dict)
        The patients with the columns, and findings.
    """
    if "patient_id" not in source.columns:
        return patients, [finding("study.yml", "", f"{place}.columns.patient_id", "", "missing",
                                  "name the column that holds the patient's identifier")]
    raw, chosen, found = read_source(folder, "patients", source, settings, cache=cache)
    if raw is None:
        return patients, found
    sheet, wrong = convert_source(chosen, "patients", source, settings)
    found += wrong
    if "patient_id" not in sheet.frame:
        return patients, found
    repeated = sheet.frame["patient_id"].duplicated() & sheet.frame["patient_id"].notna()
    found += sheet.findings(repeated, "patient_id", "has several rows here",
                            f"choose one by `where` in {place} of study.yml")
    found += [f for f in check_cells(sheet, "patients") if f["problem"] != "stands twice"]
    new = sheet.frame.columns.drop("patient_id")
    found += [sheet.finding(None, c, "", f"stands in {patients.file} already", "keep one of them")
              for c in new if c in patients.frame]
    strange = ~sheet.frame["patient_id"].isin({*patients.frame["patient_id"], *left_out})
    if strange.all() and len(strange):
        found.append(sheet.finding(None, "patient_id", "", f"holds no patient of {patients.file}",
                                   "name the column with the same identifiers"))
    elif strange.any():
        found.append(sheet.finding(strange.idxmax(), "patient_id", "", f"{strange.sum()} rows of "
                                   f"patients that are not in {patients.file}: left out",
                                   "look whether they belong to the study", WARNING))
    return attach(patients, sheet, [c for c in new if c not in patients.frame]), found


def attach(patients, sheet, new):
    """Return the patients with the columns `new` of another table, and their places."""
    once = sheet.frame[~sheet.frame["patient_id"].duplicated()]
    rows = pd.Series(once.index, index=once["patient_id"]).reindex(patients.frame["patient_id"])
    rows.index = patients.frame.index
    keyed = once.set_index("patient_id")[new].reindex(patients.frame["patient_id"])
    keyed.index = patients.frame.index
    for column in keyed.select_dtypes("bool"):
        keyed[column] = keyed[column].astype("boolean")
    raw = patients.raw if patients.raw is not None else pd.DataFrame(index=patients.frame.index)
    text = sheet.raw.loc[once.index].assign(patient_id=once["patient_id"]).set_index("patient_id")
    text = text[new].reindex(patients.frame["patient_id"]).fillna("")
    text.index = patients.frame.index
    return Table(pd.concat([patients.frame, keyed], axis=1), patients.file,
                 patients.names | {c: sheet.names.get(c, c) for c in new},
                 patients.origins | {c: (sheet.file, rows) for c in new},
                 pd.concat([raw, text], axis=1))


def read_tables(folder, settings):
    """Read all tables of a study folder.

    Parameters
    ----------
    folder : Path
    settings : Settings

    Returns
    -------
    tuple of (dict of str to Table, set of str, list of dict)
        The tables, the patients whom `where` left out, and findings.
    """
    tables, left_out, found, cache = {}, set(), [], {}
    wanted = list_wanted(settings)
    sources = find_sources(folder, settings)
    found += check_unread(folder, settings, sources)
    for table, source in sources.items():
        sheet, without, wrong = read_table(folder, table, source, settings,
                                           wanted if table == "patients" else (), cache)
        found += wrong
        left_out |= without
        if sheet is not None:
            tables[table] = sheet
    if "patients" in tables and "patient_id" in tables["patients"].frame:
        for i, source in enumerate(settings.join, start=1):
            tables["patients"], wrong = join_source(tables["patients"], folder, source, settings,
                                                    f"join[{i}]", cache, left_out)
            found += wrong
        tables["patients"], wrong = settle_censoring(tables["patients"])
        found += wrong
    usable = {t: s for t, s in tables.items()
              if t in ("screening", *OF_PAPER) or "patient_id" in s.frame}
    return usable, left_out, found


def keep_known(tables, left_out):
    """Drop the rows of patients whom `where` left out, and the tables that hold no others."""
    kept = {name: sheet if name == "patients" or "patient_id" not in sheet.frame
            else dataclasses.replace(sheet, frame=sheet.frame[
                ~sheet.frame["patient_id"].isin(left_out)]) for name, sheet in tables.items()}
    return {name: sheet for name, sheet in kept.items()
            if len(sheet.frame) or name in ("patients", *EMPTY_TELLS)}


