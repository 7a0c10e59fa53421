"""study.yml as a frozen object that refuses unknown keys."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from difflib import get_close_matches

from analysis.schema import DERIVED, TABLES

SHARED_UNITS = {"albumin_g_l": {"g/L": 1, "g/dL": 10}, "bilirubin_umol_l": {"µmol/L": 1,
                "umol/L": 1, "mg/dL": 17.104}, "dose_gy": {"Gy": 1, "cGy": 0.01}}


class SettingError(ValueError):
    """A key or value of study.yml that the contract does not know."""

    def __init__(self, key, value, problem, remedy):
        super().__init__(problem)
        self.key, self.value, self.problem, self.remedy = key, value, problem, remedy


@dataclass(frozen=True)
class Covariate:
    """One attribute of a patient, as Table 1 lists it or the Cox tables screen it.

    Attributes
    ----------
    name : str
        Short name, unique in its list; the `variable` or `term` of the saved results.
    label : str
        Name in words, as printed.
    column : str
        Column of `patients` or one of `schema.DERIVED`.
    cut : float, optional
        Values at or above it are the exposed level.
    exposed : tuple, optional
        Values that make the exposed level; every other value is the reference.
    reference : str, optional
        Reference level of an attribute with its own levels; the first in order otherwise.
    labels : tuple of str, optional
        Names of the levels, the reference first.
    unit : str, optional
        Unit of a continuous attribute.
    """

    name: str
    label: str
    column: str
    cut: float | None = None
    exposed: tuple | None = None
    reference: str | None = None
    labels: tuple[str, ...] | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Criterion:
    """One eligibility criterion: met when any of `columns` satisfies the rule."""

    label: str
    columns: tuple[str, ...]
    min: float | None = None
    max: float | None = None
    levels: tuple | None = None


@dataclass(frozen=True)
class Settings:
    """What study.yml says.

    Attributes are the keys of the file. `disease`, `treatment` and `prior_treatment` are the words
    that the book's sentences use for this study, so that they are true for another one.
    """

    title: str
    question: str | None = None
    authors: tuple[str, ...] = ()
    reference: str | None = None
    synthetic: bool = False
    data_cutoff: dt.date | None = None
    disease: str = "the disease under study"
    treatment: str = "the index treatment"
    treatment_short: str = "treatment"
    prior_treatment: str = "the treatment before"
    prior_treatment_short: str = "prior treatment"
    labels: dict = field(default_factory=dict)
    tables: dict = field(default_factory=dict)
    columns: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    units: dict = field(default_factory=dict)
    visits: dict = field(default_factory=dict)
    covariates: tuple[Covariate, ...] = ()
    baseline: tuple[Covariate, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    protocol: dict = field(default_factory=dict)
    case: dict = field(default_factory=dict)
    chapters: dict = field(default_factory=dict)


LISTS = {"covariates": Covariate, "baseline": Covariate, "criteria": Criterion}
MAPPINGS = {"labels", "tables", "columns", "values", "units", "visits", "protocol", "case",
            "chapters"}


def nearest(word, known):
    """Return a remedy that names the known word nearest to `word`."""
    close = get_close_matches(str(word), [str(k) for k in known], n=1)
    return f"write {close[0]!r}" if close else f"known: {', '.join(sorted(map(str, known)))}"


def check_keys(found, known, place):
    """Return a SettingError for each key that is not known."""
    return [SettingError(f"{place}{key}", key, "unknown key", nearest(key, known))
            for key in found if key not in known]


def read_item(cls, item, place):
    """Return (one Covariate or Criterion or None, errors) from its mapping."""
    if not isinstance(item, dict):
        return None, [SettingError(place, item, "not a mapping", "write {name: …, label: …}")]
    known = {f.name: f for f in dataclasses.fields(cls)}
    errors = check_keys(item, known, f"{place}.")
    errors += [SettingError(f"{place}.{name}", "", "missing", f"add {name}")
               for name, f in known.items()
               if f.default is dataclasses.MISSING and name not in item]
    if errors:
        return None, errors
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in item.items()}
    if "cut" in values and not isinstance(values["cut"], (int, float)):
        return None, [SettingError(f"{place}.cut", values["cut"], "not a number", "write a number")]
    return cls(**values), []


def read_list(cls, items, place):
    """Return (tuple of items, errors) of one of the lists of study.yml."""
    if not isinstance(items, list):
        return (), [SettingError(place, items, "not a list", "begin each item with '- '")]
    read = [read_item(cls, item, f"{place}[{i}]") for i, item in enumerate(items, start=1)]
    errors = [error for _, found in read for error in found]
    names = [item.name for item, _ in read if isinstance(item, Covariate)]
    errors += [SettingError(f"{place}", name, "name used twice", "give each its own name")
               for name in sorted({n for n in names if names.count(n) > 1})]
    return tuple(item for item, _ in read if item is not None), errors


def read_settings(mapping):
    """Turn the content of study.yml into Settings.

    Parameters
    ----------
    mapping : dict
        The parsed YAML.

    Returns
    -------
    tuple of (Settings or None, list of SettingError)
        All errors at once; no settings when there is one.
    """
    if not isinstance(mapping, dict):
        return None, [SettingError("", mapping, "study.yml holds no keys", "add at least title: …")]
    known = [f.name for f in dataclasses.fields(Settings)]
    errors = check_keys(mapping, known, "")
    if not mapping.get("title"):
        errors.append(SettingError("title", "", "missing", "add title: …"))
    values = {k: v for k, v in mapping.items() if k in known and v is not None}
    for key in MAPPINGS & set(values):
        if not isinstance(values[key], dict):
            errors.append(SettingError(key, values.pop(key), "not a mapping", "write key: value"))
    for key in set(LISTS) & set(values):
        values[key], found = read_list(LISTS[key], values[key], key)
        errors += found
    errors += check_keys(values.get("tables", {}), TABLES, "tables.")
    for key in ("columns", "values"):
        for table, names in values.get(key, {}).items():
            if table not in TABLES:
                errors += check_keys([table], TABLES, f"{key}.")
            elif not isinstance(names, dict):
                errors.append(SettingError(f"{key}.{table}", names, "not a mapping",
                                           "write name: name"))
            else:
                errors += check_keys(names, TABLES[table].to_schema().columns, f"{key}.{table}.")
    for column, unit in values.get("units", {}).items():
        if column not in SHARED_UNITS:
            errors += check_keys([column], SHARED_UNITS, "units.")
        elif unit not in SHARED_UNITS[column]:
            errors.append(SettingError(f"units.{column}", unit, "unknown unit",
                                       nearest(unit, SHARED_UNITS[column])))
    if not isinstance(values.get("synthetic", False), bool):
        errors.append(SettingError("synthetic", values["synthetic"], "not true or false",
                                   "write true or false"))
    cutoff = values.get("data_cutoff")
    if cutoff is not None and not isinstance(cutoff, dt.date):
        errors.append(SettingError("data_cutoff", cutoff, "not a date", "write YYYY-MM-DD"))
    if isinstance(values.get("authors"), (list, str)):
        authors = values["authors"]
        values["authors"] = (authors,) if isinstance(authors, str) else tuple(authors)
    return (None, errors) if errors else (Settings(**values), [])


def check_columns(settings, patients):
    """Return a SettingError for each covariate or criterion whose column does not exist."""
    known = [*patients.columns, *DERIVED]
    wanted = [(f"{key}.{item.name}", item.column) for key in ("covariates", "baseline")
              for item in getattr(settings, key)]
    wanted += [(f"criteria.{c.label}", column) for c in settings.criteria for column in c.columns]
    return [SettingError(place, column, "no such column in patients", nearest(column, known))
            for place, column in wanted if column not in known]
