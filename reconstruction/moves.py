"""Moves of the joint search, and what a patient's days and flags must keep; compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from reconstruction.core import CASE
from reconstruction.cox import expand, weigh
from reconstruction.energy import PLACE, SIZE

FIRST_DAY, LAST_DAY, SHORTEST, CASE_DAY = 28, 1150, 95, 880
STEPS = np.array([3.0, 20.0, 150.0])
NEAR = 0.7  # share of moves between patients that are a few ranks apart
REACH = 14.0  # ranks that near patients may be apart in the other order
DOUBLE, TRIES = 0.25, 8  # share of double swaps; tries to find partners


@njit(cache=True, error_model="numpy")
def is_valid(day, event, i):
    """Say whether the days and flags of patient `i` hang together."""
    pfs, os = day[0, i], day[1, i]
    if pfs < FIRST_DAY or pfs > os or os < SHORTEST or os > LAST_DAY:
        return False
    if i == CASE:
        return event[0, i] == 0 and event[1, i] == 0 and pfs == os and os >= CASE_DAY
    if event[0, i] == 0:
        return pfs == os and event[1, i] == 0
    return pfs < os or event[1, i] == 1


@njit(cache=True, error_model="numpy")
def same_shape(new, old, day, kept, event, flags):
    """Say whether order, ties and flags of an outcome are as before."""
    previous, previous_kept = -1, -1
    for k in range(len(new)):
        i = new[k]
        if i != old[k] or event[i] != flags[i]:
            return False
        if (day[i] == previous) != (kept[i] == previous_kept):
            return False
        previous, previous_kept = day[i], kept[i]
    return True


@njit(cache=True, error_model="numpy")
def propose_times(day, event, i, j, kind):
    """Change days or flags of patients `i` and `j` in place; the caller checks and undoes."""
    if kind == 0 or kind == 1:  # exchange PFS or OS
        day[kind, i], day[kind, j] = day[kind, j], day[kind, i]
        if kind == 1:
            event[1, i], event[1, j] = event[1, j], event[1, i]
    elif kind == 2:  # exchange both
        for o in range(2):
            day[o, i], day[o, j] = day[o, j], day[o, i]
            event[o, i], event[o, j] = event[o, j], event[o, i]
    elif kind == 3:  # shift PFS
        move = int(np.random.normal() * STEPS[np.random.randint(3)])
        day[0, i] += move
        if event[0, i] == 0:
            day[1, i] += move
    elif kind == 4:  # shift OS
        move = int(np.random.normal() * STEPS[np.random.randint(3)])
        day[1, i] += move
        if event[0, i] == 0:
            day[0, i] += move
    elif kind == 5:  # exchange the death flags
        event[1, i], event[1, j] = event[1, j], event[1, i]
    elif kind == 6:  # one death more or less
        event[1, i] = 1 - event[1, i]
    else:  # who is free of progression
        if event[0, i] == 0 and event[0, j] == 1:
            event[0, i], event[0, j] = 1, 0
            day[0, i], day[0, j] = day[0, j], day[1, j]


@njit(cache=True, error_model="numpy")
def draw_step():
    """Draw a number of ranks up or down, near ones more often."""
    move = 1
    while np.random.random() < 0.6:
        move += 1
    return move if np.random.random() < 0.5 else -move


@njit(cache=True, error_model="numpy")
def draw_near(order, rank, i):
    """Draw a patient a few ranks from patient `i` in the order of one outcome."""
    return order[min(len(order) - 1, max(0, rank[i] + draw_step()))]


@njit(cache=True, error_model="numpy")
def draw_swap(x, fixed, order, rank, who):
    """Draw patients whose values of one column change; their number of ones stays.

    Two patients with unlike values, mostly near in both orders; sometimes two such pairs that move
    in opposite directions, so that what the first does to an estimate the second nearly undoes.

    Parameters
    ----------
    x, fixed : 1-d arrays, length n
        Values 0/1 of the column, and the cells that stay.
    order, rank : 2-d arrays, shape (2, n)
        Patients by time, and the place of each patient there, for PFS and OS.
    who : 1-d array, length 4
        Filled with the patients.

    Returns
    -------
    int
        How many; 0 when none was found.
    """
    n = len(x)
    i = np.random.randint(n)
    if fixed[i]:
        return 0
    o = np.random.randint(2)
    near = np.random.random() < NEAR
    reach = REACH * np.random.random()
    for _ in range(TRIES):
        j = draw_near(order[o], rank[o], i) if near else np.random.randint(n)
        far = near and abs(rank[1 - o, i] - rank[1 - o, j]) > reach
        if x[i] == x[j] or fixed[j] or far:
            continue
        who[0], who[1] = i, j
        if np.random.random() >= DOUBLE:
            return 2
        for _ in range(TRIES):
            k = np.random.randint(n)
            to = rank[o, k] + (rank[o, i] - rank[o, j] if x[k] == x[i] else rank[o, j] - rank[o, i])
            if 0 <= to < n:
                m = order[o, to]
                if (x[k] != x[m] and not fixed[k] and not fixed[m] and k != i and k != j
                        and m != i and m != j):
                    who[2], who[3] = k, m
                    return 4
        return 2
    return 0


@njit(cache=True, error_model="numpy")
def draw_kind():
    """Draw the kind of a time move."""
    r = np.random.random()
    for kind, edge in enumerate((0.30, 0.60, 0.68, 0.80, 0.92, 0.96, 0.98)):
        if r < edge:
            return kind
    return 7


@njit(cache=True, error_model="numpy")
def set_models(model, pairs, weight, centre, c, i, value):
    """Set column `c` of patient `i` in the models: values, products and relative hazard."""
    for o in range(2):
        if PLACE[c, o] >= 0:
            model[o, i, PLACE[c, o]] = value
            expand(model[o, i, :SIZE[o]], pairs[o, i])
            weight[o, i] = weigh(model[o, i], centre[o, :SIZE[o]])
