"""Efficacy: denominators with NE, the PFS ratio with a censored PFS2, the case, the pictures."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from cohorts import COHORTS, build, times
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import case, efficacy, ratio, response_flow, swimmer
from analysis.endpoints import derive_endpoints
from analysis.schema import RESPONSES

DAY = pd.Timestamp("2020-01-01")


def row(result, **keys):
    """Return the one row of a result."""
    found = result[np.logical_and.reduce([result[k] == v for k, v in keys.items()])]
    assert len(found) == 1
    return found.iloc[0]


def test_not_evaluable_stays_in_the_denominator():
    patients = build([(None, None, r) for r in ["CR", "PR", "SD", "PD", "NE", None]])
    result = efficacy.estimate_response(patients)
    assert set(result["assessment"]) == {"after_rt"} and result["total"].eq(6).all()
    assert {c: row(result, category=c)["n"] for c in ("NE", "ORR", "DCR")} == {
        "NE": 2, "ORR": 2, "DCR": 3}
    assert result["missing"].eq(1).all()


def test_exact_limits_of_a_rate():
    """3 of 10: Clopper and Pearson's limits are 6.7 % and 65.2 %."""
    patients = build([(None, None, "PR")] * 3 + [(None, None, "PD")] * 7)
    orr = row(efficacy.estimate_response(patients), category="ORR")
    assert [orr["conf_low"], orr["conf_high"]] == pytest.approx([6.674, 65.245], abs=0.001)
    assert orr["method"] == "Clopper–Pearson"


