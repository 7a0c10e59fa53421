"""Clinical attributes by CP-SAT: status, responses, PFS1, interval, disease-free patients.

Given the survival core (days, flags, dichotomised columns), find whole attributes so that every
printed count holds and the attributes agree with the times.
"""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from reconstruction.core import CASE, COUNTS, solve

PFS1_CUT, INTERVAL_CUT = 125, 153  # first whole days at or above 4.1 and 5.0 months
INTERVAL_MIN, INTERVAL_MAX = 49, 734  # 1.6 and 24.1 months
STUDY_DAYS = 1260  # from the first possible ICI to the cut-off
PFS1_GAP = 60  # days between S = 0.56 and S = 0.44 that give the printed limits of PFS1
RESPONSES_BEFORE = {"PR": 6, "SD": 23, "PD": 7}
RESPONSES_AFTER = {"CR": 2, "PR": 12, "SD": 12, "PD": 10}
EARLY = 150  # latest day on which progression can still be the best response


def solve_clinical(core, fixed=(), seed=1, seconds=3.0):
    """Find the clinical attributes.

    Parameters
    ----------
    core : dict of str to ndarray, shape (n,)
        `pfs, pfs_event, os, os_event` in days and flags, and 0/1 columns of `COUNTS`.
    fixed : iterable of str
        Columns of `core` that stay as they are; the others are free.
    seed : int
    seconds : float
        Deterministic time limit of the solver.

    Returns
    -------
    dict of str to ndarray or None
        The columns, `status`, `response_ici`, `response_rt`, `surgery`, `disease_free`,
        `pfs1`, `interval` (days); None when there is no solution.
    """
    model = cp_model.CpModel()
    n = len(core["pfs"])
    x = {name: [model.NewConstant(int(core[name][i])) if name in fixed
                else model.NewBoolVar(f"{name}{i}") for i in range(n)] for name in COUNTS}
    for name, allowed in COUNTS.items():
        model.AddLinearExpressionInDomain(sum(x[name]), cp_model.Domain.FromValues(allowed))
    for i in range(n):
        model.Add(x["portal"][i] + x["ehs"][i] >= 1)
        model.AddImplication(x["cp"][i], x["albi"][i])
    add_case(model, x)
    status = add_status(model, x)
    before = add_levels(model, n, RESPONSES_BEFORE, "before")
    after = add_levels(model, n, RESPONSES_AFTER, "after")
    free, surgery = add_disease_free(model, core, status, after)
    penalty = add_responses(model, core, x, status, before, after)
    pfs1, interval = add_clocks(model, core, x)
    add_ratio(model, core, status, after, pfs1)
    model.Minimize(20 * sum(penalty) + sum(add_spread(model, pfs1, interval, seed)))
    solver = solve(model, seed, seconds)
    if solver is None:
        return None
    value = np.vectorize(solver.Value)
    found = {name: value(x[name]) for name in x}
    for name, levels in (("status", status), ("response_ici", before), ("response_rt", after)):
        found[name] = np.array([next(k for k in levels if solver.Value(levels[k][i]))
                                for i in range(n)])
    return found | {"disease_free": value(free), "surgery": value(surgery),
                    "pfs1": value(pfs1), "interval": value(interval)}


def add_levels(model, n, counts, name):
    """Add one attribute with a fixed number of patients at each level."""
    levels = {level: [model.NewBoolVar(f"{name}_{level}{i}") for i in range(n)] for level in counts}
    for level, count in counts.items():
        model.Add(sum(levels[level]) == count)
    for i in range(n):
        model.AddExactlyOne(levels[level][i] for level in counts)
    return levels


def add_case(model, x):
    """Give the case patient what the discussion tells of him."""
    for name, value in {"sex": 0, "virus": 1, "pel": 0, "age": 1, "ehs": 1, "hepx": 1,
                        "tnum": 1, "pfs1": 0, "interval": 0, "dc1": 1}.items():
        model.Add(x[name][CASE] == value)


