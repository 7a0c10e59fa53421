"""The joint search: orders, flags and columns together, by simulated annealing; compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from reconstruction.cox import make_work, sort_order, weigh
from reconstruction.energy import (
    ECOG,
    PEL,
    PLACE,
    SIZE,
    eval_median,
    eval_model,
    eval_row,
    eval_rows,
    eval_rules,
    eval_test,
)
from reconstruction.moves import (
    NEAR,
    draw_kind,
    draw_near,
    draw_swap,
    is_valid,
    propose_times,
    same_shape,
    set_models,
)

CREDIT = 8.0  # by how much the parts not yet looked at may make a move better


@njit(cache=True, error_model="numpy")
def mark_needs(c, shaped, moved, need_model, need_median, need_test):
    """Mark what a move makes necessary: column `c` changed, or outcomes changed shape or days."""
    need_model[:] = False
    need_median[:] = False
    need_test[:] = False
    if c >= 0:
        for o in range(2):
            need_model[o] = PLACE[c, o] >= 0
        if c == PEL:
            need_median[1:3] = True
            need_test[0] = True
        if c == ECOG:
            need_test[1:3] = True
        return
    for o in range(2):
        need_model[o] = shaped[o]
    need_median[:3] = moved[0]
    need_median[3:] = moved[1]
    need_test[:2] = shaped[0]
    need_test[2] = shaped[1]


@njit(cache=True, error_model="numpy")
def set_ranks(rank, order):
    """Set the place of each patient in both orders."""
    for o in range(2):
        for k in range(order.shape[1]):
            rank[o, order[o, k]] = k


@njit(cache=True, error_model="numpy")
def flip(column, x, c, who, many):
    """Change the values of column `c` of `many` patients, by column and by patient."""
    for k in who[:many]:
        column[c, k] = 1 - column[c, k]
        x[k, c] = column[c, k]


@njit(cache=True, error_model="numpy")
def flip_models(state, weight, centre, c, who, many):
    """Carry the values of column `c` of `many` patients over into the models."""
    _, _, _, column, model, pairs = state
    for k in who[:many]:
        set_models(model, pairs, weight, centre, c, k, column[c, k])


@njit(cache=True, error_model="numpy")
def anneal(state, fixed, rows, models, medians, tests, hot, cold, moves, seed, tol, strict,
           parts):
    """Anneal a state in place.

    Parameters
    ----------
    state : tuple of arrays
        See `energy`.
    fixed : 2-d array of bool, shape of `column`
        Cells of the columns that stay.
    rows, models, medians, tests : arrays
        Windows, see `targets.Targets.marks`.
    hot, cold : float
        First and last temperature; falls geometrically.
    moves : int
        Number of tries.
    seed : int
    tol : float
        Newton tolerance.
    strict : bool
        Whether the energy adds what must not be, see `energy`.
    parts : 1-d array, length 4
        Filled with the energy of rows, models, medians and tests, rules.

    Returns
    -------
    float
        Energy at the end; the state is the one at the end.
    """
    np.random.seed(seed)
    day, event, order, column, model, _ = state
    width, n = column.shape
    x, centre = np.ascontiguousarray(column.T).astype(np.float64), models[:, :, 0, 0]
    ratio = np.ascontiguousarray(np.exp(rows[:width, :, 0, 0]).T)
    weight = np.ones((2, n))
    e_row, e_model, e_median, e_test = np.zeros((2, width)), np.zeros(2), np.zeros(5), np.zeros(3)
    reverse, out = np.zeros(n, np.int64), np.zeros(3)
    scratch = (np.zeros(width), np.zeros(width), np.zeros((3, width)))
    work = (np.zeros(7), np.zeros(7), np.zeros(n), make_work(7))
    modelled = not np.isnan(centre[0, 0])
    for o in range(2):
        sort_order(order[o], day[o], event[o])
        eval_rows(state, x, ratio, o, rows, strict, scratch, e_row[o])
        if modelled:
            for i in range(n):
                weight[o, i] = weigh(model[o, i], centre[o, :SIZE[o]])
            e_model[o] = eval_model(state, o, models, weight, tol, 1e9, work, strict)
    for k in range(5):
        e_median[k] = eval_median(state, k, medians, out, reverse, strict)
    for k in range(3):
        e_test[k] = eval_test(state, k, tests, strict)
    e_rules = eval_rules(state)
    total = e_row.sum() + e_model.sum() + e_median.sum() + e_test.sum() + e_rules
    c_row, c_model, c_median, c_test = e_row.copy(), e_model.copy(), e_median.copy(), e_test.copy()
    need_model, need_median, need_test = (np.zeros(2, np.bool_), np.zeros(5, np.bool_),
                                          np.zeros(3, np.bool_))
    shaped, moved = np.zeros(2, np.bool_), np.zeros(2, np.bool_)
    kept_day, kept_event, kept_order = day.copy(), event.copy(), order.copy()
    rank, who, many = np.zeros((2, n), np.int64), np.zeros(4, np.int64), 0
    set_ranks(rank, order)
    fall = (cold / hot) ** (1.0 / max(1, moves))
    heat = hot
    for _ in range(moves):
        heat *= fall
        limit = total - heat * np.log(np.random.random())
        c, carried = -1, False
        if np.random.random() < 0.65:
            c = np.random.randint(width)
            many = draw_swap(column[c], fixed[c], order, rank, who)
            if many == 0:
                continue
            flip(column, x, c, who, many)
        else:
            i, j, o = np.random.randint(n), np.random.randint(n), np.random.randint(2)
            if np.random.random() < NEAR:
                j = draw_near(order[o], rank[o], i)
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
        mark_needs(c, shaped, moved, need_model, need_median, need_test)
        new_rules = eval_rules(state)
        new = total + new_rules - e_rules
        open_to = limit + CREDIT * (1.0 + 0.5 * heat)
        for k in range(5):
            if need_median[k] and new <= open_to:
                c_median[k] = eval_median(state, k, medians, out, reverse, strict)
                new += c_median[k] - e_median[k]
        for o in range(2):
            if new > open_to:
                break
            if c >= 0:
                c_row[o, c] = eval_row(state, x, ratio, c, o, rows, strict)
                new += c_row[o, c] - e_row[o, c]
            elif shaped[o]:
                new += eval_rows(state, x, ratio, o, rows, strict, scratch, c_row[o])
                new -= e_row[o].sum()
        for k in range(3):
            if need_test[k] and new <= open_to:
                c_test[k] = eval_test(state, k, tests, strict)
                new += c_test[k] - e_test[k]
        for o in range(2):
            if modelled and need_model[o] and new <= open_to:
                if c >= 0 and not carried:
                    flip_models(state, weight, centre, c, who, many)
                    carried = True
                room = (open_to if o == 0 and need_model[1] else limit) - new + e_model[o]
                c_model[o] = eval_model(state, o, models, weight, tol, room, work, strict)
                new += c_model[o] - e_model[o]
        if new <= limit:
            total, e_rules = new, new_rules
            for o in range(2):
                if need_model[o]:
                    e_model[o] = c_model[o]
                if c >= 0:
                    e_row[o, c] = c_row[o, c]
                elif shaped[o]:
                    e_row[o, :] = c_row[o]
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
                set_ranks(rank, order)
            elif not carried:
                flip_models(state, weight, centre, c, who, many)
        elif c >= 0:
            flip(column, x, c, who, many)
            if carried:
                flip_models(state, weight, centre, c, who, many)
        else:
            for o in range(2):
                if moved[o]:
                    order[o, :] = kept_order[o]
                    for k in (i, j):
                        day[o, k], event[o, k] = kept_day[o, k], kept_event[o, k]
    parts[0], parts[1] = e_row.sum(), e_model.sum()
    parts[2], parts[3] = e_median.sum() + e_test.sum(), e_rules
    return e_row.sum() + e_model.sum() + e_median.sum() + e_test.sum() + e_rules
