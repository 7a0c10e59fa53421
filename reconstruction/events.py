"""Adverse events by CP-SAT: who has which, from the printed cells and patient totals."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from reconstruction.core import CASE, N, solve

ACUTE_END = 90
#: patients with any event, and with grade 3-4
PATIENTS = {("acute", "any"): 12, ("acute", "3-4"): 6, ("late", "any"): 27, ("late", "3-4"): 10}
SEVERE = 14
#: patients over both windows that the abstract prints
TOTALS = {"Diarrhea": 12, "Rash": 11, "Malaise": 10}


def read_cells(published):
    """Read Table 6: patients by term, window and grade band ("any grade" read as grade 1-2)."""
    rows = published[published["id"].str.match(r"t6\.\d+\.\w+\.n$")]
    return {tuple(part.split("=")[1] for part in row.row.split("; ")): int(row.value)
            for row in rows.itertuples()}


def solve_events(cells, follow_up, stopper, seed=1, seconds=2.0):
    """Choose who has which adverse event.

    Parameters
    ----------
    cells : dict of (term, window, band) to int
    follow_up : ndarray of int, shape (36,)
        Days from start of radiotherapy to death or last follow-up.
    stopper : int
        Patient who stopped for his platelets: has the acute grade 3-4 decrease.

    Returns
    -------
    DataFrame-ready list of (patient, term, window, band), or None
    """
    model, draw = cp_model.CpModel(), np.random.default_rng(seed)
    has = {(i, *cell): model.NewBoolVar(f"{i}{cell}") for cell in cells for i in range(N)}
    terms = sorted({term for term, _, _ in cells})
    for cell, count in cells.items():
        model.Add(sum(has[i, *cell] for i in range(N)) == count)
    for i in range(N):
        for term in terms:
            for window in ("acute", "late"):
                model.Add(has[i, term, window, "1-2"] + has[i, term, window, "3-4"] <= 1)
                if window == "late" and follow_up[i] < ACUTE_END + 30:
                    model.Add(sum(has[i, term, window, b] for b in ("1-2", "3-4")) == 0)
    model.Add(has[stopper, "Platelet count decreased", "acute", "3-4"] == 1)
    severe = add_patients(model, has, cells)
    model.Add(sum(severe) == SEVERE)
    model.Add(sum(v for k, v in has.items() if k[0] == CASE and k[3] == "3-4") == 0)
    for term, total in TOTALS.items():
        add_total(model, has, term, total)
    model.Minimize(sum(int(draw.integers(10)) * v for v in has.values()))
    solver = solve(model, seed, seconds)
    return solver and [key for key, v in has.items() if solver.Value(v)]


def add_any(model, flags):
    """Return a flag that is set exactly when any of `flags` is."""
    either = model.NewBoolVar("")
    model.AddMaxEquality(either, flags)
    return either


def add_patients(model, has, cells):
    """Pin the patients with events by window and band; return who has grade 3-4 in any window."""
    flags = {}
    for (window, band), count in PATIENTS.items():
        bands = ("1-2", "3-4") if band == "any" else (band,)
        flags[window, band] = [
            add_any(model, [has[i, t, w, b] for t, w, b in cells if w == window and b in bands])
            for i in range(N)]
        model.Add(sum(flags[window, band]) == count)
    return [add_any(model, [flags["acute", "3-4"][i], flags["late", "3-4"][i]]) for i in range(N)]


def add_total(model, has, term, total):
    """Pin the distinct patients with `term` over both windows."""
    model.Add(sum(add_any(model, [v for k, v in has.items() if k[:2] == (i, term)])
                  for i in range(N)) == total)


def draw_grades(chosen, follow_up, draw):
    """Turn chosen cells into rows with grade and onset day within the window and follow-up.

    Parameters
    ----------
    chosen : list of (patient, term, window, band)
    follow_up : ndarray of int, shape (36,)
    draw : numpy.random.Generator

    Returns
    -------
    list of (patient, term, grade, onset_day)
    """
    rows = []
    for i, term, window, band in sorted(chosen):
        low, high = (5, ACUTE_END) if window == "acute" else (ACUTE_END + 1,
                                                              min(int(follow_up[i]) - 5, 330))
        grade = draw.choice([1, 2], p=[0.6, 0.4]) if band == "1-2" else draw.choice(
            [3, 4], p=[0.85, 0.15])
        rows.append((i, term, int(grade), int(draw.integers(low, high + 1))))
    return rows