def add_status(model, x):
    """Split the patients without PEL into residual (8) and new lesions (9)."""
    n = len(x["pel"])
    status = {s: [model.NewBoolVar(f"{s}{i}") for i in range(n)] for s in ("RL", "NL")}
    for i in range(n):
        model.AddExactlyOne(x["pel"][i], status["RL"][i], status["NL"][i])
        model.AddImplication(status["RL"][i], x["dc1"][i])
    model.Add(sum(status["RL"]) == 8)
    model.Add(status["RL"][CASE] == 1)
    return status | {"PEL": x["pel"]}


def add_disease_free(model, core, status, after):
    """Six disease-free patients, all with residual lesions, five of them after surgery."""
    n = len(core["pfs"])
    free = [model.NewBoolVar(f"free{i}") for i in range(n)]
    surgery = [model.NewBoolVar(f"surgery{i}") for i in range(n)]
    model.Add(sum(free) == 6)
    model.Add(sum(surgery) == 5)
    model.Add(surgery[CASE] == 1)
    model.Add(after["PR"][CASE] == 1)
    for i in range(n):
        model.AddImplication(free[i], status["RL"][i])
        model.AddImplication(surgery[i], free[i])
        model.AddImplication(after["CR"][i], free[i])
        model.AddImplication(free[i], after["PD"][i].Not())
        model.AddBoolOr(free[i].Not(), surgery[i], after["CR"][i])
        if core["pfs"][i] < 180:
            model.Add(free[i] == 0)
    return free, surgery


