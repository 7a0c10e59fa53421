"""study.yml as a frozen object that refuses unknown keys and wrong types."""

from __future__ import annotations

import codecs
import dataclasses
import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from analysis.cells import is_control
from analysis.vocabulary import (
    SettingError,
    check_names,
    check_vocabulary,
    check_windows,
    nearest,
)


def spell(value):
    """Turn a number, date or boolean of the YAML into the text that stands in a data file."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float, dt.date)) else value


def listed(value):
    """Turn one value into a list of it."""
    return value if isinstance(value, (list, dict)) or value is None else [value]


def refuse_control(text):
    """Refuse text with control characters, which would break a page."""
    if any(map(is_control, text.strip("\n"))):
        raise ValueError("holds a line break or control character")
    return text.strip()


def refuse_encoding(name):
    """Refuse an encoding that Python does not know, or that does not encode text."""
    try:
        known = codecs.lookup(name)._is_text_encoding
    except LookupError:
        known = False
    if not known:
        raise ValueError("unknown encoding; write utf-8, cp1252 or the like")
    return name


def refuse_address(text):
    """Refuse a reference that is no DOI."""
    if not re.fullmatch(r"10\.[0-9]{4,9}/\S+", text):
        raise ValueError("not a DOI; write it as 10.1000/xyz")
    return text


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]
Text = Annotated[str, BeforeValidator(spell), Field(min_length=1), AfterValidator(refuse_control)]
Cell = Annotated[str, BeforeValidator(spell)]
Texts = tuple[Text, ...]
Cells = Annotated[tuple[Cell, ...], BeforeValidator(listed), Field(min_length=1)]
OneOrMore = Annotated[Texts, BeforeValidator(listed), Field(min_length=1)]
Levels = Annotated[tuple[bool | Number | Text, ...], BeforeValidator(listed), Field(min_length=1)]
Day = Annotated[dt.date, Field(strict=True)]
Range = Annotated[tuple[Number, Number], Field(strict=False)]
STRICT = ConfigDict(extra="forbid")


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

    name: Text
    label: Text
    column: Text
    cut: Number | None = None
    exposed: Levels | None = None
    reference: Text | None = None
    labels: Texts | None = None
    unit: Text | None = None
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Criterion:
    """One eligibility criterion: met when any of `columns` satisfies the rule."""

    label: Text
    columns: OneOrMore
    min: Number | None = None
    max: Number | None = None
    levels: Levels | None = None
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Source:
    """Where the rows of a table stand.

    Attributes
    ----------
    file : str
        File in the study folder; a sheet of a workbook as `file.xlsx#Sheet`.
    where : dict
        Their column: the values that a row must have to belong to the table.
    header : int, optional
        Row of the header, where lines stand above it.
    merge : bool
        Join the rows of one patient into one, as the events of a REDCap export need.
    columns : dict
        Contract name: their name; of a `join` only, the tables' names stand under `columns`.
    """

    file: Text
    where: dict[Text, Cells] = field(default_factory=dict)
    header: Annotated[int, Field(strict=True, ge=1)] | None = None
    merge: Flag = False
    columns: dict[Text, Text] = field(default_factory=dict)
    __pydantic_config__ = STRICT


FileOrSource = Annotated[Source, BeforeValidator(
    lambda value: value if isinstance(value, dict) else {"file": value})]


@dataclass(frozen=True)
class Settings:
    """What study.yml says.

    Attributes are the keys of the file. `disease`, `treatment` and `prior_treatment` are the words
    that the book's sentences use for this study, so that they are true for another one.
    """

    title: Text
    question: Text | None = None
    authors: OneOrMore = ()
    reference: Annotated[Text, AfterValidator(refuse_address)] | None = None
    synthetic: Flag = False
    privacy: Literal["internal", "share"] = "internal"
    privacy_threshold: Annotated[int, Field(strict=True, ge=2, le=100)] = 5
    data_cutoff: Day | None = None
    disease: Text = "the disease under study"
    treatment: Text = "the index treatment"
    treatment_short: Text = "treatment"
    response_criteria: Text | None = None
    prior_treatment: Text = "the treatment before"
    prior_treatment_short: Text = "prior treatment"
    labels: dict[Text, Text] = field(default_factory=dict)
    encoding: Annotated[Text, AfterValidator(refuse_encoding)] | None = None
    dates: Literal["day-first", "month-first", "excel", "excel-1904"] | None = None
    decimal: Literal["point", "comma"] | None = None
    missing: Cells = ()
    tables: dict[Text, FileOrSource] = field(default_factory=dict)
    join: tuple[Source, ...] = ()
    columns: dict[Text, dict[Text, Text]] = field(default_factory=dict)
    values: dict[Text, dict[Text, dict[Cell, Cell]]] = field(default_factory=dict)
    units: dict[Text, Text] = field(default_factory=dict)
    drop: dict[Text, OneOrMore] = field(default_factory=dict)
    visits: dict[Text, Range] = field(default_factory=dict)
    covariates: tuple[Covariate, ...] = ()
    baseline: tuple[Covariate, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    protocol: dict[Text, dict[Literal["dose_gy", "fractions"], Range]] = field(default_factory=dict)
    case: dict[Literal["patient_id"], Text] = field(default_factory=dict)
    chapters: dict[Text, dict[Text, Any] | None] = field(default_factory=dict)
    __pydantic_config__ = STRICT


ADAPTER = TypeAdapter(Settings)
ITEMS = {"covariates": Covariate, "baseline": Covariate, "criteria": Criterion, "tables": Source,
         "join": Source}

#: type of a pydantic error: (problem, remedy)
PROBLEMS = {
    "string_type": ("not a text", "write one word or sentence"),
    "string_too_short": ("empty", "fill it or delete the key"),
    "float_type": ("not a number", "write a number, without quotation marks"),
    "finite_number": ("not a number", "write a finite number"),
    "int_type": ("not a whole number", "write a whole number"),
    "bool_type": ("not true or false", "write true or false"),
    "date_type": ("not a date", "write YYYY-MM-DD"),
    "dict_type": ("not a mapping", "write key: value"),
    "dataclass_type": ("not a mapping", "write {name: …, label: …}"),
    "tuple_type": ("not a list", "write [one, another]"),
    "missing": ("missing", "add it"),
    "too_short": ("too few values", "add what is missing"),
    "too_long": ("too many values", "write [lowest, highest]"),
}


def describe(error):
    """Turn one pydantic error into a SettingError."""
    loc = [part for part in error["loc"] if part != "[key]" and not str(part).startswith("constr")]
    key = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in loc).lstrip(".")
    shown = "" if error["type"] == "missing" else error["input"]
    if error["type"] in ("unexpected_keyword_argument", "invalid_argument_name", "extra_forbidden"):
        known = [f.name for f in dataclasses.fields(ITEMS[loc[0]] if len(loc) > 1 else Settings)]
        return SettingError(key, loc[-1], "unknown key", nearest(loc[-1], known))
    if error["type"] == "literal_error":
        words = re.findall(r"'([^']+)'", error["ctx"]["expected"])
        return SettingError(key, shown, "unknown word", nearest(shown, words))
    said = error["msg"].removeprefix("Value error, ").partition("; ")
    problem, remedy = PROBLEMS.get(error["type"], (said[0].lower(), said[2] or "correct the value"))
    return SettingError(key, shorten(shown), problem, remedy)


def shorten(value):
    """Return a value as it is shown in a finding: at most 80 characters."""
    shown = value if isinstance(value, str) else repr(value)
    return shown if len(shown) <= 80 else shown[:79] + "…"


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
        return None, [SettingError("", shorten(mapping), "study.yml holds no keys",
                                   "add at least title: …")]
    given = {spell(k): v for k, v in mapping.items() if v is not None}
    try:
        settings = ADAPTER.validate_python(given)
    except ValidationError as error:
        found = {}
        for e in error.errors():
            described = describe(e)
            found.setdefault((described.key, described.problem), described)
        return None, list(found.values())
    errors = check_vocabulary(settings) + check_names(settings) + check_windows(settings)
    return (None, errors) if errors else (settings, [])
