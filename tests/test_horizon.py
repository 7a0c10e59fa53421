"""Restricted means against R, landmarks by hand, and the edges."""

import numpy as np
import pandas as pd
import pytest

from analysis.horizon import compare_means, derive_landmark, estimate_means
from tests.oracle import endpoints, frozen, sample

ORACLE = frozen("rmst")


@pytest.mark.parametrize(("name", "horizon"), ORACLE[["sample", "horizon"]].values)
def test_restricted_means_are_those_of_r(name, horizon):
    expected = ORACLE.query("sample == @name and horizon == @horizon").iloc[0]
    got = estimate_means(sample(name), horizon).iloc[0]
    assert got["estimate"] == pytest.approx(expected["estimate"], abs=1e-8)
    assert got["std_error"] == pytest.approx(expected["std_error"], abs=1e-8)


def test_a_horizon_beyond_follow_up_has_no_mean():
    row = estimate_means(endpoints([1, 2, 3], [True, True, False]), 4).iloc[0]
    assert np.isnan(row["estimate"])
    assert row["reason"] == "follow-up ends before the horizon"
    dead = estimate_means(endpoints([1, 3], [True, True]), 10).iloc[0]
    assert dead["estimate"] == pytest.approx(2.0)


def test_the_difference_is_that_of_the_means():
    rows = endpoints([1, 2, 3, 4, 5, 6], [True, False] * 3)
    arm = pd.DataFrame({"patient_id": rows["patient_id"],
                        "arm": pd.Categorical(list("ababab"), ["a", "b"])})
    means = estimate_means(rows, 4, arm, "arm").set_index("level")
    row = compare_means(means.reset_index()).iloc[0]
    assert (row["level"], row["reference"]) == ("b", "a")
    assert row["estimate"] == pytest.approx(means.loc["b", "estimate"] - means.loc["a", "estimate"])


def test_a_landmark_leaves_out_who_did_not_reach_it():
    rows = pd.concat([endpoints([2, 5, 2, 1, 9], [True, True, True, False, False], "PFS"),
                      endpoints([8, 6, 2.5, 9, 9], [True, False, True, False, False], "OS")])
    later, groups = derive_landmark(rows, 3)
    # the third died before the landmark, the fourth was not observed for progression up to it
    assert later["patient_id"].tolist() == ["P0", "P1", "P4"]
    assert later["time_mo"].tolist() == [5, 3, 6]
    assert groups["landmark"].tolist() == ["by then", "not yet", "not yet"]


def test_a_landmark_without_the_endpoints_is_empty():
    later, groups = derive_landmark(endpoints([1, 2], [True, True]), 3)
    assert later.empty
    assert groups.empty


def test_everybody_dead_before_the_landmark():
    rows = pd.concat([endpoints([1, 2], [True, True], "PFS"), endpoints([1, 2], [True] * 2)])
    later, groups = derive_landmark(rows, 3)
    assert later.empty
    assert groups.empty
    assert estimate_means(later, 6, groups, "landmark").empty
