"""Butterfly chart of adverse events: acute to the left, late to the right, graded by shade."""

from __future__ import annotations

from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import style
from analysis.display import number
from analysis.safety import BANDS

SHADES = {"5": style.INK, "3-4": style.VERMILLION, "1-2": style.SKY}
SIDES = {"acute": -1, "late": 1}


def select_terms(table, n_terms):
    """Return the rows of the `n_terms` most frequent terms, in their order."""
    return table[table["term"].isin(table["term"].drop_duplicates()[:n_terms])]


def derive_height_mm(table, n_terms):
    """Return the height that gives each drawn term room for a name of two lines."""
    return 34 + 7.6 * select_terms(table, n_terms)["term"].nunique()


def plot_butterfly(table, ax, n_terms=20):
    """Draw patients per term, acute to the left and late to the right of one axis.

    Parameters
    ----------
    table : DataFrame
        From `safety.count_adverse_events`.
    ax : matplotlib Axes
    n_terms : int, default 20
        The most frequent terms are drawn.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    Severe grades lie next to the axis, so that they compare along one line. The number at the end
    of a bar is of all its patients, those inside are of grade 3–4 and 5: the shade never carries
    the grade alone.
    """
    shown = select_terms(table, n_terms)
    terms = list(shown["term"].drop_duplicates())
    widest = shown.loc[(shown["band"] == "any") & (shown["window"] != "all"), "percent"].max()
    limit = 1.25 * max(widest, 1)
    for window, side in SIDES.items():
        percents = shown[shown["window"] == window].pivot(index="term", columns="band",
                                                          values="percent").reindex(terms)
        counts = shown[shown["window"] == window].pivot(index="term", columns="band",
                                                        values="n").reindex(terms)
        draw_side(ax, percents, counts, side, limit)
        ax.text(side * limit / 2, -0.9, window.capitalize(), ha="center", va="bottom",
                fontweight="bold")
    ax.axvline(0, color="white", linewidth=0.9, zorder=2)
    ax.set(xlim=(-limit, limit), ylim=(len(terms) - 0.4, -0.9), xlabel="Patients, %")
    ax.set_yticks(range(len(terms)), [style.wrap(term) for term in terms])
    ax.xaxis.set_major_locator(MaxNLocator(7, symmetric=True, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: number(abs(x), 0)))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    draw_legend(ax, shown)
    return ax


def draw_side(ax, percents, counts, side, limit):
    """Draw the bars of one window, severe grades innermost."""
    y = range(len(percents))
    start = 0 * percents["any"]
    for band, shade in SHADES.items():
        ax.barh(y, side * percents[band], left=side * start, height=0.72, color=shade)
        for i, (n, width, inner) in enumerate(zip(counts[band], percents[band], start,
                                                  strict=True)):
            if band != "1-2" and width > 0.06 * limit:
                ax.text(side * (inner + width / 2), i, f"{n}", ha="center", va="center_baseline",
                        color=style.ink(shade), fontsize=style.SMALL)
        start = start + percents[band]
    for i, (n, end) in enumerate(zip(counts["any"], start, strict=True)):
        if n:
            ax.text(side * (end + 0.03 * limit), i, f"{n}", va="center_baseline",
                    fontsize=style.SMALL, ha="left" if side > 0 else "right")


def draw_legend(ax, shown):
    """Name the shades of the grades that occur."""
    present = [band for band in BANDS[1:] if shown.loc[shown["band"] == band, "n"].sum() > 0]
    handles = [Patch(color=SHADES[band], label=f"Grade {band.replace('-', '–')}")
               for band in present]
    ax.figure.legend(handles=handles, loc="outside lower center", ncols=max(len(present), 1))
