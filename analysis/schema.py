"""The data contract: tables, columns, types, units, levels, and what each column means."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import pandera.pandas as pa
from pandera.typing import Series

DAYS_PER_MONTH = 30.4375

RESPONSES = ("CR", "PR", "SD", "PD", "NE")
DISEASE_STATUS = ("RL", "PEL", "NL")
SITES = ("PVTT_HVTT", "liver", "bone_soft_tissue", "lymph_node", "other")
TECHNIQUES = ("IMRT", "SBRT", "other")
VISITS = ("baseline", "month_1", "month_3")

#: endpoint: (its name in words, start of the clock, dates of which the first is the event)
ENDPOINTS = {
    "PFS1": ("progression-free survival before the index treatment", "ici_start",
             ("ici_progression",)),
    "PFS": ("progression-free survival", "rt_start", ("progression", "death")),
    "OS": ("overall survival", "rt_start", ("death",)),
    "IFPFS": ("in-field progression-free survival", "rt_start", ("infield_progression",)),
    "OFPFS": ("out-of-field progression-free survival", "rt_start", ("outfield_progression",)),
}

#: day from the start of the index treatment for which a visit stands
VISIT_DAYS = dict(zip(VISITS, (0, 30, 91), strict=True))

MONTHS = {"months": 1, "days": 1 / DAYS_PER_MONTH, "weeks": 7 / DAYS_PER_MONTH, "years": 12}
ENZYME = {"U/L": 1, "IU/L": 1, "µkat/L": 60, "ukat/L": 60}
#: column: {unit: factor to the contract's unit}
UNITS = {
    "age_years": {"years": 1, "months": 1 / 12},
    "afp_ng_ml": {"ng/mL": 1, "µg/L": 1, "ug/L": 1, "IU/mL": 1.21, "kU/L": 1.21},
    "tumour_diameter_cm": {"cm": 1, "mm": 0.1},
    "dose_gy": {"Gy": 1, "cGy": 0.01},
    "onset_day": {"days": 1, "study day": 1},
    "day": {"days": 1, "study day": 1},
    "albumin_g_l": {"g/L": 1, "g/dL": 10},
    "bilirubin_umol_l": {"µmol/L": 1, "umol/L": 1, "mg/dL": 17.104},
    "alp_u_l": ENZYME, "alt_u_l": ENZYME, "ast_u_l": ENZYME,
    **{f"{endpoint.lower()}_months": MONTHS for endpoint in ENDPOINTS},
}

#: attributes that the book derives, usable as a covariate's column like any column of `patients`
DERIVED = {
    "pfs1_mo": "months from ici_start to ici_progression",
    "interval_mo": "months from ici_start to rt_start",
    "albi_score": "albumin–bilirubin score at baseline",
    "albi_grade": "albumin–bilirubin grade at baseline",
    "disease_control_ici": "best response before the index treatment was CR, PR or SD",
}


def text(description, levels=None, **extra):
    """Optional text column, restricted to `levels` where given."""
    return pa.Field(nullable=True, description=description, isin=levels, **extra)


def number(description, unit, low=None, high=None, usual=None):
    """Optional numeric column: its unit, the range of what can be true, and of what is usual."""
    return pa.Field(nullable=True, description=description, ge=low, le=high,
                    metadata={"unit": unit, "usual": usual})


def whole(description, unit, low=0, high=None):
    """Optional column of whole numbers."""
    return pa.Field(nullable=True, description=description, ge=low, le=high,
                    metadata={"unit": unit, "whole": True})


def months(endpoint):
    """Optional time of an endpoint that no dates give."""
    return number(f"{endpoint}, where dates are absent", "months", 0, 600, (0, 240))


def censored(endpoint):
    """Optional censoring flag of an endpoint, as CDISC's CNSR; it is inverted at the door."""
    return whole(f"{endpoint} censored: 0 = event, 1 or more = censored; instead of its event flag",
                 "flag")


