"""Sentences and printed tables of the chapter on survival: the analysis as it is usually done."""

from __future__ import annotations

import pandas as pd

from analysis.cox import MULTIVARIABLE, UNIVARIABLE
from analysis.display import (
    NOT_REACHED,
    capitalise,
    count,
    escape,
    estimate,
    interval,
    level,
    listing,
    number,
    p_sentence,
    p_value,
    percent,
    quote,
)
from analysis.schema import ENDPOINTS

#: method whose limits the sentences quote; the table has them all
MAIN = "log-log"


def name_endpoint(endpoint):
    """Name an endpoint in words: ``progression-free survival``."""
    return ENDPOINTS[endpoint][0] if endpoint in ENDPOINTS else str(endpoint)


def join(*results):
    """Join results of the same columns; an empty one adds nothing."""
    filled = [result for result in results if len(result)] or list(results[:1])
    return pd.concat(filled, ignore_index=True)


def covariate_names(study):
    """Return the label of each covariate by its name."""
    return {c.name: c.label for c in study.covariates}


def list_endpoints(result):
    """List the endpoints of a result in its order."""
    return list(dict.fromkeys(result["endpoint"]))


def percent_limits(row):
    """Format a proportion with its limits in per cent: ``67.1% (95% CI 47.0–81.1%)``."""
    limits = interval(100 * row["conf_low"], 100 * row["conf_high"], 1)
    return f"{percent(100 * row['estimate'])} ({level(row['conf_level'])} CI {limits}%)"


def takeaways(study, medians, rates, cox):
    """Return the points to take away."""
    return [*(describe_median(medians, e) for e in ("PFS", "OS")),
            describe_rates(rates, "IFPFS"), describe_model(study, cox, "PFS"),
            describe_model(study, cox, "OS")]


def describe_median(medians, endpoint):
    """Say the median of one endpoint with its limits, and how many events stand behind it."""
    rows = medians[(medians["endpoint"] == endpoint) & (medians["group"] == "all")
                   & (medians["method"] == MAIN)]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    name = name_endpoint(endpoint)
    events = f"{count(row['n_event'], 'event')} in {count(row['n'], 'patient')}"
    if row["n_event"] == 0:
        return f"No event of {name} was seen in {count(row['n'], 'patient')}."
    limits = interval(row["conf_low"], row["conf_high"], 1, NOT_REACHED)
    said = f"({level(row['conf_level'])} CI {limits}, {MAIN}; {events})"
    if pd.isna(row["estimate"]):
        return f"Median {name} is not reached {said}."
    return f"Median {name} is {quote(rows, 'estimate')} months {said}."


def describe_rates(rates, endpoint):
    """Say the share free of one endpoint's event at each stated time."""
    rows = rates[(rates["endpoint"] == endpoint) & (rates["group"] == "all")]
    known = rows.dropna(subset="estimate")
    if rows.empty:
        return ""
    if known.empty:
        return f"Nobody was followed long enough to state a rate of {name_endpoint(endpoint)}."
    said = [f"{percent_limits(row)} at {number(row['time_mo'])} months, with "
            f"{count(row['n_risk'], 'patient')} still at risk" for _, row in known.iterrows()]
    return f"Estimated {name_endpoint(endpoint)}: {listing(said)}."


def describe_contrast(study, row):
    """Say one hazard ratio: covariate, level, ratio with limits and p value."""
    name = covariate_names(study).get(row["term"], row["term"])
    told = "" if row["level"] in ("yes", "present") else f": {row['level']}"
    ratio = (f"{number(row['estimate'], 2)}, {level(row['conf_level'])} CI "
             f"{interval(row['conf_low'], row['conf_high'], 2)}")
    return f"{escape(name + told)} (hazard ratio {ratio}, {p_sentence(row['p_value'])})"


def describe_model(study, cox, endpoint, alpha=0.05):
    """Say which covariates go with an endpoint when they are looked at together."""
    rows = cox[(cox["endpoint"] == endpoint) & (cox["model"] == MULTIVARIABLE)]
    if endpoint not in set(cox["endpoint"]):
        return ""
    name = name_endpoint(endpoint)
    if rows.empty:
        return f"No covariate entered the multivariable model of {name}."
    strong = rows[rows["p_value"] < alpha]
    entered = count(rows["term"].nunique(), "covariate")
    if strong.empty:
        return (f"With {entered} together, none goes with {name} beyond what chance explains at "
                f"P < {alpha:g}.")
    said = listing([describe_contrast(study, row) for _, row in strong.iterrows()])
    return f"With {entered} together, {name} goes with {said}."


