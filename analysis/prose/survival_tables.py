"""Printed tables of the chapter on survival; each number carries its address."""

from __future__ import annotations

import pandas as pd

from analysis.cox import MULTIVARIABLE, UNIVARIABLE
from analysis.display import (
    NOT_REACHED,
    capitalise,
    cite,
    estimate,
    interval,
    is_missing,
    level,
    number,
    p_value,
    percent,
)
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
        rows.append({"Endpoint": name_sample(names, first), "Patients": number(first["n"]),
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
    return cite(shown, "conf_low", **key_of(row, (*SAMPLE, "method")))


def rates_table(study, rates):
    """Print the share of the whole cohort free of each event at stated times."""
    names = covariate_names(study)
    return pd.DataFrame([{
        "Endpoint": name_sample(names, r), "Months": number(r["time_mo"]),
        "Free of the event": f"NE: {r['reason']}" if r["reason"] else cite(
            percent(100 * r["estimate"]), "estimate", **key_of(r, (*SAMPLE, "time_mo"))),
        f"{level(r['conf_level'])} CI, {r['method']}": interval(
            100 * r["conf_low"], 100 * r["conf_high"], 1),
        "At risk": number(r["n_risk"])}
        for _, r in rates[rates["group"] == "all"].iterrows()])


def logrank_table(study, logrank):
    """Print the comparisons of groups."""
    names = covariate_names(study)
    return pd.DataFrame([{
        "Endpoint": r["endpoint"], "Groups by": names.get(r["group"], r["group"]),
        "Patients": number(r["n"]), "Events": number(r["n_event"]),
        "χ² (df)": f"NE: {r['reason']}" if r["reason"] else
        f"{number(r['chi2'], 2)} ({number(r['df'])})",
        "P": cite(p_value(r["p_value"]), "p_value", **key_of(r, ("endpoint", "group", "test"))),
        "O/E ratio": estimate(r["ratio"], r["conf_low"], r["conf_high"], 2, "")}
        for _, r in logrank.iterrows()])


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
            "Events/patients": f"{number(row['n_event_level'])}/{number(row['n_level'])}",
            "Alone: HR (CI)": both[0][0], "P": both[0][1],
            "Together: HR (CI)": both[1][0], "P ": both[1][1]})
    return pd.DataFrame(rows)


def print_ratio(row):
    """Print a hazard ratio with its limits, and its p value; NE where there is none."""
    if row["reason"]:
        return "NE", "NE"
    key = key_of(row, (*CONTRAST, "method"))
    ratio = cite(number(row["estimate"], 2), "estimate", **key)
    return (f"{ratio} ({interval(row['conf_low'], row['conf_high'], 2)})",
            cite(p_value(row["p_value"]), "p_value", **key))


def tests_table(tests):
    """Print the tests of the multivariable models."""
    return pd.DataFrame([{
        "Endpoint": r["endpoint"], "Test": capitalise(r["test"]),
        "χ² (df)": f"NE: {r['reason']}" if r["reason"] else
        f"{number(r['statistic'], 2)} ({number(r['df'])})",
        "P": cite(p_value(r["p_value"]), "p_value", **key_of(r, ("endpoint", "test"))),
        "Events per coefficient": number(r["events_per_variable"], 1),
        "Concordance": number(r["concordance"], 2)} for _, r in tests.iterrows()])
