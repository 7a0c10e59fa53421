"""Random starting states of the search."""

from __future__ import annotations

import numpy as np

from reconstruction.core import CASE, COUNTS, N
from reconstruction.cox import expand
from reconstruction.energy import PLACE, SIZE
from reconstruction.targets import FREE, JOINT

EVENTS, DEATHS, WIDTH = 29, 15, len(JOINT)
#: what the case patient has
CASE_COLUMNS = {"sex": 0, "virus": 1, "portal": 0, "hepx": 1, "dc1": 1, "pel": 0,
                "age": 1, "ehs": 1, "tnum": 1, "pfs1": 0, "interval": 0}


def draw_state(seed):
    """Draw a state: exponential times, random columns with the printed counts.

    Returns
    -------
    tuple of arrays
        `day, event, order, column, model, pairs`, see `energy`.
    """
    draw = np.random.default_rng(seed)
    pfs = np.sort(np.clip(draw.exponential(300, N).astype(int), 28, 700))
    event = np.ones((2, N), np.int64)
    event[0, EVENTS:] = 0
    event[1] = 0
    event[1, draw.permutation(EVENTS)[:DEATHS]] = 1
    os = np.clip(pfs + 20 + draw.exponential(250, N).astype(int), 120, 900)
    pfs[EVENTS:] = os[EVENTS:]
    pfs[-1] = os[-1] = 905
    day = np.roll(np.array([pfs, os], np.int64), CASE + 1, axis=1)
    event = np.roll(event, CASE + 1, axis=1)
    column = np.array([draw_column(name, draw) for name in JOINT], np.int64)
    model, pairs = np.zeros((2, N, 7)), np.zeros((2, N, 28))
    for c, places in enumerate(PLACE[:len(JOINT)]):
        for o, place in enumerate(places):
            if place >= 0:
                model[o, :, place] = column[c]
    for o in range(2):
        for i in range(N):
            expand(model[o, i, :SIZE[o]], pairs[o, i])
    order = np.array([np.arange(N)] * 2)
    return day, np.ascontiguousarray(event), order, column, model, pairs


def draw_column(name, draw):
    """Draw a column with its printed count; the case patient has what is told of him."""
    values = np.zeros(N, np.int64)
    values[draw.permutation(N)[:COUNTS[name][0]]] = 1
    wanted = CASE_COLUMNS.get(name, values[CASE])
    if values[CASE] != wanted:
        other = next(i for i in range(N) if values[i] == wanted)
        values[CASE], values[other] = wanted, 1 - wanted
    return values


def mark_fixed(width=WIDTH):
    """Mark the cells that stay, those of the case patient, in the first `width` columns."""
    names = (JOINT + FREE)[:width]
    fixed = np.zeros((width, N), bool)
    for name in CASE_COLUMNS.keys() & set(names):
        fixed[names.index(name), CASE] = True
    return fixed
