"""The reconstruction: its statistics against lifelines, a toy paper, and the committed cohort."""

from dataclasses import replace
from math import erfc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("numba")
pytest.importorskip("ortools")

from lifelines import CoxPHFitter
from lifelines.statistics import logrank_test

from reconstruction import cox, kaplan_meier, polish
from reconstruction.columns import betters, find_centre, solve_column
from reconstruction.core import COUNTS
from reconstruction.energy import SIZE
from reconstruction.grade import grade_row
from reconstruction.kaplan_meier import Z
from reconstruction.polish import lack
from reconstruction.scoreboard import judge_number, score_numbers, summarise
from reconstruction.start import draw_state
from reconstruction.targets import FREE, JOINT, read_targets
from reconstruction.temper import run
from reconstruction.verify import MONTH, estimate_median

STUDY = Path(__file__).parents[1] / "data" / "ning2023"
PATIENTS = pd.read_csv(STUDY / "patients.csv", parse_dates=[
    "ici_start", "rt_start", "ici_progression", "progression", "infield_progression",
    "outfield_progression", "surgery", "death", "last_followup"])


def draw_sample(n, seed, width=1):
    """Draw days with ties, flags, 0/1 covariates, and the order by time."""
    draw = np.random.default_rng(seed)
    day = draw.integers(30, 90, n)
    event = (draw.random(n) < 0.7).astype(np.int64)
    x = (draw.random((n, width)) < 0.5).astype(np.int64)
    order = np.arange(n)
    cox.sort_order(order, day, event)
    return day, event, x, order