def add_responses(model, core, x, status, before, after):
    """Tie the responses to the times; return penalties for what is merely unlikely."""
    penalty, controlled = [], []
    for i in range(len(core["pfs"])):
        model.Add(before["PR"][i] + before["SD"][i] == x["dc1"][i])
        if not core["pfs_event"][i] or core["pfs"][i] > EARLY:
            model.Add(after["PD"][i] == 0)
        if core["pfs"][i] < 42:
            penalty.append(200 * after["PD"][i].Not())
        if core["pfs"][i] < 90:
            model.Add(after["PR"][i] + after["CR"][i] == 0)
        penalty.append(int(core["pfs"][i]) // 10 * after["PD"][i])
        penalty.append(-int(min(core["pfs"][i], 400)) // 40 * after["PR"][i])
        both = model.NewBoolVar(f"control{i}")
        model.AddBoolAnd(status["PEL"][i], after["PD"][i].Not()).OnlyEnforceIf(both)
        model.AddBoolOr(status["PEL"][i].Not(), after["PD"][i], both)
        local = model.NewBoolVar(f"control_local{i}")
        model.AddBoolAnd(both, x["local"][i]).OnlyEnforceIf(local)
        model.AddBoolOr(both.Not(), x["local"][i].Not(), local)
        controlled.append((both, local))
    model.Add(sum(both for both, _ in controlled) == 10)
    model.Add(sum(local for _, local in controlled) == 7)
    return penalty


def add_clocks(model, core, x):
    """Add PFS1 with the printed median and limits, and the interval with its median and range.

    Sorted, PFS1 is below `low` for 15 patients, at `low` for one, between for one, at the median
    for two, at `low + PFS1_GAP` for one and above for 16: S passes 0.5 without touching it.
    """
    n = len(x["pfs1"])
    pfs1 = [model.NewIntVar(43, 420, f"p{i}") for i in range(n)]
    interval = [model.NewIntVar(INTERVAL_MIN, INTERVAL_MAX, f"v{i}") for i in range(n)]
    low = model.NewIntVar(66, 115, "low")
    middle = model.NewIntVar(PFS1_CUT - 1, PFS1_CUT, "middle")
    bands = add_levels(model, n, {"below": 15, "low": 1, "between": 1, "middle": 2, "high": 1,
                                  "above": 16}, "band")
    for i in range(n):
        model.Add(pfs1[i] < low).OnlyEnforceIf(bands["below"][i])
        model.Add(pfs1[i] == low).OnlyEnforceIf(bands["low"][i])
        model.Add(pfs1[i] > low).OnlyEnforceIf(bands["between"][i])
        model.Add(pfs1[i] < middle).OnlyEnforceIf(bands["between"][i])
        model.Add(pfs1[i] == middle).OnlyEnforceIf(bands["middle"][i])
        model.Add(pfs1[i] == low + PFS1_GAP).OnlyEnforceIf(bands["high"][i])
        model.Add(pfs1[i] > low + PFS1_GAP).OnlyEnforceIf(bands["above"][i])
        model.Add(pfs1[i] >= PFS1_CUT).OnlyEnforceIf(x["pfs1"][i])
        model.Add(pfs1[i] < PFS1_CUT).OnlyEnforceIf(x["pfs1"][i].Not())
        model.Add(interval[i] >= INTERVAL_CUT).OnlyEnforceIf(x["interval"][i])
        model.Add(interval[i] < INTERVAL_CUT).OnlyEnforceIf(x["interval"][i].Not())
        model.Add(interval[i] >= pfs1[i] + 1)
        model.Add(interval[i] <= STUDY_DAYS - int(core["os"][i]))
    model.Add(pfs1[CASE] >= 63)
    model.Add(interval[CASE] <= pfs1[CASE] + 25)
    model.Add(interval[CASE] <= 100)
    add_median(model, interval)
    return pfs1, interval


def add_spread(model, pfs1, interval, seed):
    """Return how far PFS1, and the wait from progression to radiotherapy, are from random draws.

    Without it the solver would pile the patients up at the limits.
    """
    draw = np.random.default_rng(seed)
    off = []
    for i, (first, start) in enumerate(zip(pfs1, interval, strict=True)):
        wanted = int(np.clip(draw.lognormal(np.log(120), 0.6), 45, 400))
        wait = int(np.clip(draw.lognormal(np.log(21), 0.5), 7, 60))
        for k, (value, aim) in enumerate(((first, wanted), (start - first, wait))):
            gap = model.NewIntVar(0, INTERVAL_MAX, f"gap{k}_{i}")
            model.Add(gap >= value - aim)
            model.Add(gap >= aim - value)
            off.append(gap)
    return off


def add_median(model, interval):
    """Let the mean of the 18th and 19th interval print as 5.0 months, and pin its range."""
    half = len(interval) // 2
    at = [model.NewBoolVar(f"at{i}") for i in range(len(interval))]
    for i, flag in enumerate(at):
        model.AddLinearExpressionInDomain(
            interval[i], cp_model.Domain(INTERVAL_CUT - 2, INTERVAL_CUT)).OnlyEnforceIf(flag)
    below = [model.NewBoolVar(f"lt{i}") for i in range(len(interval))]
    for i, flag in enumerate(below):
        model.Add(interval[i] < INTERVAL_CUT - 2).OnlyEnforceIf(flag)
        model.Add(interval[i] >= INTERVAL_CUT - 2).OnlyEnforceIf(flag.Not())
        model.AddImplication(at[i], flag.Not())
    model.Add(sum(below) <= half - 1)
    model.Add(sum(below) + sum(at) >= half + 1)
    for value in (INTERVAL_MIN, INTERVAL_MAX):
        hit = [model.NewBoolVar(f"is{value}_{i}") for i in range(len(interval))]
        for i, flag in enumerate(hit):
            model.Add(interval[i] == value).OnlyEnforceIf(flag)
        model.AddBoolOr(hit)


def add_ratio(model, core, status, after, pfs1):
    """PFS2/PFS1 of at least 1.3 in 23 patients: 7 with RL, 16 without, 3 with PD after RT."""
    gain, gain_rl, gain_pd = [], [], []
    for i, days in enumerate(core["pfs"]):
        yes = model.NewBoolVar(f"gain{i}")
        model.Add(13 * pfs1[i] <= 10 * int(days) - 1).OnlyEnforceIf(yes)
        model.Add(13 * pfs1[i] >= 10 * int(days) + 1).OnlyEnforceIf(yes.Not())
        for rows, other in ((gain_rl, status["RL"][i]), (gain_pd, after["PD"][i])):
            both = model.NewBoolVar("")
            model.AddBoolAnd(yes, other).OnlyEnforceIf(both)
            model.AddBoolOr(yes.Not(), other.Not(), both)
            rows.append(both)
        gain.append(yes)
    model.Add(sum(gain) == 23)
    model.Add(sum(gain_rl) == 7)
    model.Add(sum(gain_pd) == 3)
