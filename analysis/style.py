"""One look for every figure: palette, sizes, type."""

from __future__ import annotations

import textwrap

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_hex, to_rgb

# Okabe and Ito's palette, told apart with any colour vision (doi 10.1038/nmeth.1618)
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, INK, GREY = "#56B4E9", "#CC79A7", "#F0E442", "#222222", "#6E6E6E"
PALE = "#D9D9D9"

#: order in which groups take their colours, and what tells them apart in black and white
GROUPS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P")
RESPONSE = {"CR": GREEN, "PR": SKY, "SD": YELLOW, "PD": VERMILLION, "NE": PALE}

#: the smallest type, points; no figure shrinks in print unless it is taller than TALLEST_MM
SMALL = 8
TALLEST_MM = 205
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


def measure_luminance(colour):
    """Measure the relative luminance of a colour, 0 to 1 (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def ink(colour):
    """Choose black or white for text on `colour`, whichever stands out more."""
    return "black" if measure_luminance(colour) > 0.179 else "white"


def deepen(colour, contrast=4.5):
    """Darken a colour until text in it can be read on white, at least `contrast` to one.

    Examples
    --------
    >>> deepen(BLUE) == BLUE.lower()
    True
    >>> 1.05 / (measure_luminance(deepen(SKY)) + 0.05) >= 4.5
    True
    """
    rgb = np.array(to_rgb(colour))
    while 1.05 / (measure_luminance(rgb) + 0.05) < contrast:
        rgb = 0.97 * rgb
    return to_hex(rgb)


def wrap(name, width=17, lines=2):
    r"""Break a long name on an axis into lines, so that it leaves room for the drawing.

    Examples
    --------
    >>> wrap("Platelet count decreased")
    'Platelet count\ndecreased'
    """
    return "\n".join(textwrap.wrap(name, width, max_lines=lines, placeholder=" …")) or name


def shorten(name, width=16):
    """Cut a name that would take the room of the drawing; tables print it whole.

    Examples
    --------
    >>> shorten("unmethylated"), shorten("with a second malignancy")
    ('unmethylated', 'with a second m…')
    """
    return name if len(name) <= width else f"{name[:width - 1].rstrip()}…"
