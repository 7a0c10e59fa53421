"""Where each patient's course led: response before, disease status, response after, benefit."""

from __future__ import annotations

from analysis.efficacy import has_values
from analysis.flow import count_flow, plot_flow
from analysis.ratio import BELOW, OPEN, REACHED
from analysis.schema import DISEASE_STATUS, RESPONSES
from analysis.style import BLUE, PALE, RESPONSE

#: disease status stays grey, so that colour means response; a benefit stands out
COLOURS = {**RESPONSE, REACHED: BLUE, OPEN: PALE}
LABELS = {REACHED: "yes", BELOW: "no"}
STAGES = {"response_ici": RESPONSES, "disease_status": DISEASE_STATUS, "response_rt": RESPONSES,
          "standing": (REACHED, BELOW, OPEN)}


def count_response_flow(patients, ratios):
    """Count the patients on their way from the response before to the PFS ratio.

    Parameters
    ----------
    patients : DataFrame, one row per patient
        With any of `response_ici`, `disease_status`, `response_rt`.
    ratios : DataFrame
        From `ratio.derive_pfs_ratio`, in the order of `patients`; may be empty.

    Returns
    -------
    DataFrame
        As `flow.count_flow`; a stage without data is skipped, and fewer than two stages give no
        rows.
    """
    courses = patients.copy()
    if len(ratios):
        courses["standing"] = ratios["standing"]
    stages = {stage: levels for stage, levels in STAGES.items() if has_values(courses, stage)}
    return count_flow(courses, stages)


def plot_response_flow(flow, ax, titles):
    """Draw the way from the response before to the PFS ratio.

    Parameters
    ----------
    flow : DataFrame
        From `count_response_flow`.
    ax : matplotlib Axes
    titles : dict of str to str
        Words for each stage.

    Returns
    -------
    matplotlib Axes
    """
    present = {*flow["stage_from"], *flow["stage_to"]}
    stages = {stage: levels for stage, levels in STAGES.items() if stage in present}
    return plot_flow(flow, ax, stages, COLOURS, titles, LABELS)
