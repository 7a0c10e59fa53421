"""What must hold for every cohort, tried on cohorts that nobody thought of."""

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.competing import ACTUAL, COMPETING, EVENT, NAIVE, estimate_incidence
from analysis.cox import fit_multivariable, fit_univariable
from analysis.efficacy import estimate_response
from analysis.horizon import estimate_means
from analysis.kaplan_meier import count_at_risk, estimate_curve
from analysis.logrank import compare_logrank
from analysis.paired import compare_categories, compare_visits
from analysis.proportion import estimate_proportion
from analysis.survival import estimate_medians, estimate_rates
from tests.oracle import endpoints

LIMITS = ["estimate", "conf_low", "conf_high"]
calm = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
costly = settings(calm, max_examples=20)
patient = st.tuples(st.integers(0, 40).map(lambda t: t / 2), st.booleans(), st.sampled_from("ab"),
                    st.sampled_from("xyz"))
cohorts = st.lists(patient, min_size=1, max_size=25)


def unpack(rows):
    """Turn drawn patients into endpoints and covariates."""
    time, event, arm, kind = zip(*rows, strict=True)
    long = endpoints(time, event)
    return long, pd.DataFrame({"patient_id": long["patient_id"],
                               "arm": pd.Categorical(arm, ["a", "b"], ordered=True),
                               "kind": pd.Categorical(kind, ["x", "y", "z"], ordered=True)})


def same(first, second, columns):
    np.testing.assert_allclose(first[columns].astype(float), second[columns].astype(float),
                               rtol=1e-6, atol=1e-9)


@calm
@given(cohorts, st.sampled_from(["log-log", "log", "plain"]))
def test_survival_never_rises_and_limits_hold_it(rows, method):
    curve = estimate_curve(unpack(rows)[0], method=method)
    assert (curve["estimate"].diff().dropna() <= 1e-12).all()
    known = curve.dropna(subset=["conf_low", "conf_high"])
    assert (known["conf_low"] <= known["estimate"] + 1e-12).all()
    assert (known["estimate"] <= known["conf_high"] + 1e-12).all()
    assert known[LIMITS].stack().between(0, 1).all()


@costly
@given(cohorts, st.randoms())
def test_order_of_rows_and_names_change_nothing(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    (long, covariates), (moved, renamed) = unpack(rows), unpack(shuffled)
    same(estimate_curve(long), estimate_curve(moved), LIMITS)
    same(estimate_medians(long), estimate_medians(moved), LIMITS)
    same(compare_logrank(long, covariates, "arm"), compare_logrank(moved, renamed, "arm"),
         ["chi2", "p_value", "ratio"])
    alone = fit_univariable(long, covariates)
    again = fit_univariable(moved, renamed)
    assert alone["reason"].tolist() == again["reason"].tolist()
    same(alone, again, ["p_value"])


@calm
@given(cohorts)
def test_doubling_every_patient_leaves_the_curve(rows):
    once, twice = estimate_curve(unpack(rows)[0]), estimate_curve(unpack(rows * 2)[0])
    same(once, twice, ["time_mo", "estimate"])
    medians = [estimate_medians(unpack(r)[0], methods=["log"]) for r in (rows, rows * 2)]
    same(*medians, ["estimate"])


@costly
@given(cohorts, st.sampled_from([0.25, 4.0, 32.0]))
def test_the_unit_of_time_changes_nothing_but_the_unit(rows, factor):
    long, covariates = unpack(rows)
    scaled = long.assign(time_mo=long["time_mo"] * factor)
    first, second = estimate_medians(long), estimate_medians(scaled)
    same(first.assign(**first[LIMITS] * factor), second, LIMITS)
    same(compare_logrank(long, covariates, "arm"), compare_logrank(scaled, covariates, "arm"),
         ["chi2", "ratio"])
    same(fit_univariable(long, covariates), fit_univariable(scaled, covariates), ["p_value"])


@costly
@given(cohorts)
def test_every_model_says_a_number_or_a_reason(rows):
    long, covariates = unpack(rows)
    alone = fit_univariable(long, covariates)
    together = fit_multivariable(long, covariates, alone, entry_p=1.1)
    for result in (alone, together):
        told = result["reason"] != ""
        assert result.loc[told, ["estimate", "p_value"]].isna().all(axis=None)
        known = result[~told]
        assert np.isfinite(known[["estimate", "p_value"]].astype(float)).all(axis=None)
        assert (known["conf_low"] <= known["estimate"]).all()
        assert (known["estimate"] <= known["conf_high"]).all()
        assert known["p_value"].between(0, 1).all()


@costly
@given(cohorts)
def test_the_reference_turns_a_ratio_over(rows):
    long, covariates = unpack(rows)
    turned = covariates.assign(arm=pd.Categorical(covariates["arm"], ["b", "a"], ordered=True))
    first = fit_univariable(long, covariates[["patient_id", "arm"]])
    second = fit_univariable(long, turned[["patient_id", "arm"]])
    np.testing.assert_allclose(first["coefficient"], -second["coefficient"], rtol=1e-6, atol=1e-8)


@calm
@given(cohorts)
def test_patients_at_risk_only_leave_and_everybody_is_counted(rows):
    long, _ = unpack(rows)
    counted = count_at_risk(long, [0, 3, 6, 9, 12])
    assert counted["n_risk"].iloc[0] == len(rows)
    assert (counted["n_risk"].diff().dropna() <= 0).all()
    curve = estimate_curve(long)
    assert curve["n_event"].sum() + curve["n_censored"].sum() == len(rows)


@calm
@given(cohorts, st.integers(1, 20))
def test_restricted_means_lie_between_nothing_and_the_horizon(rows, horizon):
    row = estimate_means(unpack(rows)[0], horizon).iloc[0]
    assert row["reason"] or 0 <= row["estimate"] <= horizon + 1e-9


@calm
@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["event", "death", ""])),
                min_size=1, max_size=25))
