"""Kaplan–Meier: against R, by hand, and at the edges."""

import numpy as np
import pandas as pd
import pytest
from lifelines.datasets import load_lung

from analysis.kaplan_meier import count_at_risk, estimate_curve
from analysis.survival import estimate_followup, estimate_medians, estimate_rates
from tests.oracle import endpoints, frozen, sample

LIMITS = ["estimate", "conf_low", "conf_high"]
CURVES, MEDIANS, RATES = frozen("km_curves"), frozen("km_medians"), frozen("km_rates")


@pytest.mark.parametrize(("name", "method"), CURVES[["sample", "method"]].drop_duplicates().values)
def test_curves_are_those_of_r(name, method):
    expected = CURVES.query("sample == @name and method == @method")
    got = estimate_curve(sample(name), method=method).iloc[1:]
    assert got["time_mo"].tolist() == expected["time"].tolist()
    assert got["n_risk"].tolist() == expected["n_risk"].tolist()
    assert got["n_event"].tolist() == expected["n_event"].tolist()
    for column in [*LIMITS, "std_error"]:
        np.testing.assert_allclose(got[column], expected[column], rtol=0, atol=1e-8)


@pytest.mark.parametrize(("name", "method", "level"),
                         MEDIANS[["sample", "method", "conf_level"]].values)
def test_medians_are_those_of_r(name, method, level):
    expected = MEDIANS.query("sample == @name and method == @method and conf_level == @level")
    got = estimate_medians(sample(name), methods=[method], conf_level=level)
    np.testing.assert_allclose(got[LIMITS], expected[LIMITS], rtol=0, atol=1e-8)


@pytest.mark.parametrize(("name", "method", "level"),
                         RATES[["sample", "method", "conf_level"]].drop_duplicates().values)
def test_rates_are_those_of_r(name, method, level):
    expected = RATES.query("sample == @name and method == @method and conf_level == @level")
    got = estimate_rates(sample(name), expected["time"], method=method, conf_level=level)
    np.testing.assert_allclose(got[LIMITS], expected[LIMITS], rtol=0, atol=1e-8)
    assert got["n_risk"].tolist() == expected["n_risk"].tolist()


def test_normal_limits_are_median_plus_and_minus_z_se():
    # ten events at 1..10: S falls by 0.1, median 5, S(4)=0.6 is the last at 0.55 or above,
    # S(6)=0.4 the first at 0.45 or below: f = 0.2/2; V = 0.5·0.5/10
    rows = endpoints(range(1, 11), [True] * 10)
    row = estimate_medians(rows, methods=["normal"]).iloc[0]
    half = 1.959963984540054 * np.sqrt(0.025) / 0.1
    assert row["estimate"] == 5
    assert row["conf_low"] == pytest.approx(5 - half)
    assert row["conf_high"] == pytest.approx(5 + half)


def test_median_not_reached_keeps_the_limit_that_exists():
    rows = endpoints([*range(1, 11)], [True] * 4 + [False] * 6)
    row = estimate_medians(rows, methods=["log-log"]).iloc[0]
    assert np.isnan(row["estimate"])
    assert row["conf_low"] == 1  # 0.9 ** exp(1.96 · 0.105 / 0.105) = 0.47 is below one half
    assert np.isnan(row["conf_high"])
    assert row["reason"] == "median not reached"


@pytest.mark.parametrize(("time", "event", "reason"), [
    ([1, 2, 3], [False] * 3, "no event"),
    ([5], [False], "no event"),
    ([5], [True], "limit not reached"),
    ([4, 4, 4], [True] * 3, "limit not reached"),
    ([0, 0], [True, True], "limit not reached"),
    ([0], [False], "no event"),
])
@pytest.mark.parametrize("method", ["log-log", "log", "plain", "normal"])
def test_an_edge_gives_its_reason(time, event, reason, method):
    rows = endpoints(time, event)
    assert estimate_medians(rows, methods=[method])["reason"].tolist() == [reason]
    curve = estimate_curve(rows, method=method if method != "normal" else "log")
    assert curve["estimate"].between(0, 1).all()


def test_no_patients_give_no_rows():
    rows = endpoints([], [])
    assert estimate_medians(rows).empty
    assert estimate_curve(rows).empty
    assert estimate_rates(rows, [12]).empty
    assert estimate_followup(rows).empty


def test_groups_come_after_the_whole_in_their_declared_order():
    rows = endpoints([1, 2, 3, 4], [True] * 4)
    arm = pd.Categorical(["b", "b", "a", None], categories=["b", "a", "c"], ordered=True)
    covariates = pd.DataFrame({"patient_id": rows["patient_id"], "arm": arm})
    medians = estimate_medians(rows, covariates, "arm", methods=["log"])
    assert medians[["group", "level", "n"]].values.tolist() == [
        ["all", "all", 4], ["arm", "b", 2], ["arm", "a", 1]]


def test_at_risk_is_counted_at_the_start():
    rows = endpoints([1, 2, 2, 3], [True, True, False, False])
    counted = count_at_risk(rows, [0, 1, 2, 3, 4])
    assert counted["n_risk"].tolist() == [4, 4, 3, 1, 0]
    assert counted["n_event"].tolist() == [0, 0, 1, 2, 2]


def test_rates_beyond_the_last_follow_up_are_unknown():
    rows = estimate_rates(endpoints([1, 2, 3], [True, True, False]), [3, 3.1])
    assert rows["reason"].tolist() == ["", "beyond the last follow-up"]
    assert rows["estimate"].isna().tolist() == [False, True]
    dead = estimate_rates(endpoints([1, 2], [True, True]), [12])
    assert dead["estimate"].tolist() == [0.0]


def test_many_patients():
    rng = np.random.default_rng(1)
    time = rng.exponential(12, 100_000).round(2)
    rows = endpoints(time, rng.random(100_000) < 0.7)
    row = estimate_medians(rows, methods=["log-log"]).iloc[0]
    assert row["estimate"] == pytest.approx(12 * np.log(2) / 0.7, rel=0.02)


def test_the_samples_of_r_are_those_inside_lifelines():
    own, theirs = frozen("sample_lung"), load_lung()
    assert own["time"].tolist() == theirs["time"].tolist()
    assert own["event"].tolist() == theirs["status"].astype(bool).tolist()


def test_a_wrong_method_is_named():
    with pytest.raises(ValueError, match="logit"):
        estimate_curve(endpoints([1], [True]), method="logit")
