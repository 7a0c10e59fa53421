"""Raw tables into the contract's: cells translated, typed and converted to its units."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import cells
from analysis.findings import WARNING, Table, finding
from analysis.naming import name_source
from analysis.schema import UNITS, columns

DTYPES = {"number": float, "boolean": "boolean", "date": "datetime64[ns]", "text": object}
CDISC_UNITS = {"DAY": "days", "DAYS": "days", "WEEK": "weeks", "WEEKS": "weeks", "MONTH": "months",
               "MONTHS": "months", "YEAR": "years", "YEARS": "years"}


def translate(column, words, missing, place):
    """Tidy the cells of a column and put the contract's words for the study's.

    Parameters
    ----------
    column : Series of str
    words : dict of str to str
        Their word to the contract's.
    missing : collection of str
        Words that mean missing.
    place : str
        Of `words` in study.yml.

    Returns
    -------
    tuple of (Series of str, list of dict)
        What is missing is empty; a word of study.yml that no cell holds is a warning.
    """
    codes, uniques = pd.factorize(column)
    tidied = [cells.tidy(text) for text in uniques]
    found = [finding("study.yml", "", place, word, "no cell holds this value",
                     "correct or delete it", WARNING) for word in words if word not in tidied]
    known = dict.fromkeys(missing, "") | words
    said = np.array([*(known.get(t, t) for t in tidied), ""], dtype=object)
    return pd.Series(said[codes], index=column.index, dtype=object), found


def merge_rows(text, file):
    """Join the rows of one patient into one.

    Parameters
    ----------
    text : DataFrame of str
        With `patient_id`; empty is missing.
    file : str

    Returns
    -------
    tuple of (Table, list of dict)
        One row per patient, at the patient's first row; two unlike values in a column are a
        finding, and the first stands.
    """
    first = text.drop_duplicates("patient_id").set_index("patient_id").index
    rows = pd.Series(text.drop_duplicates("patient_id").index, index=first)
    merged, origins, found = {"patient_id": pd.Series(first, index=rows.to_numpy())}, {}, []
    for column in text.columns.drop("patient_id"):
        given = text.loc[text[column] != "", ["patient_id", column]]
        unlike = given.drop_duplicates(["patient_id", column])
        unlike = unlike[unlike.duplicated("patient_id")]
        found += Table(text, file).findings(
            pd.Series(text.index.isin(unlike.index), text.index), column,
            "differs from an earlier row of this patient", "correct one, or narrow `where`")
        stands = given.drop_duplicates("patient_id")
        at = pd.Series(stands.index, index=stands["patient_id"]).reindex(first)
        value = stands.set_index("patient_id")[column].reindex(first).fillna("")
        merged[column] = pd.Series(value.to_numpy(), index=rows.to_numpy(), dtype=object)
        origins[column] = file, pd.Series(at.fillna(rows).to_numpy(), index=rows.to_numpy())
    return Table(pd.DataFrame(merged), file, {}, origins), found


def type_column(column, read, dtype):
    """Read the cells of a column.

    Parameters
    ----------
    column : Series of str
        Empty is missing.
    read : callable
        Turns a text into a value, or raises `cells.CellError`.
    dtype : str or type
        Of the typed column.

    Returns
    -------
    tuple of (Series, dict of str to CellError)
        The typed column, and what is wrong with each text that cannot be read.
    """
    codes, uniques = pd.factorize(column)
    values, wrong = np.empty(len(uniques) + 1, dtype=object), {}
    for i, text in enumerate(uniques):
        try:
            values[i] = read(text) if text else None
        except cells.CellError as error:
            wrong[text] = error
    typed = pd.Series(values[codes], index=column.index, dtype=object)
    return typed.where(typed.notna()).astype(dtype), wrong


def find_reader(column, settings):
    """Return the function that reads a cell of a contract column as study.yml declares."""
    if column.kind == "number":
        return lambda text: cells.read_number(text, settings.decimal)
    if column.kind == "date":
        return lambda text: pd.Timestamp(cells.read_date(text, settings.dates))
    if column.kind == "boolean":
        return cells.read_boolean
    return lambda text: cells.read_text(text, column.levels)


def convert_column(sheet, column, settings):
    """Type one contract column of a table of text; return (Series, findings)."""
    raw = sheet.frame[column.name]
    typed, wrong = type_column(raw, find_reader(column, settings), DTYPES[column.kind])
    found = sheet.findings(raw.isin(list(wrong)), column.name, lambda i: wrong[raw.at[i]].problem,
                           lambda i: wrong[raw.at[i]].remedy) if wrong else []
    serials = raw.str.fullmatch(cells.SERIAL) & typed.notna()
    if column.kind == "date" and settings.dates not in cells.EPOCHS and serials.any():
        first = serials.idxmax()
        found.append(sheet.finding(
            first, column.name, raw.at[first], f"read as a spreadsheet's serial number, "
            f"{typed.at[first].date()}; {serials.sum()} cells",
            "declare dates: excel or excel-1904 in study.yml", WARNING))
    return typed, found


def convert_freely(raw):
    """Type a column that the contract does not know: numbers or dates where all are, else text.

    Parameters
    ----------
    raw : Series of str

    Returns
    -------
    tuple of (Series, Series of bool)
        The typed column, and which cells are no numbers in a column that is nearly all numbers.
    """
    given = raw != ""
    numbers, wrong = type_column(raw, cells.read_number, float)
    odd = given & raw.isin(list(wrong))
    if not odd.any():
        return numbers, odd
    dates, undated = type_column(raw, lambda t: pd.Timestamp(cells.read_date(t)), DTYPES["date"])
    if not undated:
        return dates, odd & False
    return raw.where(given), odd & (odd.sum() <= 0.2 * given.sum())


def check_decimals(sheet, numeric, settings):
    """Find the rarer decimal mark of a file that has both, and declares neither."""
    if settings.decimal:
        return []
    text = sheet.frame[numeric]
    comma = text.apply(lambda c: c.str.fullmatch(cells.COMMA) & ~c.str.fullmatch(cells.EITHER))
    point = text.apply(lambda c: c.str.fullmatch(cells.PLAIN) & c.str.contains(".", regex=False))
    if not comma.any(axis=None) or not point.any(axis=None):
        return []
    rarer = comma if comma.sum().sum() <= point.sum().sum() else point
    return [f for c in numeric for f in sheet.findings(
        rarer[c], c, "decimal points and commas in one file",
        "write all alike, or declare decimal: point or comma in study.yml")]


def find_units(raw, names, settings, file):
    """Find the unit of each column of numbers: declared, or each row's AVALU beside CDISC's AVAL.

    Returns
    -------
    tuple of (dict of str to (str or Series), list of dict)
    """
    units, found = dict(settings.units), []
    for column in [c for c, theirs in names.items() if theirs == "AVAL" and c in UNITS]:
        if column in units:
            continue
        if "AVALU" not in raw:
            found.append(finding(file, 1, "AVAL", "", "has no unit",
                                 f"declare units: {{{column}: days}} in study.yml"))
            continue
        units[column] = raw["AVALU"].str.strip().str.upper().map(CDISC_UNITS)
        found += Table(raw, file).findings(units[column].isna(), "AVALU", "unknown unit",
                                           f"declare units: {{{column}: days}} in study.yml")
    for column in [c for c, theirs in names.items() if c in ("onset_day", "day")
                   and str(theirs).upper().endswith("DY") and c not in units]:
        found.append(finding(file, 1, names[column], "", "CDISC study days begin with 1",
                             f"declare units: {{{column}: study day}}, or days", WARNING))
    return units, found


def convert_unit(typed, column, unit):
    """Convert a column of numbers from a declared unit, or from each row's own."""
    if isinstance(unit, pd.Series):
        return typed * unit.map(UNITS[column]).astype(float)
    if unit == "study day":
        return typed.where(typed <= 0, typed - 1)
    return typed if unit is None or UNITS[column][unit] == 1 else typed * UNITS[column][unit]


