"""Sentences and printed tables on what the printed numbers leave open."""

from __future__ import annotations

import pandas as pd

from analysis.display import count, number, quote


def describe_alternatives(spread, cohorts):
    """Say how many other cohorts there are, and which statistics they share and dispute."""
    if cohorts is None:
        return ""
    n = cohorts["cohort"].nunique()
    width = ((spread["high"] - spread["low"]) / spread["median"].abs()).fillna(0)
    widest, narrowest = spread.loc[width.idxmax()], spread.loc[width.idxmin()]
    return (f"The search kept {count(n, 'other cohort')} with the printed counts and medians. "
            f"They lie closest together in {narrowest['statistic']} "
            f"({say_range(spread, narrowest['statistic'])}) and furthest apart in "
            f"{widest['statistic']} ({say_range(spread, widest['statistic'])}).")


def say_range(spread, statistic):
    """Quote the range of one statistic over the cohorts."""
    low, high = (quote(spread, column, 2, statistic=statistic) for column in ("low", "high"))
    return f"{low} to {high}"


def spread_table(spread):
    """Return the spread of every statistic as printed cells."""
    cells = [(s, quote(spread, "n", statistic=s), quote(spread, "median", 2, statistic=s),
              say_range(spread, s)) for s in spread["statistic"]]
    return pd.DataFrame(cells, columns=["Statistic", "Cohorts", "Median", "Range"])


def courses_alt(courses):
    """Say the figure of all curves in words."""
    last = courses.groupby("level", observed=True)["estimate"].last()
    return (f"Overall survival of {count(len(last), 'cohort')} as thin lines that run together up "
            f"to the printed points and end between {number(100 * last.min(), 0)}% and "
            f"{number(100 * last.max(), 0)}%; the cohort of this book is the thick line.")
