"""Groups compared: against R, and at the edges."""

import numpy as np
import pandas as pd
import pytest

from analysis.logrank import LOGRANK, PETO, compare_logrank
from tests.oracle import endpoints, frozen

ORACLE = frozen("logrank").fillna({"strata": ""})
COHORT = frozen("cohort_lung")
ROWS = endpoints(COHORT["time"], COHORT["event"])
COVARIATES = COHORT[["sex", "ecog", "site"]].assign(patient_id=ROWS["patient_id"])


@pytest.mark.parametrize("expected", list(ORACLE.itertuples()),
                         ids=lambda row: f"{row.group}-{row.strata}-{row.rho}")
def test_tests_are_those_of_r(expected):
    got = compare_logrank(ROWS, COVARIATES, expected.group, test=[LOGRANK, PETO][expected.rho],
                          strata=expected.strata or None).iloc[0]
    assert got["chi2"] == pytest.approx(expected.chi2, abs=1e-8)
    assert got["df"] == expected.df
    assert got["p_value"] == pytest.approx(expected.p_value, abs=1e-8)
    if expected.rho == 0:
        np.testing.assert_allclose(got["ratio"], expected.ratio, rtol=0, atol=1e-8)


@pytest.mark.parametrize(("time", "event", "arm", "reason"), [
    ([1, 2, 3, 4], [False] * 4, "aabb", "no event"),
    ([1, 2, 3, 4], [True] * 4, "aaaa", "fewer than two groups"),
    ([1], [True], "a", "fewer than two groups"),
    ([3, 3, 3, 3], [True] * 4, "aabb", "no event while two groups are at risk"),
    ([1, 1, 2, 2], [False, False, True, True], "aabb", "no event while two groups are at risk"),
])
def test_an_edge_gives_its_reason(time, event, arm, reason):
    rows = endpoints(time, event)
    levels = pd.DataFrame({"patient_id": rows["patient_id"], "arm": list(arm)})
    for test in (LOGRANK, PETO):
        row = compare_logrank(rows, levels, "arm", test=test).iloc[0]
        assert row["reason"] == reason
        assert np.isnan(row["p_value"])


def test_a_group_of_one_is_compared():
    rows = endpoints([1, 2, 3, 4], [True] * 4)
    levels = pd.DataFrame({"patient_id": rows["patient_id"], "arm": list("abbb")})
    row = compare_logrank(rows, levels, "arm").iloc[0]
    assert row["chi2"] == pytest.approx(3.0)
    assert row["df"] == 1


def test_a_missing_level_is_left_out():
    levels = COVARIATES.assign(sex=COVARIATES["sex"].mask(COVARIATES.index % 2 == 0))
    assert compare_logrank(ROWS, levels, "sex")["n"][0] == COVARIATES.index.to_series().mod(2).sum()
