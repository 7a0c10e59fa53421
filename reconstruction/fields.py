"""Which progression was in the irradiated field and which outside: a small annealer; compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from reconstruction.cox import sort_order
from reconstruction.energy import distance
from reconstruction.kaplan_meier import median_normal, survival_at
from reconstruction.targets import read_published, scale_plain, window

FIELDS = ("ifpfs", "ofpfs")
RATES_MO = (12.0, 24.0)
HOT, COLD = 6.0, 0.1
GAP = 28  # days between a first and a second kind of progression


def read_windows(path):
    """Read the windows of both medians with limits, shape (2, 3, 3), and of both rates (2, 3)."""
    printed = {r.id: (r.value, r.decimals) for r in read_published(path).itertuples()}
    medians = np.array([[window(printed, f"tx.{f}.{part}") for part in ("med", "lo", "hi")]
                        for f in FIELDS])
    rates = np.array([window(printed, f"tx.lc{year}") for year in (1, 2)]) / 100
    return scale_plain(medians), scale_plain(rates)


@njit(cache=True, error_model="numpy")
def field_energy(field, os, medians, rates, day, event, order, out):
    """Energy of in-field and out-of-field curves; `field` (2, n) holds days, -1 for none."""
    total = 0.0
    for f in range(2):
        for i in range(len(os)):
            event[i] = field[f, i] >= 0
            day[i] = field[f, i] if event[i] else os[i]
        sort_order(order[f], day, event)
        at = median_normal(order[f], day, event, event, -1, out)
        if abs(at - 0.5) < 1e-6:
            total += 3.0
        for k in range(3):
            total += 20.0 if np.isnan(out[k]) else distance(out[k], medians[f, k], False)
        if f == 0:
            for k in range(2):
                s = survival_at(order[f], day, event, RATES_MO[k])
                total += 20.0 if np.isnan(s) else distance(s, rates[k], False)
    return total


@njit(cache=True, error_model="numpy")
def propose_field(field, pfs, os, i):
    """Redraw the kinds of progression of patient `i`: the first is at `pfs`, another may follow."""
    first = 0 if np.random.random() < 0.4 else 1
    field[first, i] = pfs[i]
    field[1 - first, i] = -1
    r = np.random.random()
    if r < 0.15:
        field[1 - first, i] = pfs[i]
    elif r < 0.65 and os[i] > pfs[i] + GAP:
        field[1 - first, i] = np.random.randint(pfs[i] + GAP, os[i] + 1)


@njit(cache=True, error_model="numpy")
def anneal_fields(pfs, pfs_event, os, os_event, medians, rates, moves, seed):
    """Assign in-field and out-of-field progression.

    Parameters
    ----------
    pfs, pfs_event, os, os_event : 1-d arrays of int
    medians, rates : arrays
        From `read_windows`.
    moves, seed : int

    Returns
    -------
    tuple of (float, ndarray of shape (2, n))
        Energy, 0 when all printed numbers come out, and days of in-field and out-of-field
        progression; -1 for none. Who died without progression has none.
    """
    np.random.seed(seed)
    n = len(pfs)
    field, order = np.full((2, n), -1), np.zeros((2, n), np.int64)
    day, event, out = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(3)
    order[0, :], order[1, :] = np.arange(n), np.arange(n)
    able = np.array([i for i in range(n)
                     if pfs_event[i] == 1 and not (os_event[i] == 1 and pfs[i] == os[i])])
    for i in able:
        propose_field(field, pfs, os, i)
    energy = field_energy(field, os, medians, rates, day, event, order, out)
    best, kept = energy, field.copy()
    for step in range(moves):
        if best == 0.0:
            break
        heat = HOT * (COLD / HOT) ** (step / moves)
        i = able[np.random.randint(len(able))]
        a, b = field[0, i], field[1, i]
        later = 0 if a > b else 1
        if np.random.random() < 0.5 and a >= 0 and b >= 0 and a != b:
            moved = field[later, i] + int(np.random.normal() * 12)
            if moved < pfs[i] + GAP or moved > os[i]:
                continue
            field[later, i] = moved
        else:
            propose_field(field, pfs, os, i)
        new = field_energy(field, os, medians, rates, day, event, order, out)
        if new <= energy - heat * np.log(np.random.random()):
            energy = new
            if energy < best:
                best = energy
                kept[:, :] = field
        else:
            field[0, i], field[1, i] = a, b
    return best, kept
