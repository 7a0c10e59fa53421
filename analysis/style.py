"""One look for every figure: palette, sizes, type."""

from __future__ import annotations

import textwrap

import matplotlib as mpl
import matplotlib.pyplot as plt

# Okabe and Ito's palette, told apart with any colour vision (doi 10.1038/nmeth.1618)
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, INK, GREY = "#56B4E9", "#CC79A7", "#F0E442", "#222222", "#6E6E6E"
PALE = "#D9D9D9"

#: order in which groups take their colours, and what tells them apart in black and white
GROUPS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P")
RESPONSE = {"CR": GREEN, "PR": SKY, "SD": YELLOW, "PD": VERMILLION, "NE": PALE}

WIDTH_IN = {"column": 3.5, "page": 7.0}
MM_PER_IN = 25.4

RC = {
    "font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 10, "axes.labelsize": 9,
    "xtick.labelsize": 8.5, "ytick.labelsize": 8.5, "legend.fontsize": 8.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": INK,
    "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.linewidth": 0.8, "lines.linewidth": 1.6, "legend.frameon": False,
    "figure.constrained_layout.use": True, "figure.facecolor": "none", "axes.facecolor": "none",
    "savefig.facecolor": "none", "svg.hashsalt": "report", "svg.fonttype": "path",
    "axes.prop_cycle": mpl.cycler(color=GROUPS),
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
}


def new_figure(width="page", height_mm=90, **subplots):
    """Open a figure in the book's look.

    Parameters
    ----------
    width : {"column", "page"}
        89 mm or 178 mm, the widths of a journal's column and page.
    height_mm : float
        Height in millimetres.
    **subplots
        Passed to `matplotlib.pyplot.subplots`.

    Returns
    -------
    tuple of (Figure, Axes or array of Axes)
    """
    mpl.rcParams.update(RC)
    return plt.subplots(figsize=(WIDTH_IN[width], height_mm / MM_PER_IN), **subplots)


def wrap(name, width=17):
    """Break a long name on an axis into lines, so that it leaves room for the drawing."""
    return "\n".join(textwrap.wrap(name, width)) or name
