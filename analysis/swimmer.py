"""Swimmer plot: each patient's follow-up as a bar, with what happened on it."""

from __future__ import annotations

import pandas as pd

from analysis.schema import DAYS_PER_MONTH, RESPONSES
from analysis.style import GREY, INK, RESPONSE

UNKNOWN = "–"
#: with more bars than these their statuses cannot be read, and are left out
MOST_NAMED = 60
#: what can stand on a bar: marker, face, size, words; two at one time are both seen
MARKS = {
    "outfield": ("s", "none", 1.5, "progression outside the field"),
    "infield": ("D", INK, 0.6, "progression in the field"),
    "progression": ("^", INK, 1.0, "progression, place not recorded"),
    "surgery": ("*", "white", 2.4, "surgery"),
    "death": ("X", INK, 1.4, "death"),
    "alive": (">", INK, 1.0, "alive at last follow-up"),
}


def derive_swimmer(patients, endpoints):
    """Derive the bars of a swimmer plot.

    Parameters
    ----------
    patients : DataFrame, one row per patient
        With `response_rt` and `disease_status` where recorded.
    endpoints : DataFrame
        Long: `patient_id, endpoint, time_mo, event`.

    Returns
    -------
    DataFrame
        `patient_id, row, response, status, follow_up_mo, died`: one row per patient with a known
        overall survival time, ordered by response, then by follow-up, the longest first; `row`
        counts from 0 at the top.

    Notes
    -----
    A patient without overall survival time has no bar. An unrecorded response or status is
    shown as a dash.
    """
    survival = endpoints[endpoints["endpoint"] == "OS"]
    known = patients.reindex(columns=["patient_id", "response_rt", "disease_status"])
    bars = survival.merge(known, on="patient_id", how="left", validate="one_to_one")
    bars = bars.rename(columns={"time_mo": "follow_up_mo", "event": "died",
                                "response_rt": "response", "disease_status": "status"})
    bars[["response", "status"]] = bars[["response", "status"]].astype(object).fillna(UNKNOWN)
    rank = {response: i for i, response in enumerate([*RESPONSES, UNKNOWN])}
    bars = bars.assign(rank=bars["response"].map(rank)).sort_values(
        ["rank", "follow_up_mo", "patient_id"], ascending=[True, False, True], ignore_index=True)
    bars["row"] = range(len(bars))
    return bars[["patient_id", "row", "response", "status", "follow_up_mo", "died"]]


def derive_marks(bars, patients, endpoints):
    """Derive what stands on the bars of a swimmer plot.

    Parameters
    ----------
    bars : DataFrame
        From `derive_swimmer`.
    patients : DataFrame, one row per patient
        With the dates `rt_start` and `surgery`, for the mark of surgery.
    endpoints : DataFrame
        Long: `patient_id, endpoint, time_mo, event`.

    Returns
    -------
    DataFrame
        `row, mark, time_mo`; `mark` is a key of `MARKS`.

    Notes
    -----
    A progression whose place is recorded is not marked a second time as one of unknown place, and
    a progression-free survival that ended in death is not a progression.
    """
    events = endpoints[endpoints["event"]]
    time = events.pivot(index="patient_id", columns="endpoint", values="time_mo")
    time = time.reindex(index=bars["patient_id"], columns=["PFS", "OS", "IFPFS", "OFPFS"])
    placed = time["PFS"].eq(time["IFPFS"]) | time["PFS"].eq(time["OFPFS"])
    ended_in_death = time["PFS"].eq(time["OS"])
    alive = ~bars.set_index("patient_id")["died"].astype(bool)
    columns = {"infield": time["IFPFS"], "outfield": time["OFPFS"],
               "progression": time["PFS"].where(~placed & ~ended_in_death),
               "surgery": derive_surgery(patients).reindex(time.index), "death": time["OS"],
               "alive": bars.set_index("patient_id")["follow_up_mo"].where(alive)}
    wide = pd.DataFrame(columns, index=time.index).assign(row=bars["row"].to_numpy())
    marks = wide.melt("row", var_name="mark", value_name="time_mo").dropna(subset="time_mo")
    return marks.astype({"time_mo": float}).reset_index(drop=True)


def derive_surgery(patients):
    """Derive months from the start of the index treatment to surgery, by patient; may be empty."""
    dates = patients.reindex(columns=["rt_start", "surgery"]).apply(pd.to_datetime)
    months = (dates["surgery"] - dates["rt_start"]).dt.days / DAYS_PER_MONTH
    return months.set_axis(patients["patient_id"]).dropna()


def plot_swimmer(bars, ax, marks, xlabel="Months"):
    """Draw a swimmer plot, without any patient's identifier.

    Parameters
    ----------
    bars : DataFrame
        From `derive_swimmer`.
    ax : matplotlib Axes
    marks : DataFrame
        From `derive_marks`.
    xlabel : str
        Words under the axis.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    Response is written beside the bars of its patients, so that colour is not its only carrier.
    """
    colours = bars["response"].map(RESPONSE).fillna(GREY)
    ax.barh(bars["row"], bars["follow_up_mo"], height=0.7, color=colours, alpha=0.75, linewidth=0)
    size = min(28, 900 / max(len(bars), 1))
    for mark, (marker, face, scale, words) in MARKS.items():
        here = marks[marks["mark"] == mark]
        if len(here):
            ax.scatter(here["time_mo"], here["row"], marker=marker, s=size * scale, label=words,
                       facecolor=face, edgecolor=INK, linewidth=0.9, zorder=3, clip_on=False)
    ax.set_yticks([])
    if len(bars) <= MOST_NAMED:
        ax.set_yticks(bars["row"], bars["status"].replace(UNKNOWN, ""))
    ax.tick_params(axis="y", length=0)
    for response, rows in bars.groupby("response", sort=False)["row"]:
        ax.axhline(rows.max() + 0.5, color=GREY, linewidth=0.5)
        ax.annotate(response.replace(UNKNOWN, ""), (0, rows.mean()), (-34, 0), ha="right",
                    va="center", textcoords="offset points", fontweight="bold")
    ax.set(ylim=(len(bars) - 0.5, -0.5), xlim=(0, None),
           xlabel=xlabel)
    ax.legend(loc="upper center", bbox_to_anchor=(0.42, -0.07), labelspacing=0.3)
    return ax
