"""`python -m reconstruction`: find the cohort, write the study's tables and the scoreboard.

Every stage keeps what it found in `_build/reconstruction` and goes on from there. Budgets are
counts of moves, seeds are fixed and every search runs on one thread, so the same code writes the
same files; the populations run beside each other.
"""

from __future__ import annotations

import pickle
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pandas as pd

from reconstruction.alternatives import find_alternative, find_fields, make_core
from reconstruction.cohort import build_tables, write_checksums, write_tables
from reconstruction.fields import read_windows
from reconstruction.polish import count_cox, meets_curves, polish, rank, rate
from reconstruction.scoreboard import write_scoreboard
from reconstruction.targets import FREE, JOINT, PUBLISHED, only_joint, read_published, read_targets
from reconstruction.temper import temper

STUDY, WORK = PUBLISHED.parent, Path("_build/reconstruction")
#: seed of a population: rounds until the energy turns strict, until the harvest, and all rounds
POPULATIONS = {1: (7300, 12250, 13800), 2: (5000, 9850, 11350)}
#: states that are polished: population, place in its harvest, seed and number of the hops
POLISHED = ((1, 3, 2, 120),)
WANTED, TURNS = 24, 3  # other cohorts to keep; how often a state may give one
START = time.perf_counter()


def say(text):
    """Print a line of progress with the seconds since the start."""
    print(f"{time.perf_counter() - START:7.0f} s  {text}", flush=True)


def keep(name, make):
    """Return what an earlier run kept under `name`, or make and keep it."""
    path = WORK / f"{name}.pkl"
    if not path.is_file():
        path.write_bytes(pickle.dumps(make()))
    return pickle.loads(path.read_bytes())


def search(seed, targets):
    """Run one population; return its harvest and its states."""
    def report(population):
        fittest = f", fittest {population['fittest'][0][0]}" if population["fittest"] else ""
        say(f"population {seed}, round {population['turn']}: "
            f"energy {population['energy'].min():.1f}{fittest}")

    return temper(only_joint(targets), seed, *POPULATIONS[seed], WORK / f"population-{seed}.pkl",
                  rank, report=report)


def search_all(targets):
    """Run all populations at once; return harvest and states of each by its seed."""
    with ProcessPoolExecutor() as pool:
        found = pool.map(search, POPULATIONS, [targets] * len(POPULATIONS))
        return dict(zip(POPULATIONS, found, strict=True))


def choose(populations, targets):
    """Polish the candidates; return the finished states, the best first."""
    states = []
    for seed, place, own, hops in POLISHED:
        state = populations[seed][0][place]
        states.append(keep(f"polished-{seed}-{place}-{own}-{hops}",
                           partial(polish, state, targets, own, hops)))
        say(f"polished {seed}-{place}: {count_cox(states[-1], targets)} "
            f"curves {meets_curves(states[-1], targets)}")
    return sorted(states, key=lambda s: rate(s, targets), reverse=True)


def build(states, windows):
    """Build the tables around the first state that the count models can finish.

    Raises
    ------
    RuntimeError
        If none of them can be finished.
    """
    for state in states:
        core = make_core(state, JOINT + FREE)
        fields = find_fields(core, windows, 1)
        try:
            if fields is not None:
                return state, build_tables(core | fields, read_published(), JOINT + FREE)
        except RuntimeError as problem:
            say(str(problem))
    raise RuntimeError("no polished state can be finished")


def collect(populations, targets, windows):
    """Finish other cohorts from the populations, one from each state in turn, as many as wanted."""
    tables = []
    for turn in range(TURNS):
        for seed, (_, states) in populations.items():
            for k, state in enumerate(states):
                if len(tables) == WANTED:
                    break
                name, own = f"{turn}-{seed}-{k}", 1000 * turn + 100 * seed + k
                table = keep(f"alternative-{name}", lambda state=state, own=own:
                             find_alternative(state, targets, windows, own))
                say(f"alternative {name}: {'met' if table is not None else 'not met'}")
                if table is not None:
                    tables.append(table)
    return pd.concat({k + 1: t for k, t in enumerate(tables)}, names=["cohort"]).reset_index(
        level=0)


def main():
    """Run all stages."""
    WORK.mkdir(parents=True, exist_ok=True)
    targets, windows = read_targets(JOINT + FREE), read_windows(PUBLISHED)
    populations = search_all(targets)
    state, tables = build(choose(populations, targets), windows)
    write_tables(tables, STUDY)
    say(f"cohort written: {count_cox(state, targets)}")
    write_scoreboard(STUDY, Path(__file__).parent)
    others = collect(populations, targets, windows)
    (STUDY / "alternatives").mkdir(exist_ok=True)
    others.to_csv(STUDY / "alternatives" / "cohorts.csv", index=False, lineterminator="\n")
    write_checksums(STUDY.parent)
    say(f"{others['cohort'].nunique()} other cohorts written")


if __name__ == "__main__":
    main()
