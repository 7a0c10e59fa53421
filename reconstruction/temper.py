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
TOL, FINE = 3e-3, 1e-4  # Newton tolerance of the search and of the harvest
#: coldest states that are harvested, rounds between harvests, states kept; cooling of a harvest
REAPED, REAPING, KEPT, COOLING = 8, 5, 12, (0.05, 30_000)


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
    """Make a population: generator, states (hottest first), round 0, nothing harvested."""
    return {"draw": draw, "states": states, "turn": 0, "fittest": [],
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
    for k in range(population["turn"] % 2, len(heats) - 1, 2):
        gain = (1 / heats[k + 1] - 1 / heats[k]) * (energy[k + 1] - energy[k])
        if np.log(draw.random()) < gain:
            population["taken"][k] += 1
            states[k], states[k + 1] = states[k + 1], states[k]
            energy[k], energy[k + 1] = energy[k + 1], energy[k]
    population["turn"] += 1


def harvest(population, targets, heats, rank):
    """Cool copies of the coldest states and keep those that rank highest.

    The energy leads the search but is not what is asked of a cohort: among states of like energy
    some give back many more numbers than others. States of the same columns count as one. Draws
    nothing from the population's generator.
    """
    for state in population["states"][-REAPED:]:
        state = copy_state(state)
        run(state, targets, heats[-1], *COOLING, population["turn"], True, FINE)
        if all((state[3] != other[3]).any() for _, _, other in population["fittest"]):
            population["fittest"].append((rank(state, targets), population["turn"], state))
    population["fittest"].sort(key=lambda found: (-found[0], found[1]))
    del population["fittest"][KEPT:]


def temper(targets, seed, loose, sown, rounds, checkpoint, rank, heats=HEATS, moves=MOVES,
           report=lambda _: None):
    """Run a population for a number of rounds; go on from a checkpoint where there is one.

    Parameters
    ----------
    targets : Targets
    seed : int
    loose, sown, rounds : int
        Rounds until the energy turns strict, until states are harvested, and all rounds.
    checkpoint : Path
        File that is written every `EVERY` rounds, and read when it exists.
    rank : callable
        Says how well a state with the joint columns fits.
    heats : sequence of float
        Temperatures, the hottest first.
    moves : int
        Tries of each state in a round.
    report : callable
        Called with the population at each checkpoint.

    Returns
    -------
    tuple of (list of state, list of state)
        The harvest, the fittest first, and the population from the coldest on.
    """
    if checkpoint.is_file():
        population = pickle.loads(checkpoint.read_bytes())
    else:
        population = begin(targets, seed, heats)
    while population["turn"] < rounds:
        advance(population, targets, heats, moves, population["turn"] >= loose)
        if population["turn"] > sown and population["turn"] % REAPING == 0:
            harvest(population, targets, heats, rank)
        if population["turn"] % EVERY == 0 or population["turn"] == rounds:
            checkpoint.write_bytes(pickle.dumps(population))
            report(population)
    return [found[2] for found in population["fittest"]], population["states"][::-1]
