"""Proportional hazards: against R's cox.zph, and at the edges."""

import numpy as np
import pandas as pd
import pytest

from analysis.cox import fit_univariable
from analysis.hazards import compare_hazards, derive_effects
from tests.oracle import endpoints, frozen
from tests.test_cox import cohort

ORACLE = frozen("zph")


@pytest.mark.parametrize(("name", "ties"), ORACLE[["data", "ties"]].drop_duplicates().values)
def test_tests_are_those_of_r(name, ties):
    rows, covariates = cohort(name)
    alone = fit_univariable(rows, covariates, ties=ties)
    got = compare_hazards(rows, covariates, alone, 1.1, ties).set_index("term")
    expected = ORACLE.query("data == @name and ties == @ties").set_index("term")
    expected = expected.rename(index={"GLOBAL": "all"})
    assert set(got.index) == set(expected.index)
    for column in ("statistic", "df", "p_value"):
        np.testing.assert_allclose(got[column].reindex(expected.index), expected[column],
                                   rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_residuals_are_those_of_r(ties):
    rows, covariates = cohort("ovarian")
    alone = fit_univariable(rows, covariates, ties=ties)
    got = derive_effects(rows, covariates, alone, 1.1, ties)
    expected = frozen("zph_residuals").query("ties == @ties")
    for term in ("rx", "residual", "ps", "old"):
        np.testing.assert_allclose(got.loc[got["term"] == term, "effect"], expected[term],
                                   rtol=0, atol=1e-6)


def test_an_infinite_ratio_is_not_tested():
    rows = endpoints(range(1, 9), [True] * 8)
    covariates = pd.DataFrame({"patient_id": rows["patient_id"],
                               "arm": pd.Categorical(list("bbbaabaa"), ["a", "b"]),
                               "other": pd.Categorical(list("yyxxyxxx"), ["x", "y"])})
    alone = fit_univariable(rows, covariates)
    got = compare_hazards(rows, covariates, alone, 1.1)
    if (got["reason"] == "separation").any():
        assert got["p_value"].isna().all()


@pytest.mark.parametrize(("time", "arm"), [([1, 2, 3], "aba"), ([2, 2, 2, 2], "abab")])
def test_few_event_times_do_not_crash(time, arm):
    rows = endpoints(time, [True] * len(time))
    covariates = pd.DataFrame({"patient_id": rows["patient_id"],
                               "arm": pd.Categorical(list(arm), ["a", "b"])})
    alone = fit_univariable(rows, covariates)
    got = compare_hazards(rows, covariates, alone, 1.1)
    assert set(got["term"]) <= {"arm", "all"}
    derive_effects(rows, covariates, alone, 1.1)
