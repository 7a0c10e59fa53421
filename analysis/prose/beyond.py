"""Sentences of the survival chapter on what its usual analysis leaves open."""

from __future__ import annotations

import pandas as pd

from analysis.competing import ACTUAL, COMPETING, EVENT, NAIVE
from analysis.display import (
    capitalise,
    cite,
    count,
    escape,
    is_missing,
    level,
    listing,
    number,
    percent,
    quote,
)
from analysis.prose.quoted import cite_limits, quote_count
from analysis.prose.survival import (
    CONTRAST,
    WHOLE,
    covariate_names,
    describe_confidence,
    name_contrast,
    name_endpoint,
)
from analysis.prose.survival_tables import key_of
from analysis.withheld import tell

#: the event of an endpoint in a sentence, and at its curve
EVENTS = {"IFPFS": ("in-field progression", "in field"),
          "OFPFS": ("out-of-field progression", "out of field")}


def find(result, **row):
    """Return the rows of a result that have the given values."""
    for column, value in row.items():
        result = result[result[column] == value]
    return result


#: how time without the event of an endpoint is spent
SPENT = {"PFS": "alive and without progression", "OS": "alive",
         "IFPFS": "without in-field progression", "OFPFS": "without out-of-field progression"}


def name_event(endpoint, at_curve=False):
    """Name the event of an endpoint: ``in-field progression``."""
    return EVENTS.get(endpoint, ("the event", "event"))[at_curve]


def describe_scope(study, named=("medians", "rates", "logrank", "cox")):
    """Say that the paper prints nothing of the second part, where that is so."""
    published = study.published
    if published is None or not {"chapter", "result"} <= set(published):
        return ""
    here = published[published["chapter"] == "survival"]["result"].dropna()
    if here.empty or not set(here) <= set(named):
        return ""
    return (f"All {len(here)} numbers that the paper prints on survival belong to the part above: "
            "medians, rates, tests between groups and hazard ratios. What follows is not in it.")


# competing risks

def describe_incidence(times, endpoint):
    """Say at each time how far the actual incidence lies below the naive one, and why."""
    said = []
    here = find(times, endpoint=endpoint, **WHOLE)
    for time in dict.fromkeys(here.dropna(subset="estimate")["time_mo"]):
        key = {"endpoint": endpoint, **WHOLE, "time_mo": time}
        if find(here, time_mo=time)["estimate"].map(tell).any():
            continue
        actual, naive, death = (
            cite(percent(100 * find(here, time_mo=time, method=m, cause=c)["estimate"].iloc[0]),
                 "estimate", method=m, cause=c, **key)
            for m, c in ((ACTUAL, EVENT), (NAIVE, EVENT), (ACTUAL, COMPETING)))
        said.append(f"By {number(time)} months {actual} have had {name_event(endpoint)} and "
                    f"{death} have died before it could happen; one minus Kaplan–Meier would say "
                    f"{naive}.")
    return said


def incidence_alt(times, endpoint):
    """Describe the curves of incidence in words."""
    return " ".join([f"Rising step curves: {name_event(endpoint)}, the naive estimate of it, and "
                     "death before it.", *describe_incidence(times, endpoint)])


def explain_incidence(times, endpoint):
    """Say in plain words what the difference between the two curves means."""
    rows = times[(times["endpoint"] == endpoint) & (times["group"] == "all")
                 & (times["cause"] == EVENT)].dropna(subset="estimate")
    wide = rows.pivot_table(index="time_mo", columns="method", values="estimate")
    if not {ACTUAL, NAIVE} <= set(wide):
        return ""
    gap = 100 * (wide[NAIVE] - wide[ACTUAL]).max()
    if gap < 0.05:
        return "Nobody died before the event, so both curves are one."
    return (f"The naive curve is up to {number(gap, 1)} percentage points too high at these times, "
            "because it counts patients who have died as if the event could still reach them.")


# restricted means

