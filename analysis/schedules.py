"""Dose against fractions: how many patients had which schedule, and lines of equal BED."""

from __future__ import annotations

import numpy as np

from analysis import style
from analysis.schema import TECHNIQUES
from analysis.treatment import DOSES

#: area of the mark of one patient, and of the largest, in square points
ONE, LARGEST = 28, 150
#: area that a number of so many digits needs
ROOM = {1: 80, 2: 130, 3: 200}
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def count_schedules(courses):
    """Count the patients of each schedule, without saying who they are.

    Returns
    -------
    DataFrame
        `dose_gy, fractions, dose_per_fraction_gy, bed10_gy, eqd2_gy, alpha_beta_gy, technique, n`,
        by descending BED; patients without dose details are not in it.
    """
    keys = [*DOSES, "alpha_beta_gy", "technique"]
    known = courses.dropna(subset="bed10_gy")
    return (known.groupby(keys, dropna=False).size().rename("n").reset_index()
            .sort_values(["bed10_gy", "fractions"], ascending=[False, True], ignore_index=True))


def derive_isobed(bed_gy, fractions, alpha_beta_gy=10.0):
    """Return the total dose D (Gy) with BED `bed_gy` in n `fractions`: D²/(n·α/β) + D = BED."""
    scale = np.asarray(fractions, dtype=float) * alpha_beta_gy
    return scale / 2 * (np.sqrt(1 + 4 * bed_gy / scale) - 1)


def plot_schedules(table, ax, bed_lines_gy=(40, 60, 80, 100)):
    """Draw total dose against fractions, a mark per schedule, with lines of equal BED.

    Parameters
    ----------
    table : DataFrame
        From `count_schedules`.
    ax : matplotlib Axes
    bed_lines_gy : sequence of float
        BED of each line, Gy, with the α/β of the table.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    The area of a mark grows with its patients; their number stands in it when they are several
    and no larger mark is in the way.
    Technique is shape and colour. Equal schedules of two techniques stand side by side.
    """
    alpha_beta = table["alpha_beta_gy"].iloc[0]
    right, top = table["fractions"].max() * 1.12 + 1, table["dose_gy"].max() * 1.15
    bottom = table["dose_gy"].min() * 0.7
    draw_isobeds(ax, bed_lines_gy, alpha_beta, right, (bottom, top))
    named = table.assign(technique=table["technique"].fillna("not recorded"))
    order = list(dict.fromkeys([t for t in TECHNIQUES if (named["technique"] == t).any()]
                               + list(named["technique"])))
    shared = named.groupby(["fractions", "dose_gy"])["technique"]
    shift = (shared.cumcount() - (shared.transform("size") - 1) / 2) * 0.03 * right
    area = ONE + (LARGEST - ONE) * (named["n"] - 1) / max(named["n"].max() - 1, 1)
    room = named["n"].astype(str).str.len().clip(upper=3).map(ROOM).where(named["n"] > 1, 0)
    look = {name: (style.MARKERS[i], style.GROUPS[i]) for i, name in enumerate(order)}
    for technique, (marker, colour) in look.items():
        ax.scatter([], [], s=50, marker=marker, color=colour, label=technique)
    placed = named.assign(x=named["fractions"] + shift, area=np.maximum(area, room))
    ax.set(xlim=(0, right), ylim=(bottom, top), xlabel="Fractions", ylabel="Total dose, Gy")
    ax.figure.legend(loc="outside lower center", ncols=len(order) if len(order) < 4 else 2)
    numbered = select_numbered(ax, placed)
    for row in placed.sort_values("n", ascending=False, kind="stable").itertuples():
        marker, colour = look[row.technique]
        ax.scatter(row.x, row.dose_gy, s=row.area, marker=marker, color=colour,
                   edgecolor="white", linewidth=0.8, zorder=3)
        if row.Index in numbered:
            ax.annotate(f"{row.n}", (row.x, row.dose_gy), ha="center", va="center_baseline",
                        fontsize=style.SMALL, color=style.ink(colour), zorder=4)
    return ax


def select_numbered(ax, placed, least_pt=9.0):
    """Select the marks that carry their number: several patients, no larger mark too near."""
    ax.figure.draw_without_rendering()
    at = ax.transData.transform(placed[["x", "dose_gy"]]) * 72 / ax.figure.dpi
    chosen = []
    for i in placed["n"].sort_values(ascending=False, kind="stable").index:
        if placed["n"][i] > 1 and all(np.hypot(*(at[i] - at[j])) > least_pt + (
                placed["n"][i] > 9) * 3 for j in chosen):
            chosen.append(i)
    return chosen


def draw_isobeds(ax, bed_lines_gy, alpha_beta_gy, right, dose_limits_gy):
    """Draw a labelled line of equal BED for each value, inside the axes."""
    fractions = np.linspace(right / 400, right, 400)
    for bed in bed_lines_gy:
        dose = derive_isobed(bed, fractions, alpha_beta_gy)
        ax.plot(fractions, dose, color=style.GREY, linewidth=0.8, linestyle="--", zorder=1)
        inside = np.flatnonzero((dose >= dose_limits_gy[0]) & (dose <= dose_limits_gy[1]))
        if len(inside):
            end = inside[-1]
            ax.annotate(f"{bed:g} Gy", (fractions[end], dose[end]), (2, 0), "data",
                        "offset points", fontsize=style.SMALL, color=style.GREY, va="center",
                        annotation_clip=False)
    name = f"BED{alpha_beta_gy:g}".translate(SUBSCRIPTS)
    ax.annotate(name, (1, 1), (2, 9), "axes fraction", "offset points", fontsize=style.SMALL,
                color=style.GREY, va="bottom", ha="center", annotation_clip=False)
