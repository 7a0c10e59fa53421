"""How many of the printed Cox numbers a row or a column gives back; compiled."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from reconstruction.cox import fit_one
from reconstruction.kaplan_meier import Z

WRONG = 5  # what a number that must fit costs, in numbers that fit
SIDES = (0.05, 0.15)  # on whose printed side each P must be
ROUND = 1 + 1e-9  # what a float may lack at the edge of a window


@njit(cache=True, error_model="numpy")
def grade_row(beta, error, windows):
    """Hold the four numbers of a Cox row against their windows.

    Parameters
    ----------
    beta, error : float
        Log hazard ratio and its standard error; NaN when they cannot be estimated.
    windows : ndarray, shape (4, 2)
        Value and half-width of HR, limits and P; NaN for a row printed as NE, which is one number.

    Returns
    -------
    tuple of int
        Exact numbers, those within one unit, those near (one unit or 5 %), and what must fit and
        does not: a hazard ratio more than 5 % off, and a P value on the wrong side of 0.05 and of
        0.15; three where a row cannot be estimated.
    """
    if np.isnan(windows[0, 0]):
        lost = int(np.isnan(beta))
        return lost, lost, lost, 0
    if np.isnan(beta):
        return 0, 0, 0, 1 + len(SIDES)
    values = (math.exp(beta), math.exp(beta - Z * error), math.exp(beta + Z * error),
              math.erfc(abs(beta / error) / math.sqrt(2.0)))
    exact, unit, near = 0, 0, 0
    for k in range(4):
        off, half = abs(values[k] - windows[k, 0]), windows[k, 1] * ROUND
        exact += off <= half
        unit += off <= 3 * half
        near += off <= max(3 * half, 0.05 * windows[k, 0])
    wrong = int(abs(values[0] / windows[0, 0] - 1) > 0.05)
    for side in SIDES:
        if abs(windows[3, 0] - side) > 1e-9:
            wrong += (values[3] < side) != (windows[3, 0] < side)
    return exact, unit, near, wrong


@njit(cache=True, error_model="numpy")
def grade_column(order, day, event, x, windows, total):
    """Fill `total` with the sums of `grade_row` over the rows of one column for PFS and OS.

    Parameters
    ----------
    order, day, event : 2-d arrays of int, shape (2, n)
    x : 1-d array of int, length n
    windows : ndarray, shape (2, 4, 2)
    total : 1-d array of int, length 4
    """
    total[:] = 0
    for o in range(2):
        beta, info = fit_one(order[o], day[o], event[o], x, 0.0, 1e-9)
        lost = info <= 0
        marks = grade_row(np.nan if lost else beta, np.nan if lost else 1.0 / math.sqrt(info),
                          windows[o])
        for k in range(4):
            total[k] += marks[k]
