"""A population of states that exchange temperatures (parallel tempering) around `anneal`."""

from __future__ import annotations

import pickle

import numpy as np

from reconstruction.anneal import anneal
from reconstruction.start import draw_state, mark_fixed
from reconstruction.targets import only_curves

HEATS = tuple(4.8 * (0.6 / 4.8) ** (k / 11) for k in range(12))
MELT, MELTING = 10.0, 2_000_000  # the first temperature of all, and the tries from there
MOVES, EVERY = 10_000, 50  # tries of a state in a round; rounds between checkpoints
TOL = 3e-3  # Newton tolerance


def copy_state(state):
    """Copy the arrays of a state."""
    return tuple(part.copy() for part in state)


def run(state, targets, hot, cold, moves, seed, strict=False, tol=TOL):
    """Anneal a state in place; return energy and its parts (rows, models, curves, rules)."""
    parts = np.zeros(4)
    energy = anneal(state, mark_fixed(len(state[3])), *targets.marks, hot, cold, moves, seed, tol,
                    strict, parts)
    return energy, parts


def start_from_times(targets, seed, moves=400_000):
    """Draw a state and anneal its times alone, until medians, limits and curves are met."""
    state = draw_state(seed)
    run(state, only_curves(targets), 20.0, 1.0, moves, seed)
    return state


def gather(draw, states):
    """Make a population: generator, states (hottest first), best energy and state, round 0."""
    return {"draw": draw, "states": states, "turn": 0, "best": (np.inf, None),
            "energy": np.zeros(len(states)), "taken": np.zeros(len(states) - 1)}


def begin(targets, seed, heats):
    """Make a population of states that were molten and cooled to their own temperatures."""
    draw = np.random.default_rng(seed)
    states = [start_from_times(targets, int(draw.integers(2**31))) for _ in heats]
    for state, heat in zip(states, heats, strict=True):
        run(state, targets, MELT, heat, MELTING, int(draw.integers(2**31)))
    return gather(draw, states)


def advance(population, targets, heats, moves=MOVES, strict=False, tol=TOL):
    """Run every state at its temperature, then let neighbours exchange; one round."""
    draw, states, energy = population["draw"], population["states"], population["energy"]
    for k, heat in enumerate(heats):
        energy[k], _ = run(states[k], targets, heat, heat, moves, int(draw.integers(2**31)), strict,
                           tol)
    low = int(np.argmin(energy))
    if energy[low] < population["best"][0]:
        population["best"] = float(energy[low]), copy_state(states[low])
    for k in range(population["turn"] % 2, len(heats) - 1, 2):
        gain = (1 / heats[k + 1] - 1 / heats[k]) * (energy[k + 1] - energy[k])
        if np.log(draw.random()) < gain:
            population["taken"][k] += 1
            states[k], states[k + 1] = states[k + 1], states[k]
            energy[k], energy[k + 1] = energy[k + 1], energy[k]
    population["turn"] += 1


def temper(targets, seed, loose, rounds, checkpoint, heats=HEATS, moves=MOVES,
           report=lambda _: None):
    """Run a population for a number of rounds; go on from a checkpoint where there is one.

    Parameters
    ----------
    targets : Targets
    seed : int
    loose, rounds : int
        Rounds until the energy turns strict, and all rounds.
    checkpoint : Path
        File that is written every `EVERY` rounds, and read when it exists.
    heats : sequence of float
        Temperatures, the hottest first.
    moves : int
        Tries of each state in a round.
    report : callable
        Called with the population at each checkpoint.

    Returns
    -------
    list of state
        The best state at the end of a round, then the population from the coldest on.
    """
    if checkpoint.is_file():
        population = pickle.loads(checkpoint.read_bytes())
    else:
        population = begin(targets, seed, heats)
    while population["turn"] < rounds:
        if population["turn"] == loose:
            population["best"] = np.inf, None
        advance(population, targets, heats, moves, population["turn"] >= loose)
        if population["turn"] % EVERY == 0 or population["turn"] == rounds:
            checkpoint.write_bytes(pickle.dumps(population))
            report(population)
    return [population["best"][1], *population["states"][::-1]]
