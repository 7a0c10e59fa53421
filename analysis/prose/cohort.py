"""Sentences and printed tables of the chapter on who was treated."""

from __future__ import annotations

import pandas as pd

from analysis import display
from analysis.cohort import is_continuous
from analysis.display import (
    NOT_REACHED,
    count,
    escape,
    hides_most,
    is_some,
    level,
    listing,
    quote,
    select,
)
from analysis.prose.quoted import cite_estimate, cite_limits
from analysis.settings import Settings


def describe_cohort(study):
    """Say who the patients are, where they were treated and until when they were followed."""
    centres = study.patients["centre"].nunique() if "centre" in study.patients else 0
    where = f" at {count(centres, 'centre')}" if centres else ""
    until = f", with data up to {study.data_cutoff:%-d %B %Y}" if study.data_cutoff else ""
    # a study that names no treatment before may have had none
    before = ("" if study.prior_treatment == Settings.prior_treatment else
              f" after {escape(study.prior_treatment)}")
    return (f"The cohort holds {count(len(study.patients), 'patient')} with "
            f"{escape(study.disease)} who received "
            f"{escape(study.treatment)}{before}{where}{until}.")


def describe_level(baseline, variable, label):
    """Say the commonest level of a variable."""
    rows = baseline[(baseline["variable"] == variable) & (baseline["level"] != "")]
    most = rows["n"].max()
    if rows.empty or not most > 0 or hides_most(rows["n"]) or (rows["n"] == most).sum() > 1:
        return ""
    name = rows.loc[rows["n"].idxmax(), "level"]
    row = {"variable": variable, "level": name}
    return (f"{escape(label)}: {escape(name)} in {quote(baseline, 'n', **row)} of "
            f"{quote(baseline, 'total', **row)} ({quote(baseline, 'percent', **row)})")


def describe_number(baseline, variable, label, unit):
    """Say the median and range of a continuous variable."""
    row = {"variable": variable}
    if select(baseline, **row)["n"] == 0:
        return f"{escape(label)} is not known for any patient."
    return (f"{escape(label)}: median {quote(baseline, 'median', **row)} {unit} (range "
            f"{quote(baseline, 'low', **row)} to {quote(baseline, 'high', **row)}).")


def describe_followup(followup):
    """Say how long the patients were followed, by reverse Kaplan–Meier."""
    row = {"endpoint": "follow-up", "method": "log-log"}
    rows = followup[(followup["endpoint"] == "follow-up") & (followup["method"] == "log-log")]
    if rows.empty:
        return "Overall survival is not recorded, so follow-up cannot be estimated."
    found = select(followup, **row)
    if display.is_missing(found["estimate"]):
        return "The median follow-up is not reached: too few patients were alive at their last day."
    limits = cite_limits(found, row, 1, NOT_REACHED)
    return (f"The median follow-up is {quote(followup, 'estimate', **row)} months "
            f"({level(found['conf_level'])} CI {limits}, log-log).")


def describe_missing(baseline):
    """Say how many variables of Table 1 have patients without a value."""
    gaps = baseline[baseline["missing"].map(is_some).astype(bool)]["variable"].nunique()
    if gaps == 0:
        return "No value of this table is missing."
    lack = "lacks" if gaps == 1 else "lack"
    return (f"{count(gaps, 'variable')} of this table {lack} the value of some patients; the last "
            "column counts them.")


def describe_eligibility(eligibility):
    """Say whether every patient meets every criterion."""
    if eligibility.empty:
        return "The study lists no eligibility criteria, so none is checked."
    broken, unknown = (eligibility[eligibility[c].map(is_some).astype(bool)]["criterion"]
                       for c in ("n_unmet", "n_unknown"))
    if broken.empty and unknown.empty:
        which = "the criterion" if len(eligibility) == 1 else f"all {len(eligibility)} criteria"
        return f"Every patient meets {which}."
    parts = []
    if len(broken):
        parts.append(f"Not met by every patient: {escape(listing(broken))}.")
    if len(unknown):
        parts.append(f"Not known for every patient: {escape(listing(unknown))}.")
    return " ".join(parts)


