"""Covariates, Table 1 and criteria of study.yml held against the columns that they name."""

from __future__ import annotations

import dataclasses

import pandas as pd
from pandas.api import types

from analysis.cells import YES_NO
from analysis.findings import ERROR, WARNING, finding
from analysis.schema import DERIVED, columns
from analysis.vocabulary import nearest

#: derived attribute: (its kind, table and columns that it comes from)
DERIVED_FROM = {
    "pfs1_mo": ("number", "patients", ("ici_start", "rt_start")),
    "interval_mo": ("number", "patients", ("ici_start", "rt_start")),
    "albi_score": ("number", "laboratory", ("albumin_g_l", "bilirubin_umol_l")),
    "albi_grade": ("number", "laboratory", ("albumin_g_l", "bilirubin_umol_l")),
    "disease_control_ici": ("boolean", "patients", ("response_ici",)),
}


KNOWN_LEVELS = {c.name: c.levels for c in columns("patients").values()}


def list_wanted(settings):
    """List the columns of `patients` that covariates, Table 1 and criteria name."""
    named = [c.column for c in (*settings.covariates, *settings.baseline)]
    named += [column for criterion in settings.criteria for column in criterion.columns]
    return list(dict.fromkeys(c for c in named if c not in DERIVED))


def find_kind(column, tables):
    """Return (kind, values or None) of a column of `patients` or a derived one; (None, None)."""
    patients = tables["patients"].frame
    if column in DERIVED_FROM and column not in patients:
        known, table, sources = DERIVED_FROM[column]
        held = table in tables and set(sources) <= set(tables[table].frame)
        return (known if held else "absent"), None
    if column not in patients:
        return None, None
    values = patients[column]
    if types.is_bool_dtype(values.dtype):
        return "boolean", values
    if types.is_datetime64_dtype(values.dtype):
        return "date", values
    return ("number" if types.is_numeric_dtype(values.dtype) else "text"), values


def check_column(place, column, tables):
    """Return (kind, values, findings) of a column that study.yml names."""
    known, values = find_kind(column, tables)

    def problem(said, remedy, severity=ERROR):
        return [finding("study.yml", "", place, column, said, remedy, severity)]

    if known is None:
        names = [*tables["patients"].frame.columns, *DERIVED]
        return None, None, problem("no such column in patients", nearest(column, names))
    if known == "absent":
        _, table, sources = DERIVED_FROM[column]
        return None, None, problem(f"cannot be derived: {table} lacks {' or '.join(sources)}",
                                   "add them, or delete this entry", WARNING)
    if column == "patient_id" or known == "date":
        return None, None, problem("would print a patient's identifier or dates", "delete it")
    if values is not None and values.isna().all():
        return None, None, problem("has no value for any patient",
                                   "fill the column, or delete this entry", WARNING)
    return known, values, []


def settle_levels(levels, known):
    """Turn the words of study.yml for levels into values of a column of one kind.

    Returns
    -------
    tuple of (tuple, list)
        The values, and the words that cannot be values of the column.
    """
    if known == "boolean":
        read = [YES_NO.get(str(v).lower().removesuffix(".0")) for v in levels]
    elif known == "number":
        read = [to_number(v) for v in levels]
    else:
        read = [str(v).lower() if isinstance(v, bool) else f"{v:g}" if isinstance(v, float) else v
                for v in levels]
    wrong = [v for v, r in zip(levels, read, strict=True) if r is None]
    return tuple(r for r in read if r is not None), wrong


def to_number(value):
    """Return a number, or None for what is none."""
    try:
        return None if isinstance(value, bool) else float(value)
    except ValueError:
        return None


def check_rules(item, known, values):
    """List the problems of a covariate's rules as (key, value, problem, remedy, severity)."""
    chosen = [k for k in ("cut", "exposed", "reference") if getattr(item, k) is not None]
    if len(chosen) > 1:
        yield chosen[1], getattr(item, chosen[1]), f"stands beside {chosen[0]}", "keep one", ERROR
    if item.cut is not None and known != "number":
        yield "cut", item.cut, f"{item.column} is no number but {known}", "write exposed", ERROR
    if item.unit is not None and known != "number":
        yield "unit", item.unit, f"{item.column} is no number but {known}", "delete unit", ERROR
    if item.labels and len(set(item.labels)) < len(item.labels):
        yield "labels", list(item.labels), "one label for two levels", "give each its own", ERROR
    if values is not None:
        yield from check_levels(item, known, values.dropna())
    elif item.labels and len(item.labels) != 2 and (
            item.cut is not None or item.exposed or known == "boolean"):
        yield "labels", list(item.labels), f"{len(item.labels)} labels for 2 levels", \
            "name the reference, then the other", ERROR


