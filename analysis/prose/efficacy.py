"""Sentences of the chapter on efficacy."""

from __future__ import annotations

import pandas as pd

from analysis.display import (
    capitalise,
    escape,
    is_missing,
    is_some,
    level,
    listing,
    quote,
    select,
)
from analysis.prose.quoted import cite_limits, quote_count, quote_of, quote_share
from analysis.withheld import tell

WORDS = {"CR": "complete response", "PR": "partial response", "SD": "stable disease",
         "PD": "progressive disease", "NE": "not evaluable", "ORR": "objective response",
         "DCR": "disease control"}
WHEN = {"before_rt": "before", "after_rt": "after"}
STATUS = {"RL": "residual lesions", "PEL": "progression of existing lesions", "NL": "new lesions"}
TOLD = {"disease_control": "disease control", "disease_free": "freedom from disease",
        "downstaging_surgery": "surgery after downstaging"}


def explain_response(study):
    """Say what a best response is, and by which criteria."""
    criteria = study.response_criteria
    by = ("the criteria that the study used" if criteria is None else
          "{term}`mRECIST` {cite:p}`lencioni2010`" if criteria == "mRECIST" else escape(criteria))
    return (f"Response is the best one that the whole body reached, by {by}, each time against the "
            "images before that treatment.")


def name_assessment(study, assessment):
    """Name an assessment by the treatment that it follows."""
    treatment = (study.prior_treatment if assessment == "before_rt" else study.treatment)
    return f"on {escape(treatment)}" if assessment == "before_rt" else f"after {escape(treatment)}"


def name_status(study, status):
    """Name a disease status in words, its short form behind."""
    words = study.labels.get(status, STATUS.get(status, status))
    return words if words == status else f"{words} ({status})"


def name_group(study, group, name):
    """Name a group of patients, as plain text."""
    if group == "all":
        return "All patients"
    if group == "response_rt":
        return f"{capitalise(WORDS[name])} after {study.treatment_short}"
    return capitalise(" or ".join(name_status(study, part) for part in name.split(" or ")))


def takeaways(study, response, change, ratio, cut):
    """Return the points to take away."""
    return [describe_rates(study, response), describe_change(study, change),
            describe_ratio(study, ratio, cut)]


def describe_rates(study, response):
    """Say the rates of response and of disease control at the last assessment on record."""
    if response.empty:
        return "No response is on record."
    assessment = response["assessment"].iloc[-1]
    orr, dcr = (quote_share(response, assessment=assessment, category=c) for c in ("ORR", "DCR"))
    return (f"{capitalise(name_assessment(study, assessment))}, an objective response is recorded "
            f"in {orr} and disease control in {dcr}; everyone treated counts in the denominator.")


def describe_not_evaluable(study, response):
    """Say how many patients were not evaluable at each assessment."""
    said = []
    for assessment in response["assessment"].unique():
        key = {"assessment": assessment, "category": "NE"}
        row = select(response, **key)
        if row["n"]:
            silent = (f", {quote(response, 'missing', **key)} of them without any response on "
                      "record" if row["missing"] else "")
            said.append(f"{capitalise(name_assessment(study, assessment))}, "
                        f"{quote_count(response, 'n', 'patient', **key)} could not be "
                        f"evaluated{silent}; "
                        f"{'this patient counts' if row['n'] == 1 else 'they count'} as not "
                        "responding.")
    return " ".join(said) or ("Every patient was evaluable." if len(response) else "")


def describe_change(study, change):
    """Say how objective response changed in the same patients."""
    if change.empty:
        return ""
    key = {"outcome": "ORR"}
    row = select(change, **key)
    if row["n"] == 0:
        return "No patient has a response on record both before and after."
    if is_missing(row["p_value"]):
        return "No patient gained or lost an objective response, so there is nothing to test."
    lost = quote(change, "n_lost", **key) if row["n_lost"] else "none"
    limits = cite_limits(row, key)
    gained = capitalise(quote_count(change, "n_gained", "patient", **key))
    if tell(row["p_value"]):
        return (f"{gained} gained an objective response that {escape(study.prior_treatment)} had "
                f"not given, and {lost} lost one.")
    return (f"{gained} gained an objective response that {escape(study.prior_treatment)} had not "
            f"given, and {lost} lost one: a difference of {quote(change, 'difference', 1, **key)} "
            f"percentage points ({level(row['conf_level'])} CI {limits}; exact McNemar test, "
            f"{quote(change, 'p_value', **key)}; {quote_count(change, 'n', 'patient', **key)}).")