def convert_source(raw, table, source, settings, wanted=()):
    """Turn a raw table into one of the contract.

    Parameters
    ----------
    raw : DataFrame of str
        Indexed by the row of the file.
    table : str
    source : Source
        Its file, and which rows and columns to take.
    settings : Settings
    wanted : collection of str
        Columns beyond the contract that covariates or criteria use.

    Returns
    -------
    tuple of (Table, list of dict)
        The typed table, and everything that is wrong with its cells.
    """
    names, found = name_source(raw, table, source, settings, wanted)
    raw = raw.loc[:, ~raw.columns.duplicated()]
    text = pd.DataFrame(index=raw.index)
    for ours, theirs in names.items():
        text[ours], wrong = translate(
            raw[theirs], settings.values.get(table, {}).get(ours, {}),
            () if ours == "patient_id" else settings.missing, f"values.{table}.{ours}")
        found += wrong
    sheet = Table(text, source.file)
    if source.merge and "patient_id" in text:
        sheet, wrong = merge_rows(text, source.file)
        found += wrong
    sheet = Table(sheet.frame, source.file, {o: t for o, t in names.items() if o != t},
                  sheet.origins)
    units, wrong = find_units(raw, names, settings, source.file)
    frame, unread = type_table(sheet, columns(table), settings, units)
    return (Table(frame, source.file, sheet.names, sheet.origins, sheet.frame),
            found + wrong + unread)


def type_table(sheet, known, settings, units):
    """Type all columns of a table of text; return (DataFrame, findings)."""
    found, typed = [], {}
    for name in sheet.frame:
        if name in known:
            typed[name], wrong = convert_column(sheet, known[name], settings)
            found += wrong
        else:
            typed[name], odd = convert_freely(sheet.frame[name])
            found += sheet.findings(odd, name, "not a number, as the other cells are",
                                    "correct it, or empty the cell")
        if name in known and known[name].kind == "number":
            typed[name] = convert_unit(typed[name], name, units.get(name))
    numeric = [n for n in typed if n in known and known[n].kind == "number"]
    return (pd.DataFrame(typed, index=sheet.frame.index),
            found + check_decimals(sheet, numeric, settings))
