"""Ways of quoting a tidy result that several chapters share; each number carries its address."""

from __future__ import annotations

import pandas as pd

from analysis.display import (
    NOT_ESTIMABLE,
    cite,
    estimate,
    interval,
    is_missing,
    level,
    number,
    quote,
    select,
)

#: address of both limits of an estimate
LIMITS = "conf_low.conf_high"


def cite_limits(row, keys, decimals=1, missing=NOT_ESTIMABLE, scale=1):
    """Format the limits of a row as one number with its address: ``3.1–11.7``.

    Parameters
    ----------
    row : Series
        Row of a saved result, with `conf_low` and `conf_high`.
    keys : list of str
        Columns whose values tell the row from the others.
    decimals : int, optional
    missing : str
        Printed for a limit that is not there.
    scale : float
        Factor from the saved unit to the printed one.
    """
    limits = interval(scale * row["conf_low"], scale * row["conf_high"], decimals, missing)
    return cite(limits, LIMITS, **{key: row[key] for key in keys})


def cite_estimate(row, column, keys, decimals=1, missing=NOT_ESTIMABLE, scale=1):
    """Format an estimate with its limits as one number with its address: ``7.4 (3.1–11.7)``."""
    shown = estimate(*(scale * row[c] for c in (column, "conf_low", "conf_high")), decimals,
                     missing)
    return cite(shown, f"{column}.{LIMITS}", **{key: row[key] for key in keys})


def quote_count(result, column, noun, plural=None, **row):
    """Quote a count with its noun: ``1 patient``, ``36 patients``, ``no patients``."""
    n = select(result, **row)[column]
    plural = plural or f"{noun}s"
    if is_missing(n) or n == 0:
        return f"no {plural}"
    return f"{cite(number(n, 0), column, **row)} {noun if n == 1 else plural}"


def quote_of(result, **row):
    """Quote a count in its whole: ``14 of 36 (38.9%)``."""
    n, total = (quote(result, column, **row) for column in ("n", "total"))
    if pd.isna(select(result, **row)["percent"]):
        return f"{n} of {total}"
    return f"{n} of {total} ({quote(result, 'percent', **row)})"


def quote_share(result, **row):
    """Quote a count in its whole, with limits: ``14 of 36 (38.9%; 95% CI 23.1–56.5%)``."""
    found = select(result, **row)
    if pd.isna(found["conf_low"]):
        return quote_of(result, **row)
    limits = cite_limits(found, row)
    return f"{quote_of(result, **row)[:-1]}; {level(found['conf_level'])} CI {limits}%)"


def quote_cell(result, **row):
    """Quote a count and its percentage for a table: ``14 (38.9)``."""
    found = select(result, **row)
    return cite(f"{number(found['n'], 0)} ({number(found['percent'], 1)})", "n.percent", **row)


def quote_estimate(result, column, decimals=1, **row):
    """Quote an estimate and its limits for a table: ``38.9 (23.1–56.5)``."""
    found = select(result, **row)
    if pd.isna(found[column]):
        return cite(number(found[column], decimals), column, **row)
    return cite_estimate(found, column, row, decimals)