def describe_shift(change):
    """Say whether the categories of response shifted as a whole."""
    if change.empty:
        return ""
    key = {"outcome": "category"}
    row = select(change, **key)
    if pd.isna(row["p_value"]):
        return f"The categories as a whole cannot be compared: {row['reason']}."
    return ("Over all categories together the Stuart–Maxwell test gives χ² = "
            f"{quote(change, 'statistic', 2, **key)} with "
            f"{quote_count(change, 'df', 'degree', **key)} of freedom, "
            f"{quote(change, 'p_value', **key)} ({quote_count(change, 'n', 'patient', **key)} "
            "evaluable both times).")


def address(result):
    """Return what tells the row of the whole cohort from every other row of the chapter."""
    return {"group": "all", "level": "all", "method": result["method"].iloc[0]}


def describe_ratio(study, ratio, cut):
    """Say how many patients reached the cut of the PFS ratio."""
    if ratio.empty:
        return ""
    return (f"PFS after {escape(study.treatment)} lasted at least {cut:g} times as long as PFS on "
            f"{escape(study.prior_treatment)} in {quote_share(ratio, **address(ratio))}, counting "
            "the observed times.")


def describe_open(ratio):
    """Say for how many patients the verdict of the PFS ratio is open, and why."""
    if ratio.empty:
        return ""
    key = address(ratio)
    row = select(ratio, **key)
    if row["n_open"] == 0:
        return "The verdict is settled for every patient: no censored time leaves it open."
    lacking = (f"; {quote(ratio, 'missing', **key)} of them lack a time"
               if row["missing"] else "")
    taken = (f"; the count takes {quote(ratio, 'n_open_reached', **key)} of them as reached, for "
             "their PFS1 is censored" if row["n_open_reached"] else "; the count takes none of "
             "them as reached")
    return (f"The verdict is open for {quote_count(ratio, 'n_open', 'patient', **key)}, whose "
            f"true ratio may lie on either side of the cut{lacking}{taken}.")


def describe_censored(censored):
    """Say the estimate of the PFS ratio that respects censoring."""
    if censored.empty:
        return ""
    key = address(censored)
    row = select(censored, **key)
    if is_missing(row["percent"]):
        return f"Where censoring is respected, no share can be estimated: {row['reason']}."
    limits = cite_limits(row, key)
    beside = (f" ({row['reason']})" if is_missing(row["conf_low"]) else
              f" ({level(row['conf_level'])} CI {limits}%)")
    ends = quote_count(censored, "n_event", "observed end", **key)
    return (f"The estimate that respects censoring is {quote(censored, 'percent', **key)}{beside}, "
            f"from {quote_count(censored, 'n', 'patient', **key)} with a ratio and {ends} of PFS2.")


def describe_control(study, control):
    """Say what came of each disease status: control, freedom from disease, surgery."""
    said = []
    rows = control[(control["group"] == "disease_status") & control["measure"].isin(TOLD)]
    for status in [s for s in rows["level"].unique() if " or " not in s]:
        parts = [f"{TOLD[m]} in " + quote_of(control, group="disease_status", level=status,
                                             measure=m)
                 for m in rows.loc[rows["level"] == status, "measure"]]
        name = escape(name_group(study, "disease_status", status))
        said.append(f"{name}: {listing(parts)}.")
    return " ".join(said)


def describe_unknown(control):
    """Say for how many patients a measure of control is not recorded."""
    gaps = control[(control["group"] == "all") & control["missing"].map(is_some).astype(bool)]
    said = [f"{TOLD[m]}, " + quote_count(control, "missing", "patient", group="all", measure=m)
            for m in gaps["measure"] if m in TOLD]
    return f"Not recorded, and counted as no: {'; '.join(said)}." if said else ""
