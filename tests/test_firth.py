"""Firth's penalised Cox model: against R's coxphf and against the penalised likelihood itself."""

import numpy as np
import pandas as pd
import pytest

from analysis.cox import fit_multivariable, fit_univariable
from analysis.firth import fit_firth, fit_penalised
from tests.oracle import endpoints, frozen


@pytest.mark.parametrize("oracle", ["firth", "coxphf"])
@pytest.mark.parametrize("name", ["three", "ovarian", "tied"])
def test_fits_are_those_of_r(name, oracle):
    expected = frozen(oracle).query("data == @name")
    data = frozen(f"firth_data_{name}")
    beta, _, limits, p = fit_penalised(data["time"].to_numpy(float), data["event"].to_numpy(bool),
                                       data[list(expected["term"])].to_numpy(float), 0.95)
    np.testing.assert_allclose(beta, expected["coefficient"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(limits, np.log(expected[["conf_low", "conf_high"]]), rtol=0,
                               atol=1e-6)
    np.testing.assert_allclose(p, expected["p_value"], rtol=0, atol=1e-6)


def separated():
    rows = endpoints(range(1, 9), [True] * 8)
    arm = pd.Categorical(list("bbbaaaaa"), ["a", "b"])
    other = pd.Categorical(list("xyxyyxyx"), ["x", "y"])
    return rows, pd.DataFrame({"patient_id": rows["patient_id"], "arm": arm, "other": other})


def test_a_finite_ratio_stands_beside_each_infinite_one():
    rows, covariates = separated()
    alone = fit_univariable(rows, covariates)
    together = fit_multivariable(rows, covariates, alone, entry_p=1.1)
    beside = fit_firth(rows, covariates, pd.concat([alone, together]), entry_p=1.1)
    assert alone.set_index("term").loc["arm", "reason"] == "separation"
    assert beside.loc[beside["term"] == "arm", "model"].tolist() == ["univariable"]
    assert np.isfinite(beside["estimate"]).all()
    assert (beside["conf_low"] < beside["estimate"]).all()
    assert (beside["estimate"] < beside["conf_high"]).all()


def test_nothing_infinite_needs_no_penalty():
    rows = endpoints(range(1, 7), [True] * 6)
    covariates = pd.DataFrame({"patient_id": rows["patient_id"],
                               "arm": pd.Categorical(list("ababab"), ["a", "b"])})
    assert fit_firth(rows, covariates, fit_univariable(rows, covariates), 0.15).empty


def test_no_event_has_no_penalised_fit_either():
    rows = endpoints(range(1, 7), [False] * 6)
    covariates = pd.DataFrame({"patient_id": rows["patient_id"],
                               "arm": pd.Categorical(list("ababab"), ["a", "b"])})
    assert fit_firth(rows, covariates, fit_univariable(rows, covariates), 0.15).empty
