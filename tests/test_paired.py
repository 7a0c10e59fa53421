"""Repeated measurements: against R and published examples, and at the edges."""

import numpy as np
import pandas as pd
import pytest

from analysis.paired import (
    compare_categories,
    compare_visit_pairs,
    compare_visits,
    compare_yes_no,
)
from tests.oracle import frozen

ORACLE = frozen("paired").set_index(["data", "test"])
GRADES = frozen("paired_grades").drop(columns="patient")


def spread(matrix, names):
    """Turn a table of counts into one before and one after per patient."""
    cells = [(names[i], names[j]) for i, row in enumerate(matrix) for j, n in enumerate(row)
             for _ in range(n)]
    return [pd.Series(side) for side in zip(*cells, strict=True)]


def test_friedman_is_that_of_r():
    got, expected = compare_visits(GRADES).iloc[0], ORACLE.loc[("grades", "Friedman")]
    for column in ("statistic", "df", "p_value"):
        assert got[column] == pytest.approx(expected[column], abs=1e-8)


def test_friedman_of_the_grades_that_only_rise():
    # 9 patients 1-1-1, 4 1-1-2, 3 1-2-2, 17 2-2-2, 3 2-2-3
    courses = {(1, 1, 1): 9, (1, 1, 2): 4, (1, 2, 2): 3, (2, 2, 2): 17, (2, 2, 3): 3}
    wide = pd.DataFrame([course for course, n in courses.items() for _ in range(n)])
    assert compare_visits(wide)["statistic"][0] == pytest.approx(15.8, abs=0.005)


def test_pairs_are_those_of_r():
    got = compare_visit_pairs(GRADES)
    for row in got.itertuples():
        assert row.p_value == pytest.approx(ORACLE.loc[("grades", row.test), "p_value"], abs=1e-8)
        holm = ORACLE.loc[("grades", f"{row.test} holm"), "p_value"]
        assert row.p_adjusted == pytest.approx(holm, abs=1e-8)


def test_stuart_maxwell_is_the_published_one():
    before, after = spread([[20, 10, 5], [3, 30, 15], [0, 5, 40]], "abc")
    got, expected = compare_categories(before, after).iloc[0], ORACLE.loc[
        ("uebersax", "Stuart–Maxwell")]
    assert got["statistic"] == pytest.approx(13.76, abs=0.01)
    for column in ("statistic", "df", "p_value"):
        assert got[column] == pytest.approx(expected[column], abs=1e-8)


def test_two_categories_are_mcnemar():
    before, after = spread([[101, 121], [59, 33]], [False, True])
    got, expected = compare_categories(before, after).iloc[0], ORACLE.loc[("two", "Stuart–Maxwell")]
    assert got["statistic"] == pytest.approx(expected["statistic"], abs=1e-8)
    exact = compare_yes_no(before, after).iloc[0]
    assert exact["p_value"] == pytest.approx(ORACLE.loc[("two", "McNemar"), "p_value"], abs=1e-8)
    assert (exact["n_gained"], exact["n_lost"]) == (121, 59)


def test_a_category_that_nobody_enters_or_leaves_costs_no_degree_of_freedom():
    before = pd.Series(list("aaabbbc"))
    after = pd.Series(list("bbbbbac"))
    assert compare_categories(before, after)["df"][0] == 1


@pytest.mark.parametrize("wide", [pd.DataFrame([[1, 1, 1]]), pd.DataFrame([[2, 2], [1, 1]])])
def test_nobody_changes(wide):
    for row in (compare_visits(wide), compare_visit_pairs(wide)):
        assert row["p_value"].isna().all()
        assert set(row["reason"]) == {"no patient changes"}
    same = compare_categories(wide[0], wide[1])
    assert same["reason"][0] == "no patient changes"


def test_missing_is_counted():
    wide = pd.DataFrame({"a": [1, 1, 2, np.nan], "b": [2, 1, 3, 1], "c": [2, np.nan, 3, 2]})
    row = compare_visits(wide).iloc[0]
    assert (row["n"], row["n_missing"]) == (2, 2)
    assert compare_visit_pairs(wide)["n"].tolist() == [3, 2, 3]
    none = compare_visits(wide.assign(c=np.nan)).iloc[0]
    assert none["reason"] == "no patient has every visit"
    only = compare_categories(pd.Series(["CR", "NE", None]), pd.Series(["PR", "PR", "PR"]),
                              levels=["CR", "PR"]).iloc[0]
    assert (only["n"], only["n_missing"]) == (1, 2)


def test_one_visit_is_refused():
    with pytest.raises(ValueError, match="two visits"):
        compare_visits(pd.DataFrame({"a": [1]}))
