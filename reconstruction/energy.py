"""How far a state is from the printed survival results; compiled.

A state is a tuple of arrays, changed in place: `day, event, order` (2, 36), PFS and OS; `column`
(12 or 18, 36), 0/1, the joint columns and then the free ones; `model` (2, 36, 7), the model columns
by patient; `pairs` (2, 36, 28), their products. `power` says how the energy grows: near 0 as log.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from reconstruction.cox import fit_one, step_model
from reconstruction.kaplan_meier import Z, logrank, median_normal
from reconstruction.targets import FREE, JOINT, MODELS

LOST = 60.0  # energy of a fit that cannot be estimated
COUNTING, STRICT = 0.1, 0.03
SLACK = 5.0  # how far the energy after one Newton step may be off
SIZE = np.array([len(m) for m in MODELS])
#: position of each column in the two models, -1 where it is not in
PLACE = np.array([[m.index(c) if c in m else -1 for m in MODELS] for c in JOINT + FREE])
PEL, ECOG, VIRUS, CP = (JOINT.index(c) for c in ("pel", "ecog", "virus", "cp"))
ALBI, LOCAL, DC1, PORTAL = (JOINT.index(c) for c in ("albi", "local", "dc1", "portal"))
EHS = len(JOINT) + FREE.index("ehs")
MEDIAN_WEIGHT, TEST_WEIGHT = 3.0, 2.0
#: latest day of progression as best response; before SOON nothing else can be; disease-free
#: patients last longer than LASTING; whoever is seen after LONG can still progress in the field
EARLY, SOON, LASTING, LONG = 150, 42, 180, 560


@njit(cache=True)
def distance(value, target, half, power):
    """Σ-term of the energy: 0 within the rounding window, growing ever more slowly outside.

    A `power` below `COUNTING` also counts: 1 for not exact, 1 for more than one unit off, 2 (below
    `STRICT` 5) for more than 5 % off.
    """
    off = abs(value - target) - half
    if off <= 0:
        return 0.0
    total = ((1.0 + off / half) ** power - 1.0) / power
    if power < COUNTING:
        total += 1.0
        if off > 2.0 * half:
            total += 1.0
            if off + half > 0.05 * abs(target):
                total += 5.0 if power < STRICT else 2.0
    return total


@njit(cache=True)
def row_energy(beta, se, target, power):
    """Energy of one Cox row; `target` (4, 2) holds the windows of HR, limits and P."""
    if np.isnan(target[0, 0]):
        return 0.0
    hr = math.exp(beta)
    p = math.erfc(abs(beta / se) / math.sqrt(2.0))
    total = distance(hr, target[0, 0], target[0, 1], power)
    total += distance(math.exp(beta - Z * se), target[1, 0], target[1, 1], power)
    total += distance(math.exp(beta + Z * se), target[2, 0], target[2, 1], power)
    total += distance(p, target[3, 0], target[3, 1], power)
    off = abs(hr / target[0, 0] - 1.0)
    if off > 0.045:
        total += 2.0 + 20.0 * (off - 0.045)
        if power < STRICT:
            total += 8.0
    for cut in (0.05, 0.15):
        side = target[3, 0] - cut
        if (p - cut) * side < 0 or (side == 0 and p < cut):
            total += 30.0 if power < STRICT else 2.0
    return total


@njit(cache=True)
def eval_row(state, c, outcome, targets, beta, tol, power):
    """Fit one univariable row; return (energy, log hazard ratio)."""
    day, event, order, column, _, _ = state
    if np.isnan(targets[c, outcome, 0, 0]):
        return 0.0, beta
    b, info = fit_one(order[outcome], day[outcome], event[outcome], column[c], beta, tol)
    if info <= 0:
        return LOST, 0.0
    return row_energy(b, 1.0 / math.sqrt(info), targets[c, outcome], power), b


@njit(cache=True)
def models_energy(beta, variance, targets, power):
    """Energy of all rows of one model."""
    total = 0.0
    for a in range(len(beta)):
        total += row_energy(beta[a], math.sqrt(variance[a]), targets[a], power)
    return total


@njit(cache=True)
def eval_model(state, outcome, targets, beta, variance, tol, room, work, power):
    """Fit one multivariable model from `beta` in place; return its energy.

    When the first Newton step already lands more than `SLACK` above `room`, that is returned.
    """
    day, event, order, _, model, pairs = state
    p = SIZE[outcome]
    for k in range(20):
        largest = step_model(order[outcome], day[outcome], event[outcome], model[outcome],
                             pairs[outcome], beta[:p], variance[:p], work)
        if largest < 0:
            beta[:] = 0.0
            return LOST * 2
        if largest < tol:
            return models_energy(beta[:p], variance[:p], targets[outcome], power)
        if k == 0:
            first = models_energy(beta[:p], variance[:p], targets[outcome], power)
            if first > room + SLACK:
                return first
    beta[:] = 0.0
    return LOST * 2


@njit(cache=True)
def eval_median(state, which, targets, out, reverse, power):
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
        total += LOST / 3 if np.isnan(out[k]) else distance(
            out[k], targets[which, k, 0], targets[which, k, 1], power)
    return MEDIAN_WEIGHT * total * (3.0 if power < COUNTING else 1.0)


@njit(cache=True)
def eval_test(state, which, targets, power):
    """Energy of a log-rank result: 0 PEL (HR and P), 1 ECOG for PFS, 2 ECOG for OS."""
    day, event, order, column, _, _ = state
    outcome = 1 if which == 2 else 0
    group = column[PEL] if which == 0 else column[ECOG]
    chi2, ratio = logrank(order[outcome], day[outcome], event[outcome], group)
    p = math.erfc(math.sqrt(chi2 / 2.0))
    if which > 0:
        return TEST_WEIGHT * distance(p, targets[which + 1, 0], targets[which + 1, 1],
                                      power)
    if np.isnan(ratio):
        return LOST
    return TEST_WEIGHT * (distance(ratio, targets[0, 0], targets[0, 1], power)
                          + distance(p, targets[1, 0], targets[1, 1], power))


@njit(cache=True)
def lack(wanted, there):
    """How many are lacking."""
    return max(0, wanted - there)


@njit(cache=True)
def eval_rules(state):
    """Energy of what cannot be among these patients, counted in broken rules.

    No death with Child-Pugh B or without hepatitis (the NE of the OS rows); Child-Pugh B within
    ALBI 2, spread where no portal invasion; 13 to 17 deaths; room for the responses (9 of the PD
    have PEL; of the 10 controlled PEL 3 had no local treatment), for the residual and the
    disease-free patients, and for late progression in the field.
    """
    day, event, _, column, _, _ = state
    broken, deaths, other_early, other_soon = 0, 0, 0, 0
    treated_early, untreated_early, untreated = 0, 0, 0
    residual, lasting, long = 0, 0, 0
    for i in range(day.shape[1]):
        deaths += event[1, i]
        if column[VIRUS, i] == 0 or column[CP, i] == 1:
            broken += 2 * event[1, i]
        broken += column[CP, i] * (1 - column[ALBI, i])
        if len(column) > EHS:
            broken += column[PORTAL, i] == 0 and column[EHS, i] == 0
        early = event[0, i] == 1 and day[0, i] <= EARLY
        long += event[0, i] == 1 and day[1, i] >= LONG
        if column[PEL, i] == 1:
            untreated += 1 - column[LOCAL, i]
            untreated_early += early and column[LOCAL, i] == 0
            treated_early += early and column[LOCAL, i] == 1
        else:
            other_early += early
            other_soon += day[0, i] < SOON
            residual += column[DC1, i]
            lasting += column[DC1, i] == 1 and day[0, i] >= LASTING
    broken += lack(13, deaths) + lack(deaths, 17)
    broken += lack(3, untreated) + lack(untreated - 3, untreated_early)
    broken += lack(12 - untreated, treated_early) + lack(1, other_early) + lack(other_soon, 1)
    broken += lack(8, residual) + lack(6, lasting) + lack(6, long)
    return 4.0 * broken
