"""Competing risks: against R, by hand, and at the edges."""

import numpy as np
import pandas as pd
import pytest

from analysis.competing import (
    ACTUAL,
    COMPETING,
    EVENT,
    NAIVE,
    derive_competing,
    estimate_incidence,
    read_incidence,
)
from tests.oracle import frozen

ORACLE = frozen("incidence")


def competing(time, cause, endpoint="IFPFS"):
    return pd.DataFrame({"patient_id": [f"P{i}" for i in range(len(time))], "endpoint": endpoint,
                         "time_mo": pd.Series(list(time), dtype=float),
                         "event": pd.Series(list(cause), dtype=object).fillna("")})


def pick(result, method, cause):
    return result[(result["method"] == method) & (result["cause"] == cause)]


@pytest.mark.parametrize("name", ["mgus", "competing"])
@pytest.mark.parametrize("cause", [EVENT, COMPETING])
def test_incidence_is_that_of_r(name, cause):
    data = frozen(f"sample_{name}")
    expected = ORACLE.query("sample == @name and cause == @cause")
    got = pick(estimate_incidence(competing(data["time"], data["cause"])), ACTUAL, cause).iloc[1:]
    assert got["time_mo"].tolist() == expected["time"].tolist()
    np.testing.assert_allclose(got["estimate"], expected["estimate"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(got["estimate"], expected["cmprsk"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(got["std_error"] ** 2, expected["variance"], rtol=0, atol=1e-8)


def test_naive_is_never_below_actual_and_causes_add_up():
    data = frozen("sample_mgus")
    found = estimate_incidence(competing(data["time"], data["cause"]))
    actual, naive = pick(found, ACTUAL, EVENT), pick(found, NAIVE, EVENT)
    assert (naive["estimate"].to_numpy() >= actual["estimate"].to_numpy() - 1e-12).all()
    total = actual["estimate"].to_numpy() + pick(found, ACTUAL, COMPETING)["estimate"].to_numpy()
    assert (total <= 1 + 1e-12).all()


def test_without_death_the_two_are_the_same():
    found = estimate_incidence(competing([1, 2, 3, 4], ["event", "", "event", ""]))
    np.testing.assert_allclose(pick(found, ACTUAL, EVENT)["estimate"],
                               pick(found, NAIVE, EVENT)["estimate"], atol=1e-12)


@pytest.mark.parametrize(("time", "cause"), [
    ([5], [""]), ([5], ["event"]), ([5], ["death"]), ([3, 3, 3], ["event", "death", ""]),
    ([0, 0], ["event", ""]), ([1, 2], ["death", "death"])])
def test_edges_stay_between_zero_and_one(time, cause):
    found = estimate_incidence(competing(time, cause))
    assert found["estimate"].between(0, 1).all()
    assert (found["std_error"].fillna(0) >= 0).all()


def test_no_patients_give_no_rows():
    assert estimate_incidence(competing([], [])).empty
    assert read_incidence(estimate_incidence(competing([], [])), [12]).empty


def test_times_are_read_at_the_step_and_not_beyond_the_last_follow_up():
    found = estimate_incidence(competing([1, 2, 3, 4], ["event", "death", "event", ""]))
    got = pick(read_incidence(found, [2.5, 5]), ACTUAL, EVENT)
    assert got["estimate"].iloc[0] == pytest.approx(0.25)
    assert got["n_risk"].tolist() == [2, 0]
    assert got["reason"].tolist() == ["", "beyond the last follow-up"]


def test_death_counts_only_when_it_ends_the_observation():
    rows = pd.DataFrame({
        "patient_id": list("abcd") + list("abc"), "endpoint": ["IFPFS"] * 4 + ["OS"] * 3,
        "time_mo": [4.0, 4.0, 4.0, 4.0, 9.0, 4.0, 4.0],
        "event": [False, False, False, False, True, True, False]})
    assert derive_competing(rows)["event"].tolist() == ["", "death", "", ""]