def medians_table(study, medians, methods=(MAIN, "normal")):
    """Print medians: one row per sample, the limits of each method beside each other."""
    names = covariate_names(study)
    rows = []
    for keys, part in medians.groupby(["endpoint", "group", "level"], sort=False):
        endpoint, group, shown = keys
        first = part.iloc[0]
        who = "All" if group == "all" else f"\u2003{names.get(group, group)}: {shown}"
        limits = {f"{level(first['conf_level'])} CI, {method}": print_limits(part, method)
                  for method in methods}
        rows.append({"Endpoint": f"{endpoint}, all" if group == "all" else who,
                     "Patients": number(first["n"]), "Events": number(first["n_event"]),
                     "Median, months": print_months(first["estimate"]), **limits})
    return pd.DataFrame(rows)


def print_months(x):
    """Print months with one decimal, NR where not reached."""
    return NOT_REACHED if pd.isna(x) else number(x, 1)


def print_limits(part, method):
    """Print the limits of one method, NR where not reached."""
    rows = part[part["method"] == method]
    if rows.empty:
        return ""
    return interval(rows["conf_low"].iloc[0], rows["conf_high"].iloc[0], 1, NOT_REACHED)


def describe_limit_methods(medians):
    """Say for how many samples the two kinds of limits differ by more than a month."""
    wide = medians.pivot_table(index=["endpoint", "group", "level"], columns="method",
                               values=["conf_low", "conf_high"], sort=False, dropna=False)
    if not {("conf_high", MAIN), ("conf_high", "normal")} <= set(wide.columns):
        return ""
    open_ended = wide[("conf_high", MAIN)].isna() & wide[("conf_high", "normal")].notna()
    below = int((wide[("conf_low", "normal")] < 0).sum())
    said = []
    if open_ended.any():
        said.append(f"In {count(open_ended.sum(), 'row')} the upper limit that the curve itself "
                    "gives is not reached, while the normal approximation prints one")
    if below:
        said.append(f"in {count(below, 'row')} the normal approximation gives a lower limit below "
                    "zero, which no time can be")
    return f"{capitalise('; '.join(said))}." if said else (
        "Both kinds of limits exist for every median that is reached.")


def rates_table(study, rates):
    """Print the share free of the event at stated times."""
    names = covariate_names(study)
    rows = [{"Endpoint": (f"{r['endpoint']}, all" if r["group"] == "all" else
                          f"\u2003{names.get(r['group'], r['group'])}: {r['level']}"),
             "Months": number(r["time_mo"]),
             "Free of the event": (f"NE: {r['reason']}" if r["reason"] else
                                   percent(100 * r["estimate"])),
             f"{level(r['conf_level'])} CI, {r['method']}": interval(
                 100 * r["conf_low"], 100 * r["conf_high"], 1),
             "At risk": number(r["n_risk"])} for _, r in rates.iterrows()]
    return pd.DataFrame(rows)


def logrank_table(study, logrank):
    """Print the comparisons of groups."""
    names = covariate_names(study)
    rows = [{"Endpoint": r["endpoint"], "Groups by": names.get(r["group"], r["group"]),
             "Patients": number(r["n"]), "Events": number(r["n_event"]),
             "χ² (df)": f"NE: {r['reason']}" if r["reason"] else
             f"{number(r['chi2'], 2)} ({number(r['df'])})",
             "P": p_value(r["p_value"]),
             "O/E ratio": estimate(r["ratio"], r["conf_low"], r["conf_high"], 2, "")}
            for _, r in logrank.iterrows()]
    return pd.DataFrame(rows)


def describe_logrank(study, logrank, endpoint):
    """Say how the groups compare in one endpoint."""
    rows = logrank[logrank["endpoint"] == endpoint]
    names = covariate_names(study)
    said = []
    for _, row in rows.iterrows():
        name = escape(names.get(row["group"], row["group"]))
        if row["reason"]:
            said.append(f"By {name} nothing can be compared: {escape(row['reason'])}.")
        else:
            ratio = "" if pd.isna(row["ratio"]) else (
                f", with a ratio of observed to expected events of "
                f"{estimate(row['ratio'], row['conf_low'], row['conf_high'])}")
            said.append(f"By {name}, {name_endpoint(endpoint)} compares at "
                        f"{p_sentence(row['p_value'])} (log-rank){ratio}.")
    return said


