"""Kaplan-Meier medians with normal-approximation limits, rates, and the log-rank test; compiled.

Functions take patients in the order of their times, events before censorings on one day; `group`
is 0/1 by patient, and `level` -1 takes everybody.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from reconstruction.core import DAYS_PER_MONTH

Z = 1.959963984540054
EDGE = 1e-9
UPPER, LOWER = 0.55, 0.45  # the density at the median is the drop between these, over its time


@njit(cache=True, error_model="numpy")
def median_normal(order, day, event, group, level, out):
    """Fill `out` with the median and its limits in months; return S at the median.

    The limits are median ± Z·SE(S)/f with Greenwood's SE at the median and the density
    f = (S(u) − S(l))/(l − u), u the last event time with S ≥ 0.55 (0 when there is none), l the
    first with S ≤ 0.45 (Collett). What is not reached is NaN.
    """
    at = 0
    for i in order:
        at += level < 0 or group[i] == level
    s, green, u, s_u, half, v_half = 1.0, 0.0, 0, 1.0, -1, 0.0
    s_half = 0.0
    out[:] = np.nan
    k, n = 0, len(order)
    while k < n:
        i = order[k]
        if level >= 0 and group[i] != level:
            k += 1
            continue
        if event[i] == 0:
            at -= 1
            k += 1
            continue
        d, m = 0, k
        while m < n and day[order[m]] == day[i] and event[order[m]] == 1:
            d += level < 0 or group[order[m]] == level
            m += 1
        s *= 1.0 - d / at
        if at > d:
            green += d / (at * (at - d))
        at -= d
        k = m
        if s >= UPPER - EDGE:
            u, s_u = day[i], s
        if half < 0 and s <= 0.5 + EDGE:
            half, v_half, s_half = day[i], s * s * green, s
        if s <= LOWER + EDGE:
            out[0] = half / DAYS_PER_MONTH
            if s_half > EDGE:
                f = (s_u - s) / (day[i] - u)
                out[1] = (half - Z * np.sqrt(v_half) / f) / DAYS_PER_MONTH
                out[2] = (half + Z * np.sqrt(v_half) / f) / DAYS_PER_MONTH
            return s_half
    if half >= 0:
        out[0] = half / DAYS_PER_MONTH
    return s_half


@njit(cache=True, error_model="numpy")
def survival_at(order, day, event, months):
    """Kaplan-Meier estimate at a time in months; NaN when nobody is followed that long."""
    s, at, k, n = 1.0, len(order), 0, len(order)
    limit = months * DAYS_PER_MONTH
    if day[order[n - 1]] < limit:
        return np.nan
    while k < n and day[order[k]] <= limit:
        if event[order[k]]:
            s *= 1.0 - 1.0 / at
        at -= 1
        k += 1
    return s


@njit(cache=True, error_model="numpy")
def logrank(order, day, event, group):
    """Compare two groups.

    Returns
    -------
    tuple of float
        χ² (1 df) and the hazard ratio (O1/E1)/(O0/E0).
    """
    n = len(order)
    at, at1 = n, 0
    for i in range(n):
        at1 += group[i]
    o1, e1, var, total = 0.0, 0.0, 0.0, 0.0
    k = 0
    while k < n:
        i = order[k]
        if event[i] == 0:
            at -= 1
            at1 -= group[i]
            k += 1
            continue
        d, d1, m = 0, 0, k
        while m < n and day[order[m]] == day[i] and event[order[m]] == 1:
            d += 1
            d1 += group[order[m]]
            m += 1
        p = at1 / at
        o1 += d1
        e1 += d * p
        total += d
        if at > 1:
            var += d * p * (1 - p) * (at - d) / (at - 1)
        at -= d
        at1 -= d1
        k = m
    if var <= 0 or total - o1 < 0.5 or o1 < 0.5:
        return 0.0, np.nan
    return (o1 - e1) ** 2 / var, (o1 / e1) / ((total - o1) / (total - e1))
