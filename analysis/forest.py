"""Hazard ratios drawn: each on its own line, its numbers beside it."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis import style
from analysis.cox import MULTIVARIABLE, UNIVARIABLE
from analysis.display import estimate

#: hazard ratios that can be ticks
TICKS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
#: share of the width that the intervals take; the numbers stand in the rest
DRAWN = 0.6
#: colour, marker, height on the row and name of each model
MODELS = {UNIVARIABLE: (style.BLUE, "o", 0.02, "alone"),
          MULTIVARIABLE: (style.VERMILLION, "D", 0.3, "together")}


def choose_span(cox):
    """Choose the ends of the axis: the nearest ticks that hold every limit, within TICKS."""
    low = np.nanmin([*cox["conf_low"], 0.5])
    high = np.nanmax([*cox["conf_high"], 2])
    below = [t for t in TICKS if t <= low] or TICKS[:1]
    above = [t for t in TICKS if t >= high] or TICKS[-1:]
    return below[-1], above[0]


def plot_forest(cox, ax, names=None):
    """Draw the hazard ratios of one endpoint, each covariate alone and together.

    Parameters
    ----------
    cox : DataFrame
        Rows of `fit_univariable` and `fit_multivariable`, one endpoint.
    ax : matplotlib Axes
    names : dict, optional
        Printed name of each term; the term by default.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    A contrast has one row for both models, and the numbers stand on the height of their interval,
    so that drawing and table cannot slip apart. What cannot be estimated says NE and why; an
    interval that leaves the axis ends in an arrow.
    """
    names = names or {}
    low, high = choose_span(cox)
    right = low * (high / low) ** (1 / DRAWN)
    contrasts = list(cox[["term", "level"]].drop_duplicates().itertuples(index=False))
    for y, (term, level) in enumerate(contrasts):
        title = names.get(term, term) + ("" if level in ("yes", "present") else f": {level}")
        ax.text(0, y - 0.3, title, transform=ax.get_yaxis_transform(), va="center", fontsize=8,
                fontweight="bold")
        ax.plot([1, 1], [y - 0.12, y + 0.44], color=style.GREY, linewidth=0.8, zorder=0)
        for row in cox[(cox["term"] == term) & (cox["level"] == level)].itertuples():
            draw_row(ax, y, row, low, high)
    ax.set_xscale("log")
    ax.set(xlim=(low * 0.9, right), ylim=(len(contrasts) - 0.4, -0.6), yticks=[],
           xlabel="Hazard ratio (log scale)")
    shown = TICKS if high / low < 1000 else TICKS[::2]
    ax.xaxis.set_major_locator(FixedLocator([t for t in shown if low <= t <= high]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    ax.xaxis.label.set(x=DRAWN / 2)
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_bounds(low, high)
    for model in MODELS:
        if (cox["model"] == model).any():
            colour, marker, _, name = MODELS[model]
            ax.plot([], [], marker=marker, color=colour, markersize=5, label=name)
    ax.figure.legend(loc="outside upper left", ncols=2)
    return ax


def draw_row(ax, y, row, low, high):
    """Draw the interval of one model and write its numbers on the same height."""
    colour, marker, shift, _ = MODELS[row.model]
    y += shift
    shown = f"NE: {row.reason}" if row.reason else estimate(row.estimate, row.conf_low,
                                                            row.conf_high)
    ax.text(1, y, shown, transform=ax.get_yaxis_transform(), va="center_baseline", ha="right",
            fontsize=7.5, color=colour)
    if row.reason:
        return
    ax.plot([min(max(row.conf_low, low), high), max(min(row.conf_high, high), low)], [y, y],
            color=colour, linewidth=1.4, solid_capstyle="butt")
    if low <= row.estimate <= high:
        ax.plot(row.estimate, y, marker, color=colour, markersize=4.5)
    for beyond, at, mark in ((row.conf_low < low, low, "<"), (row.conf_high > high, high, ">")):
        if beyond:
            ax.plot(at, y, mark, color=colour, markersize=5, clip_on=False)


def derive_height_mm(cox, per_row=12, rest=24):
    """Return the height of a forest plot, so that its rows keep their distance.

    Examples
    --------
    >>> import pandas as pd
    >>> derive_height_mm(pd.DataFrame({"term": ["a", "b", "a"], "level": ["yes"] * 3}))
    48
    """
    return rest + per_row * max(len(cox[["term", "level"]].drop_duplicates()), 1)
