"""When adverse events begin: days from the start of the index treatment."""

from __future__ import annotations

import pandas as pd

from analysis import style

ONSET = ["scope", "term", "band", "n", "median_day", "low_day", "high_day"]
#: band: marker, edge, face; the open mark tells the mild grades in black and white
MARKS = {"1-2": ("o", style.BLUE, "none"), "3-4": ("D", style.VERMILLION, style.VERMILLION),
         "5": ("X", style.INK, style.INK)}


def derive_first(events, keys=("patient_id", "term")):
    """Keep each patient's first event per key, the worse one where two begin on the same day.

    Parameters
    ----------
    events : DataFrame
        From `safety.derive_windows`. Events without known onset or before the start are left out.

    Returns
    -------
    DataFrame
        The rows kept, by day.
    """
    known = events[events["onset_day"] >= 0]
    return (known.sort_values(["onset_day", "grade"], ascending=[True, False], kind="stable")
            .drop_duplicates(list(keys)).reset_index(drop=True))


def estimate_onset(events):
    """Describe the day of first onset, over all terms and for each term.

    Parameters
    ----------
    events : DataFrame
        From `safety.derive_windows`.

    Returns
    -------
    DataFrame
        `scope` (patient: first event of any term; term: first event of that term), `term` (empty
        for scope patient), `band` (any, or 3-5: first event of grade 3 or higher), `n` patients,
        `median_day, low_day, high_day`; nobody gives n 0 and NaN.

    Notes
    -----
    Only patients with the event enter: this is not an estimate of how long a patient stays free
    of it, which would need the follow-up of the others.
    """
    severe = events[events["grade"] >= 3]
    groups = [("patient", "", "any", derive_first(events, ["patient_id"])),
              ("patient", "", "3-5", derive_first(severe, ["patient_id"]))]
    groups += [("term", term, "any", first) for term, first in derive_first(events).groupby("term")]
    rows = [dict(zip(ONSET, (scope, term, band, len(first), first["onset_day"].median(),
                             first["onset_day"].min(), first["onset_day"].max()), strict=True))
            for scope, term, band, first in groups]
    return pd.DataFrame(rows, columns=ONSET)


def derive_shown(events, table, n_terms=15):
    """Return the first onsets of the most frequent terms, as the plot draws them.

    Parameters
    ----------
    events : DataFrame
        From `safety.derive_windows`.
    table : DataFrame
        From `safety.count_adverse_events`, for the order of the terms.
    n_terms : int, default 15

    Returns
    -------
    DataFrame
        `term` (ordered categories, the most frequent first), `onset_day`, `band`.
    """
    terms = list(table["term"].drop_duplicates()[:n_terms])
    first = derive_first(events[events["term"].isin(terms)])
    return first.assign(term=pd.Categorical(first["term"], terms, ordered=True))[
        ["term", "onset_day", "band"]]


def plot_onset(first, ax, acute_days=90):
    """Draw the day of first onset: a mark per patient and term, by the band of that event.

    Parameters
    ----------
    first : DataFrame
        From `derive_shown`.
    ax : matplotlib Axes
    acute_days : float, default 90
        Where the acute window ends.

    Returns
    -------
    matplotlib Axes
    """
    terms = first["term"].cat.categories
    order = first.sort_values("onset_day").groupby("term", observed=True).cumcount()
    y = first["term"].cat.codes + 0.22 * (order.reindex(first.index) % 3 - 1)
    for band, (marker, colour, face) in MARKS.items():
        mine = first["band"] == band
        if mine.any():
            ax.scatter(first["onset_day"][mine], y[mine], s=26, marker=marker, edgecolor=colour,
                       facecolor=face, linewidth=1.1, zorder=3,
                       label=f"Grade {band.replace('-', '–')}")
    ax.axvline(acute_days, color=style.INK, linewidth=1, linestyle="--")
    for side, word, align in ((-3, "acute", "right"), (3, "late", "left")):
        ax.annotate(word, (acute_days, 1), (side, 2), ("data", "axes fraction"), "offset points",
                    ha=align, va="bottom", fontsize=style.SMALL)
    ax.set_yticks(range(len(terms)), [style.wrap(term) for term in terms])
    ax.set(ylim=(len(terms) - 0.5, -0.5), xlabel="Day of first onset")
    ax.set_xlim(left=0)
    ax.grid(axis="y", color=style.GREY, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.figure.legend(loc="outside lower center", ncols=3)
    return ax
