"""Radiotherapy by CP-SAT: site groups, then schedules with the printed medians and ranges."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from reconstruction.core import CASE, N, solve

SITES = {"PVTT_HVTT": 17, "liver": 13, "bone_soft_tissue": 5, "lymph_node": 4, "other": 7}
OUTSIDE = ("bone_soft_tissue", "lymph_node", "other")
#: technique, fractions, dose in Gy; the last two are the courses that were stopped early
SCHEDULES = [
    ("IMRT", 10, 30.0), ("IMRT", 20, 40.0), ("IMRT", 16, 40.0), ("IMRT", 15, 45.0),
    ("IMRT", 24, 48.0), ("IMRT", 16, 48.0), ("IMRT", 10, 40.0), ("IMRT", 25, 50.0),
    ("IMRT", 20, 50.0), ("IMRT", 10, 45.0), ("IMRT", 28, 56.0), ("IMRT", 24, 60.0),
    ("IMRT", 30, 60.0), ("IMRT", 28, 70.0), ("SBRT", 3, 24.0), ("SBRT", 5, 30.0),
    ("SBRT", 5, 35.0), ("SBRT", 6, 36.0), ("SBRT", 8, 40.0), ("SBRT", 8, 48.0),
    ("SBRT", 6, 48.0), ("SBRT", 10, 48.0), ("SBRT", 10, 50.0),
    ("IMRT", 11, 27.5), ("IMRT", 12, 30.0),
]
STOPPED = (len(SCHEDULES) - 2, len(SCHEDULES) - 1)
IMRT, UNKNOWN = 22, 4
#: tenths of the unit: value of a schedule, what the median may be, range
MEDIANS = {"dose": (480, 480), "fractions": (100, 100), "bed": (595, 604)}
RANGES = {"dose": (240, 700), "fractions": (30, 300), "bed": (343, 875)}


def measure(schedule):
    """Return dose, fractions and BED10 of a schedule in whole tenths."""
    _, fractions, dose = schedule
    return {"dose": int(10 * dose), "fractions": 10 * fractions,
            "bed": int(10 * dose * (1 + dose / fractions / 10))}


def solve_sites(clinical, seed=1, seconds=4.0):
    """Choose the irradiated site groups of each patient.

    Separate categories, 46 in 36 patients; 9 of the 13 patients with liver lesions have nothing
    irradiated outside the liver. Thrombus needs portal invasion, an outside site needs spread.

    Returns
    -------
    dict of str to ndarray of 0/1, shape (36,), or None
    """
    model, draw = cp_model.CpModel(), np.random.default_rng(seed)
    site = {s: [model.NewBoolVar(f"{s}{i}") for i in range(N)] for s in SITES}
    outside = [model.NewBoolVar(f"outside{i}") for i in range(N)]
    both = [model.NewBoolVar(f"both{i}") for i in range(N)]
    for name, count in SITES.items():
        model.Add(sum(site[name]) == count)
    for i in range(N):
        here = [site[s][i] for s in OUTSIDE]
        model.AddMaxEquality(outside[i], here)
        model.AddMultiplicationEquality(both[i], [outside[i], site["liver"][i]])
        model.AddBoolOr(site["PVTT_HVTT"][i], site["liver"][i], outside[i])
        model.Add(site["PVTT_HVTT"][i] + site["liver"][i] <= 1)
        model.Add(sum(here) <= 2)
        if not clinical["portal"][i]:
            model.Add(site["PVTT_HVTT"][i] == 0)
        if not clinical["ehs"][i]:
            model.Add(outside[i] == 0)
    model.Add(sum(both) == 4)
    model.Add(site["other"][CASE] == 1)
    model.Add(sum(site[s][CASE] for s in SITES) == 1)
    model.Minimize(sum(int(draw.integers(10)) * site[s][i] for s in SITES for i in range(N)))
    solver = solve(model, seed, seconds)
    return solver and {s: np.array([solver.Value(v) for v in site[s]]) for s in SITES}


def solve_schedules(clinical, stopped, seed=1, seconds=4.0):
    """Choose schedule and technique of each patient.

    Parameters
    ----------
    clinical : dict
        With `virus`.
    stopped : tuple of int
        The two patients who stopped early, at 27.5 Gy and at 30 Gy.

    Returns
    -------
    tuple of (ndarray of int, ndarray of bool) or None
        Index into `SCHEDULES` and whether the details are known; technique is known in any case.
    """
    model, draw = cp_model.CpModel(), np.random.default_rng(seed)
    given = [[model.NewBoolVar(f"g{i}_{k}") for k in range(len(SCHEDULES))] for i in range(N)]
    hidden = [[model.NewBoolVar(f"h{i}_{k}") for k in range(len(SCHEDULES))] for i in range(N)]
    for i in range(N):
        model.AddExactlyOne(given[i] + hidden[i])
        for k in STOPPED:
            model.Add(given[i][k] == (i == stopped[STOPPED.index(k)]))
            model.Add(hidden[i][k] == 0)
    model.Add(sum(map(sum, hidden)) == UNKNOWN)
    model.Add(sum(hidden[CASE]) == 0)
    imrt = [k for k, s in enumerate(SCHEDULES) if s[0] == "IMRT"]
    model.Add(sum(given[i][k] + hidden[i][k] for i in range(N) for k in imrt) == IMRT)
    for k in range(len(SCHEDULES)):
        model.Add(sum(given[i][k] for i in range(N)) <= 6)
    for name in MEDIANS:
        add_summary(model, given, name)
    model.Minimize(sum(int(draw.integers(20)) * v for row in given + hidden for v in row))
    solver = solve(model, seed, seconds)
    if solver is None:
        return None
    chosen = [next((k, row is given[i]) for row in (given[i], hidden[i])
                   for k, v in enumerate(row) if solver.Value(v)) for i in range(N)]
    return np.array([k for k, _ in chosen]), np.array([known for _, known in chosen])


def add_summary(model, given, name):
    """Pin median (both middle values within the window) and range of one dose measure."""
    half = (N - UNKNOWN) // 2
    values = [measure(s)[name] for s in SCHEDULES]
    low, high = MEDIANS[name]

    def count(test):
        return sum(row[k] for row in given for k, v in enumerate(values) if test(v))

    model.Add(count(lambda v: v < low) <= half - 1)
    model.Add(count(lambda v: v > high) <= half - 1)
    for end in RANGES[name]:
        model.Add(count(lambda v, end=end: v == end) >= 1)
    model.Add(count(lambda v: not RANGES[name][0] <= v <= RANGES[name][1]) == 0)
