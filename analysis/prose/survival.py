"""Sentences of the chapter on survival: the analysis as it is usually done."""

from __future__ import annotations

import pandas as pd

from analysis.cox import MULTIVARIABLE, UNIVARIABLE
from analysis.display import (
    NOT_ESTIMABLE,
    capitalise,
    cite,
    count,
    escape,
    is_missing,
    level,
    listing,
    number,
    plain,
    quote,
    select,
)
from analysis.prose.quoted import cite_limits, quote_count
from analysis.schema import ENDPOINTS
from analysis.withheld import SILENT, WORDS

#: method whose limits the sentences quote; the table has them all
MAIN = "log-log"
#: levels that say no more than the name of their covariate
PLAIN = ("yes", "present")
WHOLE = {"group": "all", "level": "all"}
CONTRAST = ("endpoint", "model", "term", "level")


def name_endpoint(endpoint):
    """Name an endpoint in words: ``progression-free survival``."""
    return ENDPOINTS[endpoint][0] if endpoint in ENDPOINTS else str(endpoint)


def covariate_names(study):
    """Return the label of each covariate by its name."""
    return {c.name: c.label for c in study.covariates}


def list_endpoints(result):
    """List the endpoints of a result in its order."""
    return list(dict.fromkeys(result["endpoint"]))


def quote_limits(result, **row):
    """Quote two limits, each with its address: ``3.1–11.7``; NE where both are missing."""
    found = select(result, **row)
    if is_missing(found["conf_low"]) and is_missing(found["conf_high"]):
        return cite(NOT_ESTIMABLE, "conf_low", **row)
    limits = [quote(result, column, **row) for column in ("conf_low", "conf_high")]
    silent = [limit for limit in limits if plain(limit) == WORDS[SILENT]]
    return silent[0] if silent else "–".join(limits)


def describe_confidence(result, **row):
    """Say the level and the limits of an estimate: ``95% CI 3.1–11.7``."""
    found = result
    for column, value in row.items():
        found = found[found[column] == value]
    return f"{level(found['conf_level'].iloc[0])} CI {quote_limits(result, **row)}"


def takeaways(study, medians, rates, cox):
    """Return the points to take away."""
    return [*(describe_median(medians, e) for e in ("PFS", "OS")),
            describe_rates(rates, "IFPFS"), describe_model(study, cox, "PFS"),
            describe_model(study, cox, "OS")]


def describe_median(medians, endpoint):
    """Say the median of one endpoint with its limits, and how many events stand behind it."""
    key = {"endpoint": endpoint, **WHOLE, "method": MAIN}
    rows = medians[(medians[list(key)] == pd.Series(key)).all(axis=1)]
    if rows.empty:
        return ""
    row, name = rows.iloc[0], name_endpoint(endpoint)
    patients = quote_count(medians, "n", "patient", **key)
    if row["n_event"] == 0:
        return f"No event of {name} was seen in {patients}."
    events = quote_count(medians, "n_event", "event", **key)
    said = f"({describe_confidence(medians, **key)}, {MAIN}; {events} in {patients})"
    if is_missing(row["estimate"]):
        return f"Median {name} is not reached {said}."
    return f"Median {name} is {quote(medians, 'estimate', **key)} months {said}."


def describe_rates(rates, endpoint):
    """Say the share free of one endpoint's event at each stated time."""
    rows = rates[(rates["endpoint"] == endpoint) & (rates["group"] == "all")]
    if rows.empty:
        return ""
    known = rows[~rows["estimate"].map(is_missing)]
    if known.empty:
        return f"Nobody was followed long enough to state a rate of {name_endpoint(endpoint)}."
    said = []
    for _, row in known.iterrows():
        key = {"endpoint": endpoint, **WHOLE, "time_mo": row["time_mo"]}
        sure = f"{describe_confidence(rates, **key)}; " if pd.notna(row["conf_low"]) else ""
        said.append(f"{quote(rates, 'estimate', **key)} at {number(row['time_mo'])} months "
                    f"({sure}{quote_count(rates, 'n_risk', 'patient', **key)} at risk)")
    return f"Estimated {name_endpoint(endpoint)}: {listing(said)}."


def name_contrast(study, row):
    """Name a covariate and its level: ``Age: ≥50 years``; a plain yes is left out."""
    name = covariate_names(study).get(row["term"], row["term"])
    return escape(name if row["level"] in PLAIN else f"{name}: {row['level']}")


def describe_contrast(study, cox, row):
    """Say one hazard ratio: covariate, level, ratio with limits and p value."""
    key = {column: row[column] for column in (*CONTRAST, "method")}
    return (f"{name_contrast(study, row)} (hazard ratio {quote(cox, 'estimate', **key)}, "
            f"{describe_confidence(cox, **key)}, {quote(cox, 'p_value', **key)})")


def describe_model(study, cox, endpoint, alpha=0.05):
    """Say which covariates go with an endpoint when they are looked at together."""
    if endpoint not in set(cox["endpoint"]):
        return ""
    rows = cox[(cox["endpoint"] == endpoint) & (cox["model"] == MULTIVARIABLE)]
    name = name_endpoint(endpoint)
    if rows.empty:
        return f"No covariate entered the multivariable model of {name}."
    strong = rows[rows["p_value"] < alpha]
    entered = count(rows["term"].nunique(), "covariate")
    if strong.empty:
        return (f"With {entered} together, none goes with {name} beyond what chance explains at "
                f"P < {alpha:g}.")
    said = listing([describe_contrast(study, cox, row) for _, row in strong.iterrows()])
    return f"With {entered} together, {name} goes with {said}."