@pytest.mark.parametrize("seed", range(3))
def test_cox_is_that_of_lifelines(seed):
    day, event, x, order = draw_sample(60, seed, 4)
    frame = pd.DataFrame(x, columns=list("abcd")).assign(day=day, event=event)
    options = {"precision": 1e-10}
    whole = CoxPHFitter().fit(frame, "day", "event", fit_options=options)
    beta, error = cox.fit_model(order, day, event, x)
    assert np.allclose(beta, whole.params_, atol=1e-5)
    assert np.allclose(error, whole.standard_errors_, atol=1e-5)
    alone = CoxPHFitter().fit(frame[["a", "day", "event"]], "day", "event", fit_options=options)
    beta, info = cox.fit_one(order, day, event, np.ascontiguousarray(x[:, 0]), 0.0, 1e-9)
    assert beta == pytest.approx(alone.params_["a"], abs=1e-5)
    assert info**-0.5 == pytest.approx(alone.standard_errors_["a"], abs=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_curves_are_those_of_lifelines(seed):
    day, event, x, order = draw_sample(40, seed)
    group, out = np.ascontiguousarray(x[:, 0]), np.zeros(3)
    kaplan_meier.median_normal(order, day, event, group, -1, out)
    wanted = estimate_median(pd.Series(day / MONTH), pd.Series(event == 1))
    assert np.allclose(out, list(wanted.values()), atol=1e-6, equal_nan=True)
    mine = group == 1
    test = logrank_test(day[mine], day[~mine], event[mine], event[~mine])
    assert kaplan_meier.logrank(order, day, event, group)[0] == pytest.approx(
        test.test_statistic)


def test_a_fit_that_cannot_be_estimated_says_so():
    day, event, _, order = draw_sample(20, 1)
    silent = (event == 0).astype(np.int64)
    assert cox.fit_one(order, day, event, silent, 0.0, 1e-9)[1] == -1


def print_row(beta, info):
    """Print a Cox row as a paper would: windows of HR, limits and P."""
    error = info**-0.5
    values = [(np.exp(beta), 2), (np.exp(beta - 1.96 * error), 2), (np.exp(beta + 1.96 * error), 2),
              (erfc(abs(beta / error) / 2**0.5), 3)]
    return [(round(v, d), 0.5 * 10.0**-d) for v, d in values]


ROW = np.array([[2.00, 0.005], [1.00, 0.005], [4.00, 0.005], [0.050, 0.0005]])


def grade_ratio(ratio, low=1.0):
    """Grade the row of a hazard ratio with a lower limit against `ROW`."""
    beta = np.log(ratio)
    return grade_row(beta, (beta - np.log(low)) / Z, ROW)


def test_a_row_is_graded_by_its_four_numbers():
    assert grade_ratio(2.0) == (4, 4, 4, 0)
    assert grade_ratio(2.01, 1.01) == (1, 3, 3, 0), "upper limit 4.00, P 0.047"
    assert grade_ratio(2.09) == (2, 2, 3, 0)
    assert grade_ratio(2.11)[3] == 1
    assert grade_ratio(2.0, 1.4)[3] == 0, "P is printed as 0.050, so it has no side of 0.05"
    assert grade_ratio(2.0, 0.7)[3] == 1
    assert grade_row(np.nan, np.nan, ROW) == (0, 0, 0, 3)


def test_a_row_printed_as_not_estimable_is_one_number():
    nothing = np.full((4, 2), np.nan)
    assert grade_row(np.nan, np.nan, nothing) == (1, 1, 1, 0)
    assert grade_row(0.5, 0.2, nothing) == (0, 0, 0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_a_row_is_graded_as_the_scoreboard_does(seed):
    draw = np.random.default_rng(seed)
    for _ in range(200):
        beta, error = draw.normal(0, 0.7), draw.uniform(0.2, 0.7)
        values = [*np.exp(beta + np.array([0, -Z, Z]) * error), erfc(abs(beta / error) / 2**0.5)]
        printed = [(f"{v * f:.{d}f}", d, v) for v, f, d in zip(
            values, draw.normal(1, 0.02, 4), (2, 2, 2, 3), strict=True)]
        windows = np.array([(float(text), 0.5 * 10.0**-d) for text, d, _ in printed])
        marks = [judge_number(*number) for number in printed]
        assert grade_row(beta, error, windows)[:3] == tuple(np.sum(marks, axis=0))


def test_columns_that_none_betters_are_kept():
    assert betters((3, 4, 4, 0), (3, 3, 4, 0))
    assert not betters((3, 4, 4, 0), (3, 4, 4, 0))
    assert not betters((4, 4, 4, 0), (3, 5, 5, 0)) and not betters((3, 5, 5, 0), (4, 4, 4, 0))


def test_what_lacks_to_the_bar_is_summed_and_more_than_it_is_no_credit():
    assert lack(93, 134, 175) == lack(186, 186, 186) == 0
    assert lack(100, 130, 173) == 6


@pytest.mark.parametrize(("joint", "wanted"), [
    ((60, 134, 175), 0), ((60, 134, 113), 4), ((90, 134, 103), 9)])
def test_free_columns_are_chosen_for_what_lacks_together(monkeypatch, joint, wanted):
    """Nine columns give 6 exact and 6 near each or, `wanted` of them, 2 exact and 8 near."""
    x = np.zeros(36, np.int64)
    options = {(6, 6, 6, 0): x, (2, 7, 8, 0): x + 1}
    monkeypatch.setattr(polish, "solve_column", lambda *_: options)
    own = dict(zip(("exact", "unit", "near", "wrong"), (*joint, 0), strict=True))
    monkeypatch.setattr(polish, "count_cox", lambda *_: own)
    free = polish.add_free(draw_state(1), read_targets(JOINT + FREE), 1, 1, 1)[3][len(JOINT):]
    assert len(free) == len(FREE) and free[:, 0].sum() == wanted


def test_a_toy_paper_of_twelve_patients_is_solved():
    """Two outcomes of 12 patients and one hidden column: its eight numbers come out again."""
    draw = np.random.default_rng(5)
    day = np.array([draw.permutation(np.arange(40, 52)) * 7, draw.permutation(12) * 11 + 200])
    event = np.ones((2, 12), np.int64)
    event[:, :3] = 0
    order = np.array([np.arange(12)] * 2)
    for o in range(2):
        cox.sort_order(order[o], day[o], event[o])
    state = (day, event, order, np.zeros((9, 12), np.int64))
    hidden = np.array([0, 1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0])
    rows = np.array([print_row(*cox.fit_one(order[o], day[o], event[o], hidden, 0.0, 1e-9))
                     for o in range(2)])
    assert np.isfinite([find_centre(r) for r in rows]).all()

    from reconstruction import columns
    counts = dict(columns.COUNTS, first=(5,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "COUNTS", counts)
        found = solve_column("first", state, rows, 1, tries=10, moves=20_000)
    assert list(found) == [(8, 8, 8, 0)]


def print_own(state):
    """Print the Cox tables of a state, to six decimals: the targets that it meets exactly."""
    day, event, order, column, model, _ = state

    def print_fit(beta, error):
        values = (np.exp(beta), np.exp(beta - Z * error), np.exp(beta + Z * error),
                  erfc(abs(beta / error) / 2**0.5))
        return [(round(float(v), 6), 0.5e-6) for v in values]

    rows, models = np.full((len(column), 2, 4, 2), np.nan), np.full((2, 7, 4, 2), np.nan)
    for o in range(2):
        cox.sort_order(order[o], day[o], event[o])
        for c, x in enumerate(column):
            beta, info = cox.fit_one(order[o], day[o], event[o], x, 0.0, 1e-11)
            if info > 0:
                rows[c, o] = print_fit(beta, info**-0.5)
        fits = cox.fit_model(order[o], day[o], event[o], model[o, :, :SIZE[o]], 1e-11)
        models[o, :SIZE[o]] = [print_fit(*fit) for fit in zip(*fits, strict=True)]
    return replace(read_targets(JOINT), rows=rows, models=models)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_energy_of_a_state_that_prints_the_numbers_is_zero_and_is_kept_track_of(seed):
    state = draw_state(seed)
    targets = print_own(state)
    _, parts = run(state, targets, 1.0, 1.0, 0, 1, tol=1e-9)
    assert parts[0] == 0 and parts[1] == 0
    told, _ = run(state, targets, 500.0, 20.0, 20_000, 1)
    afresh, parts = run(state, targets, 1.0, 1.0, 0, 1)
    assert told == pytest.approx(afresh) and parts[0] > 0
    assert [c.sum() for c in state[3]] == [COUNTS[name][0] for name in JOINT]


def test_dates_hang_together():
    p = PATIENTS
    first = p[["infield_progression", "outfield_progression"]].min(axis=1)
    assert first.equals(p["progression"])
    assert (p["last_followup"] <= "2022-11-20").all()
    assert (p["rt_start"] - p["ici_start"]).dt.days.min() > 42
    assert p["rt_start"].between("2019-06-01", "2022-06-30").all()
    assert (p["death"].dropna() == p.loc[p["death"].notna(), "last_followup"]).all()
    assert (p["progression"].dropna() <= p.loc[p["progression"].notna(), "last_followup"]).all()
    assert (p["ici_progression"] < p["rt_start"]).all()


def test_patients_are_eligible_and_consistent():
    p = PATIENTS
    assert (p["portal_invasion"] | p["extrahepatic_spread"]).all()
    assert (p["disease_free"] | ~p["downstaging_surgery"]).all()
    assert (p.loc[p["disease_free"], "disease_status"] == "RL").all()
    assert p.loc[p["response_rt"] == "PD", "progression"].notna().all()
    laboratory = pd.read_csv(STUDY / "laboratory.csv").query("visit == 'baseline'")
    score = 0.66 * np.log10(laboratory["bilirubin_umol_l"]) - 0.085 * laboratory["albumin_g_l"]
    grade_1 = set(laboratory["patient_id"][score <= -2.60])
    assert not grade_1 & set(p.loc[p["child_pugh_class"] == "B", "patient_id"])


def test_irradiated_sites_are_where_the_disease_is():
    sites = pd.read_csv(STUDY / "radiotherapy.csv").merge(PATIENTS, on="patient_id")
    assert sites.loc[sites["site"] == "PVTT_HVTT", "portal_invasion"].all()
    outside = sites["site"].isin(["bone_soft_tissue", "lymph_node", "other"])
    assert sites.loc[outside, "extrahepatic_spread"].all()
    assert set(PATIENTS["patient_id"]) == set(sites["patient_id"])


def test_adverse_events_come_while_patients_are_seen():
    events = pd.read_csv(STUDY / "adverse_events.csv").merge(PATIENTS, on="patient_id")
    seen = (events["last_followup"] - events["rt_start"]).dt.days
    assert (events["onset_day"] <= seen).all()
    assert (events["onset_day"] >= 0).all()


def test_committed_score_is_the_score_of_the_committed_cohort():
    numbers = score_numbers(STUDY)
    kept = pd.read_csv(STUDY.parents[1] / "reconstruction" / "scoreboard.csv")
    assert numbers["exact"].tolist() == kept["exact"].tolist()
    others = numbers[~numbers["id"].str.match(r"t[45]\.[um]\.")]
    missed = others[~others["exact"] & ~others["contradicted"]]
    assert set(missed["id"]) <= {"tx.fig3c.hr", "tx.fig3c.p", "tx.ecog.lr.pfs", "tx.ecog.lr.os",
                                 "tx.ofpfs.med"}
    assert missed["within_unit"].all()
    assert summarise(numbers)["n"].iloc[-1] == 654


def test_other_cohorts_have_the_same_curves():
    cohorts = pd.read_csv(STUDY / "alternatives" / "cohorts.csv")
    assert cohorts["cohort"].nunique() >= 20
    orders = set()
    for _, cohort in cohorts.groupby("cohort"):
        orders.add(tuple(cohort["os_days"]))
        for time, flag, wanted in (("pfs_days", "pfs_event", (7.4, 3.1, 11.7)),
                                   ("os_days", "os_event", (18.8, 17.1, 20.5))):
            found = estimate_median(cohort[time] / MONTH, cohort[flag] == 1)
            assert tuple(round(v, 1) for v in found.values()) == wanted
        assert (cohort["disease_status"].value_counts()[["RL", "PEL", "NL"]] == [8, 19, 9]).all()
        assert cohort.loc[cohort["ecog"] == 1, "pfs_event"].tolist() == [1] * 7
        assert cohort.loc[cohort["local_treatment"] == 0, "pfs_event"].tolist() == [1] * 5
    assert len(orders) == cohorts["cohort"].nunique()
