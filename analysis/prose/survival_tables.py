"""Printed tables of the chapter on survival; each number carries its address."""

from __future__ import annotations

import pandas as pd

from analysis.cox import MULTIVARIABLE, UNIVARIABLE
from analysis.display import (
    NOT_REACHED,
    capitalise,
    cite,
    interval,
    is_missing,
    level,
    number,
    p_value,
    percent,
)
from analysis.prose.quoted import LIMITS, cite_estimate, cite_limits
from analysis.prose.survival import CONTRAST, MAIN, covariate_names

SAMPLE = ("endpoint", "group", "level")


def name_sample(names, row):
    """Name a sample in a first column: the endpoint for all, the indented level otherwise."""
    if row["group"] == "all":
        return f"{row['endpoint']}, all"
    return f"\u2003{names.get(row['group'], row['group'])}: {row['level']}"


def key_of(row, columns):
    """Return the address of a row."""
    return {column: row[column] for column in columns}


def medians_table(study, medians, methods=(MAIN, "normal")):
    """Print medians: one row per sample, the limits of each method beside each other."""
    names = covariate_names(study)
    rows = []
    for _, part in medians.groupby(list(SAMPLE), sort=False):
        first = part.iloc[0]
        key = key_of(first, (*SAMPLE, "method"))
        limits = {f"{level(first['conf_level'])} CI, {method}": print_limits(part, method)
                  for method in methods}
        shown = NOT_REACHED if is_missing(first["estimate"]) else number(first["estimate"], 1)
        rows.append({"Endpoint": name_sample(names, first),
                     "Patients": cite(number(first["n"]), "n", **key),
                     "Events": cite(number(first["n_event"]), "n_event", **key),
                     "Median, months": cite(shown, "estimate", **key), **limits})
    return pd.DataFrame(rows)


def print_limits(part, method):
    """Print the limits of one method, NR where not reached; its own median where it differs."""
    rows = part[part["method"] == method]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    shown = interval(row["conf_low"], row["conf_high"], 1, NOT_REACHED)
    other = pd.notna(row["estimate"]) and row["estimate"] != part["estimate"].iloc[0]
    if other:
        shown = f"{shown} about {number(row['estimate'], 1)}"
    columns = f"estimate.{LIMITS}" if other else LIMITS
    return cite(shown, columns, **key_of(row, (*SAMPLE, "method")))


def rates_table(study, rates):
    """Print the share of the whole cohort free of each event at stated times."""
    names = covariate_names(study)
    return pd.DataFrame([{
        "Endpoint": name_sample(names, r), "Months": number(r["time_mo"]),
        "Free of the event": f"NE: {r['reason']}" if r["reason"] else cite(
            percent(100 * r["estimate"]), "estimate", **key_of(r, (*SAMPLE, "time_mo"))),
        f"{level(r['conf_level'])} CI, {r['method']}": cite_limits(
            r, (*SAMPLE, "time_mo"), scale=100),
        "At risk": cite(number(r["n_risk"]), "n_risk", **key_of(r, (*SAMPLE, "time_mo")))}
        for _, r in rates[rates["group"] == "all"].iterrows()])


def logrank_table(study, logrank):
    """Print the comparisons of groups."""
    names, rows = covariate_names(study), []
    for _, r in logrank.iterrows():
        keys = ("endpoint", "group", "test")
        at = key_of(r, keys)
        rows.append({
            "Endpoint": r["endpoint"], "Groups by": names.get(r["group"], r["group"]),
            "Patients": cite(number(r["n"]), "n", **at),
            "Events": cite(number(r["n_event"]), "n_event", **at),
            "χ² (df)": print_statistic(r, "chi2", at),
            "P": cite(p_value(r["p_value"]), "p_value", **at),
            "O/E ratio": "" if is_missing(r["ratio"]) else cite_estimate(r, "ratio", keys, 2)})
    return pd.DataFrame(rows)


def print_statistic(row, column, key):
    """Print a test statistic with its degrees of freedom; why there is none."""
    if row["reason"]:
        return f"NE: {row['reason']}"
    return cite(f"{number(row[column], 2)} ({number(row['df'])})", f"{column}.df", **key)


def cox_table(study, cox, endpoint):
    """Print one endpoint's hazard ratios, each covariate alone and together."""
    names = covariate_names(study)
    here = cox[cox["endpoint"] == endpoint]
    rows = []
    for _, row in here[here["model"] == UNIVARIABLE].iterrows():
        together = here[(here["model"] == MULTIVARIABLE) & (here["term"] == row["term"])
                        & (here["level"] == row["level"])]
        both = [print_ratio(row), *(print_ratio(r) for _, r in together.iterrows()), ("–", "–")]
        rows.append({
            "Covariate": f"{names.get(row['term'], row['term'])}: {row['level']} vs "
                         f"{row['reference']}",
            "Events/patients": print_level(row),
            "Alone: HR (CI)": both[0][0], "P": both[0][1],
            "Together: HR (CI)": both[1][0], "P ": both[1][1]})
    return pd.DataFrame(rows)


def print_ratio(row):
    """Print a hazard ratio with its limits, and its p value; NE where there is none."""
    if row["reason"]:
        return "NE", "NE"
    keys = (*CONTRAST, "method")
    return (cite_estimate(row, "estimate", keys, 2),
            cite(p_value(row["p_value"]), "p_value", **key_of(row, keys)))


def print_level(row):
    """Print the events and patients of the level that a hazard ratio is about."""
    shown = f"{number(row['n_event_level'])}/{number(row['n_level'])}"
    return cite(shown, "n_event_level.n_level", **key_of(row, (*CONTRAST, "method")))


def tests_table(tests):
    """Print the tests of the multivariable models."""
    rows = []
    for _, r in tests.iterrows():
        at = key_of(r, ("endpoint", "test"))
        rows.append({
            "Endpoint": r["endpoint"], "Test": capitalise(r["test"]),
            "χ² (df)": print_statistic(r, "statistic", at),
            "P": cite(p_value(r["p_value"]), "p_value", **at),
            "Events per coefficient": cite(number(r["events_per_variable"], 1),
                                           "events_per_variable", **at),
            "Concordance": cite(number(r["concordance"], 2), "concordance", **at)})
    return pd.DataFrame(rows)
