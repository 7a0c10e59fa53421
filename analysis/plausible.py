"""Cells that cannot be true, and cells that are hardly true: ranges, units, doubtful text."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pandera.errors

from analysis.findings import ERROR, MOST, WARNING
from analysis.layout import check_patient_rows
from analysis.schema import OF_PAPER, TABLES, UNITS, columns

MARKUP = re.compile(r".*<\s*/?\s*[a-zA-Z!][^>]*>?.*|.*(javascript:|\{\{|\$\{).*", re.S)
MISSING = re.compile(r"n\.?/?a\.?|nan|null|none|nil|missing|not (available|known|done)|nd|unk"
                     r"|unknown|#.*|[-–—.?*x]+", re.I)
#: characters of a text that a table can print
LONGEST = 500
FORMULA = re.compile(r"[=@].*|[+-]\s*[A-Za-z(].*", re.S)

#: (whether a text is doubtful, what it looks like, remedy)
DOUBTS = (
    (FORMULA.fullmatch, "looks like a formula", "it is printed as text; correct it"),
    (MARKUP.fullmatch, "looks like program text", "it is printed as text; correct it"),
    (MISSING.fullmatch, "stands for missing?", "empty the cell, or list the word under `missing`"),
    (lambda text: len(text) > LONGEST, "very long", "shorten it"),
)


def check_contract(sheet, table):
    """Hold a typed table against its pandera model.

    Parameters
    ----------
    sheet : Table
    table : str

    Returns
    -------
    list of dict
        Findings.
    """
    try:
        TABLES[table].validate(sheet.frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases.sort_values("index", kind="stable", na_position="first")
        return [f for _, kind in cases.groupby(["column", "check"], dropna=False, sort=False)
                for f in describe_kind(kind, sheet, table)]
    return []


def describe_kind(cases, sheet, table):
    """Turn pandera's failures of one kind into findings; how many there are beyond MOST is said."""
    found = [describe_failure(case, sheet, table) for case in cases.head(MOST).itertuples()]
    if len(cases) > MOST:
        case = cases.iloc[MOST]
        found.append(sheet.finding(case["index"], case["column"], "",
                                   f"and {len(cases) - MOST} rows more", "as above"))
    return found


def describe_failure(case, sheet, table):
    """Turn one pandera failure into a finding."""
    if case.check == "column_in_dataframe":
        return sheet.finding(None, case.failure_case, "", "column is missing",
                             f"add it, or write columns: {{{table}: {{{case.failure_case}: THEIR "
                             "NAME}}")
    column = columns(table).get(case.column)
    check = str(case.check)
    if check == "not_nullable":
        problem, remedy = "empty", "fill the cell"
    elif check == "field_uniqueness":
        problem, remedy = "stands twice", "give each patient its own row and identifier"
    elif check.startswith("isin"):
        problem = "not an allowed value"
        remedy = f"write one of {', '.join(f'{v}' for v in column.levels)}"
    else:
        return describe_range(case, sheet, column)
    return sheet.finding(None if pd.isna(case.index) else case.index, case.column,
                         sheet.show(case.index, case.column), problem, remedy)


def describe_range(case, sheet, column):
    """Describe a number outside its range; name the unit in which it would make sense."""
    value = float(case.failure_case)
    low, high = column.low, column.high
    told = f"{low:g} or more" if high is None else f"{low:g} to {high:g}"
    problem, remedy = f"outside its range, {told} {column.unit}", "correct the value"
    other = find_unit(value, column)
    if other:
        problem += f": makes sense in {other} only"
        remedy = f"declare units: {{{column.name}: {other}}}, or convert the cell to {column.unit}"
    return sheet.finding(case.index, column.name, sheet.show(case.index, column.name), problem,
                         remedy)


def find_unit(value, column):
    """Return the other unit in which a value would be usual, or None."""
    low, high = column.usual or (column.low, column.high)
    fits = [unit for unit, factor in UNITS.get(column.name, {}).items() if factor != 1
            and (low is None or value * factor >= low) and (high is None or value * factor <= high)]
    return fits[0] if fits else None


