"""How far a state is from the printed survival results; compiled.

A state is a tuple of arrays, changed in place: `day, event, order` (2, 36), PFS and OS; `column`
(9 or 18, 36), 0/1, the joint columns and then the free ones; `model` (2, 36, 7), the model columns
by patient; `pairs` (2, 36, 28), their products. The energy grows as the fourth root of the
distance; a `strict` one weighs more what must not be: a number 5 % off, a P value on the wrong
side.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from reconstruction.cox import score_row, score_rows, step_model, weigh
from reconstruction.kaplan_meier import Z, logrank, median_normal
from reconstruction.targets import FREE, JOINT, MODELS

LOST = 60.0  # energy of a fit that cannot be estimated
FAR_OFF = 0.7  # a number more than 5 % off, when strict
#: not strict and strict: P value on the wrong side, hazard ratio 4.5 % off, its slope from there
WRONG_SIDE, RATIO_OFF, RATIO_MORE = (2.0, 10.0), (2.0, 4.0), (20.0, 50.0)
SLACK = 5.0  # how far the energy after one Newton step may be off
SIZE = np.array([len(m) for m in MODELS])
#: position of each column in the two models, -1 where it is not in
PLACE = np.array([[m.index(c) if c in m else -1 for m in MODELS] for c in JOINT + FREE])
PEL, ECOG, VIRUS, ALBI, LOCAL, PORTAL, CP, DC1, EHS = (
    (JOINT + FREE).index(c) for c in ("pel", "ecog", "virus", "albi", "local", "portal", "cp",
                                      "dc1", "ehs"))
MEDIAN_WEIGHT, TEST_WEIGHT = (3.0, 5.0), (2.0, 4.0)
SIDES = np.array([1.959963984540054, 1.4395314709384563])  # z of P 0.05 and 0.15
#: latest day of progression as best response; before SOON nothing else can be; disease-free
#: patients last longer than LASTING; whoever is seen after LONG can still progress in the field
EARLY, SOON, LASTING, LONG = 150, 42, 180, 560


@njit(cache=True, error_model="numpy")
def distance(value, mark, strict):
    """Σ-term of the energy: 0 within the rounding window, growing ever more slowly outside.

    Parameters
    ----------
    value : float
    mark : array, shape (3,)
        Centre, half-width and half-widths that are near, see `targets.scale_cox`.
    strict : bool
    """
    off = abs(value - mark[0]) / mark[1] - 1.0
    if off <= 0:
        return 0.0
    total = (math.sqrt(math.sqrt(1.0 + off)) - 1.0) * 4.0
    return total + FAR_OFF if strict and off + 1.0 > mark[2] else total


@njit(cache=True, error_model="numpy")
def row_energy(beta, se, marks, strict):
    """Energy of one Cox row; `marks` (4, 3) holds the windows of HR, limits and P."""
    z, k = abs(beta) / se, int(strict)
    total = (distance(beta, marks[0], strict) + distance(beta - Z * se, marks[1], strict)
             + distance(beta + Z * se, marks[2], strict) + distance(z, marks[3], strict))
    off = abs(beta - marks[0, 0])
    if off > 0.045:
        total += RATIO_OFF[k] + RATIO_MORE[k] * (off - 0.045)
    for side in SIDES:
        if (side - z) * (side - marks[3, 0]) < 0:
            total += WRONG_SIDE[k]
    return total


@njit(cache=True, error_model="numpy")
def settle(score, info, slope, marks, strict):
    """Energy of a row from score, information and slope at the printed hazard ratio.

    The estimate is a step of third order from there, and so exact where it matters.
    """
    if info < 1e-3:
        return LOST
    step = score / info
    step -= slope * step * step / (2.0 * info)
    if step > 2.0 or step < -2.0:
        step = min(2.0, max(-2.0, step))
    found = info + slope * step
    return row_energy(marks[0, 0] + step, 1.0 / math.sqrt(max(found, 0.3 * info)), marks, strict)


@njit(cache=True, error_model="numpy")
def eval_row(state, x, ratio, c, outcome, marks, strict):
    """Energy of one univariable row; `x` (36, columns) is `column` by patient."""
    day, event, order = state[:3]
    if np.isnan(marks[c, outcome, 0, 0]):
        return 0.0
    score, info, slope = score_row(order[outcome], day[outcome], event[outcome], x, c,
                                   ratio[outcome, c])
    return settle(score, info, slope, marks[c, outcome], strict)


@njit(cache=True, error_model="numpy")
def eval_rows(state, x, ratio, outcome, marks, strict, scratch, found):
    """Fill `found` with the energies of all univariable rows of one outcome; return their sum."""
    day, event, order = state[:3]
    at, tied, out = scratch
    score_rows(order[outcome], day[outcome], event[outcome], x, ratio[outcome], at, tied, out)
    total = 0.0
    for c in range(x.shape[1]):
        found[c] = 0.0
        if not np.isnan(marks[c, outcome, 0, 0]):
            found[c] = settle(out[0, c], out[1, c], out[2, c], marks[c, outcome], strict)
        total += found[c]
    return total


@njit(cache=True, error_model="numpy")
def models_energy(beta, variance, marks, strict):
    """Energy of all rows of one model."""
    total = 0.0
    for a in range(len(beta)):
        total += row_energy(beta[a], math.sqrt(variance[a]), marks[a], strict)
    return total


@njit(cache=True, error_model="numpy")
def eval_model(state, outcome, marks, weight, tol, room, work, strict):
    """Fit one multivariable model from the printed hazard ratios; return its energy.

    When the first Newton step already lands more than `SLACK` above `room`, that is returned.
    `weight` (2, 36) holds the relative hazards at the printed ratios.
    """
    day, event, order, _, model, pairs = state
    p = SIZE[outcome]
    beta, variance, scratch = work[0][:p], work[1][:p], work[2]
    for a in range(p):
        beta[a] = marks[outcome, a, 0, 0]
    scratch[:] = weight[outcome]
    for k in range(12):
        largest = step_model(order[outcome], day[outcome], event[outcome], model[outcome],
                             pairs[outcome], scratch, beta, variance, work[3])
        if largest < 0:
            return LOST * 2
        energy = models_energy(beta, variance, marks[outcome], strict)
        if largest < tol or (k == 0 and energy > room + SLACK):
            return energy
        for i in range(len(scratch)):
            scratch[i] = weigh(model[outcome, i], beta)
    return LOST * 2


@njit(cache=True, error_model="numpy")
def eval_median(state, which, marks, out, reverse, strict):
    """Energy of one median with limits: PFS, PEL, no PEL, OS, follow-up (reverse Kaplan-Meier)."""
    day, event, order, column, _, _ = state
    if which == 4:
        for i in range(len(reverse)):
            reverse[i] = 1 - event[1, i]
        at = median_normal(order[1], day[1], reverse, column[PEL], -1, out)
    elif which == 3:
        at = median_normal(order[1], day[1], event[1], column[PEL], -1, out)
    else:
        at = median_normal(order[0], day[0], event[0], column[PEL], (-1, 1, 0)[which], out)
    total = 3.0 if abs(at - 0.5) < 1e-6 else 0.0
    for k in range(3):
        total += LOST / 3 if np.isnan(out[k]) else distance(out[k], marks[which, k], strict)
    return MEDIAN_WEIGHT[int(strict)] * total


@njit(cache=True, error_model="numpy")
def eval_test(state, which, marks, strict):
    """Energy of a log-rank result: 0 PEL (HR and P), 1 ECOG for PFS, 2 ECOG for OS."""
    day, event, order, column, _, _ = state
    outcome = 1 if which == 2 else 0
    group = column[PEL] if which == 0 else column[ECOG]
    chi2, ratio = logrank(order[outcome], day[outcome], event[outcome], group)
    p = math.erfc(math.sqrt(chi2 / 2.0))
    if which > 0:
        return TEST_WEIGHT[int(strict)] * distance(p, marks[which + 1], strict)
    if np.isnan(ratio):
        return LOST
    return TEST_WEIGHT[int(strict)] * (distance(ratio, marks[0], strict)
                                       + distance(p, marks[1], strict))


@njit(cache=True, error_model="numpy")
def lack(wanted, there):
    """How many are lacking."""
    return max(0, wanted - there)


@njit(cache=True, error_model="numpy")
def eval_rules(state):
    """Energy of what cannot be among these patients, counted in broken rules.

    No death without hepatitis or with Child-Pugh B (the NE of the OS rows); progression in all with
    ECOG 2 and all without local treatment before; Child-Pugh B within ALBI 2, spread where no
    portal invasion; 13 to 17 deaths; room for the responses (9 of the PD have PEL; of the 10
    controlled PEL 3 had no local treatment), for the residual and the disease-free patients, and
    for late progression in the field. Columns that a state does not have yet break nothing.
    """
    day, event, _, column, _, _ = state
    whole = len(column) > EHS
    broken, deaths, other_early, other_soon = 0, 0, 0, 0
    treated_early, untreated_early, untreated = 0, 0, 0
    residual, lasting, long, sheltered = 0, 0, 0, 0
    for i in range(day.shape[1]):
        deaths += event[1, i]
        broken += 2 * event[1, i] * (1 - column[VIRUS, i])
        controlled = 1
        if whole:
            broken += column[CP, i] * (2 * event[1, i] + 1 - column[ALBI, i])
            broken += column[PORTAL, i] == 0 and column[EHS, i] == 0
            controlled = column[DC1, i]
        sheltered += event[1, i] == 0 and column[ALBI, i] == 1
        if event[0, i] == 0:
            broken += column[ECOG, i] + 1 - column[LOCAL, i]
        early = event[0, i] == 1 and day[0, i] <= EARLY
        long += event[0, i] == 1 and day[1, i] >= LONG
        if column[PEL, i] == 1:
            untreated += 1 - column[LOCAL, i]
            untreated_early += early and column[LOCAL, i] == 0
            treated_early += early and column[LOCAL, i] == 1
        else:
            other_early += early
            other_soon += day[0, i] < SOON
            residual += controlled
            lasting += controlled == 1 and day[0, i] >= LASTING
    broken += lack(13, deaths) + lack(deaths, 17) + lack(4, sheltered)
    broken += lack(3, untreated) + lack(untreated - 3, untreated_early)
    broken += lack(12 - untreated, treated_early) + lack(1, other_early) + lack(other_soon, 1)
    broken += lack(8, residual) + lack(6, lasting) + lack(6, long)
    return 4.0 * broken
