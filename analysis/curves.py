"""Survival curves drawn, with the numbers at risk under their times."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import blended_transform_factory

from analysis import display, style
from analysis.display import number

#: distances between ticks, months; the first that needs at most six is taken
STEPS_MO = (1, 2, 3, 6, 12, 24, 60, 120)
#: least distance between two labels, share of the axis
LABEL_GAP = 0.1
#: first line under the axis and distance between two, points below the axes
UNDER_PT, LINE_PT = 44, 11


def choose_times(longest_mo):
    """Choose the times of the axis and of the numbers at risk.

    Examples
    --------
    >>> choose_times(29.4)
    [0, 6, 12, 18, 24, 30]
    """
    step = next((s for s in STEPS_MO if longest_mo / s <= 6), STEPS_MO[-1])
    return [int(t) for t in np.arange(0, max(longest_mo, step) + step, step)]


def select_endpoint(result, endpoint):
    """Select the rows of one endpoint of a tidy result."""
    return result[result["endpoint"] == endpoint]


def select_sample(result, endpoint, group="all"):
    """Select the rows of one endpoint and grouping of a tidy result."""
    return result[(result["endpoint"] == endpoint) & (result["group"] == group)]


def select_panels(result, endpoint, groups):
    """Select the rows of several groupings, of one endpoint or, with None, of any."""
    asked = result["endpoint"].notna() if endpoint is None else result["endpoint"] == endpoint
    return result[asked & result["group"].isin(groups)]


def spread_labels(heights, gap=LABEL_GAP):
    """Move heights apart until no two are closer than `gap`, and keep their order.

    Examples
    --------
    >>> [round(float(y), 2) for y in spread_labels([0.3, 0.31, 0.9], gap=0.1)]
    [0.3, 0.4, 0.9]
    """
    order = np.argsort(heights, kind="stable")
    moved = np.asarray(heights, float).copy()
    for below, above in pairwise(order):
        moved[above] = max(moved[above], moved[below] + gap)
    return moved


def plot_curves(curves, ax, medians=None, names=None, title="", ylabel="Free of the event, %",
                xlabel="Months"):
    """Draw Kaplan–Meier curves with censoring marks, limits, medians and the numbers at risk.

    Parameters
    ----------
    curves : DataFrame
        From `estimate_curve`, one endpoint and grouping (`select_sample`).
    ax : matplotlib Axes
    medians : DataFrame, optional
        From `estimate_medians`; a dotted line drops from each curve's half to its median, which
        stands with its limits under the numbers at risk.
    names : dict, optional
        Printed name of each level; its own by default, none for the whole cohort.
    title, ylabel, xlabel : str

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    A curve is drawn to its last follow-up. The numbers at risk are those just before each time.
    """
    levels = list(curves["level"].unique())
    names = names or {level: "" if level == "all" else style.shorten(str(level))
                      for level in levels}
    times = choose_times(curves["time_mo"].max())
    ends = []
    for level, colour, dashes in zip(levels, style.GROUPS * len(levels),
                                     style.DASHES * len(levels), strict=False):
        rows = curves[curves["level"] == level]
        draw_curve(ax, rows, colour, dashes if len(levels) > 1 else "-")
        ends.append((level, colour, rows["time_mo"].iloc[-1], 100 * rows["estimate"].iloc[-1]))
    draw_names(ax, ends, names)
    write_at_risk(ax, curves, levels, names, times)
    ax.set_title(style.shorten(title, 40), loc="left")
    ax.set(xlim=(0, times[-1]), ylim=(0, 104), xlabel=xlabel, ylabel=ylabel, xticks=times)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: number(y, 0)))
    if medians is not None and len(medians):
        shown = medians.drop_duplicates("level").set_index("level").reindex(levels)
        draw_medians(ax, shown)
        write_medians(ax, shown, names)
    return ax


def draw_curve(ax, rows, colour, dashes):
    """Draw one curve: step, limits, a mark where somebody is censored."""
    time, share = rows["time_mo"].to_numpy(), 100 * rows["estimate"].to_numpy()
    ax.step(time, share, where="post", color=colour, linestyle=dashes, zorder=3)
    ax.fill_between(time, 100 * rows["conf_low"], 100 * rows["conf_high"], step="post",
                    color=colour, alpha=0.14, linewidth=0)
    lost = rows["n_censored"].to_numpy() > 0
    ax.plot(time[lost], share[lost], "|", color=colour, markersize=6, zorder=3)


def draw_names(ax, ends, names):
    """Write the name of each curve beside its end, apart from the others."""
    heights = spread_labels([end[3] for end in ends], 100 * LABEL_GAP)
    for (level, colour, time, share), height in zip(ends, heights, strict=True):
        if names[level]:
            ax.annotate(names[level], (time, share), (1.02, height), color=style.deepen(colour),
                        textcoords=blended_transform_factory(ax.transAxes, ax.transData),
                        va="center", fontweight="bold")


def draw_medians(ax, medians):
    """Drop a dotted line from one half to each median that is reached."""
    for median in medians["estimate"].dropna():
        ax.plot([0, median, median], [50, 50, 0], color=style.GREY, linestyle=":", linewidth=1,
                zorder=1)


def write_under(ax, x, line, words, offset_pt=0, **look):
    """Write on a line under the axis, at a time of the axis."""
    ax.annotate(words, (x, 0), (offset_pt, -UNDER_PT - LINE_PT * line), textcoords="offset points",
                xycoords=blended_transform_factory(ax.transData, ax.transAxes),
                fontsize=style.SMALL, **look)


def write_name(ax, line, number, names, level):
    """Write the name of a curve in front of a line under the axis; return its colour."""
    colour = style.INK if len(names) == 1 else style.deepen(
        style.GROUPS[number % len(style.GROUPS)])
    write_under(ax, 0, line, names[level], -12, ha="right", color=colour)
    return colour


def write_at_risk(ax, curves, levels, names, times):
    """Write the numbers at risk under the axis, each under its time."""
    write_under(ax, 0, 0, "Number at risk", color=style.GREY)
    for i, level in enumerate(levels):
        rows = curves[curves["level"] == level]
        colour = write_name(ax, i + 1, i, names, level)
        for time in times:
            write_under(ax, time, i + 1, f"{at_risk(rows, time)}", ha="center", color=colour)


def write_medians(ax, medians, names):
    """Write each median with its limits under the numbers at risk."""
    line = len(medians) + 1.3
    write_under(ax, 0, line, f"Median, months ({display.level(medians['conf_level'].max())} CI)",
                color=style.GREY)
    for i, row in enumerate(medians.itertuples()):
        colour = write_name(ax, line + i + 1, i, names, row.Index)
        shown = display.estimate(row.estimate, row.conf_low, row.conf_high, 1,
                                 display.NOT_REACHED)
        write_under(ax, 0, line + i + 1, shown, color=colour)


def at_risk(rows, time):
    """Return how many are at risk just before a time: those who leave at it or later."""
    later = rows.loc[rows["time_mo"] >= time, ["n_event", "n_censored"]]
    return int(later.to_numpy().sum()) if time > 0 else int(rows["n_risk"].iloc[0])


def derive_height_mm(curves, drawn=56, per_level=8):
    """Return the height of a figure with one panel per grouping, and lines for each level.

    Examples
    --------
    >>> import pandas as pd
    >>> derive_height_mm(pd.DataFrame({"group": ["all"] * 2, "level": ["all"] * 2}))
    76
    """
    levels = curves[["group", "level"]].drop_duplicates()
    return (drawn + 12) * max(levels["group"].nunique(), 1) + per_level * max(len(levels), 1)


def plot_panels(curves, ax, medians, groups, titles, ylabel="Free of the event, %"):
    """Draw the curves of one endpoint by several groupings, one panel below the other.

    Parameters
    ----------
    curves : DataFrame
        From `estimate_curve`, one endpoint.
    ax : matplotlib Axes
        Gives way to the panels in its figure.
    medians : DataFrame
        From `estimate_medians`.
    groups : sequence of str
    titles : dict
        Printed name of each grouping.
    ylabel : str

    Returns
    -------
    matplotlib Axes
        The first panel.
    """
    figure = ax.figure
    ax.remove()
    figure.set_layout_engine("constrained", hspace=0.06)
    panels = figure.subplots(len(groups), 1, squeeze=False)[:, 0]
    for panel, group in zip(panels, groups, strict=True):
        plot_curves(curves[curves["group"] == group], panel,
                    medians[(medians["group"] == group)
                            & (medians["endpoint"] == curves["endpoint"].iloc[0])],
                    title=titles.get(group, group), ylabel=ylabel)
    return panels[0]
