"""The joint search: orders, flags and columns together, by simulated annealing; compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from reconstruction.cox import make_work, sort_order
from reconstruction.energy import (
    ECOG,
    PEL,
    PLACE,
    eval_median,
    eval_model,
    eval_row,
    eval_rules,
    eval_test,
)
from reconstruction.moves import (
    NEAR,
    draw_kind,
    draw_near,
    is_valid,
    propose_times,
    same_shape,
    set_column,
)

CREDIT = 12.0  # by how much the parts not yet looked at may make a move better


@njit(cache=True)
def mark_needs(c, shaped, moved, need_row, need_model, need_median, need_test):
    """Mark what a move makes necessary: column `c` changed, or outcomes changed shape or days."""
    need_row[:, :] = False
    need_model[:] = False
    need_median[:] = False
    need_test[:] = False
    if c >= 0:
        need_row[c, :] = True
        for o in range(2):
            need_model[o] = PLACE[c, o] >= 0
        if c == PEL:
            need_median[1:3] = True
            need_test[0] = True
        if c == ECOG:
            need_test[1:3] = True
        return
    for o in range(2):
        if shaped[o]:
            need_row[:, o] = True
            need_model[o] = True
    need_median[:3] = moved[0]
    need_median[3:] = moved[1]
    need_test[:2] = shaped[0]
    need_test[2] = shaped[1]


@njit(cache=True)
def anneal(state, fixed, rows, models, medians, tests, hot, cold, moves, seed, tol, power,
           parts):
    """Anneal a state in place.

    Parameters
    ----------
    state : tuple of arrays
        See `energy`.
    fixed : 2-d array of bool, shape of `column`
        Cells of the columns that stay.
    rows, models, medians, tests : arrays
        Windows, see `targets.Targets`.
    hot, cold : float
        First and last temperature; falls geometrically.
    moves : int
        Number of tries.
    seed : int
    tol : float
        Newton tolerance.
    power : float
        How the energy grows with distance, see `energy.distance`.
    parts : 1-d array, length 4
        Filled with the energy of rows, models, medians and tests, rules.

    Returns
    -------
    float
        Energy at the end; the state is the one at the end.
    """
    np.random.seed(seed)
    day, event, order, column, model, pairs = state
    width, n = column.shape
    e_row, b_row = np.zeros((width, 2)), np.zeros((width, 2))
    e_model, b_model, variance = np.zeros(2), np.zeros((2, 7)), np.zeros(7)
    e_median, e_test, out = np.zeros(5), np.zeros(3), np.zeros(3)
    reverse, work = np.zeros(n, np.int64), make_work(7)
    for o in range(2):
        sort_order(order[o], day[o], event[o])
        for c in range(width):
            e_row[c, o], b_row[c, o] = eval_row(state, c, o, rows, 0.0, tol, power)
        e_model[o] = eval_model(state, o, models, b_model[o], variance, tol, 1e9, work,
                                power)
    for k in range(5):
        e_median[k] = eval_median(state, k, medians, out, reverse, power)
    for k in range(3):
        e_test[k] = eval_test(state, k, tests, power)
    e_rules = eval_rules(state)
    total = e_row.sum() + e_model.sum() + e_median.sum() + e_test.sum() + e_rules
    c_row, cb_row, c_model, cb_model = e_row.copy(), b_row.copy(), e_model.copy(), b_model.copy()
    c_median, c_test = e_median.copy(), e_test.copy()
    need_row, need_model = np.zeros((width, 2), np.bool_), np.zeros(2, np.bool_)
    need_median, need_test = np.zeros(5, np.bool_), np.zeros(3, np.bool_)
    shaped, moved = np.zeros(2, np.bool_), np.zeros(2, np.bool_)
    kept_day, kept_event, kept_order = day.copy(), event.copy(), order.copy()
    fall = (cold / hot) ** (1.0 / max(1, moves))
    heat = hot
    for _ in range(moves):
        heat *= fall
        limit = total - heat * np.log(np.random.random())
        i, j = np.random.randint(n), np.random.randint(n)
        if np.random.random() < NEAR:
            j = draw_near(order[np.random.randint(2)], i)
        c = -1
        if np.random.random() < 0.6:
            c = np.random.randint(width)
            if column[c, i] == column[c, j] or fixed[c, i] or fixed[c, j]:
                continue
            set_column(column, model, pairs, c, i, 1 - column[c, i])
            set_column(column, model, pairs, c, j, 1 - column[c, j])
        else:
            if i == j:
                continue
            propose_times(day, event, i, j, draw_kind())
            ok = is_valid(day, event, i) and is_valid(day, event, j)
            if ok:
                for o in range(2):
                    moved[o] = False
                    for k in (i, j):
                        if day[o, k] != kept_day[o, k] or event[o, k] != kept_event[o, k]:
                            moved[o] = True
                    if moved[o]:
                        sort_order(order[o], day[o], event[o])
                        shaped[o] = not same_shape(order[o], kept_order[o], day[o], kept_day[o],
                                                   event[o], kept_event[o])
                    else:
                        shaped[o] = False
                ok = moved[0] or moved[1]
            if not ok:
                for o in range(2):
                    for k in (i, j):
                        day[o, k], event[o, k] = kept_day[o, k], kept_event[o, k]
                continue
        mark_needs(c, shaped, moved, need_row, need_model, need_median, need_test)
        new_rules = eval_rules(state)
        new = total + new_rules - e_rules
        open_to = limit + CREDIT * (1.0 + 0.5 * heat)
        for k in range(5):
            if need_median[k] and new <= open_to:
                c_median[k] = eval_median(state, k, medians, out, reverse, power)
                new += c_median[k] - e_median[k]
        for o in range(2):
            for k in range(width):
                if need_row[k, o] and new <= open_to:
                    c_row[k, o], cb_row[k, o] = eval_row(state, k, o, rows, b_row[k, o], tol,
                                                          power)
                    new += c_row[k, o] - e_row[k, o]
        for k in range(3):
            if need_test[k] and new <= open_to:
                c_test[k] = eval_test(state, k, tests, power)
                new += c_test[k] - e_test[k]
        for o in range(2):
            if need_model[o] and new <= open_to:
                cb_model[o, :] = b_model[o]
                room = (open_to if o == 0 and need_model[1] else limit) - new + e_model[o]
                c_model[o] = eval_model(state, o, models, cb_model[o], variance, tol, room, work,
                                        power)
                new += c_model[o] - e_model[o]
        if new <= limit:
            total, e_rules = new, new_rules
            for o in range(2):
                if need_model[o]:
                    e_model[o] = c_model[o]
                    b_model[o, :] = cb_model[o]
                for k in range(width):
                    if need_row[k, o]:
                        e_row[k, o], b_row[k, o] = c_row[k, o], cb_row[k, o]
            for k in range(5):
                if need_median[k]:
                    e_median[k] = c_median[k]
            for k in range(3):
                if need_test[k]:
                    e_test[k] = c_test[k]
            if c < 0:
                for o in range(2):
                    if moved[o]:
                        kept_order[o, :] = order[o]
                        for k in (i, j):
                            kept_day[o, k], kept_event[o, k] = day[o, k], event[o, k]
        elif c >= 0:
            set_column(column, model, pairs, c, i, 1 - column[c, i])
            set_column(column, model, pairs, c, j, 1 - column[c, j])
        else:
            for o in range(2):
                if moved[o]:
                    order[o, :] = kept_order[o]
                    for k in (i, j):
                        day[o, k], event[o, k] = kept_day[o, k], kept_event[o, k]
    parts[0], parts[1] = e_row.sum(), e_model.sum()
    parts[2], parts[3] = e_median.sum() + e_test.sum(), e_rules
    return e_row.sum() + e_model.sum() + e_median.sum() + e_test.sum() + e_rules
