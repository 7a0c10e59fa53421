"""Cox regression for 0/1 covariates, Efron ties, Newton from a warm start; compiled.

All functions take patients in the order of their times, events before censorings on one day.
"""

from __future__ import annotations

import numpy as np
from numba import njit

FAR = 5.0  # a log hazard ratio beyond this is not estimable


@njit(cache=True)
def sort_order(order, day, event):
    """Sort `order` (patient numbers) by day, events first; insertion sort, in place."""
    for k in range(1, len(order)):
        i = order[k]
        key = 2 * day[i] - event[i]
        j = k - 1
        while j >= 0 and 2 * day[order[j]] - event[order[j]] > key:
            order[j + 1] = order[j]
            j -= 1
        order[j + 1] = i


@njit(cache=True)
def score_at(order, day, event, x, e):
    """Score and information of one 0/1 covariate at hazard ratio `e` (Efron ties)."""
    n, at1 = len(order), 0
    for i in range(n):
        at1 += x[i]
    at0, k, score, info = n - at1, 0, 0.0, 0.0
    while k < n:
        i = order[k]
        if event[i] == 0:
            at1 -= x[i]
            at0 -= 1 - x[i]
            k += 1
            continue
        d, d1, m = 0, 0, k
        while m < n and day[order[m]] == day[i] and event[order[m]] == 1:
            d += 1
            d1 += x[order[m]]
            m += 1
        for step in range(d):
            part = step / d
            a = (at1 - part * d1) * e
            p = a / (a + at0 - part * (d - d1))
            score -= p
            info += p * (1.0 - p)
        score += d1
        at1 -= d1
        at0 -= d - d1
        k = m
    return score, info


@njit(cache=True)
def fit_one(order, day, event, x, start, tol):
    """Fit one 0/1 covariate.

    Parameters
    ----------
    order, day, event, x : 1-d arrays of int, length n
        Patients in order of time, and by patient the day, the event flag and the covariate.
    start : float
        Log hazard ratio to start from.
    tol : float
        Newton step below which to stop.

    Returns
    -------
    tuple of (float, float)
        Log hazard ratio and its information; information -1 when it cannot be estimated.
    """
    beta = start
    for _ in range(25):
        e = np.exp(beta)
        score, info = score_at(order, day, event, x, e)
        if info < 1e-4:
            return beta, -1.0
        move = score / info
        beta += min(1.5, max(-1.5, move))
        if beta > FAR or beta < -FAR:
            return beta, -1.0
        if abs(move) < tol:
            return beta, info
    return beta, -1.0


@njit(cache=True)
def make_work(p):
    """Make the scratch arrays of `step_model` for up to `p` covariates."""
    q = p * (p + 1) // 2
    return (np.zeros(p), np.zeros(q), np.zeros(p), np.zeros(q), np.zeros(p), np.zeros((p, p)),
            np.zeros((p, p)), np.zeros((p, p)))


@njit(cache=True)
def expand(x, pairs):
    """Fill `pairs` with the products x[a]·x[b], b ≤ a, of one patient."""
    q = 0
    for a in range(len(x)):
        for b in range(a + 1):
            pairs[q] = x[a] * x[b]
            q += 1


@njit(cache=True)
def accumulate(order, day, event, x, pairs, beta, work):
    """Fill score and lower triangle of the information of a multivariable model."""
    s1, s2, t1, t2, score, info, _, _ = work
    p = len(beta)
    q = p * (p + 1) // 2
    s1[:] = 0.0
    s2[:] = 0.0
    score[:] = 0.0
    info[:, :] = 0.0
    s0 = 0.0
    k = len(order) - 1
    while k >= 0:
        m, d, t0 = k, 0, 0.0
        while m >= 0 and day[order[m]] == day[order[k]] and event[order[m]] == event[order[k]]:
            i = order[m]
            eta = 0.0
            for a in range(p):
                eta += beta[a] * x[i, a]
            w = np.exp(eta)
            s0 += w
            for a in range(p):
                s1[a] += w * x[i, a]
            for a in range(q):
                s2[a] += w * pairs[i, a]
            if event[i] == 1:
                if d == 0:
                    t1[:] = 0.0
                    t2[:] = 0.0
                d += 1
                t0 += w
                for a in range(p):
                    t1[a] += w * x[i, a]
                    score[a] += x[i, a]
                for a in range(q):
                    t2[a] += w * pairs[i, a]
            m -= 1
        for step in range(d):
            part = step / d
            inv = 1.0 / (s0 - part * t0)
            c = 0
            for a in range(p):
                mean = (s1[a] - part * t1[a]) * inv
                score[a] -= mean
                for b in range(a + 1):
                    info[a, b] += ((s2[c] - part * t2[c]) * inv
                                   - mean * (s1[b] - part * t1[b]) * inv)
                    c += 1
        k = m


@njit(cache=True)
def invert(info, p, low, inverse):
    """Invert a positive definite matrix given by its lower triangle; False when it is not."""
    for a in range(p):
        for b in range(a + 1):
            total = info[a, b]
            for c in range(b):
                total -= low[a, c] * low[b, c]
            if a == b:
                if total < 1e-6:
                    return False
                low[a, a] = np.sqrt(total)
            else:
                low[a, b] = total / low[b, b]
    for c in range(p):
        for a in range(c, p):
            total = 1.0 if a == c else 0.0
            for b in range(c, a):
                total -= low[a, b] * inverse[b, c]
            inverse[a, c] = total / low[a, a]
    for a in range(p):
        for b in range(a + 1):
            total = 0.0
            for c in range(a, p):
                total += inverse[c, a] * inverse[c, b]
            inverse[a, b] = total
    return True


@njit(cache=True)
def step_model(order, day, event, x, pairs, beta, variance, work):
    """Take one Newton step of a multivariable model in place.

    Parameters
    ----------
    order, day, event : 1-d arrays of int, length n
    x, pairs : 2-d arrays, shapes (n, p or more) and (n, p(p+1)/2 or more)
        Covariates and their products, see `expand`.
    beta, variance : 1-d arrays, length p
        Log hazard ratios, and their variances at the point where the step began.
    work : tuple of arrays
        From `make_work`.

    Returns
    -------
    float
        Largest change of a log hazard ratio; -1 when the model cannot be estimated.
    """
    p = len(beta)
    accumulate(order, day, event, x, pairs, beta, work)
    _, _, _, _, score, info, low, inverse = work
    if not invert(info, p, low, inverse):
        return -1.0
    largest = 0.0
    for a in range(p):
        move = 0.0
        for b in range(p):
            move += (inverse[a, b] if b <= a else inverse[b, a]) * score[b]
        move = min(1.5, max(-1.5, move))
        beta[a] += move
        variance[a] = inverse[a, a]
        largest = max(largest, abs(move))
        if abs(beta[a]) > FAR:
            return -1.0
    return largest


def fit_model(order, day, event, x, tol=1e-9):
    """Fit a multivariable model from zero.

    Returns
    -------
    tuple of (ndarray, ndarray)
        Log hazard ratios and standard errors; NaN when it cannot be estimated.
    """
    n, p = x.shape
    pairs = np.zeros((n, p * (p + 1) // 2))
    for i in range(n):
        expand(x[i].astype(float), pairs[i])
    beta, variance, work = np.zeros(p), np.zeros(p), make_work(p)
    for _ in range(30):
        largest = step_model(order, day, event, x.astype(float), pairs, beta, variance, work)
        if largest < 0:
            break
        if largest < tol:
            return beta, np.sqrt(variance)
    return np.full(p, np.nan), np.full(p, np.nan)
