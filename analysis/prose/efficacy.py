"""Sentences and printed tables of the chapter on efficacy."""

from __future__ import annotations

from textwrap import fill

import pandas as pd

from analysis import display
from analysis.display import (
    capitalise,
    count,
    escape,
    interval,
    level,
    listing,
    months,
    number,
    of_total,
    quote,
    select,
)
from analysis.schema import RESPONSES
from analysis.swimmer import UNKNOWN

WORDS = {"CR": "complete response", "PR": "partial response", "SD": "stable disease",
         "PD": "progressive disease", "NE": "not evaluable", "ORR": "objective response",
         "DCR": "disease control"}
WHEN = {"before_rt": "before", "after_rt": "after"}
STATUS = {"RL": "residual lesions", "PEL": "progression of existing lesions", "NL": "new lesions"}
MEASURES = {"disease_control": "Disease control", "disease_free": "Free of disease",
            "downstaging_surgery": "Surgery after downstaging",
            "disease_free_after_surgery": "Free of disease after surgery",
            "disease_control_after_local_treatment":
                "Disease control, local treatment of the liver before"}


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


def print_share(row):
    """Print count, total, percentage and limits of a row: ``14 of 36 (38.9%; 95% CI 23–57%)``."""
    if pd.isna(row["percent"]):
        return of_total(row["n"], row["total"])
    limits = interval(row["conf_low"], row["conf_high"], 1)
    return f"{of_total(row['n'], row['total'])[:-1]}; {level(row['conf_level'])} CI {limits}%)"


def takeaways(study, response, change, ratio, cut):
    """Return the points to take away."""
    return [describe_rates(study, response), describe_change(study, change),
            describe_ratio(study, ratio, cut)]


def describe_rates(study, response):
    """Say the rates of response and of disease control at the last assessment on record."""
    if response.empty:
        return "No response is on record."
    assessment = response["assessment"].iloc[-1]
    orr, dcr = (print_share(select(response, assessment=assessment, category=c))
                for c in ("ORR", "DCR"))
    return (f"{capitalise(name_assessment(study, assessment))}, an objective response is recorded "
            f"in {orr} and disease control in {dcr}; everyone treated counts in the denominator.")


def describe_not_evaluable(study, response):
    """Say how many patients were not evaluable at each assessment."""
    said = []
    for assessment in response["assessment"].unique():
        row = select(response, assessment=assessment, category="NE")
        if row["n"]:
            silent = (f", {int(row['missing'])} of them without any response on record"
                      if row["missing"] else "")
            said.append(f"{capitalise(name_assessment(study, assessment))}, "
                        f"{count(row['n'], 'patient')} could not be evaluated{silent}; "
                        f"{'they count' if row['n'] > 1 else 'this patient counts'} as not "
                        "responding.")
    return " ".join(said) or ("Every patient was evaluable." if len(response) else "")


def describe_change(study, change):
    """Say how objective response changed in the same patients."""
    if change.empty:
        return ""
    row = select(change, outcome="ORR")
    if row["n"] == 0:
        return "No patient has a response on record both before and after."
    moved = (f"{count(row['n_gained'], 'patient')} gained an objective response that "
             f"{escape(study.prior_treatment)} had not given, and "
             f"{int(row['n_lost']) or 'none'} lost one")
    if pd.isna(row["p_value"]):
        return f"{moved}: nobody changed, so there is nothing to test."
    limits = interval(row["conf_low"], row["conf_high"], 1)
    return (f"{capitalise(moved)}: a difference of {quote(change, 'difference', 1, outcome='ORR')} "
            f"percentage points ({level(row['conf_level'])} CI {limits}; exact McNemar test, "
            f"{quote(change, 'p_value', outcome='ORR')}; {count(row['n'], 'patient')}).")