def describe_limit_methods(medians):
    """Say in how many rows the two kinds of limits tell different stories."""
    wide = medians.pivot_table(index=["endpoint", "group", "level"], columns="method",
                               values=["conf_low", "conf_high"], sort=False, dropna=False)
    if not {("conf_high", MAIN), ("conf_high", "normal")} <= set(wide.columns):
        return ""
    open_ended = wide[("conf_high", MAIN)].isna() & wide[("conf_high", "normal")].notna()
    below = int((wide[("conf_low", "normal")] < 0).sum())
    said = []
    if open_ended.any():
        said.append(f"in {count(open_ended.sum(), 'row')} the upper limit that the curve itself "
                    "gives is not reached, while the normal approximation prints one")
    if below:
        said.append(f"in {count(below, 'row')} the normal approximation gives a lower limit below "
                    "zero, which no time can be")
    return f"{capitalise('; '.join(said))}." if said else (
        "Wherever the normal approximation gives limits, the curve gives its own.")


def describe_logrank(study, logrank, endpoint):
    """Say how the groups compare in one endpoint."""
    names = covariate_names(study)
    said = []
    for _, row in logrank[logrank["endpoint"] == endpoint].iterrows():
        name = escape(names.get(row["group"], row["group"]))
        about = f"{capitalise(name_endpoint(endpoint))} by {name}"
        if row["reason"]:
            said.append(f"{about}: nothing can be compared ({escape(row['reason'])}).")
            continue
        key = {"endpoint": endpoint, "group": row["group"], "test": row["test"]}
        ratio = "" if pd.isna(row["ratio"]) else (
            ", ratio of observed to expected events "
            f"{cite(number(row['ratio'], 2), 'ratio', **key)} "
            f"({level(row['conf_level'])} CI {cite_limits(row, key, 2)}) for "
            f"{escape(row['level'])} against {escape(row['reference'])}")
        said.append(f"{about}: log-rank {quote(logrank, 'p_value', **key)}{ratio}.")
    return said


def describe_not_estimable(study, cox, endpoint):
    """Say which hazard ratios of an endpoint cannot be estimated, and why."""
    rows = cox[(cox["endpoint"] == endpoint) & (cox["reason"] != "")]
    if rows.empty:
        return ""
    words = {UNIVARIABLE: "alone", MULTIVARIABLE: "together"}
    said = [f"{name_contrast(study, row)}, {words[row['model']]} ({escape(row['reason'])})"
            for _, row in rows.iterrows()]
    return f"Not estimable (NE): {'; '.join(said)}."


def describe_size(tests, endpoint):
    """Say how many events stand behind each coefficient of a multivariable model."""
    key = {"endpoint": endpoint, "test": "likelihood ratio"}
    rows = tests[(tests[list(key)] == pd.Series(key)).all(axis=1)]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    said = {c: cite(number(row[c], d), c, **key) for c, d in
            (("events_per_variable", 1), ("concordance", 2))}
    return (f"The multivariable model of {name_endpoint(endpoint)} estimates "
            f"{quote_count(tests, 'n_parameters', 'coefficient', **key)} from "
            f"{quote_count(tests, 'n_event', 'event', **key)}, {said['events_per_variable']} "
            f"events for each, where ten are the usual minimum; its likelihood ratio test has "
            f"{quote(tests, 'p_value', **key)} and its concordance is {said['concordance']}.")


def describe_entry(cox, entry_p):
    """Say the entry rule and how many covariates it let in for each endpoint."""
    if cox.empty:
        return "No covariate is defined for this study."
    entered = cox[cox["model"] == MULTIVARIABLE].groupby("endpoint", sort=False)["term"].nunique()
    said = [f"{entered.get(endpoint, 0)} for {endpoint}" for endpoint in list_endpoints(cox)]
    return f"Covariates with P < {entry_p:g} alone enter together: {listing(said)}."


def curve_caption(endpoint):
    """Caption of a Kaplan–Meier figure."""
    return (f"Kaplan–Meier estimate of {name_endpoint(endpoint)} with pointwise log-log limits; a "
            "tick marks a patient whose observation ended without the event, dotted lines drop to "
            "the median, and its limits are where the band crosses one half. NR: not reached.")


def curve_alt(medians, rates, endpoint):
    """Describe the curve of one endpoint in words."""
    said = [f"Step curve of {name_endpoint(endpoint)} for all patients.",
            describe_median(medians, endpoint), describe_rates(rates, endpoint)]
    return " ".join(s for s in said if s)


def group_alt(study, medians, endpoint, groups):
    """Describe the curves of one endpoint by groups in words."""
    names = covariate_names(study)
    rows = medians[(medians["endpoint"] == endpoint) & (medians["method"] == MAIN)
                   & medians["group"].isin(groups)]
    said = [f"{escape(names.get(r['group'], r['group']))} {escape(r['level'])} "
            f"{'not reached' if is_missing(r['estimate']) else number(r['estimate'], 1)}"
            for _, r in rows.iterrows()]
    return f"Step curves of {name_endpoint(endpoint)} by group. Medians in months: {listing(said)}."


def forest_alt(study, cox, endpoint):
    """Describe the forest plot of one endpoint in words."""
    n = cox.loc[cox["endpoint"] == endpoint, "term"].nunique()
    return (f"Hazard ratios of {count(n, 'covariate')} for {name_endpoint(endpoint)}, each alone "
            f"and together. {describe_model(study, cox, endpoint)}")
