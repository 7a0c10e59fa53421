"""Moves of the joint search, and what a patient's days and flags must keep; compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from reconstruction.core import CASE
from reconstruction.cox import expand
from reconstruction.energy import PLACE, SIZE

FIRST_DAY, LAST_DAY, SHORTEST, CASE_DAY = 28, 1150, 95, 880
STEPS = np.array([3.0, 20.0, 150.0])
NEAR = 0.6  # share of moves between patients that are a few ranks apart


@njit(cache=True)
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


@njit(cache=True)
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


@njit(cache=True)
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


@njit(cache=True)
def draw_near(order, i):
    """Draw a patient a few ranks from patient `i` in the order of one outcome."""
    n = len(order)
    rank = 0
    while order[rank] != i:
        rank += 1
    move = 1
    while np.random.random() < 0.6:
        move += 1
    other = rank + move if np.random.random() < 0.5 else rank - move
    return order[min(n - 1, max(0, other))]


@njit(cache=True)
def draw_kind():
    """Draw the kind of a time move."""
    r = np.random.random()
    for kind, edge in enumerate((0.24, 0.48, 0.56, 0.74, 0.92, 0.96, 0.98)):
        if r < edge:
            return kind
    return 7


@njit(cache=True)
def set_column(column, model, pairs, c, i, value):
    """Set column `c` of patient `i`, in the models as well."""
    column[c, i] = value
    for o in range(2):
        if PLACE[c, o] >= 0:
            model[o, i, PLACE[c, o]] = value
            expand(model[o, i, :SIZE[o]], pairs[o, i])