def cox_table(study, cox, endpoint):
    """Print one endpoint's hazard ratios, each covariate alone and together."""
    names = covariate_names(study)
    here = cox[cox["endpoint"] == endpoint]
    alone = here[here["model"] == UNIVARIABLE]
    rows = []
    for _, row in alone.iterrows():
        together = here[(here["model"] == MULTIVARIABLE) & (here["term"] == row["term"])
                        & (here["level"] == row["level"])]
        rows.append({
            "Covariate": f"{names.get(row['term'], row['term'])}: {row['level']} vs "
                         f"{row['reference']}",
            "Events/patients": f"{number(row['n_event_level'])}/{number(row['n_level'])}",
            "Alone: HR (CI)": print_ratio(row), "P": p_value(row["p_value"]),
            "Together: HR (CI)": print_ratio(together.iloc[0]) if len(together) else "–",
            "P ": p_value(together["p_value"].iloc[0]) if len(together) else "–"})
    return pd.DataFrame(rows)


def print_ratio(row):
    """Print a hazard ratio with its limits, or NE."""
    return "NE" if row["reason"] else estimate(row["estimate"], row["conf_low"], row["conf_high"])


def describe_not_estimable(study, cox, endpoint):
    """Say which hazard ratios of an endpoint cannot be estimated, and why."""
    names = covariate_names(study)
    rows = cox[(cox["endpoint"] == endpoint) & (cox["reason"] != "")]
    if rows.empty:
        return ""
    words = {UNIVARIABLE: "alone", MULTIVARIABLE: "together"}
    said = [f"{escape(names.get(r['term'], r['term']))} {words[r['model']]} "
            f"({escape(r['reason'])})" for _, r in rows.iterrows()]
    return f"Not estimable (NE): {listing(said)}."


def describe_size(tests, endpoint):
    """Say how many events stand behind each covariate of a multivariable model."""
    rows = tests[(tests["endpoint"] == endpoint) & (tests["test"] == "likelihood ratio")]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    return (f"The multivariable model of {name_endpoint(endpoint)} estimates "
            f"{count(row['n_parameters'], 'coefficient')} from {count(row['n_event'], 'event')}: "
            f"{number(row['events_per_variable'], 1)} events per coefficient, where ten are the "
            f"usual minimum; likelihood ratio {p_sentence(row['p_value'])}, concordance "
            f"{number(row['concordance'], 2)}.")


def tests_table(tests):
    """Print the tests of the multivariable models."""
    rows = [{"Endpoint": r["endpoint"], "Test": capitalise(r["test"]),
             "χ² (df)": f"NE: {r['reason']}" if r["reason"] else
             f"{number(r['statistic'], 2)} ({number(r['df'])})", "P": p_value(r["p_value"]),
             "Events per coefficient": number(r["events_per_variable"], 1),
             "Concordance": number(r["concordance"], 2)} for _, r in tests.iterrows()]
    return pd.DataFrame(rows)


def curve_caption(endpoint):
    """Caption of a Kaplan–Meier figure."""
    return (f"Kaplan–Meier estimate of {name_endpoint(endpoint)} with pointwise limits; a tick "
            "marks a patient whose observation ended without the event.")


def curve_alt(medians, rates, endpoint):
    """Describe the curve of one endpoint in words."""
    said = [f"Falling step curve of {name_endpoint(endpoint)} for all patients.",
            describe_median(medians, endpoint), describe_rates(rates, endpoint)]
    return " ".join(s for s in said if s)


def group_alt(study, medians, endpoint, groups):
    """Describe the curves of one endpoint by groups in words."""
    names = covariate_names(study)
    rows = medians[(medians["endpoint"] == endpoint) & (medians["method"] == MAIN)
                   & medians["group"].isin(groups)]
    said = [f"{names.get(r['group'], r['group'])} {r['level']} {print_months(r['estimate'])}"
            for _, r in rows.iterrows()]
    return f"Step curves of {name_endpoint(endpoint)} by group. Medians in months: {listing(said)}."


def forest_alt(study, cox, endpoint):
    """Describe the forest plot of one endpoint in words."""
    n = cox.loc[cox["endpoint"] == endpoint, "term"].nunique()
    return (f"Hazard ratios of {count(n, 'covariate')} for {name_endpoint(endpoint)}, each alone "
            f"and together. {describe_model(study, cox, endpoint)}")


def describe_entry(cox, entry_p):
    """Say the entry rule and how many covariates it let in for each endpoint."""
    entered = cox[cox["model"] == MULTIVARIABLE].groupby("endpoint", sort=False)["term"].nunique()
    said = [f"{entered.get(endpoint, 0)} for {endpoint}" for endpoint in list_endpoints(cox)]
    return (f"Covariates with P < {entry_p:g} alone enter together: {listing(said)}."
            if said else "No covariate is defined for this study.")