def describe_means(means, endpoint):
    """Say the restricted mean of one endpoint."""
    rows = find(means, endpoint=endpoint, **WHOLE)
    if rows.empty:
        return ""
    row, key = rows.iloc[0], {"endpoint": endpoint, **WHOLE}
    horizon = f"the first {number(row['horizon_mo'])} months"
    if row["reason"]:
        return (f"The mean {name_endpoint(endpoint)} over {horizon} cannot be stated: "
                f"{escape(row['reason'])}.")
    sure = f" ({describe_confidence(means, **key)})" if pd.notna(row["conf_low"]) else ""
    return (f"Of {horizon}, patients spent on average {quote(means, 'estimate', **key)} "
            f"{SPENT.get(endpoint, 'without the event')}{sure}.")


def describe_differences(study, differences, endpoint):
    """Say how groups differ in their restricted means, in months."""
    names, said = covariate_names(study), []
    for _, row in find(differences, endpoint=endpoint).iterrows():
        name = escape(f"{names.get(row['group'], row['group'])}, {row['level']}")
        if row["reason"]:
            said.append(f"{name}: no difference can be stated ({escape(row['reason'])}).")
            continue
        key = key_of(row, ("endpoint", "group", "level", "reference"))
        more = "longer" if row["estimate"] > 0 else "shorter"
        size = cite(number(abs(row["estimate"]), 1), "estimate", **key)
        said.append(f"{name}: {size} months {more} than {escape(row['reference'])} "
                    f"({level(row['conf_level'])} CI of the difference "
                    f"{cite_limits(row, key)}, "
                    f"{quote(differences, 'p_value', **key)}).")
    return said


# landmark

def describe_landmark(study, later, groups, landmark_mo):
    """Say who reached the landmark and who is therefore left out."""
    if groups.empty:
        return "No patient is known to have reached the landmark with both endpoints."
    n = groups["landmark"].value_counts(sort=False)
    return (f"Of {count(len(study.patients), 'patient')}, {len(groups)} reached the landmark of "
            f"{number(landmark_mo)} months alive and under observation: with progression by then "
            f"{n.iloc[1]}, without {n.iloc[0]}. Whoever did not is left out, which is the price of "
            "a fair start.")


def describe_landmark_test(tests):
    """Say how survival from the landmark on compares."""
    if tests.empty:
        return ""
    row = tests.iloc[0]
    if row["reason"]:
        return f"What follows cannot be compared: {escape(row['reason'])}."
    key = key_of(row, ("endpoint", "group", "test"))
    ratio = "" if pd.isna(row["ratio"]) else (
        f"; ratio of observed to expected deaths {cite(number(row['ratio'], 2), 'ratio', **key)}, "
        f"{level(row['conf_level'])} CI {cite_limits(row, key, 2)}")
    return (f"Survival from there on, those with early progression against the others: log-rank "
            f"{quote(tests, 'p_value', **key)}{ratio}.")


# proportional hazards, weights

def describe_hazards(study, tests, endpoint, alpha=0.05):
    """Say whether the hazards of a multivariable model look proportional."""
    rows = find(tests, endpoint=endpoint)
    if rows.empty:
        return ""
    whole = rows[rows["term"] == "all"].iloc[0]
    name = name_endpoint(endpoint)
    if whole["reason"]:
        return (f"The model of {name} cannot be tested ({escape(whole['reason'])}): a ratio that "
                "is not finite has no course in time.")
    p = quote(tests, "p_value", endpoint=endpoint, term="all")
    moved = rows[(rows["term"] != "all") & (rows["p_value"] < alpha)]
    names = covariate_names(study)
    if moved.empty:
        return (f"In the model of {name} no hazard ratio visibly changes over time (all together "
                f"{p}); a change too small for this many events would not show.")
    said = listing([f"{escape(names.get(r['term'], r['term']))} "
                    f"({quote(tests, 'p_value', endpoint=endpoint, term=r['term'])})"
                    for _, r in moved.iterrows()])
    return (f"In the model of {name} the hazard ratio of {said} changes over time (all together "
            f"{p}), so that its single number is an average of early and late.")


def describe_weightings(tests, alpha=0.05):
    """Say whether any comparison changes its verdict with the test."""
    known = tests.dropna(subset="p_value")
    if known.empty:
        return "No groups can be compared."
    verdicts = known.groupby(["endpoint", "group"])["p_value"].agg(
        lambda p: (p < alpha).nunique() > 1)
    said = ("The verdict at P < " f"{alpha:g} " "is the same by every test." if not verdicts.any()
            else f"In {count(verdicts.sum(), 'comparison')} of {len(verdicts)} the verdict at "
                 f"P < {alpha:g} depends on the test.")
    return said + (" Peto and Peto's test listens to early events, the log-rank test to all alike; "
                   "a stratified test compares only patients of the same stratum.")


