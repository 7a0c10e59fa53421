"""Printed tables, captions and alternative texts of the chapter on efficacy."""

from __future__ import annotations

from textwrap import fill

import pandas as pd

from analysis.display import (
    capitalise,
    cite,
    count,
    escape,
    is_missing,
    level,
    listing,
    months,
    p_value,
    quote,
)
from analysis.prose.efficacy import STATUS, TOLD, WHEN, WORDS, name_group
from analysis.prose.quoted import cite_limits, quote_cell, quote_estimate
from analysis.schema import RESPONSES
from analysis.swimmer import MOST_NAMED, UNKNOWN

MEASURES = {"disease_control": "Disease control", "disease_free": "Free of disease",
            "downstaging_surgery": "Surgery after downstaging",
            "disease_free_after_surgery": "Free of disease after surgery",
            "disease_control_after_local_treatment":
                "Disease control, local treatment of the liver before"}


#: what stands on the bars of a swimmer plot: one of it, several
MARKED = {
    "infield": ("progression in the field", "progressions in the field"),
    "outfield": ("progression outside the field", "progressions outside the field"),
    "progression": ("progression whose place is not recorded",
                    "progressions whose place is not recorded"),
    "surgery": ("operation",), "death": ("death",),
}


def response_table(study, response):
    """Return the responses as printed cells, a row per category."""
    if response.empty:
        return pd.DataFrame()
    limits = f"{level(response['conf_level'].iloc[0])} CI"
    categories = response["category"].unique()
    cells = {"Best response": [f"{c} ({WORDS[c]} rate)" if c in ("ORR", "DCR") else
                               f"{capitalise(WORDS[c])} ({c})" for c in categories]}
    heads = {"before_rt": f"On {study.prior_treatment_short}",
             "after_rt": f"After {study.treatment_short}"}
    for assessment, rows in response.groupby("assessment", sort=False):
        cells[f"{heads[assessment]}, n (%)"] = [
            quote_cell(response, assessment=assessment, category=c) for c in categories]
        cells[f"{limits}, {WHEN[assessment]}"] = [
            cite_limits(row, ("assessment", "category")) for _, row in rows.iterrows()]
    return pd.DataFrame(cells)


def change_table(change):
    """Return the paired changes as printed cells, a row per rate."""
    cells = []
    for outcome in change.loc[~change["difference"].map(is_missing).astype(bool), "outcome"]:
        key = {"outcome": outcome}
        p = change.loc[change["outcome"] == outcome, "p_value"].iloc[0]
        cells.append((f"{capitalise(WORDS[outcome])} ({outcome})",
                      *(quote(change, c, **key) for c in ("n_gained", "n_lost", "n")),
                      quote_estimate(change, "difference", **key),
                      cite(p_value(p), "p_value", **key)))
    return pd.DataFrame(cells, columns=["Outcome", "Gained", "Lost", "Patients",
                                        "Difference, percentage points (CI)", "P"])


def ratio_table(study, ratio, censored):
    """Return the PFS ratio as printed cells: the count, what is open, the censored estimate."""
    cells = []
    for group, name, method in zip(ratio["group"], ratio["level"], ratio["method"], strict=True):
        key = {"group": group, "level": name, "method": method}
        km = censored[(censored["group"] == group) & (censored["level"] == name)]
        cells.append((
            name_group(study, group, name),
            f"{quote(ratio, 'n', **key)} of {quote(ratio, 'total', **key)}",
            quote_estimate(ratio, "percent", **key), quote(ratio, "n_open", **key),
            quote_estimate(censored, "percent", **key | {"method": km["method"].iloc[0]})
            if len(km) else ""))
    return pd.DataFrame(cells, columns=["Patients", "Reached", "Observed times, % (exact CI)",
                                        "Open", "Censoring respected, % (log-log CI)"])


def control_table(study, control):
    """Return the measures of control as printed cells, a row per group."""
    measures = list(control["measure"].unique())
    cells = []
    for group, name in control[["group", "level"]].drop_duplicates().values:
        keys = [{"group": group, "level": name, "measure": m} for m in measures]
        cells.append((name_group(study, group, name), quote(control, "total", **keys[0]),
                      *(quote_cell(control, **key) for key in keys)))
    return pd.DataFrame(cells, columns=["Patients", "n", *(MEASURES[m] for m in measures)])


def control_caption(control):
    """Name what the table of control counts."""
    told = [words for measure, words in TOLD.items() if (control["measure"] == measure).any()]
    return f"{capitalise(listing(told))}: n (% of the row's patients)."


