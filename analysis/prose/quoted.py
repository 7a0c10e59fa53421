"""Ways of quoting a tidy result that several chapters share; each number carries its address."""

from __future__ import annotations

import pandas as pd

from analysis.display import cite, interval, is_missing, level, number, quote, select


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
    limits = interval(found["conf_low"], found["conf_high"], 1)
    return f"{quote_of(result, **row)[:-1]}; {level(found['conf_level'])} CI {limits}%)"


def quote_cell(result, **row):
    """Quote a count and its percentage for a table: ``14 (38.9)``."""
    shown = number(select(result, **row)["percent"], 1)
    return f"{quote(result, 'n', **row)} ({cite(shown, 'percent', **row)})"


def quote_estimate(result, column, decimals=1, **row):
    """Quote an estimate and its limits for a table: ``38.9 (23.1–56.5)``."""
    found = select(result, **row)
    shown = cite(number(found[column], decimals), column, **row)
    if pd.isna(found[column]):
        return shown
    return f"{shown} ({interval(found['conf_low'], found['conf_high'], decimals)})"
