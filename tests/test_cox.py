"""Cox models: against R, by hand, and at the edges."""

import numpy as np
import pandas as pd
import pytest

from analysis.cox import compare_models, fit_multivariable, fit_univariable
from tests.oracle import endpoints, frozen

COEFFICIENTS, TESTS = frozen("cox_coefficients"), frozen("cox_tests")


def cohort(name):
    """Read one data set of the oracle: its endpoints and its covariates, reference first."""
    data = frozen(f"cox_data_{name}")
    rows = endpoints(data["time"], data["event"])
    levels = data.drop(columns=["time", "event"]).astype(str).apply(
        lambda column: pd.Categorical(column, sorted(column.unique()), ordered=True))
    return rows, levels.assign(patient_id=rows["patient_id"])


def made(time, event, **covariates):
    """Make endpoints and covariates from letters, in alphabetical order of levels."""
    rows = endpoints(time, event)
    levels = {name: pd.Categorical([v if v != "." else None for v in letters],
                                   sorted(set(letters) - {"."}), ordered=True)
              for name, letters in covariates.items()}
    return rows, pd.DataFrame({"patient_id": rows["patient_id"], **levels})


@pytest.mark.parametrize(("name", "model", "ties"), TESTS[["data", "model", "ties"]].values)
def test_coefficients_and_tests_are_those_of_r(name, model, ties):
    rows, covariates = cohort(name)
    covariates = covariates[["patient_id", *model.split("+")]]
    alone = fit_univariable(rows, covariates, ties=ties)
    got = fit_multivariable(rows, covariates, alone, entry_p=1.1, ties=ties)
    got.index = got["term"] + got["level"].str.replace("True", "TRUE")
    expected = COEFFICIENTS.query("data == @name and model == @model and ties == @ties")
    expected = expected.set_index("name")
    assert set(got.index) == set(expected.index)
    for column in ("coefficient", "std_error", "p_value", "conf_low", "conf_high"):
        np.testing.assert_allclose(got[column].reindex(expected.index), expected[column],
                                   rtol=1e-8, atol=1e-8)
    whole = TESTS.query("data == @name and model == @model and ties == @ties").iloc[0]
    tests = compare_models(rows, covariates, alone, 1.1, ties).set_index("test")
    for test, column in {"likelihood ratio": "lr", "Wald": "wald", "score": "score"}.items():
        assert tests.loc[test, "statistic"] == pytest.approx(whole[column], abs=1e-8)
    assert tests["concordance"].iloc[0] == pytest.approx(whole["concordance"], abs=1e-8)
    assert tests["df"].iloc[0] == whole["df"]


def test_four_patients_by_hand():
    # exposed die at 2 and 4, unexposed at 1 and 3: L = 1/(2+2h) · h/(1+2h) · 1/(1+h)
    rows, covariates = made([1, 2, 3, 4], [True] * 4, arm="abab")
    row = fit_univariable(rows, covariates).iloc[0]
    h = row["estimate"]
    slope = 1 - 2 * h / (2 + 2 * h) - 2 * h / (1 + 2 * h) - h / (1 + h)
    assert slope == pytest.approx(0, abs=1e-9)
    assert (row["n"], row["n_event"], row["n_level"], row["n_event_level"]) == (4, 4, 2, 2)


@pytest.mark.parametrize(("event", "arm", "reason"), [
    ([False] * 6, "aabbab", "no event"),
    ([True] * 6, "aaaaaa", None),
    ([True, True, True, False, False, False], "aaabbb", "no event in the level"),
    ([False, True, False, True, False, True], "ababab", "no event in the reference level"),
    ([False, False, False, True, True, True], "aaabbb", "no event while both levels are at risk"),
    ([True] * 6, "aaabbb", "separation"),
])
def test_what_cannot_be_estimated_has_its_reason(event, arm, reason):
    rows, covariates = made(range(1, 7), event, arm=arm)
    result = fit_univariable(rows, covariates)
    if reason is None:
        assert result.empty  # one level declares no contrast
        return
    assert result["reason"].tolist() == [reason]
    assert result[["estimate", "conf_low", "conf_high", "p_value"]].isna().all(axis=None)


