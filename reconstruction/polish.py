"""From the harvest of the search to a finished core: count what fits, add the free columns."""

from __future__ import annotations

import math

import numpy as np

from reconstruction.columns import solve_column
from reconstruction.cox import fit_model, fit_one, sort_order
from reconstruction.energy import SIZE
from reconstruction.kaplan_meier import Z, logrank, median_normal
from reconstruction.targets import FREE, JOINT, only_joint
from reconstruction.temper import FINE, copy_state, run

FREE_TRIES = 60, 200_000  # tries of a free column, moves of each
WARM, COLDEST, COOLING = (0.8, 2.4), 0.05, 500_000  # temperatures and tries of a hop
WRONG = 5  # what a number that must fit costs, in numbers that fit
SIDES = (0.05, 0.15)
MEDIANS = 15  # numbers of `judge_curves` that must be exact; the others may be one unit off


def polish(state, targets, seed, hops):
    """Let a state with the joint columns hop, then add the free columns.

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
    return add_free(hop(state, only_joint(targets), seed, hops), targets, seed, *FREE_TRIES)


def hop(state, targets, seed, hops):
    """Warm a state, cool it again, and keep it when it ranks no lower; many times.

    Parameters
    ----------
    state : tuple of arrays
        With the joint columns; it is not changed.
    targets : Targets
        Windows of the joint columns.
    seed, hops : int

    Returns
    -------
    state
    """
    draw, best, top = np.random.default_rng(seed), state, rank(state, targets)
    for _ in range(hops):
        other = copy_state(best)
        run(other, targets, draw.uniform(*WARM), COLDEST, COOLING, int(draw.integers(2**31)), True,
            FINE)
        found = rank(other, targets)
        if found >= top:
            best, top = other, found
    return best


def rank(state, targets):
    """Rank a state by the numbers that fit, less `WRONG` for each that must fit and does not."""
    counted, curves = count_cox(state, targets), judge_curves(state, targets)
    wrong = counted["hr_off"] + counted["sides"] + sum(
        not found["exact" if k < MEDIANS else "unit"] for k, found in enumerate(curves))
    return counted["exact"] + counted["unit"] + counted["near"] - WRONG * wrong


def meets_curves(state, targets):
    """Say whether all medians and limits are exact, and the log-rank results within one unit."""
    marks = judge_curves(state, targets)
    return all(m["exact"] for m in marks[:MEDIANS]) and all(m["unit"] for m in marks[MEDIANS:])


def add_free(state, targets, seed, tries, moves):
    """Solve the free columns for the orders of `state`; return the state with all columns."""
    columns = list(state[3][:len(JOINT)])
    for k, name in enumerate(FREE):
        windows = targets.rows[len(JOINT) + k]

        def count(x, windows=windows):
            return count_right(state, x, windows)

        columns.append(solve_column(name, state, windows, seed, count, tries, moves))
    return (*state[:3], np.ascontiguousarray(np.vstack(columns)), *state[4:])


def count_column(state, x, windows):
    """Count exact numbers, those within one unit and those within 5 % of one column's rows."""
    marks = [m for o in range(2) for m in judge_row(state, x, o, windows[o])]
    return tuple(sum(m[key] for m in marks) for key in ("exact", "unit", "near"))


def count_right(state, x, windows):
    """Sum `count_column`, less `WRONG` for each hazard ratio 5 % off and P on a wrong side."""
    rows = [judge_row(state, x, o, windows[o]) for o in range(2)]
    wrong = count_wrong([row for row in rows if len(row) == 4], True)
    return sum(count_column(state, x, windows)) - WRONG * wrong


def count_wrong(rows, both):
    """Count P values on the wrong side, and with `both` hazard ratios more than 5 % off as well."""
    sides = sum((r[3]["value"] < cut) != (r[3]["target"] < cut) for r in rows for cut in SIDES
                if abs(r[3]["target"] - cut) > 1e-9)
    return sides + both * sum(not abs(r[0]["value"] / r[0]["target"] - 1) <= 0.05 for r in rows)


def mark(value, window):
    """Hold a value against its window; return exact, unit, near (5 %) as booleans."""
    target, half = window
    off = abs(value - target)
    return {"exact": off <= half * (1 + 1e-9), "unit": off <= 3 * half * (1 + 1e-9),
            "near": off <= max(3 * half, 0.05 * abs(target)), "value": value, "target": target}


def judge(beta, se, windows):
    """Hold the four numbers of a Cox row against their windows; NaN is not estimable."""
    if math.isnan(beta):
        return [dict.fromkeys(("exact", "unit", "near"), False) | {"value": beta, "target": w[0]}
                for w in windows]
    values = (math.exp(beta), math.exp(beta - Z * se), math.exp(beta + Z * se),
              math.erfc(abs(beta / se) / math.sqrt(2)))
    return [mark(v, w) for v, w in zip(values, windows, strict=True)]


def judge_row(state, x, outcome, windows):
    """Judge one univariable row of column `x`; a row printed as NE is one number."""
    day, event, order = state[:3]
    beta, info = fit_one(order[outcome], day[outcome], event[outcome], x, 0.0, 1e-9)
    if np.isnan(windows[0, 0]):
        return [dict.fromkeys(("exact", "unit", "near"), info <= 0) | {"value": 0, "target": 0}]
    return judge(beta if info > 0 else math.nan, 1 / math.sqrt(max(info, 1e-9)), windows)


def count_cox(state, targets):
    """Count how many of the 186 Cox numbers come out.

    Returns
    -------
    dict
        `exact, unit, near` (counts), `hr_off` (hazard ratios more than 5 % off) and `sides`
        (P values on the wrong side of 0.05 or 0.15).
    """
    day, event, order = state[:3]
    for o in range(2):
        sort_order(order[o], day[o], event[o])
    rows = [judge_row(state, x, o, targets.rows[c, o]) for c, x in enumerate(state[3])
            for o in range(2)]
    for o, p in enumerate(SIZE):
        beta, se = fit_model(order[o], day[o], event[o], state[4][o, :, :p])
        rows += [judge(b, s, targets.models[o, a]) for a, (b, s) in enumerate(
            zip(beta, se, strict=True))]
    whole = [row for row in rows if len(row) == 4]
    sides = count_wrong(whole, False)
    return {key: sum(m[key] for row in rows for m in row) for key in ("exact", "unit", "near")} | {
        "hr_off": count_wrong(whole, True) - sides, "sides": sides}


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