def check_levels(item, known, values):
    """List the problems of a covariate's levels with the values that there are."""
    levels = 2
    if item.cut is not None and known == "number":
        if (values >= item.cut).nunique() < 2:
            yield "cut", item.cut, "leaves all patients on one side", "choose another", WARNING
    elif item.exposed is not None:
        meant, wrong = settle_levels(item.exposed, known)
        levels_known = KNOWN_LEVELS.get(item.column, ())
        absent = wrong + [v for v in meant if not (values == v).any() and v not in levels_known]
        if not values.isin(meant).any():
            absent = list(item.exposed)
        if absent:
            yield "exposed", absent, "no patient has this value", "correct or delete it", WARNING
        if values.isin(meant).all():
            yield "exposed", list(item.exposed), "all patients are exposed", "choose fewer", WARNING
    elif known == "number" and item.unit is None:
        levels = values.nunique()
        if (values % 1 != 0).any() or levels > 12:
            yield "column", item.column, f"{levels} numbers without a rule", \
                "add cut: … or exposed: […]; in `baseline` unit: …", ERROR
    elif known != "boolean" and item.unit is None:
        levels = values.nunique()
        if item.reference is not None and item.reference not in set(values.astype(str)):
            yield "reference", item.reference, "no patient has this value", \
                nearest(item.reference, values.unique()), WARNING
    if item.labels and len(item.labels) != levels:
        yield "labels", list(item.labels), f"{len(item.labels)} labels for {levels} levels", \
            "name each level, the reference first", ERROR


def settle_covariate(item, key, tables):
    """Return (covariate with typed `exposed`, findings)."""
    place = f"{key}.{item.name}"
    known, values, found = check_column(place, item.column, tables)
    if known is None:
        return item, found
    found += [finding("study.yml", "", f"{place}.{k}", value, problem, remedy, severity)
              for k, value, problem, remedy, severity in check_rules(item, known, values)]
    if item.exposed is not None:
        item = dataclasses.replace(item, exposed=settle_levels(item.exposed, known)[0])
    return item, found


def settle_criterion(item, tables):
    """Return (criterion with typed `levels`, findings)."""
    place, found, kinds = f"criteria.{item.label}", [], set()
    for column in item.columns:
        known, _, wrong = check_column(place, column, tables)
        found += wrong
        kinds |= {known} - {None}
        allowed = KNOWN_LEVELS.get(column)
        strange = [v for v in item.levels or () if allowed and str(v) not in map(str, allowed)]
        if strange:
            found.append(finding("study.yml", "", f"{place}.levels", strange, f"not of {column}",
                                 f"known: {', '.join(allowed)}"))

    def problem(key, said, remedy):
        found.append(finding("study.yml", "", f"{place}.{key}", getattr(item, key), said, remedy))

    for key in ("min", "max"):
        if getattr(item, key) is not None and kinds - {"number"}:
            problem(key, "its columns are no numbers", "write levels: […]")
    if item.min is item.max is item.levels is None:
        problem("label", "has no rule", "add min, max or levels")
    if item.min is not None and item.max is not None and item.min > item.max:
        problem("min", "is above max", "exchange them")
    if item.levels is not None:
        if len(kinds) > 1:
            problem("levels", "its columns are of different kinds", "write a criterion for each")
        meant, wrong = settle_levels(item.levels, next(iter(kinds), "text"))
        if wrong:
            problem("levels", f"cannot be values of {', '.join(item.columns)}", "correct them")
        item = dataclasses.replace(item, levels=meant)
    return item, found


def settle_variables(settings, tables):
    """Hold covariates, Table 1 and criteria against the data.

    Parameters
    ----------
    settings : Settings
    tables : dict of str to Table

    Returns
    -------
    tuple of (Settings, list of dict)
        Settings whose levels have the columns' types, and findings.
    """
    found, settled = [], {}
    for key in ("covariates", "baseline"):
        pairs = [settle_covariate(item, key, tables) for item in getattr(settings, key)]
        settled[key] = tuple(item for item, _ in pairs)
        found += [f for _, wrong in pairs for f in wrong]
    pairs = [settle_criterion(item, tables) for item in settings.criteria]
    settled["criteria"] = tuple(item for item, _ in pairs)
    found += [f for _, wrong in pairs for f in wrong]
    if settings.case and settings.case.get("patient_id") not in set(
            tables["patients"].frame.get("patient_id", pd.Series(dtype=object))):
        found.append(finding("study.yml", "", "case.patient_id", settings.case.get("patient_id"),
                             "no such patient", "correct it, or delete `case`"))
    return dataclasses.replace(settings, **settled), found
