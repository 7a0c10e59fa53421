"""What every part of the reconstruction shares: columns, printed counts, the CP-SAT call."""

from __future__ import annotations

from ortools.sat.python import cp_model

N = 36
CASE = 0  # the patient of whom the discussion tells
DAYS_PER_MONTH = 30.4375

#: dichotomised columns of the Cox tables, in print order: patients at the exposed level
COUNTS = {
    "age": tuple(range(20, 33)), "sex": (2,), "virus": (35,), "ecog": (7,), "afp": (15,),
    "cp": (4,), "albi": (20,), "portal": (22,), "ehs": (23,), "hepx": (14,), "local": (31,),
    "diam": (9,), "tnum": (25,), "dc1": (29,), "pfs1": (17, 19), "interval": tuple(range(9, 28)),
    "pel": (19,), "first": (22,),
}


def solve(model, seed, seconds):
    """Solve a CP-SAT model deterministically; return the solver, or None without solution.

    Parameters
    ----------
    model : cp_model.CpModel
    seed : int
    seconds : float
        Limit in the solver's deterministic time, so that the result does not depend on the machine.
    """
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_deterministic_time = seconds
    status = solver.Solve(model)
    return solver if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