# models

def describe_firth(study, infinite):
    """Say the finite ratio that stands beside each infinite one."""
    if infinite.empty:
        return ("No hazard ratio of the tables above is infinite, so no penalty is needed; where "
                "one is not estimable, it is for another reason.")
    if (infinite["reason"] != "").all():
        return "The penalised fit gives no finite ratio either."
    said = []
    for _, row in infinite[infinite["reason"] == ""].iterrows():
        if tell(row["estimate"]):
            continue
        keys = (*CONTRAST, "method")
        ratio = cite(number(row["estimate"], 2), "estimate", **key_of(row, keys))
        said.append(f"{row['endpoint']}, {name_contrast(study, row)}: {ratio} "
                    f"({level(row['conf_level'])} CI "
                    f"{cite_limits(row, keys, 2)})")
    if not said:
        return "The penalised ratios are withheld."
    return (f"Where the usual fit has no finite ratio, the penalised one gives {'; '.join(said)}. "
            "The width of these intervals is the message: the data hardly speak.")


def name_rows(study, cox):
    """Name the term of each row by endpoint and label, for a figure of several endpoints."""
    names = covariate_names(study)
    return cox.assign(term=[f"{r.endpoint}, {names.get(r.term, r.term)}" for r in cox.itertuples()])


def describe_sizes(tests, minimum=10):
    """Say how many models have fewer events per coefficient than the usual minimum."""
    rows = tests.drop_duplicates("endpoint") if len(tests) else tests
    if rows.empty:
        return "No multivariable model was fitted."
    few = (rows["events_per_variable"] < minimum).sum()
    if few == 0:
        return f"Every multivariable model has at least {minimum} events per coefficient."
    return (f"{capitalise(count(few, 'multivariable model'))} of {len(rows)} "
            f"{'has' if few == 1 else 'have'} fewer than {minimum} events per coefficient. Ratios "
            "from such models run away from one, and another cohort would choose other covariates.")


def describe_e_values(study, clear, models):
    """Say how strong an unmeasured confounder would have to be."""
    if models.empty:
        return "No multivariable model was fitted, so there is no adjusted ratio to explain away."
    if clear.empty:
        return ("Every interval of the multivariable models holds 1: not even an unmeasured "
                "confounder is needed to explain the differences away.")
    row = clear.iloc[0]
    key = key_of(row, CONTRAST)
    value, limit = (cite(number(row[c], 1), c, **key) for c in ("e_value", "e_value_limit"))
    return (f"To explain the ratio of {name_contrast(study, row)} for "
            f"{name_endpoint(row['endpoint'])} away altogether, something unmeasured would have to "
            f"raise both the chance of that trait and the risk by a factor of {value}, beyond all "
            f"that is measured; a factor of {limit} would do to bring 1 into the interval. Whether "
            "anything like that exists is a clinical question, not a statistical one.")


# PFS ratio

def describe_ratio(counted, censored, cut):
    """Say the count of the PFS ratio and the estimate that respects censoring."""
    if counted.empty or censored.empty:
        return ""
    first, row = find(counted, **WHOLE).iloc[0], find(censored, **WHOLE).iloc[0]
    key, other = (key_of(r, ("group", "level", "method")) for r in (first, row))
    share = "" if tell(first["percent"]) else f" ({quote(counted, 'percent', **key)})"
    said = (f"The count has {quote(counted, 'n', **key)} of "
            f"{quote_count(counted, 'total', 'patient', **key)} at {cut:g} or above{share}; "
            + (f"it takes the ratio of {quote_count(counted, 'n_open', 'patient', **key)} as it "
               "stands, though censoring leaves it open. " if first["n_open"]
               else "every ratio is settled. "))
    if is_missing(row["percent"]):
        return f"{said}With censoring respected there is no estimate ({escape(row['reason'])})."
    limits = "" if pd.isna(row["conf_low"]) else (
        f" ({level(row['conf_level'])} CI {cite_limits(row, other)}%)")
    return (f"{said}With censoring respected the estimate is "
            f"{quote(censored, 'percent', **other)}{limits}.")
