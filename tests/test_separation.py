"""Separation: found where the likelihood has no maximum, and nowhere else."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.separation import PATTERNS, find_infinite

ROWS = st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.booleans(), st.booleans()),
                min_size=2, max_size=14)


def look_along(time, event, x, direction):
    """Return whether the likelihood never falls, and whether it rises, along a direction."""
    eta = x @ direction
    gaps = [eta[i] - eta[time >= time[i]] for i in np.flatnonzero(event)]
    return all((g >= 0).all() for g in gaps), any((g > 0).any() for g in gaps)


def test_by_hand():
    time, event = np.array([1.0, 2.0, 3.0]), np.array([True, True, True])
    assert find_infinite(time, event, np.array([[1.0], [0.0], [0.0]])).tolist() == [True]
    assert find_infinite(time, event, np.array([[0.0], [1.0], [0.0]])).tolist() == [False]


def test_one_infinite_coefficient_leaves_the_other_finite():
    time = np.arange(1.0, 9.0)
    event = np.ones(8, bool)
    x = np.column_stack([[1, 1, 1, 0, 0, 0, 0, 0], [0, 1, 0, 1, 0, 1, 1, 0]]).astype(float)
    assert find_infinite(time, event, x).tolist() == [True, False]


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_two_indicators_agree_with_a_look_in_every_direction(rows):
    # the edges of the cone are perpendicular to differences of indicators: eight directions
    time, event, first, second = (np.array(column) for column in zip(*rows, strict=True))
    x = np.column_stack([first, second]).astype(float)
    directions = [np.array(d) for d in product((-1, 0, 1), repeat=2) if any(d)]
    seen = [(d, *look_along(time, event, x, d)) for d in directions]
    rises = any(monotone and strict for _, monotone, strict in seen)
    expected = [rises and any(monotone and d[k] for d, monotone, _ in seen) for k in range(2)]
    assert find_infinite(time.astype(float), event, x).tolist() == expected


def test_too_many_patterns_are_not_searched():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(PATTERNS + 1, 1))
    assert not find_infinite(np.arange(len(x), dtype=float), np.ones(len(x), bool), x).any()
