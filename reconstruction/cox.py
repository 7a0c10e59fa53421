"""Cox regression for 0/1 covariates, Efron ties, Newton from a warm start; compiled.

All functions take patients in the order of their times, events before censorings on one day.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

FAR = 5.0  # a log hazard ratio beyond this is not estimable


@njit(cache=True, error_model="numpy")
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


@njit(cache=True, error_model="numpy")
def score_row(order, day, event, x, c, ratio):
    """Score, information and its slope of one 0/1 covariate at a hazard ratio (Efron ties).

    Parameters
    ----------
    order, day, event : 1-d arrays of int, length n
    x : 2-d array, shape (n, covariates)
    c : int
        Column of the covariate in `x`.
    ratio : float

    Returns
    -------
    tuple of float
        Score, information, and the slope of the information in the log hazard ratio.
    """
    n = len(order)
    at, score, info, slope, k = 0.0, 0.0, 0.0, 0.0, n - 1
    while k >= 0:
        i = order[k]
        if event[i] == 0:
            at += x[i, c]
            k -= 1
            continue
        d, tied = 0, 0.0
        while k >= 0 and day[order[k]] == day[i] and event[order[k]] == 1:
            tied += x[order[k], c]
            d += 1
            k -= 1
        at += tied
        score += tied
        for step in range(d):
            part = step / d
            exposed = at - part * tied
            a = exposed * ratio
            p = a / (a + (n - 1 - k) - part * d - exposed)
            q = p * (1.0 - p)
            score -= p
            info += q
            slope += q * (1.0 - 2.0 * p)
    return score, info, slope


@njit(cache=True, error_model="numpy")
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
    beta, alone = start, x.reshape(len(x), 1)
    for _ in range(25):
        score, info, _ = score_row(order, day, event, alone, 0, math.exp(beta))
        if info < 1e-4:
            return beta, -1.0
        move = score / info
        beta += min(1.5, max(-1.5, move))
        if beta > FAR or beta < -FAR:
            return beta, -1.0
        if abs(move) < tol:
            return beta, info
    return beta, -1.0


@njit(cache=True, error_model="numpy")
def score_rows(order, day, event, x, ratio, at, tied, out):
    """Do as `score_row` for many covariates, each at its own hazard ratio.

    Parameters
    ----------
    order, day, event : 1-d arrays of int, length n
    x : 2-d array of float, shape (n, covariates)
    ratio : 1-d array, length covariates
    at, tied : 1-d arrays, length covariates
        Scratch.
    out : 2-d array, shape (3, covariates)
        Filled with score, information and the slope of the information in the log hazard ratio.
    """
    n, width = x.shape
    at[:] = 0.0
    out[:, :] = 0.0
    k = n - 1
    while k >= 0:
        i = order[k]
        if event[i] == 0:
            for c in range(width):
                at[c] += x[i, c]
            k -= 1
            continue
        tied[:] = 0.0
        d = 0
        while k >= 0 and day[order[k]] == day[i] and event[order[k]] == 1:
            j = order[k]
            for c in range(width):
                tied[c] += x[j, c]
            d += 1
            k -= 1
        total = float(n - 1 - k)
        for c in range(width):
            at[c] += tied[c]
            out[0, c] += tied[c]
        for step in range(d):
            part = step / d
            there = total - part * d
            for c in range(width):
                exposed = at[c] - part * tied[c]
                a = exposed * ratio[c]
                p = a / (a + there - exposed)
                q = p * (1.0 - p)
                out[0, c] -= p
                out[1, c] += q
                out[2, c] += q * (1.0 - 2.0 * p)


@njit(cache=True, error_model="numpy")
def make_work(p):
    """Make the scratch arrays of `step_model` for up to `p` covariates."""
    q = p * (p + 1) // 2
    return (np.zeros(p), np.zeros(q), np.zeros(p), np.zeros(q), np.zeros(p), np.zeros(q),
            np.zeros(p), np.zeros((p, p)), np.zeros((p, p)))


@njit(cache=True, error_model="numpy")
def expand(x, pairs):
    """Fill `pairs` with the products x[a]·x[b], b ≤ a, of one patient."""
    q = 0
    for a in range(len(x)):
        for b in range(a + 1):
            pairs[q] = x[a] * x[b]
            q += 1


@njit(cache=True, error_model="numpy")
def weigh(x, beta):
    """Relative hazard of one patient."""
    eta = 0.0
    for a in range(len(beta)):
        eta += beta[a] * x[a]
    return math.exp(eta)


@njit(cache=True, error_model="numpy")
def accumulate(order, day, event, x, pairs, weight, p, work):
    """Fill score and information (lower triangle, row by row) of a multivariable model.

    `weight` holds the relative hazard of each patient.
    """
    s1, s2, t1, t2, score, info, mean, _, _ = work
    q = p * (p + 1) // 2
    s1[:] = 0.0
    s2[:] = 0.0
    score[:] = 0.0
    info[:] = 0.0
    s0 = 0.0
    k = len(order) - 1
    while k >= 0:
        i = order[k]
        if event[i] == 0:
            w = weight[i]
            s0 += w
            for a in range(p):
                s1[a] += w * x[i, a]
            for a in range(q):
                s2[a] += w * pairs[i, a]
            k -= 1
            continue
        d, t0 = 0, 0.0
        t1[:] = 0.0
        t2[:] = 0.0
        while k >= 0 and day[order[k]] == day[i] and event[order[k]] == 1:
            j = order[k]
            w = weight[j]
            t0 += w
            for a in range(p):
                t1[a] += w * x[j, a]
                score[a] += x[j, a]
            for a in range(q):
                t2[a] += w * pairs[j, a]
            d += 1
            k -= 1
        s0 += t0
        for a in range(p):
            s1[a] += t1[a]
        for a in range(q):
            s2[a] += t2[a]
        for step in range(d):
            part = step / d
            inv = 1.0 / (s0 - part * t0)
            for a in range(p):
                mean[a] = (s1[a] - part * t1[a]) * inv
                score[a] -= mean[a]
            for a in range(q):
                info[a] += (s2[a] - part * t2[a]) * inv
            c = 0
            for a in range(p):
                for b in range(a + 1):
                    info[c] -= mean[a] * mean[b]
                    c += 1


@njit(cache=True, error_model="numpy")
def invert(info, p, low, inverse):
    """Invert a positive definite matrix given by its lower triangle; False when it is not."""
    k = 0
    for a in range(p):
        for b in range(a + 1):
            total = info[k]
            k += 1
            for c in range(b):
                total -= low[a, c] * low[b, c]
            if a == b:
                if total < 1e-6:
                    return False
                low[a, a] = 1.0 / math.sqrt(total)
            else:
                low[a, b] = total * low[b, b]
    for c in range(p):
        for a in range(c, p):
            total = 1.0 if a == c else 0.0
            for b in range(c, a):
                total -= low[a, b] * inverse[b, c]
            inverse[a, c] = total * low[a, a]
    for a in range(p):
        for b in range(a + 1):
            total = 0.0
            for c in range(a, p):
                total += inverse[c, a] * inverse[c, b]
            inverse[a, b] = total
    return True


@njit(cache=True, error_model="numpy")
def step_model(order, day, event, x, pairs, weight, beta, variance, work):
    """Take one Newton step of a multivariable model in place.

    Parameters
    ----------
    order, day, event : 1-d arrays of int, length n
    x, pairs : 2-d arrays, shapes (n, p or more) and (n, p(p+1)/2 or more)
        Covariates and their products, see `expand`.
    weight : 1-d array, length n
        Relative hazards at `beta`, see `weigh`.
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
    accumulate(order, day, event, x, pairs, weight, p, work)
    _, _, _, _, score, info, _, low, inverse = work
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
    x = np.ascontiguousarray(x, float)
    pairs = np.zeros((n, p * (p + 1) // 2))
    for i in range(n):
        expand(x[i], pairs[i])
    beta, variance, work = np.zeros(p), np.zeros(p), make_work(p)
    for _ in range(30):
        weight = np.exp(x @ beta)
        largest = step_model(order, day, event, x, pairs, weight, beta, variance, work)
        if largest < 0:
            break
        if largest < tol:
            return beta, np.sqrt(variance)
    return np.full(p, np.nan), np.full(p, np.nan)