def check_whole(sheet, column):
    """Find numbers that ought to be whole."""
    values = sheet.frame[column.name]
    return sheet.findings(values.notna() & (values % 1 != 0), column.name, "not a whole number",
                          "correct it; is it a decimal comma, or two values?")


def check_usual(sheet, column):
    """Warn of numbers that are possible but unusual, and name the unit in which they are not."""
    values = sheet.frame[column.name]
    low, high = column.usual

    def remedy(i):
        other = find_unit(values.at[i], column)
        return f"is it in {other}?" if other else "look it up"

    odd = (values < low) | (values > high)
    odd &= values.between(column.low, np.inf if column.high is None else column.high)
    return sheet.findings(odd, column.name,
                          f"unusual: mostly {low:g} to {high:g} {column.unit}", remedy, WARNING)


def check_mixed_units(sheet, column):
    """Warn of numbers that another unit would bring nearer to the others.

    The others are those of the patient where the patient has any, else those of the column. Near
    is meant on the logarithmic scale, on which a unit's factor is a distance.
    """
    frame = sheet.frame[sheet.frame[column.name] > 0]
    if "patient_id" not in frame or len(frame) < 4:
        return []
    logs = np.log(frame[column.name])
    own = logs.groupby(frame["patient_id"])
    several = own.transform("size") > 2
    middle = own.transform("median").where(several, logs.median())
    found = []
    for unit, factor in UNITS[column.name].items():
        # times to an event are skewed: only long ones may be days or weeks
        skewed = column.unit == "months"
        if abs(np.log(factor)) > 1 and (not skewed or factor < 1):
            nearer = (logs + np.log(factor) - middle).abs() < (logs - middle).abs() / 2
            far = (logs - middle).abs() > abs(np.log(factor)) * 0.6
            odd = nearer & far & (not skewed or frame[column.name] > 60)
            odd = odd.reindex(sheet.frame.index, fill_value=False)
            found += sheet.findings(odd, column.name, f"unlike the others: is it in {unit}?",
                                    f"convert it to {column.unit}, or look it up", WARNING)
    return found


def check_text(sheet, name):
    """Warn of text that holds a formula or markup, and of spellings that differ in case only."""
    values = sheet.frame[name].dropna().astype(str)
    uniques = pd.Series(values.unique(), dtype=object)
    found = []
    for looks, problem, remedy in DOUBTS:
        wrong = set(uniques[uniques.map(looks).astype(bool)])
        if wrong:
            found += sheet.findings(sheet.frame[name].isin(wrong), name, problem, remedy, WARNING)
    keys = uniques.map(lambda t: re.sub(r"[\s_-]+", " ", t).strip().casefold())
    counts = values.value_counts()
    alike = uniques[keys.duplicated(keep=False)]
    for _, group in alike.groupby(keys):
        often = counts[group]
        usual = often[often == often.max()].index
        rare = set(group) - set(usual) if len(usual) == 1 else set(group)
        found += sheet.findings(sheet.frame[name].isin(rare), name,
                                f"spelt in {len(group)} ways: {', '.join(group)}",
                                f"write {usual[0]!r} everywhere",
                                WARNING if name != "patient_id" else ERROR)
    return found


def check_cells(sheet, table):
    """List the cells of a typed table that cannot be true, or hardly.

    Parameters
    ----------
    sheet : Table
    table : str

    Returns
    -------
    list of dict
        Findings.
    """
    found = check_contract(sheet, table)
    found += check_patient_rows(sheet) if table == "patients" else []
    for name in sheet.frame:
        column = columns(table).get(name)
        if column is None or column.kind == "text":
            if sheet.frame[name].dtype == object and table not in OF_PAPER:
                found += check_text(sheet, name)
            continue
        if column.whole:
            found += check_whole(sheet, column)
        if column.usual:
            found += check_usual(sheet, column)
        if column.usual and name in UNITS:
            found += check_mixed_units(sheet, column)
    return found


