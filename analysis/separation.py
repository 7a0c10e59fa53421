"""Separation: which coefficients of a Cox model have no finite maximum."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

#: more covariate patterns than this are not searched for separation: the programme grows with
#: their square, and only near-continuous covariates in large cohorts reach it
PATTERNS = 1500


def find_infinite(time_mo, event, design):
    """Find the coefficients whose likelihood rises without end.

    Parameters
    ----------
    time_mo, event : arrays, length n
    design : array, n × p, without redundant columns

    Returns
    -------
    array of bool, length p

    Notes
    -----
    The partial likelihood is monotone in a direction δ when at every event no patient at risk has
    a larger δ'x than the one with the event. A coefficient is infinite when such a δ moves it:
    a linear programme over the pairs of covariate patterns that meet in a risk set.

    References
    ----------
    Heinze and Schemper 2001, doi:10.1111/j.0006-341X.2001.00114.x.
    """
    patterns, inverse = np.unique(design, axis=0, return_inverse=True)
    size, p = patterns.shape
    if size > PATTERNS:
        return np.zeros(p, bool)
    last = np.full(size, -np.inf)
    first = np.full(size, np.inf)
    np.maximum.at(last, inverse.ravel(), time_mo)
    np.minimum.at(first, inverse.ravel()[event], time_mo[event])
    failed, at_risk = np.nonzero(first[:, None] <= last[None, :])
    gaps = np.unique(patterns[failed] - patterns[at_risk], axis=0)

    def furthest(aim):
        found = linprog(-aim, A_ub=-gaps, b_ub=np.zeros(len(gaps)), bounds=(-1, 1))
        return -found.fun if found.success else 0.0

    if furthest(gaps.sum(axis=0)) < 1e-9:
        return np.zeros(p, bool)
    axes = np.eye(p)
    return np.array([max(furthest(axes[k]), furthest(-axes[k])) > 1e-9 for k in range(p)])
