"""Sheets that are no plain table: lines above the header, lines of totals, tables on their side."""

from __future__ import annotations

import re

from analysis.findings import WARNING, finding
from analysis.schema import TABLES, columns
from analysis.synonyms import SYNONYMS, simplify

#: rows among which a header is looked for, and names of the contract that make one
FIRST, ENOUGH = 10, 3
ABOVE = "looks like the header, but rows stand above it"
TOTALS = re.compile(r"(sub|grand )?totals?|sums?|means?|averages?|medians?|count|std|sd|min|max"
                    r"|range|gesamt|summe|mittelwert|mw|n ?= ?[0-9]+", re.I)
KNOWN = {simplify(c) for table in TABLES for c in columns(table)} | {
    name for names in SYNONYMS.values() for name in names}


def count_known(cells):
    """Count the different cells that name a column of the contract."""
    return len({simplify(cell) for cell in cells} & KNOWN)


def guess_header(rows):
    """Return the row that is the header, where it is not the first; else None.

    Parameters
    ----------
    rows : list of tuple of (int, list of str)
        Numbered rows, the first being taken for the header.

    Examples
    --------
    >>> guess_header([(1, ["Cohort of 2020"]), (3, ["Patient ID", "Age", "Sex"]), (4, ["1", "61"])])
    3
    """
    if not rows or count_known(rows[0][1]) > 1:
        return None
    return next((row for row, cells in rows[1:FIRST] if count_known(cells) >= ENOUGH), None)


def report_header(file, table, row, cells):
    """Return the finding that the header stands further down."""
    return finding(file, row, next(filter(None, cells), ""), "", ABOVE,
                   "delete them, or write in study.yml: tables: "
                   f"{{{table}: {{file: {file}, header: {row}}}}}")


def check_patient_rows(sheet):
    """Find rows of `patients` that are no patients.

    Parameters
    ----------
    sheet : Table

    Returns
    -------
    list of dict
        Errors for lines of totals and for a table with a row per attribute; a warning for a row
        with nothing but an identifier, which may be a remark.
    """
    frame = sheet.frame
    if "patient_id" not in frame:
        return []
    ids = frame["patient_id"].fillna("").astype(str)
    if count_known(ids) >= ENOUGH:
        return [sheet.finding(None, "patient_id", "", "holds names of columns: the table lies on "
                              "its side", "transpose it: one row per patient, one column per name")]
    totals = ids.str.strip(" :").str.fullmatch(TOTALS)
    found = sheet.findings(totals, "patient_id", "a line of totals, not a patient",
                           "delete the row")
    others = frame.drop(columns="patient_id")
    lonely = others.isna().all(axis=1) & (ids != "") & ~totals
    if len(others.columns) and lonely.mean() < 0.5:
        found += sheet.findings(lonely, "patient_id", "a row with nothing else: is it a patient?",
                                "delete it, if it is a remark or a heading", WARNING)
    return found