class Patients(pa.DataFrameModel):
    """One row per patient."""

    patient_id: Series[str] = pa.Field(unique=True, description="identifier, never printed")
    centre: Series[str] | None = text("treating centre")
    age_years: Series[float] | None = number("age at the start of the index treatment", "years",
                                             0, 120)
    sex: Series[str] | None = text("sex", ["male", "female"])
    viral_hepatitis: Series[pa.BOOL] | None = text("hepatitis B or C virus infection")
    ecog: Series[float] | None = whole("ECOG performance status", "score", 0, 4)
    afp_ng_ml: Series[float] | None = number("serum α-fetoprotein", "ng/mL", 0)
    child_pugh_class: Series[str] | None = text("Child-Pugh class", ["A", "B", "C"])
    portal_invasion: Series[pa.BOOL] | None = text("macroscopic invasion of the portal vein")
    extrahepatic_spread: Series[pa.BOOL] | None = text("spread outside the liver")
    prior_hepatectomy: Series[pa.BOOL] | None = text("earlier resection of the liver")
    prior_local_treatment: Series[pa.BOOL] | None = text("earlier local treatment of the liver")
    tumour_diameter_cm: Series[float] | None = number("largest tumour", "cm", 0, 40, (0.3, 25))
    tumour_number: Series[float] | None = whole("number of tumours", "tumours", 0, 200)
    disease_status: Series[str] | None = text(
        "status before the index treatment: residual lesions, progression of existing lesions, "
        "new lesions", list(DISEASE_STATUS))
    ici_line: Series[float] | None = whole("line of the checkpoint inhibitor", "line", 1, 20)
    ici_agent: Series[str] | None = text("checkpoint inhibitor")
    antiangiogenic_agent: Series[str] | None = text("antiangiogenic agent")
    ici_switched: Series[pa.BOOL] | None = text("checkpoint inhibitor interrupted and switched")
    ici_cycles_before_rt: Series[float] | None = whole("cycles before", "cycles", 0, 200)
    ici_cycles_after_rt: Series[float] | None = whole("cycles after", "cycles", 0, 200)
    systemic_pause_weeks: Series[float] | None = number(
        "pause of systemic treatment after the index treatment was stopped", "weeks", 0, 200)
    response_ici: Series[str] | None = text(
        "best whole-body response (mRECIST) before the index treatment", list(RESPONSES))
    response_rt: Series[str] | None = text(
        "best whole-body response (mRECIST) after the index treatment", list(RESPONSES))
    downstaging_surgery: Series[pa.BOOL] | None = text("surgery after downstaging")
    disease_free: Series[pa.BOOL] | None = text("free of disease after the index treatment")
    lesion_count: Series[float] | None = whole("lesions before the index treatment", "lesions",
                                               0, 200)
    irradiated_lesion_count: Series[float] | None = whole("lesions irradiated", "lesions", 0, 200)
    ici_start: Series[pa.DateTime] | None = text("first dose of the checkpoint inhibitor")
    rt_start: Series[pa.DateTime] | None = text("start of the index treatment")
    ici_progression: Series[pa.DateTime] | None = text("progression before the index treatment")
    progression: Series[pa.DateTime] | None = text("first progression after its start")
    infield_progression: Series[pa.DateTime] | None = text("first progression in the field")
    outfield_progression: Series[pa.DateTime] | None = text("first progression out of the field")
    surgery: Series[pa.DateTime] | None = text("date of the downstaging surgery")
    death: Series[pa.DateTime] | None = text("death from any cause")
    last_followup: Series[pa.DateTime] | None = text("last day known alive, or the day of death")
    pfs1_months: Series[float] | None = months("PFS1")
    pfs1_event: Series[pa.BOOL] | None = text("PFS1 ended in progression")
    pfs1_censored: Series[float] | None = censored("PFS1")
    pfs_months: Series[float] | None = months("PFS")
    pfs_event: Series[pa.BOOL] | None = text("PFS ended in progression or death")
    pfs_censored: Series[float] | None = censored("PFS")
    os_months: Series[float] | None = months("OS")
    os_event: Series[pa.BOOL] | None = text("OS ended in death")
    os_censored: Series[float] | None = censored("OS")
    ifpfs_months: Series[float] | None = months("IFPFS")
    ifpfs_event: Series[pa.BOOL] | None = text("IFPFS ended in in-field progression")
    ifpfs_censored: Series[float] | None = censored("IFPFS")
    ofpfs_months: Series[float] | None = months("OFPFS")
    ofpfs_event: Series[pa.BOOL] | None = text("OFPFS ended in out-of-field progression")
    ofpfs_censored: Series[float] | None = censored("OFPFS")


class Radiotherapy(pa.DataFrameModel):
    """One row per irradiated site group of a patient."""

    patient_id: Series[str] = pa.Field(description="patient of the table `patients`")
    site: Series[str] | None = text("site group", list(SITES))
    technique: Series[str] | None = text("technique", list(TECHNIQUES))
    fractions: Series[float] | None = whole("fractions given", "fractions", 1, 60)
    dose_gy: Series[float] | None = number("total dose given", "Gy", 0.5, 120)
    completed: Series[pa.BOOL] | None = text("given as planned")


class AdverseEvents(pa.DataFrameModel):
    """One row per adverse event."""

    patient_id: Series[str] = pa.Field(description="patient of the table `patients`")
    term: Series[str] = pa.Field(description="CTCAE v5.0 term")
    grade: Series[float] = pa.Field(isin=[1, 2, 3, 4, 5], description="CTCAE v5.0 grade")
    onset_day: Series[float] | None = number("onset, days from the start of the index treatment",
                                             "days")
    onset_date: Series[pa.DateTime] | None = text("onset, where days are absent")