def test_incidences_add_up_to_no_more_than_everybody(rows):
    time, cause = zip(*rows, strict=True)
    found = estimate_incidence(endpoints(time, [True] * len(time)).assign(event=list(cause)))
    parts = {(m, c): found[(found["method"] == m) & (found["cause"] == c)]["estimate"].to_numpy()
             for m, c in ((ACTUAL, EVENT), (ACTUAL, COMPETING), (NAIVE, EVENT))}
    assert (parts[ACTUAL, EVENT] + parts[ACTUAL, COMPETING] <= 1 + 1e-9).all()
    assert (parts[NAIVE, EVENT] >= parts[ACTUAL, EVENT] - 1e-9).all()
    assert (np.diff(parts[ACTUAL, EVENT]) >= -1e-12).all()


@calm
@given(cohorts, st.lists(st.integers(0, 25), min_size=1, max_size=4))
def test_a_rate_is_the_curve_at_its_time(rows, times):
    long, _ = unpack(rows)
    curve = estimate_curve(long)
    for row in estimate_rates(long, times).itertuples():
        at = curve[curve["time_mo"] <= row.time_mo]["estimate"].iloc[-1]
        assert row.reason or row.estimate == at


@calm
@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from(["Clopper–Pearson", "Wilson"]))
def test_limits_of_a_proportion_hold_it(n, more, method):
    row = estimate_proportion(n, n + more, method).iloc[0]
    assert row["reason"] or row["conf_low"] - 1e-9 <= row["percent"] <= row["conf_high"] + 1e-9


@calm
@given(st.lists(st.tuples(*[st.sampled_from(["CR", "PR", "SD", "PD", "NE", None])] * 2),
                min_size=1, max_size=20))
def test_objective_response_is_part_of_disease_control(rows):
    before, after = zip(*rows, strict=True)
    patients = pd.DataFrame({"patient_id": [f"P{i}" for i in range(len(rows))],
                             "response_ici": pd.Series(before, dtype=object),
                             "response_rt": pd.Series(after, dtype=object)})
    found = estimate_response(patients)
    for name, part in found.groupby("assessment"):
        n = part.set_index("category")["n"]
        assert n["ORR"] == n["CR"] + n["PR"] <= n["DCR"]
        recorded = patients[{"before_rt": "response_ici", "after_rt": "response_rt"}[name]]
        if recorded.notna().any():
            assert n[["CR", "PR", "SD", "PD", "NE"]].sum() == len(rows)


@calm
@given(st.lists(st.lists(st.integers(1, 3), min_size=3, max_size=3), min_size=1, max_size=15))
def test_relabelled_patients_and_turned_time_keep_friedman(rows):
    wide = pd.DataFrame(rows)
    first, second = compare_visits(wide), compare_visits(wide.iloc[::-1, ::-1])
    same(first, second, ["statistic", "p_value"])
    forth = compare_categories(wide[0], wide[2])
    back = compare_categories(wide[2], wide[0])
    same(forth, back, ["statistic", "p_value"])