def flow_titles(study, cut):
    """Name the stages of the flow."""
    words = {"response_ici": f"Response on {study.prior_treatment_short}",
             "disease_status": f"Status before {study.treatment_short}",
             "response_rt": f"Response after {study.treatment_short}",
             "standing": f"PFS ratio ≥{cut:g}"}
    return {stage: fill(title, 10, break_long_words=False) for stage, title in words.items()}


def flow_caption(study, flow):
    """Explain the flow of patients, its short forms included."""
    levels = {*flow["level_from"], *flow["level_to"]}
    forms = [f"{s}: {study.labels.get(s, STATUS[s])}" for s in STATUS if s in levels]
    forms += [f"{r}: {WORDS[r]}" for r in RESPONSES if r in levels]
    if "open" in levels:
        forms.append("open: a censored or missing time leaves the ratio undecided")
    if "none" in levels:
        forms.append("none: not recorded")
    return ("The way of each patient; blocks and ribbons are as high as the number of patients in "
            f"them. {escape('; '.join(forms))}.")


def flow_alt(flow):
    """Say the flow of patients in words."""
    said = []
    for (first, second), rows in flow.groupby(["stage_from", "stage_to"], sort=False):
        said.append(f"From {STAGES[first]} to {STAGES[second]}: {list_passages(rows)}.")
    return "Flow of patients. " + " ".join(said)


def list_passages(rows, names=None, most=9):
    """List the passages between two stages, the largest ones where there are many."""
    shown = rows if len(rows) <= most else rows.nlargest(most, "n")
    names = names or {}
    steps = [f"{names.get(r.level_from, r.level_from)} to {names.get(r.level_to, r.level_to)}: "
             f"{count(r.n, 'patient')}" for r in shown.itertuples()]
    rest = rows["n"].sum() - shown["n"].sum()
    return ", ".join(steps) + (f", other ways: {count(rest, 'patient')}" if rest else "")


STAGES = {"response_ici": "response before", "disease_status": "disease status",
          "response_rt": "response after", "standing": "PFS ratio"}


def swimmer_caption(bars):
    """Explain the swimmer plot."""
    ordered = ", ordered by best response (left margin)" if has_known(bars["response"]) else ""
    named = has_known(bars["status"]) and len(bars) <= MOST_NAMED
    beside = "; beside each bar the disease status" if named else ""
    return f"Each patient's follow-up{ordered}, the longest first{beside}."


def has_known(labels):
    """Say whether any label of a swimmer plot is known."""
    return bool((labels != UNKNOWN).any())


def swimmer_alt(bars, marks):
    """Say the swimmer plot in words."""
    n = marks["mark"].value_counts()
    responses = bars.loc[bars["response"] != UNKNOWN, "response"].value_counts(sort=False)
    said = listing([f"{r}: {count(k, 'patient')}" for r, k in responses.items()])
    order = f" ordered by response ({said})," if len(responses) else ""
    marked = [count(n[mark], *words) for mark, words in MARKED.items() if n.get(mark, 0)]
    return (f"{capitalise(count(len(bars), 'bar'))}, one per patient,{order} the longest first; it "
            f"lasts {months(bars['follow_up_mo'].max())}. Marked: {listing(marked)}.")


def ratio_alt(ratios, cut):
    """Say the plot of PFS2 against PFS1 in words."""
    n = ratios["standing"].value_counts()
    return ("A mark per patient, PFS2 upwards and PFS1 to the right, both in months on logarithmic "
            f"axes. At a ratio of {cut:g} or above with certainty: {n.get('reached', 0)}; below: "
            f"{n.get('below', 0)}; open: {n.get('open', 0)}.")


def swimmer_axis(study):
    """Name the time axis of the swimmer plot."""
    return f"Months from the start of {study.treatment_short}"


def ratio_caption(cut):
    """Caption the table of the PFS ratio."""
    return f"Patients whose PFS2/PFS1 is at least {cut:g}."


def ratio_plot_caption(study, patients, cut):
    """Caption the figure of PFS2 against PFS1."""
    present = set(patients.get("disease_status", []))
    forms = [f"{s}: {study.labels.get(s, STATUS[s])}" for s in STATUS if s in present]
    return ("PFS2 against PFS1, a mark per patient; its shape is the disease status. "
            f"Solid line: PFS2 is {cut:g} times PFS1; dotted line: both are equal. "
            "Filled: PFS2 ended in progression or death; open: censored."
            + "".join(f" {escape(form)}." for form in forms))
