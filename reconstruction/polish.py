"""From the harvest of the search to a finished core: count what fits, add the free columns."""

from __future__ import annotations

import itertools
import math

import numpy as np

from reconstruction.columns import solve_column
from reconstruction.cox import fit_model, sort_order
from reconstruction.energy import SIZE
from reconstruction.grade import ROUND, WRONG, grade_column, grade_row
from reconstruction.kaplan_meier import logrank, median_normal
from reconstruction.targets import FREE, JOINT, only_joint
from reconstruction.temper import FINE, copy_state, run

WARM, COLDEST, COOLING = (0.8, 2.4), 0.05, 500_000  # temperatures and tries of a hop
RIGID = "cp", 3, 3_000  # free column of which the joint ones leave least choice; tries, moves
FREE_TRIES = 60, 200_000  # tries of a free column, moves of each
COMPLETED = 30  # at most so many states of the highest rank, the last met, get free columns
#: exact numbers, those within one unit and near ones to reach: 50, 72 and 94 % of 186
BAR = np.array([93, 134, 175])
MEDIANS = 15  # numbers of `judge_curves` that must be exact; the others may be one unit off


def polish(state, targets, seed, hops):
    """Let a state with the joint columns hop, and add the free columns to the best it meets.

    Parameters
    ----------
    state : tuple of arrays
        A state of the harvest; it is not changed.
    targets : Targets
        Windows of joint and free columns.
    seed, hops : int

    Returns
    -------
    state
        With all 18 columns.
    """
    met = hop(state, targets, seed, hops)[-COMPLETED:]
    return max((add_free(s, targets, seed, *FREE_TRIES) for s in met),
               key=lambda s: rate(s, targets))


def hop(state, targets, seed, hops):
    """Warm a state, cool it again, and go on from there when it ranks no lower; many times.

    Parameters
    ----------
    state : tuple of arrays
        With the joint columns; it is not changed.
    targets : Targets
        Windows of joint and free columns.
    seed, hops : int

    Returns
    -------
    list of state
        Those of the highest rank that was met, without repetition.
    """
    joint, draw, best = only_joint(targets), np.random.default_rng(seed), state

    def rank_both(state):
        return rank(state, joint) + rank_rigid(state, targets)

    top, met = rank_both(state), {shape(state): state}
    for _ in range(hops):
        other = copy_state(best)
        run(other, joint, draw.uniform(*WARM), COLDEST, COOLING, int(draw.integers(2**31)), True,
            FINE)
        found = rank_both(other)
        if found >= top:
            met = met if found == top else {}
            best, top = other, found
            met.setdefault(shape(other), other)
    return list(met.values())


def shape(state):
    """Return what Cox regression sees of a state with sorted orders, to tell states apart."""
    day, event, order, column = state[:4]
    ranked = np.take_along_axis(day, order, axis=1)
    return b"".join(part.tobytes() for part in (event, order, column, np.diff(ranked) == 0))


def rank(state, targets):
    """Rank a state by the numbers that fit, less `WRONG` for each that must fit and does not."""
    counted, curves = count_cox(state, targets), judge_curves(state, targets)
    wrong = counted["wrong"] + sum(
        not found["exact" if k < MEDIANS else "unit"] for k, found in enumerate(curves))
    return counted["exact"] + counted["unit"] + counted["near"] - WRONG * wrong


def rank_rigid(state, targets):
    """Rank the best `RIGID` column that a state leaves room for."""
    name, tries, moves = RIGID
    found = solve_column(name, state, find_windows(name, targets), 1, tries, moves)
    return max(sum(marks[:3]) - WRONG * marks[3] for marks in found)


def find_windows(name, targets):
    """Return the windows of one free column."""
    return targets.rows[len(JOINT) + FREE.index(name)]


def rate(state, targets):
    """Rate a finished state: what it lacks to the bar first, then its rank."""
    counted = count_cox(state, targets)
    return -lack(counted["exact"], counted["unit"], counted["near"]), rank(state, targets)


def lack(*counted):
    """Sum what the three counts lack to the `BAR`."""
    return int(np.maximum(0, BAR - counted).sum())


def meets_curves(state, targets):
    """Say whether all medians and limits are exact, and the log-rank results within one unit."""
    marks = judge_curves(state, targets)
    return all(m["exact"] for m in marks[:MEDIANS]) and all(m["unit"] for m in marks[MEDIANS:])


def add_free(state, targets, seed, tries, moves):
    """Solve the free columns for the orders of `state`; return the state with all columns.

    Of the columns found, those are taken that together lack least to the `BAR`.
    """
    counted = count_cox(state, only_joint(targets))
    own = np.array([counted[key] for key in ("exact", "unit", "near")])
    found = [solve_column(name, state, find_windows(name, targets), seed, tries, moves)
             for name in FREE]

    def weigh(chosen):
        total = own + np.sum([marks[:3] for marks, _ in chosen], axis=0)
        return lack(*total), -total.sum()

    best = min(itertools.product(*(columns.items() for columns in found)), key=weigh)
    columns = [*state[3][:len(JOINT)], *(x for _, x in best)]
    return (*state[:3], np.ascontiguousarray(np.vstack(columns)), *state[4:])


def count_cox(state, targets):
    """Count how many of the 186 Cox numbers come out.

    Returns
    -------
    dict
        `exact, unit, near, wrong`, see `grade_row`.
    """
    day, event, order = state[:3]
    total, marks = np.zeros(4, np.int64), np.zeros(4, np.int64)
    for o in range(2):
        sort_order(order[o], day[o], event[o])
    for x, windows in zip(state[3], targets.rows, strict=False):
        grade_column(order, day, event, x, windows, marks)
        total += marks
    for o, p in enumerate(SIZE):
        beta, se = fit_model(order[o], day[o], event[o], state[4][o, :, :p])
        for a in range(p):
            total += grade_row(beta[a], se[a], targets.models[o, a])
    return dict(zip(("exact", "unit", "near", "wrong"), total.tolist(), strict=True))


def mark(value, window):
    """Hold a value against its window; return whether it is exact, and within one unit."""
    target, half = window
    off = abs(value - target)
    return {"exact": off <= half * ROUND, "unit": off <= 3 * half * ROUND}


def judge_curves(state, targets):
    """Judge medians with limits (15 numbers) and the log-rank results (4)."""
    day, event, order, column = state[:4]
    pel, ecog = column[JOINT.index("pel")], column[JOINT.index("ecog")]
    out, marks = np.zeros(3), []
    samples = ((0, event[0], -1), (0, event[0], 1), (0, event[0], 0), (1, event[1], -1),
               (1, 1 - event[1], -1))
    for k, (o, flag, level) in enumerate(samples):
        ranked = np.arange(day.shape[1])
        sort_order(ranked, day[o], flag)
        median_normal(ranked, day[o], flag, pel, level, out)
        marks += [mark(v, w) for v, w in zip(out.copy(), targets.medians[k], strict=True)]
    for o, group, windows in ((0, pel, (1, 0)), (0, ecog, (2,)), (1, ecog, (3,))):
        chi2, ratio = logrank(order[o], day[o], event[o], group)
        values = {0: ratio}
        marks += [mark(values.get(w, math.erfc(math.sqrt(chi2 / 2))), targets.tests[w])
                  for w in windows]
    return marks