def describe_shift(change):
    """Say whether the categories of response shifted as a whole."""
    if change.empty:
        return ""
    row = select(change, outcome="category")
    if pd.isna(row["p_value"]):
        return f"The categories as a whole cannot be compared: {row['reason']}."
    return (f"Over all categories together the Stuart–Maxwell test gives χ² = "
            f"{number(row['statistic'], 2)} with {count(row['df'], 'degree')} of freedom, "
            f"{quote(change, 'p_value', outcome='category')} "
            f"({count(row['n'], 'patient')} evaluable both times).")


def describe_ratio(study, ratio, cut):
    """Say how many patients reached the cut of the PFS ratio."""
    if ratio.empty:
        return ""
    share = print_share(select(ratio, group="all", level="all"))
    return (f"PFS after {escape(study.treatment)} lasted at least {cut:g} times as long as PFS on "
            f"{escape(study.prior_treatment)} in {share}, counting the observed times.")


def describe_ratio_groups(study, ratio):
    """Say the share that reached the cut in each disease status."""
    rows = ratio[ratio["group"] == "disease_status"]
    said = [f"{escape(name_group(study, r['group'], r['level']))}: {print_share(r)}"
            for _, r in rows.iterrows()]
    return "; ".join(said) + "." if said else ""


def describe_open(ratio):
    """Say for how many patients the verdict of the PFS ratio is open, and why."""
    if ratio.empty:
        return ""
    row = select(ratio, group="all", level="all")
    if row["n_open"] == 0:
        return "The verdict is settled for every patient: no censored time leaves it open."
    missing = (f", {int(row['missing'])} of them because a time is missing"
               if row["missing"] else "")
    return (f"The verdict is open for {count(row['n_open'], 'patient')}{missing}: a time that was "
            "censored leaves the true ratio on either side of the cut.")


def describe_censored(censored, cut):
    """Say the estimate of the PFS ratio that respects censoring."""
    if censored.empty:
        return ""
    row = select(censored, group="all", level="all")
    if pd.isna(row["percent"]):
        return f"Where censoring is respected, no share can be estimated: {row['reason']}."
    limits = interval(row["conf_low"], row["conf_high"], 1)
    return (f"The estimate that respects censoring is {quote(censored, 'percent', group='all')} "
            f"({level(row['conf_level'])} CI {limits}%), from {count(row['n'], 'patient')} with a "
            f"ratio and {count(row['n_event'], 'observed end', 'observed ends')} of PFS2.")


def describe_control(study, control):
    """Say what came of each disease status: control, freedom from disease, surgery."""
    said = []
    for status in control.loc[control["group"] == "disease_status", "level"].unique():
        rows = control[(control["group"] == "disease_status") & (control["level"] == status)]
        parts = [f"{MEASURES[r.measure][0].lower()}{MEASURES[r.measure][1:]} in "
                 f"{of_total(r.n, r.total)}" for r in rows.itertuples()
                 if r.measure in ("disease_control", "disease_free", "downstaging_surgery")]
        if " or " not in status:
            said.append(f"{escape(name_group(study, 'disease_status', status))}: "
                        f"{listing(parts)}.")
    return " ".join(said)


def describe_unknown(control):
    """Say whether any of the measures of control is missing for some patients."""
    gaps = control[(control["group"] == "all") & (control["missing"] > 0)]
    said = [f"{MEASURES[r.measure].lower()} is not recorded for {count(r.missing, 'patient')}"
            for r in gaps.itertuples()]
    return f"{capitalise(listing(said))}; who has no record counts as no." if said else ""


def flow_titles(study, cut):
    """Name the stages of the flow."""
    words = {"response_ici": f"Response on {study.prior_treatment_short}",
             "disease_status": f"Status before {study.treatment_short}",
             "response_rt": f"Response after {study.treatment_short}",
             "standing": f"PFS ratio ≥{cut:g}"}
    return {stage: fill(title, 10) for stage, title in words.items()}


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
        steps = [f"{r.level_from} to {r.level_to}: {count(r.n, 'patient')}"
                 for r in rows.itertuples()]
        said.append(f"From {STAGES[first]} to {STAGES[second]}: {', '.join(steps)}.")
    return "Flow of patients. " + " ".join(said)


STAGES = {"response_ici": "response before", "disease_status": "disease status",
          "response_rt": "response after", "standing": "PFS ratio"}


