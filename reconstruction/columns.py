"""The free columns, one by one: those of the univariable rows only; compiled annealer."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from reconstruction.core import CASE, COUNTS
from reconstruction.cox import score_row
from reconstruction.grade import WRONG, grade_column
from reconstruction.kaplan_meier import Z
from reconstruction.start import CASE_COLUMNS
from reconstruction.targets import FREE, JOINT

HOT, COLD = 1.5, 0.7
MARGIN = 4.0  # columns are counted up to this far above the lowest energy met
#: what exact numbers, those within one unit and those near are worth, in turn
WEIGHTS = np.array([[1.0, 1.0, 1.0], [1.5, 1.0, 1.0], [1.0, 1.5, 1.0]])
GRID = 161
RESIDUAL = 8  # patients with residual lesions: controlled before, without PEL


def find_centre(windows):
    """Find where log hazard ratio and standard error give all four printed numbers.

    Parameters
    ----------
    windows : ndarray, shape (4, 2)
        Value and half-width of HR, limits and P.

    Returns
    -------
    ndarray, shape (2, 2)
        Centre and half-extent of that region, for the log hazard ratio and for its error; NaN
        for a row that is printed as NE.
    """
    if np.isnan(windows[0, 0]):
        return np.full((2, 2), np.nan)
    (hr, half), low, high, p = windows
    beta = np.linspace(np.log(hr - half), np.log(hr + half), GRID)[:, None]
    ends = [(np.log(high[0] + s * high[1]) - np.log(low[0] - s * low[1])) / (2 * Z)
            for s in (-1, 1)]
    error = np.linspace(*ends, GRID)[None, :]
    inside = np.ones((GRID, GRID), bool)
    for side, (value, reach) in ((-1, low), (1, high)):
        inside &= np.abs(np.exp(beta + side * Z * error) - value) <= reach
    chance = np.vectorize(math.erfc)(np.abs(beta / error) / math.sqrt(2))
    full = inside & (np.abs(chance - p[0]) <= p[1])
    inside = full if full.any() else inside if inside.any() else np.ones((GRID, GRID), bool)
    rows, cols = np.nonzero(inside)
    found = np.array([[beta[rows, 0].mean(), np.ptp(beta[rows, 0]) / 2],
                      [error[0, cols].mean(), np.ptp(error[0, cols]) / 2]])
    return np.maximum(found, [[-np.inf, 1e-4]] * 2)


@njit(cache=True, error_model="numpy")
def column_energy(order, day, event, x, centres):
    """Sum of the log distances from the printed log hazard ratio and error of PFS and OS.

    The estimate is one Newton step from the printed value: exact where it matters.
    """
    total, alone = 0.0, x.reshape(len(x), 1)
    for o in range(2):
        if np.isnan(centres[o, 0, 0]):
            continue
        score, info, _ = score_row(order[o], day[o], event[o], alone, 0,
                                   math.exp(centres[o, 0, 0]))
        if info < 0.05:
            total += 20.0
            continue
        off = abs(score / info) / centres[o, 0, 1]
        total += 1.0 + math.log(off) if off > 1.0 else 0.3 * off
        off = abs(1.0 / math.sqrt(info) - centres[o, 1, 0]) / centres[o, 1, 1]
        total += 1.0 + math.log(off) if off > 1.0 else 0.3 * off
    return total


@njit(cache=True, error_model="numpy")
def anneal_column(order, day, event, x, fixed, low, high, windows, centres, moves, seed):
    """Anneal one column in place; the number of ones stays within `low` and `high`.

    The energy leads, and the columns of low energy are counted.

    Returns
    -------
    ndarray, shape (3, n)
        The columns that give back most numbers by each of the `WEIGHTS`.
    """
    np.random.seed(seed)
    n, ones = len(x), x.sum()
    energy = column_energy(order, day, event, x, centres)
    lowest, total = energy, np.zeros(4, np.int64)
    best, kept = np.full(len(WEIGHTS), -np.inf), np.zeros((len(WEIGHTS), n), np.int64)
    kept[:] = x
    heat, fall = HOT, (COLD / HOT) ** (1.0 / moves)
    for _ in range(moves):
        heat *= fall
        i, j = np.random.randint(n), np.random.randint(n)
        single = low < high and np.random.random() < 0.2
        if fixed[i] or (not single and (fixed[j] or x[i] == x[j])):
            continue
        if single:
            if not low <= ones + 1 - 2 * x[i] <= high:
                continue
            x[i] = 1 - x[i]
        else:
            x[i], x[j] = x[j], x[i]
        new = column_energy(order, day, event, x, centres)
        if new < lowest + MARGIN:
            lowest = min(lowest, new)
            grade_column(order, day, event, x, windows, total)
            for k in range(len(WEIGHTS)):
                worth = (WEIGHTS[k] * total[:3]).sum() - WRONG * total[3]
                if worth > best[k]:
                    best[k] = worth
                    kept[k] = x
        if new <= energy - heat * np.log(np.random.random()):
            energy, ones = new, x.sum()
        elif single:
            x[i] = 1 - x[i]
        else:
            x[i], x[j] = x[j], x[i]
    return kept


def pin_cells(name, state):
    """Say which cells of a column stay, and at what: the rules that a column alone can break.

    Returns
    -------
    tuple of (ndarray of bool, ndarray of int)
    """
    _, event, _, column = state[:4]
    pinned, value = np.zeros(column.shape[1], bool), np.zeros(column.shape[1], np.int64)
    died = event[1] == 1
    if name == "ehs":
        pinned = column[JOINT.index("portal")] == 0
        value[pinned] = 1
    elif name == "cp":
        pinned = died | (column[JOINT.index("albi")] == 0)
    elif name == "dc1":
        others = np.flatnonzero(column[JOINT.index("pel")] == 0)
        pinned[others[np.argsort(-state[0][0, others], kind="stable")[:RESIDUAL]]] = True
        value[pinned] = 1
    if name in CASE_COLUMNS:
        pinned[CASE], value[CASE] = True, CASE_COLUMNS[name]
    return pinned, value


def draw_column(name, state, draw):
    """Draw a column; return it with its pinned cells and its least and most ones."""
    counts, (pinned, value) = COUNTS[name], pin_cells(name, state)
    ones = int(draw.choice(counts))
    low, high = (ones, ones) if len(counts) < 3 else (counts[0], counts[-1])
    x = np.where(pinned, value, 0)
    x[draw.permutation(np.flatnonzero(~pinned))[:ones - x.sum()]] = 1
    return x, pinned, low, high


def solve_column(name, state, windows, seed, tries, moves):
    """Find columns of the univariable rows for a state of orders and flags.

    Parameters
    ----------
    name : str
        One of `FREE`.
    state : tuple of arrays
        See `energy`.
    windows : ndarray, shape (2, 4, 2)
        Those of its rows.
    seed : int
    tries, moves : int

    Returns
    -------
    dict of tuple to ndarray
        The columns, 0/1, that no other one betters, by what `grade_column` says of them; those
        with fewest wrong numbers alone.
    """
    day, event, order = state[:3]
    draw = np.random.default_rng([seed, FREE.index(name)])
    centres = np.array([find_centre(w) for w in windows])
    found, total = {}, np.zeros(4, np.int64)
    for _ in range(tries):
        x, fixed, low, high = draw_column(name, state, draw)
        for kept in anneal_column(order, day, event, x, fixed, low, high, windows, centres, moves,
                                  int(draw.integers(2**31))):
            grade_column(order, day, event, kept, windows, total)
            found.setdefault(tuple(int(t) for t in total), kept)
    least = min(marks[3] for marks in found)
    fit = {marks: x for marks, x in found.items() if marks[3] == least}
    return {marks: x for marks, x in fit.items() if not any(betters(m, marks) for m in fit)}


def betters(one, other):
    """Say whether the counts `one` are at least those of `other`, and not the same."""
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))
