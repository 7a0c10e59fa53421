"""Hazard ratios drawn: each on its own line, its numbers beside it."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis import display, style
from analysis.cox import MULTIVARIABLE, UNIVARIABLE

#: hazard ratios that can be ticks
TICKS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
#: share of the width that the intervals take; the numbers stand in the rest
DRAWN = 0.6
#: space between two contrasts, as a share of a line
GAP = 0.6
#: colour, marker and name of each model
MODELS = {UNIVARIABLE: (style.BLUE, "o", "alone"),
          MULTIVARIABLE: (style.VERMILLION, "D", "together")}


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
    A contrast has a line for its name and one for each model, and the numbers stand on the line of
    their interval, so that drawing and table cannot slip apart. What cannot be estimated says NE
    and why; an interval that leaves the axis ends in an arrow.
    """
    names = names or {}
    low, high = choose_span(cox)
    right = low * (high / low) ** (1 / DRAWN)
    y = 0
    for (term, level), rows in cox.groupby(["term", "level"], sort=False):
        title = names.get(term, term) + ("" if level in ("yes", "present") else f": {level}")
        ax.text(0, y, style.shorten(title, 42), transform=ax.get_yaxis_transform(), va="center",
                fontsize=style.SMALL, fontweight="bold")
        ax.plot([1, 1], [y + 0.5, y + len(rows) + 0.5], color=style.GREY, linewidth=0.8, zorder=0)
        for line, row in enumerate(rows.itertuples(), 1):
            draw_row(ax, y + line, row, low, high)
        y += 1 + len(rows) + GAP
    ax.set_xscale("log")
    ax.set(xlim=(low * 0.9, right), ylim=(y - GAP, -0.7), yticks=[],
           xlabel=f"Hazard ratio ({display.level(cox['conf_level'].max())} CI), log scale")
    shown = TICKS if high / low < 1000 else TICKS[::2]
    ax.xaxis.set_major_locator(FixedLocator([t for t in shown if low <= t <= high]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    ax.xaxis.label.set(x=DRAWN / 2)
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_bounds(low, high)
    for model in MODELS:
        if (cox["model"] == model).any():
            colour, marker, name = MODELS[model]
            ax.plot([], [], marker=marker, color=colour, markersize=5, label=name)
    ax.figure.legend(loc="outside upper left", ncols=2)
    return ax


def draw_row(ax, y, row, low, high):
    """Draw the interval of one model and write its numbers on the same line."""
    colour, marker, _ = MODELS[row.model]
    shown = f"NE: {row.reason}" if row.reason else display.estimate(
        row.estimate, row.conf_low, row.conf_high)
    ax.text(1, y, shown, transform=ax.get_yaxis_transform(), va="center_baseline", ha="right",
            fontsize=style.SMALL, color=style.deepen(colour))
    if row.reason:
        return
    ax.plot([min(max(row.conf_low, low), high), max(min(row.conf_high, high), low)], [y, y],
            color=colour, linewidth=1.4, solid_capstyle="butt")
    if low <= row.estimate <= high:
        ax.plot(row.estimate, y, marker, color=colour, markersize=4.5)
    for beyond, at, mark in ((row.conf_low < low, low, "<"), (row.conf_high > high, high, ">")):
        if beyond:
            ax.plot(at, y, mark, color=colour, markersize=5, clip_on=False)


def derive_height_mm(cox, per_line=3.3, rest=22):
    """Return the height of a forest plot, so that its lines keep their distance.

    Examples
    --------
    >>> import pandas as pd
    >>> cox = pd.DataFrame({"term": ["a", "b", "a"], "level": ["yes"] * 3})
    >>> round(derive_height_mm(cox), 1)
    42.5
    """
    contrasts = len(cox[["term", "level"]].drop_duplicates())
    return rest + per_line * ((1 + GAP) * max(contrasts, 1) + len(cox))
