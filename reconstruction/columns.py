"""The free columns, one by one: those of the univariable rows only; compiled annealer."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from reconstruction.core import CASE, COUNTS
from reconstruction.cox import fit_one
from reconstruction.energy import LOST, row_energy
from reconstruction.kaplan_meier import Z
from reconstruction.start import CASE_COLUMNS
from reconstruction.targets import FREE, JOINT

MOVES, TRIES, POWER = 200_000, 120, 0.3


@njit(cache=True)
def column_energy(order, day, event, x, targets, betas, tol):
    """Energy of a column over PFS and OS; `betas` is where to start, and is changed."""
    total = 0.0
    for o in range(2):
        beta, info = fit_one(order[o], day[o], event[o], x, betas[o], tol)
        if info <= 0:
            betas[o] = 0.0
            total += LOST
        else:
            betas[o] = beta
            total += row_energy(beta, 1.0 / math.sqrt(info), targets[o], POWER)
    return total


@njit(cache=True)
def count_hits(order, day, event, x, targets, units):
    """Count the numbers of a column that come out within `units` of the last printed digit."""
    hits = 0
    for o in range(2):
        if np.isnan(targets[o, 0, 0]):
            continue
        beta, info = fit_one(order[o], day[o], event[o], x, 0.0, 1e-9)
        if info <= 0:
            continue
        se = 1.0 / math.sqrt(info)
        values = (math.exp(beta), math.exp(beta - Z * se), math.exp(beta + Z * se),
                  math.erfc(abs(beta / se) / math.sqrt(2.0)))
        for k in range(4):
            reach = targets[o, k, 1] * (1 + 2 * units) * (1 + 1e-9)
            hits += abs(values[k] - targets[o, k, 0]) < reach
    return hits


@njit(cache=True)
def anneal_column(order, day, event, x, fixed, low, high, targets, hot, cold, moves, seed):
    """Anneal one column in place; the number of ones stays within `low` and `high`.

    Returns
    -------
    tuple of (float, ndarray)
        Lowest energy met and the column there.
    """
    np.random.seed(seed)
    n, ones = len(x), x.sum()
    betas, trial = np.zeros(2), np.zeros(2)
    energy = column_energy(order, day, event, x, targets, betas, 1e-4)
    best, kept = energy, x.copy()
    for step in range(moves):
        heat = hot * (cold / hot) ** (step / moves)
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
        trial[:] = betas
        new = column_energy(order, day, event, x, targets, trial, 1e-4)
        if new <= energy - heat * np.log(np.random.random()):
            energy, betas[:] = new, trial
            ones = x.sum()
            if energy < best:
                best = energy
                kept[:] = x
        elif single:
            x[i] = 1 - x[i]
        else:
            x[i], x[j] = x[j], x[i]
    return best, kept


def solve_column(name, state, targets, seed, tries=TRIES, moves=MOVES):
    """Find one free column for a state of orders and flags.

    Parameters
    ----------
    name : str
        One of `FREE`.
    state : tuple of arrays
        See `energy`.
    targets : ndarray, shape (2, 4, 2)
        Windows of its rows.
    seed, tries, moves : int

    Returns
    -------
    tuple of (tuple, ndarray)
        Numbers exact, within one unit, and minus the energy; the column, 0/1.
    """
    day, event, order, column = state[:4]
    draw = np.random.default_rng([seed, FREE.index(name)])
    fixed = np.zeros(day.shape[1], bool)
    fixed[CASE] = name in CASE_COLUMNS
    if name == "ehs":
        fixed |= column[JOINT.index("portal")] == 0
    best = ((-1,), None)
    for t in range(tries):
        ones = COUNTS[name][t % len(COUNTS[name])] if len(COUNTS[name]) < 3 else (
            int(draw.choice(COUNTS[name])))
        low, high = (ones, ones) if len(COUNTS[name]) < 3 else (COUNTS[name][0], COUNTS[name][-1])
        x = np.zeros(day.shape[1], np.int64)
        x[fixed] = 1 if name == "ehs" else CASE_COLUMNS.get(name, 0)
        free = draw.permutation(np.flatnonzero(~fixed))
        x[free[:ones - x.sum()]] = 1
        energy, kept = anneal_column(order, day, event, x, fixed, low, high, targets, 6.0, 0.15,
                                     moves, int(draw.integers(2**31)))
        hits = tuple(count_hits(order, day, event, kept, targets, u) for u in (0, 1))
        best = max(best, ((*hits, -energy), kept), key=lambda b: b[0])
        if hits[0] == 8:
            break
    return best