def takeaways(study, baseline, variables, followup):
    """Return the points to take away."""
    return [describe_cohort(study), describe_commonest(baseline, variables),
            describe_followup(followup)]


def describe_commonest(baseline, variables):
    """Say the commonest level of the first variables of Table 1 that have levels."""
    names = baseline.loc[baseline["level"] != "", "variable"].drop_duplicates()[:3]
    labels = {v.name: v.label for v in variables}
    said = [describe_level(baseline, name, labels.get(name, name)) for name in names]
    said = [s for s in said if s]
    return "Most frequent levels. " + "; ".join(said) + "." if said else ""


def baseline_table(study, baseline, variables):
    """Return Table 1 as printed cells: characteristic, value, missing.

    Parameters
    ----------
    study : Study
    baseline : DataFrame
        From `cohort.count_baseline`.
    variables : list of Covariate
        What it describes, in order.

    Returns
    -------
    DataFrame of str
    """
    cells = []
    for variable in variables:
        rows = baseline[baseline["variable"] == variable.name]
        missing = quote(baseline, "missing", variable=variable.name, level=rows["level"].iloc[0])
        if is_continuous(variable):
            median, low, high = (quote(baseline, column, variable=variable.name)
                                 for column in ("median", "low", "high"))
            value = f"{median} [{low}–{high}]"
            cells.append((f"{variable.label}, {variable.unit}, median [range]", value, missing))
            continue
        cells.append((f"{variable.label}, n (%)", "", missing))
        for row in rows.itertuples():
            name = study.labels.get(row.level, row.level)
            shown = name if name == row.level else f"{name} ({row.level})"
            at = {"variable": variable.name, "level": row.level}
            cells.append((f"\u2003{shown}", f"{quote(baseline, 'n', **at)} "
                          f"({quote(baseline, 'percent', **at)})", ""))
    header = f"All patients (n = {len(study.patients)})"
    return pd.DataFrame(cells, columns=["Characteristic", header, "Missing"])


def eligibility_table(eligibility):
    """Return the eligibility check as printed cells."""
    cells = [(name, *(quote(eligibility, column, criterion=name)
                      for column in ("n_met", "n_unmet", "n_unknown")))
             for name in eligibility["criterion"]]
    return pd.DataFrame(cells, columns=["Criterion", "Met", "Not met", "Not known"])


def followup_table(followup):
    """Return follow-up and PFS1 as printed cells: one row per endpoint and method."""
    labels = {"follow-up": "Follow-up, reverse Kaplan–Meier", "PFS1": "PFS1"}
    cells = [(labels[r["endpoint"]],
              display.cite(f"{display.number(r['n_event'], 0)} / {display.number(r['n'], 0)}",
                           "n_event.n", endpoint=r["endpoint"], method=r["method"]),
              cite_estimate(r, "estimate", ("endpoint", "method"), 1, NOT_REACHED),
              f"{r['method']}, {level(r['conf_level'])}")
             for _, r in followup.iterrows()]
    header = ["Duration", "Events / patients", "Median, months (CI)", "Limits"]
    return pd.DataFrame(cells, columns=header)


def followup_caption(followup):
    """Name what the table of durations shows."""
    words = {"follow-up": "follow-up", "PFS1": "time to progression on the treatment before"}
    return f"Median {listing(w for e, w in words.items() if (followup['endpoint'] == e).any())}."


def interval_labels(study):
    """Name the two intervals on the axis."""
    return {"pfs1_mo": "PFS1",
            "interval_mo": f"{study.prior_treatment_short} to {study.treatment_short}"}


def flow_alt(screening):
    """Say the flow diagram in words."""
    steps = [f"{escape(str(r.step))}{'' if pd.isna(r.reason) else ' (' + escape(r.reason) + ')'}: "
             f"{count(r.n, 'patient')}" for r in screening.itertuples()]
    return "Flow diagram. " + "; ".join(steps) + "."


def intervals_alt(study, intervals):
    """Say the plot of intervals in words."""
    names = interval_labels(study)
    said = [f"{escape(names.get(v, v))}: median {quote(intervals, 'median', 1, variable=v)} months"
            for v in intervals["variable"]]
    return "A dot per patient on an axis of months. " + "; ".join(said) + "."
