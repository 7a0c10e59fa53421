"""Proportions with their confidence limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

#: the exact limits, which never cover less often than they say
EXACT = "Clopper–Pearson"
#: the score limits, which cover as often as they say on average
SCORE = "Wilson"


def estimate_proportion(n, total, method=EXACT, conf_level=0.95):
    """Estimate proportions with two-sided confidence limits.

    Parameters
    ----------
    n : int or sequence of int, length m
        Patients with the outcome.
    total : int or sequence of int, length m or one for all
        Patients assessed; who is not assessed is not in it.
    method : {"Clopper–Pearson", "Wilson"}
        Exact binomial limits, or those that invert the score test.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    DataFrame, m rows
        `n, total, percent, conf_low, conf_high, conf_level, method, reason`; estimate and limits
        in per cent. Nobody assessed: NaN with the reason "no patients".

    Raises
    ------
    ValueError
        If a count exceeds its total or is negative, or the method is not one of the two.

    References
    ----------
    Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404.
    Wilson 1927, doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    Three of three patients: the lower exact limit is the cube root of 0.025.

    >>> row = estimate_proportion(3, 3).iloc[0]
    >>> [round(float(row[c]), 1) for c in ("percent", "conf_low", "conf_high")]
    [100.0, 29.2, 100.0]
    """
    n, total = np.broadcast_arrays(np.atleast_1d(n).astype(float),
                                   np.atleast_1d(total).astype(float))
    if np.any((n < 0) | (n > total)):
        raise ValueError("a count must lie between 0 and its total")
    limits = {EXACT: limit_exactly, SCORE: limit_by_score}
    if method not in limits:
        raise ValueError(f"method {method!r} is not one of {', '.join(limits)}")
    some = total > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = limits[method](n, total, 1 - conf_level)
        share = n / total
    percent, low, high = (100 * np.where(some, x, np.nan) for x in (share, low, high))
    return pd.DataFrame({"n": n.astype(int), "total": total.astype(int), "percent": percent,
                         "conf_low": low, "conf_high": high, "conf_level": conf_level,
                         "method": method, "reason": np.where(some, "", "no patients")})


def limit_exactly(n, total, alpha):
    """Return the Clopper–Pearson limits; exactly 0 where n is 0 and exactly 1 where it is all."""
    low = np.where(n == 0, 0.0, stats.beta.ppf(alpha / 2, n, total - n + 1))
    high = np.where(n == total, 1.0, stats.beta.ppf(1 - alpha / 2, n + 1, total - n))
    return low, high


def limit_by_score(n, total, alpha):
    """Return the Wilson limits, without continuity correction."""
    z = stats.norm.ppf(1 - alpha / 2)
    share = n / total
    centre = (share + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z / (1 + z**2 / total) * np.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    low, high = np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
    return np.where(n == 0, 0.0, low), np.where(n == total, 1.0, high)