@settings(max_examples=40, deadline=None)
@given(COHORTS)
def test_rates_of_any_cohort(rows):
    result = efficacy.estimate_response(build(rows))
    for _, here in result.groupby("assessment"):
        n = here.set_index("category")["n"]
        assert n[list(RESPONSES)].sum() == len(rows) and n["ORR"] <= n["DCR"]
        assert (here["conf_low"] <= here["percent"] + 1e-9).all()
        assert (here["percent"] <= here["conf_high"] + 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(COHORTS)
def test_doubling_every_patient_leaves_the_shares(rows):
    once, twice = (efficacy.estimate_control(build(r)) for r in (rows, [*rows, *rows]))
    assert twice["percent"].tolist() == pytest.approx(once["percent"].tolist())


def test_groups_occur_and_progressed_ones_go_together():
    patients = build([("SD", "PEL", "PR"), ("SD", "NL", "PD"), ("PD", None, None)])
    assert [(g, level, int(mask.sum())) for g, level, mask in efficacy.derive_groups(patients)] == [
        ("all", "all", 3), ("disease_status", "PEL", 1), ("disease_status", "NL", 1),
        ("disease_status", "PEL or NL", 2), ("response_rt", "PR", 1), ("response_rt", "PD", 1)]


def test_paired_change_by_hand():
    """Three gain a response, none loses it: McNemar's exact P is 0.25."""
    patients = build([("SD", None, "PR")] * 3 + [("PR", None, "PR")])
    change = row(efficacy.compare_response(patients), outcome="ORR")
    assert change[["n_gained", "n_lost", "n"]].tolist() == [3, 0, 4]
    assert change["p_value"] == 0.25 and change["difference"] == 75
    assert change["conf_low"] < 75 and change["conf_high"] <= 100


def test_paired_change_takes_not_evaluable_as_no_response_and_leaves_out_the_unrecorded():
    patients = build([("PR", None, "NE"), ("SD", None, None), ("SD", None, "PR")])
    change = row(efficacy.compare_response(patients), outcome="ORR")
    assert change[["n_gained", "n_lost", "n", "n_missing"]].tolist() == [1, 1, 2, 1]
    category = row(efficacy.compare_response(patients), outcome="category")
    assert category[["n", "n_missing"]].tolist() == [1, 2]


def test_control_by_hand():
    patients = build([("SD", "RL", "PR"), ("SD", "RL", "PD"), ("SD", "PEL", "SD"),
                      ("SD", "PEL", None)])
    patients["disease_free"] = pd.array([True, False, True, None], dtype="boolean")
    patients["downstaging_surgery"] = pd.array([True, True, False, False], dtype="boolean")
    patients["prior_local_treatment"] = pd.array([True, True, False, True], dtype="boolean")
    control = efficacy.estimate_control(patients).set_index(["level", "measure"])
    assert control["n"].to_dict() == {
        ("all", "disease_control"): 2, ("all", "disease_free"): 2,
        ("all", "downstaging_surgery"): 2, ("all", "disease_free_after_surgery"): 1,
        ("all", "disease_control_after_local_treatment"): 1,
        ("RL", "disease_control"): 1, ("RL", "disease_free"): 1, ("RL", "downstaging_surgery"): 2,
        ("RL", "disease_free_after_surgery"): 1, ("RL", "disease_control_after_local_treatment"): 1,
        ("PEL", "disease_control"): 1, ("PEL", "disease_free"): 1,
        ("PEL", "downstaging_surgery"): 0, ("PEL", "disease_free_after_surgery"): 0,
        ("PEL", "disease_control_after_local_treatment"): 0}
    assert control.loc[("PEL", "disease_control"), ["total", "missing"]].tolist() == [2, 1]


@pytest.mark.parametrize("given_times, value, standing", [
    ((4, True, 5.2, True), 1.3, "reached"),          # on the cut
    ((4, True, 5.1, True), 1.275, "below"),
    ((4, True, 5.1, False), 1.275, "open"),          # PFS2 may still grow past the cut
    ((4, True, 8.0, False), 2.0, "reached"),         # and can only grow
    ((4, False, 8.0, True), 2.0, "open"),            # a longer PFS1 would lower it
    ((4, False, 5.1, True), 1.275, "below"),
    ((4, False, 5.1, False), 1.275, "open"),
    ((0, True, 5.0, True), np.nan, "open"),
    ((4, True, None, None), np.nan, "open"),
    ((None, None, 4, True), np.nan, "open"),
])
def test_ratio_and_its_standing(given_times, value, standing):
    patients, endpoints = times(given_times, (1.0, True, 1.0, True))
    found = ratio.derive_pfs_ratio(patients, endpoints).iloc[0]
    assert found["ratio"] == pytest.approx(value, nan_ok=True)
    assert found["standing"] == standing
    assert (found["reason"] != "") == np.isnan(value)


def test_a_ratio_of_days_that_lies_on_the_cut_reaches_it():
    patients = pd.DataFrame({
        "patient_id": ["p"], "ici_start": [DAY], "ici_progression": [DAY + pd.Timedelta(days=110)],
        "rt_start": [DAY + pd.Timedelta(days=120)], "death": [pd.NaT],
        "progression": [DAY + pd.Timedelta(days=120 + 143)], "last_followup": [pd.NaT]})
    found = ratio.derive_pfs_ratio(patients, derive_endpoints(patients))
    assert ratio.estimate_ratio(found, patients).loc[0, "n"] == 1


def test_censored_pfs2_counts_as_observed_and_is_told():
    patients, endpoints = times((4, True, 8, True), (4, True, 5, False), (4, True, 2, True),
                                (4, True, None, None))
    ratios = ratio.derive_pfs_ratio(patients, endpoints)
    found = ratio.estimate_ratio(ratios, patients).iloc[0]
    assert found[["n", "total", "n_open", "missing"]].tolist() == [1, 4, 2, 1]
    assert found["method"] == "observed times, exact"
    censored = ratio.estimate_ratio_censored(ratios, patients).iloc[0]
    # ratios 0.5 (event), 1.25 (censored), 2: two thirds are beyond 0.5, and nobody leaves till 1.3
    assert censored["percent"] == pytest.approx(200 / 3) and censored["n"] == 3


@settings(max_examples=15)
@given(st.lists(st.tuples(st.floats(0.1, 30), st.just(True), st.floats(0.1, 30), st.just(True)),
                min_size=1, max_size=20))
def test_without_censoring_both_estimates_agree(rows):
    patients, endpoints = times(*rows)
    ratios = ratio.derive_pfs_ratio(patients, endpoints)
    counted = ratio.estimate_ratio(ratios, patients)["percent"].tolist()
    assert ratio.estimate_ratio_censored(ratios, patients)["percent"].tolist() == pytest.approx(
        counted)


@settings(max_examples=40, deadline=None)
@given(COHORTS)
def test_patients_are_conserved_in_the_flow(rows):
    patients = build(rows)
    _, endpoints = times(*[(4.0, True, 3.0 + i, i % 2 == 0) for i in range(len(rows))])
    ratios = ratio.derive_pfs_ratio(patients, endpoints)
    flow = response_flow.count_response_flow(patients, ratios)
    for _, passage in flow.groupby("stage_from"):
        assert passage["n"].sum() == len(rows)


CASE = pd.DataFrame({
    "patient_id": ["x"], "age_years": [50.0], "surgery": [DAY + pd.Timedelta(days=100)],
    "progression": [pd.NaT], "infield_progression": [pd.NaT], "death": [pd.NaT],
    "last_followup": [DAY + pd.Timedelta(days=100 + 487)]})


@pytest.mark.parametrize("change, months, event", [
    ({}, 16.0, False),
    ({"progression": DAY + pd.Timedelta(days=50)}, 16.0, False),  # what led to surgery
    ({"infield_progression": DAY + pd.Timedelta(days=100 + 243)}, 243 / 30.4375, True),
    ({"death": DAY + pd.Timedelta(days=100 + 487)}, 16.0, True)])
def test_disease_free_survival_of_the_case(change, months, event):
    told = case.derive_case(CASE.assign(**change), "x").set_index("attribute")["value"]
    assert told["dfs_mo"] == pytest.approx(months) and told["dfs_event"] == event


@pytest.mark.parametrize("name", [None, "nobody"])
def test_nobody_is_told_where_nobody_is_named(name):
    assert case.derive_case(CASE, name).empty


def test_a_case_without_surgery_has_no_disease_free_survival():
    told = case.derive_case(CASE.drop(columns="surgery"), "x")
    assert told["attribute"].tolist() == ["age_years"]


def swim(**dates):
    """Return (bars, marks) of one patient with dates given as days from the start."""
    patients = pd.DataFrame({"patient_id": ["x"], "rt_start": [DAY], "response_rt": ["PR"],
                             **{k: [DAY + pd.Timedelta(days=v)] for k, v in dates.items()}})
    for column in ("death", "progression", "infield_progression", "outfield_progression"):
        patients[column] = pd.to_datetime(patients.get(column))
    endpoints = derive_endpoints(patients)
    bars = swimmer.derive_swimmer(patients, endpoints)
    return bars, swimmer.derive_marks(bars, patients, endpoints)


@pytest.mark.parametrize("dates, expected", [
    ({}, {"alive"}),
    ({"death": 900}, {"death"}),
    ({"progression": 90}, {"progression", "alive"}),
    ({"progression": 90, "infield_progression": 90}, {"infield", "alive"}),
    ({"progression": 90, "outfield_progression": 90, "infield_progression": 200},
     {"infield", "outfield", "alive"}),
    ({"surgery": 60}, {"surgery", "alive"})])
def test_marks_of_a_swimmer(dates, expected):
    _, marks = swim(**{"last_followup": 900, **dates})
    assert set(marks["mark"]) == expected and len(marks) == len(expected)


@settings(max_examples=4, deadline=None)
@given(COHORTS)
def test_pictures_of_any_cohort(rows):
    patients = build(rows)
    _, endpoints = times(*[(4.0, True, 3.0 + i, i % 2 == 0) for i in range(len(rows))])
    survival = endpoints[endpoints["endpoint"] == "PFS"].assign(endpoint="OS")
    endpoints = pd.concat([endpoints, survival], ignore_index=True)
    ratios = ratio.derive_pfs_ratio(patients, endpoints)
    bars = swimmer.derive_swimmer(patients, endpoints)
    figure, axes = plt.subplots(1, 3)
    flow = response_flow.count_response_flow(patients, ratios)
    if len(flow):
        response_flow.plot_response_flow(flow, axes[0], {})
    ratio.plot_ratio(ratios, axes[1], patients)
    swimmer.plot_swimmer(bars, axes[2], swimmer.derive_marks(bars, patients, endpoints))
    words = " ".join(t.get_text() for ax in axes for t in ax.texts + ax.get_yticklabels())
    assert len(bars) == len(rows) and "p0" not in words
    plt.close(figure)


def test_a_study_without_any_of_it_gives_empty_results():
    patients = pd.DataFrame({"patient_id": ["a"]})
    endpoints = derive_endpoints(patients)
    ratios = ratio.derive_pfs_ratio(patients, endpoints)
    bars = swimmer.derive_swimmer(patients, endpoints)
    for result in (efficacy.estimate_response(patients), efficacy.compare_response(patients),
                   efficacy.estimate_control(patients), ratios, bars,
                   swimmer.derive_marks(bars, patients, endpoints),
                   ratio.estimate_ratio(ratios, patients),
                   ratio.estimate_ratio_censored(ratios, patients),
                   response_flow.count_response_flow(patients, ratios)):
        assert result.empty