class Laboratory(pa.DataFrameModel):
    """One row per patient and visit."""

    patient_id: Series[str] = pa.Field(description="patient of the table `patients`")
    visit: Series[str] | None = text("visit", list(VISITS))
    day: Series[float] | None = number("day from the start of the index treatment", "days")
    visit_date: Series[pa.DateTime] | None = text("date of the visit, where days are absent")
    albumin_g_l: Series[float] | None = number("serum albumin", "g/L", 10, 70, (15, 60))
    bilirubin_umol_l: Series[float] | None = number("total bilirubin", "µmol/L", 1.5, 1000,
                                                    (3, 500))
    alp_u_l: Series[float] | None = number("alkaline phosphatase", "U/L", 1, 10000, (5, 5000))
    alt_u_l: Series[float] | None = number("alanine aminotransferase", "U/L", 1, 20000, (4, 5000))
    ast_u_l: Series[float] | None = number("aspartate aminotransferase", "U/L", 1, 20000, (4, 5000))
    ascites: Series[pa.BOOL] | None = text("non-malignant ascites")


class Screening(pa.DataFrameModel):
    """The flow from screened to analysed: one row per step."""

    step: Series[str] = pa.Field(description="screened, excluded, included or analysed")
    reason: Series[str] | None = text("why, for an exclusion")
    n: Series[float] = pa.Field(ge=0, description="patients", metadata={"whole": True})


class Published(pa.DataFrameModel):
    """Printed numbers and the saved result that recomputes each."""

    id: Series[str] = pa.Field(unique=True, description="name of the printed number")
    where: Series[str] = pa.Field(description="place in the paper")
    value: Series[str] = pa.Field(description="as printed")
    decimals: Series[float] = pa.Field(description="printed decimals, -1 for what is no number")
    kind: Series[str] | None = text("result, restatement or design")
    dup_of: Series[str] | None = text("the number that this one restates")
    chapter: Series[str] | None = text("chapter that recomputes it")
    result: Series[str] | None = text("saved result of that chapter")
    row: Series[str] | None = text("row of that result, as key=value; key=value")
    column: Series[str] | None = text("column of that result")
    scale: Series[float] | None = number("factor from the saved to the printed unit", "")
    status: Series[str] | None = text("declared status", ["contradicted", "not recomputable"])
    note: Series[str] | None = text("arithmetic of a contradiction, or why not recomputable")


class Alternatives(pa.DataFrameModel):
    """Other synthetic cohorts with the same printed numbers: a row per patient of each."""

    cohort: Series[float] = pa.Field(ge=1, description="number of the cohort")
    patient_id: Series[str] = pa.Field(description="identifier within its cohort")
    pfs_days: Series[float] = pa.Field(ge=0, description="days to progression, death or the end")
    pfs_event: Series[pa.BOOL] = pa.Field(description="PFS ended in progression or death")
    os_days: Series[float] = pa.Field(ge=0, description="days to death or the end")
    os_event: Series[pa.BOOL] = pa.Field(description="OS ended in death")
    bed10_gy: Series[float] | None = number("BED with an α/β ratio of 10 Gy", "Gy", 0)
    ecog: Series[pa.BOOL] | None = text("ECOG performance status at or above the paper's cut")
    disease_status: Series[str] | None = text("as in `patients`", list(DISEASE_STATUS))


TABLES = {
    "patients": Patients,
    "radiotherapy": Radiotherapy,
    "adverse_events": AdverseEvents,
    "laboratory": Laboratory,
    "screening": Screening,
    "published": Published,
    "alternatives": Alternatives,
}
#: tables that only a study has which reports a paper
OF_PAPER = ("published", "alternatives")


#: table: what it says when it has a header and no rows; any other reads as not recorded then
EMPTY_TELLS = {"adverse_events": "no patient had an adverse event"}


@dataclass(frozen=True)
class Column:
    """What the contract says of a column.

    Attributes
    ----------
    name, description : str
    kind : {"text", "number", "boolean", "date"}
    required, nullable, unique, whole : bool
    levels : tuple
        The values that it may have; empty where any.
    low, high : float or None
        The range of what can be true, in `unit`.
    usual : tuple of float or None
        The range of what needs no second look.
    unit : str or None
    """

    name: str
    description: str
    kind: str
    required: bool
    nullable: bool
    unique: bool
    whole: bool
    levels: tuple
    low: float | None
    high: float | None
    usual: tuple | None
    unit: str | None


@functools.cache
def columns(table):
    """Return the columns of a table of the contract, by name, in order.

    Parameters
    ----------
    table : str
        Name of a table of the contract.

    Returns
    -------
    dict of str to Column
    """
    found = {}
    for name, column in TABLES[table].to_schema().columns.items():
        facts = {k: v for check in column.checks for k, v in check.statistics.items()}
        more = column.metadata or {}
        kinds = {"bool": "boolean", "float": "number", "datetime": "date"}
        dtype = str(column.dtype)
        found[name] = Column(
            name, column.description, next((k for d, k in kinds.items() if d in dtype), "text"),
            column.required, column.nullable, column.unique, more.get("whole", False),
            tuple(facts.get("allowed_values", ())), facts.get("min_value"), facts.get("max_value"),
            more.get("usual"), more.get("unit"))
    return found


def kind(table, column):
    """Return the kind of a contract column: text, number, boolean or date."""
    return columns(table)[column].kind