def swimmer_caption(bars):
    """Explain the swimmer plot."""
    ordered = ", ordered by best response (left margin)" if has_known(bars["response"]) else ""
    beside = "; beside each bar the disease status" if has_known(bars["status"]) else ""
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
    return (f"{capitalise(count(len(bars), 'bar'))}, one per patient,{order} the longest first; it "
            f"lasts {months(bars['follow_up_mo'].max())}. Marked: "
            f"{count(n.get('infield', 0), 'progression')} in the field, "
            f"{n.get('outfield', 0) or 'none'} outside it, "
            f"{count(n.get('surgery', 0), 'operation')}, {count(n.get('death', 0), 'death')}.")


def ratio_alt(ratios, cut):
    """Say the plot of PFS2 against PFS1 in words."""
    n = ratios["standing"].value_counts()
    return ("A mark per patient, PFS2 upwards and PFS1 to the right, both in months on logarithmic "
            f"axes. At a ratio of {cut:g} or above with certainty: {n.get('reached', 0)}; below: "
            f"{n.get('below', 0)}; open: {n.get('open', 0)}.")


def response_table(study, response):
    """Return the responses as printed cells, a row per category."""
    if response.empty:
        return pd.DataFrame()
    assessments = list(response["assessment"].unique())
    limits = f"{level(response['conf_level'].iloc[0])} CI"
    cells = {"Best response": [
        f"{WORDS[c].capitalize()} ({c})" if len(c) == 2 else
        f"{c} ({WORDS[c]}{' rate' if c != 'NE' else ''})" for c in response["category"].unique()]}
    for assessment in assessments:
        rows = response[response["assessment"] == assessment]
        head = capitalise(display.plain(name_assessment(study, assessment)))
        cells[f"{head}, n (%)"] = [f"{r.n} ({number(r.percent, 1)})" for r in rows.itertuples()]
        cells[f"{limits}, {WHEN[assessment]}"] = [
            interval(r.conf_low, r.conf_high, 1) for r in rows.itertuples()]
    return pd.DataFrame(cells)


def change_table(change):
    """Return the paired changes as printed cells, a row per rate."""
    rates = change[change["difference"].notna()]
    cells = [(f"{capitalise(WORDS[r.outcome])} ({r.outcome})", number(r.n_gained), number(r.n_lost),
              f"{number(r.n)}", display.estimate(r.difference, r.conf_low, r.conf_high, 1),
              display.p_value(r.p_value)) for r in rates.itertuples()]
    return pd.DataFrame(cells, columns=["Outcome", "Gained", "Lost", "Patients",
                                        "Difference, percentage points (CI)", "P"])


def control_table(study, control):
    """Return the measures of control as printed cells, a row per group."""
    if control.empty:
        return pd.DataFrame()
    shown = control.assign(cell=[f"{r.n} of {r.total} ({number(r.percent, 1)})"
                                 for r in control.itertuples()])
    wide = shown.pivot_table(index=["group", "level"], columns="measure", values="cell",
                             aggfunc="first", sort=False)
    wide = wide.set_axis([MEASURES[m] for m in wide.columns], axis=1)
    names = [name_group(study, *key) for key in wide.index]
    return wide.reset_index(drop=True).assign(Patients=names)[["Patients", *wide.columns]]


def ratio_table(study, ratio, censored):
    """Return the PFS ratio as printed cells: the count, what is open, the censored estimate."""
    both = ratio.merge(censored, on=["group", "level"], how="left", suffixes=("", "_km"))
    cells = [(name_group(study, r.group, r.level), f"{r.n} of {r.total}",
              display.estimate(r.percent, r.conf_low, r.conf_high, 1), str(r.n_open),
              display.estimate(r.percent_km, r.conf_low_km, r.conf_high_km, 1))
             for r in both.itertuples()]
    return pd.DataFrame(cells, columns=["Patients", "Reached", "Observed times, % (exact CI)",
                                        "Open", "Censoring respected, % (log-log CI)"])


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