def test_a_declared_level_without_patients():
    rows = endpoints(range(1, 6), [True] * 5)
    levels = pd.Categorical(list("aabab"), ["a", "b", "c"])
    covariates = pd.DataFrame({"patient_id": rows["patient_id"], "arm": levels})
    assert fit_univariable(rows, covariates)["reason"].tolist() == ["", "no patient in the level"]
    other = covariates.assign(arm=pd.Categorical(list("bbbbb"), ["a", "b"]))
    assert fit_univariable(rows, other)["reason"].tolist() == ["constant covariate"]
    shifted = covariates.assign(arm=pd.Categorical(list("bbcbc"), ["a", "b", "c"]))
    assert set(fit_univariable(rows, shifted)["reason"]) == {"no patient in the reference level"}


def test_half_missing_is_left_out_and_counted():
    rows, covariates = made(range(1, 9), [True] * 8, arm="ab.a.b.b")
    row = fit_univariable(rows, covariates).iloc[0]
    assert (row["n"], row["n_event"]) == (5, 5)
    assert np.isfinite(row["estimate"])


def test_a_covariate_identical_to_another_or_its_opposite():
    rows, covariates = made(range(1, 9), [True] * 8, arm="abababba", same="abababba",
                            opposite="babaabab")
    covariates["opposite"] = pd.Categorical(
        covariates["arm"].map({"a": "b", "b": "a"}), ["a", "b"], ordered=True)
    alone = fit_univariable(rows, covariates)
    together = fit_multivariable(rows, covariates, alone, entry_p=1.1).set_index("term")
    assert together["reason"].tolist() == ["", "divides the patients as arm does",
                                           "divides the patients as arm does"]
    assert together.loc["arm", "estimate"] == pytest.approx(alone["estimate"].iloc[0])


def test_a_covariate_that_follows_from_two_others():
    rows, covariates = made(range(1, 10), [True] * 9, first="aabaabbaa", second="bcabacabc")
    covariates["third"] = pd.Categorical(
        covariates["second"].map({"a": "x", "b": "y", "c": "y"}), ["x", "y"], ordered=True)
    together = fit_multivariable(rows, covariates, fit_univariable(rows, covariates), 1.1)
    assert together.set_index("term").loc["third", "reason"] == "follows from the other covariates"


def test_separation_by_two_covariates_together():
    # neither level lacks events, but those marked by both die before everybody else
    rows, covariates = made(
        [1, 2, 3, 4, 5, 6, 7, 8], [True] * 8, first="bbbaabaa", second="bbabbaaa")
    alone = fit_univariable(rows, covariates)
    together = fit_multivariable(rows, covariates, alone, entry_p=1.1)
    assert (together["reason"] == "").sum() < len(together)
    assert together.loc[together["reason"] != "", "estimate"].isna().all()


@pytest.mark.parametrize(("time", "event"), [([3], [True]), ([3], [False]), ([0, 0], [True, True]),
                                             ([4] * 4, [True] * 4)])
def test_tiny_and_tied_cohorts_do_not_crash(time, event):
    rows, covariates = made(time, event, arm=("ab" * 4)[:len(time)])
    covariates["arm"] = covariates["arm"].cat.set_categories(["a", "b"])
    result = fit_univariable(rows, covariates)
    assert len(result) == 1
    fit_multivariable(rows, covariates, result, entry_p=1.1)


def test_the_entry_rule_lets_in_what_lies_below_it():
    rows, covariates = cohort("lung")
    alone = fit_univariable(rows, covariates)
    entered = fit_multivariable(rows, covariates, alone, entry_p=0.15)["term"].unique()
    assert set(entered) == set(alone.loc[alone["p_term"] < 0.15, "term"])
    assert fit_multivariable(rows, covariates, alone, entry_p=0).empty


def test_unknown_ties_are_refused():
    rows, covariates = made([1, 2, 3], [True] * 3, arm="aba")
    with pytest.raises(ValueError, match="exact"):
        fit_univariable(rows, covariates, ties="exact")


def test_many_patients():
    rng = np.random.default_rng(1)
    arm = rng.integers(0, 2, 100_000)
    time = np.ceil(rng.exponential(365 / np.exp(0.5 * arm)))
    rows = endpoints(time, rng.random(100_000) < 0.7)
    covariates = pd.DataFrame({"patient_id": rows["patient_id"],
                               "arm": pd.Categorical(np.where(arm, "b", "a"), ["a", "b"])})
    assert fit_univariable(rows, covariates)["coefficient"][0] == pytest.approx(0.5, abs=0.02)
