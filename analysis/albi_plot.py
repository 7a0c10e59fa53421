"""Pictures of liver function: migration of grades, and every patient's score."""

from __future__ import annotations

import numpy as np

from analysis.albi import CUTS, GRADES, MONTHS, derive_wide
from analysis.flow import plot_flow
from analysis.style import BLUE, GREY, INK, ORANGE, SMALL, VERMILLION

COLOURS = {"1": BLUE, "2": ORANGE, "3": VERMILLION}
LABELS = {str(grade): f"grade {grade}" for grade in GRADES}


def plot_albi_migration(migration, ax, titles):
    """Draw the migration of grades over the visits.

    Parameters
    ----------
    migration : DataFrame
        From `count_albi_migration`.
    ax : matplotlib Axes
    titles : dict of str to str
        Words for each visit.

    Returns
    -------
    matplotlib Axes
    """
    visits = dict.fromkeys([*migration["stage_from"], *migration["stage_to"]], GRADES)
    return plot_flow(migration, ax, visits, COLOURS, titles, LABELS)


def plot_albi_course(course, ax, titles):
    """Draw every patient's score over the visits, and the median.

    Parameters
    ----------
    course : DataFrame
        From `derive_albi_course`.
    ax : matplotlib Axes
    titles : dict of str to str
        Words for each visit.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    A patient's line bridges a missing visit, without a dot there. Cut points of the grades are
    dashed.
    """
    wide = derive_wide(course, "albi_score").astype(float)
    months = [MONTHS[visit] for visit in wide]
    faint = float(np.clip(20 / len(wide), 0.12, 0.5))
    for _, scores in wide.iterrows():
        seen = scores.notna().to_numpy()
        ax.plot(np.array(months)[seen], scores[seen], color=GREY, linewidth=0.7, alpha=faint,
                marker="o", markersize=2.5)
    ax.plot(months, wide.median(), color=BLUE, linewidth=2.4, marker="s", markersize=6)
    ax.annotate("median", (months[-1], wide.median().iloc[-1]), (8, 0), va="center", color=BLUE,
                textcoords="offset points", fontweight="bold")
    ends = [*CUTS, max(wide.max().max(), CUTS[-1]) + 0.3]
    for cut, grade in zip(ends, GRADES, strict=True):
        if grade < GRADES[-1]:
            ax.axhline(cut, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        ax.annotate(f"grade {grade}", (1, cut), (0, -3), xycoords=("axes fraction", "data"),
                    textcoords="offset points", ha="right", va="top", fontsize=SMALL)
    ax.set(xticks=months, xticklabels=[titles.get(visit, visit) for visit in wide],
           ylabel="ALBI score (higher is worse)", ylim=(None, ends[-1]),
           xlim=(-0.1, max(months) + 0.9))
    return ax
