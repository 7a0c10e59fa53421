"""Other cohorts: the same statistics in each, and how far they lie apart."""

import numpy as np
import pandas as pd
import pytest

from analysis import alternatives

ROWS = pd.DataFrame({
    "cohort": [1.0] * 4 + [2.0] * 4, "patient_id": list("abcd") * 2,
    "pfs_days": [30.4375 * m for m in (1, 2, 3, 4)] * 2, "pfs_event": [True] * 8,
    "os_days": [30.4375 * m for m in (2, 4, 6, 8, 3, 6, 9, 12)], "os_event": [True] * 8,
    "bed10_gy": [40, 50, 45, np.nan, 60, 40, 60, 50],
    "ecog": pd.array([True, True, False, False, False, True, False, False], "boolean"),
    "disease_status": ["PEL", "NL", "PEL", "RL"] * 2})


def value(compared, cohort, statistic):
    chosen = compared[(compared["cohort"] == cohort) & (compared["statistic"] == statistic)]
    assert len(chosen) == 1
    return chosen["value"].iloc[0]


def test_each_cohort_has_its_own_statistics():
    compared = alternatives.compare_cohorts(ROWS, times_mo=(5,))
    # survival is one half from the second event to the third: the middle, as in R
    assert value(compared, "1", "median OS, months") == pytest.approx(5)
    assert value(compared, "2", "median OS, months") == pytest.approx(7.5)
    assert value(compared, "1", "OS at 5 months, %") == pytest.approx(50)
    assert value(compared, "2", "OS at 5 months, %") == pytest.approx(75)
    assert value(compared, "1", "ECOG at or above the cut and PEL, patients") == 1
    assert value(compared, "2", "ECOG at or above the cut and PEL, patients") == 0


def test_the_spread_is_the_range_over_cohorts():
    spread = alternatives.summarise_spread(alternatives.compare_cohorts(ROWS, times_mo=(5,)))
    row = spread[spread["statistic"] == "OS at 5 months, %"].iloc[0]
    assert (row["n"], row["low"], row["high"]) == (2, pytest.approx(50), pytest.approx(75))


def test_a_dose_that_nobody_varies_has_no_ratio():
    same = ROWS.assign(bed10_gy=50.0)
    compared = alternatives.compare_cohorts(same)
    assert np.isnan(value(compared, "1", "hazard ratio of PFS for 10 Gy more of BED10"))


def test_one_curve_per_cohort_and_none_without_the_table():
    courses = alternatives.estimate_courses(ROWS)
    assert sorted(courses["level"].unique()) == ["1", "2"]
    assert alternatives.estimate_courses(None).empty
    assert alternatives.compare_cohorts(None).empty
    assert alternatives.summarise_spread(alternatives.compare_cohorts(None)).empty
