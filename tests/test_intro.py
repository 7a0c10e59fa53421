import pandas as pd
import pytest

from analysis import overview
from analysis.display import plain
from analysis.prose import intro
from analysis.study import read_study

RESPONSE = pd.DataFrame({"assessment": "after_rt", "category": ["ORR", "DCR"], "n": [1, 2],
                         "total": 3, "percent": [33.3, 66.7], "conf_low": [0.8, 9.4],
                         "conf_high": [90.6, 99.2], "conf_level": 0.95})
MEDIANS = pd.DataFrame({"endpoint": ["PFS", "OS"], "group": "all", "method": "log-log",
                        "estimate": [7.4, None], "conf_low": [3.1, 6.0],
                        "conf_high": [11.7, None], "conf_level": 0.95})
RATIO = pd.DataFrame({"group": ["all"], "n": [2], "total": [3], "percent": [66.7],
                      "conf_low": [9.4], "conf_high": [99.2], "conf_level": [0.95]})
PATIENTS = pd.DataFrame({"window": "all", "band": ["any", "3-4"], "n": [2, 0], "total": 3,
                         "percent": [66.7, 0.0]})
EVENTS = pd.DataFrame({"term": ["Rash", "Fever"], "window": "all", "band": "any", "n": [1, 2],
                       "total": 3, "percent": [33.3, 66.7]})
GRADES = pd.DataFrame({"visit": ["baseline", "baseline", "month_3"], "grade": [1, 2, 1],
                       "n": [2, 1, 0], "total": [3, 3, 2], "percent": [66.7, 33.3, 0.0]})
TESTS = pd.DataFrame({"test": ["Friedman"], "p_value": [0.0004]})
RESULTS = {("efficacy", "response"): RESPONSE, ("survival", "medians"): MEDIANS,
           ("efficacy", "ratio"): RATIO, ("safety", "patients"): PATIENTS,
           ("safety", "adverse_events"): EVENTS, ("albi", "grades"): GRADES,
           ("albi", "tests"): TESTS}


@pytest.fixture
def study(tiny_study):
    return read_study(tiny_study)


def test_the_answers_quote_the_saved_results(study):
    said = [plain(sentence) for sentence in intro.answers(study, RESULTS)]
    assert len(said) == 5
    assert "shrank or vanished in 1 of 3 (33.3%, 95% CI 0.8–90.6%)" in said[0]
    assert "under control in 2 of 3 (66.7%" in said[0]
    assert "Median progression-free survival was 7.4 months (95% CI 3.1–11.7)" in said[1]
    assert "median overall survival was not reached (95% CI 6.0–NR)" in said[1]
    assert "In 2 of 3 (66.7%, 95% CI 9.4–99.2%)" in said[2]
    assert "2 of 3 (66.7%) had an adverse event; the worst was of grade 3–4 in 0 of 3" in said[3]
    assert "the commonest event of any grade was fever (66.7%)" in said[3]
    assert "at baseline in 2 of 3 (66.7%) and after three months in 0 of 2 (0.0%)" in said[4]
    assert "P < 0.001" in said[4]


def test_nobody_with_an_event_is_one_plain_sentence(study):
    none = {("safety", "patients"): PATIENTS.assign(n=0, percent=0.0),
            ("safety", "adverse_events"): EVENTS.head(0)}
    assert intro.answers(study, none) == [
        "**Safety.** No adverse event is recorded for 3 patients."]


@pytest.mark.parametrize("left_out", RESULTS)
def test_an_absent_result_leaves_the_other_answers(study, left_out):
    results = {address: frame for address, frame in RESULTS.items() if address != left_out}
    said = intro.answers(study, results)
    assert 4 <= len(said) <= 5
    assert all(sentence.rstrip().endswith(".") for sentence in said)


def test_without_results_the_front_page_says_so(study):
    assert intro.answers(study, {}) == ["No chapter of this book has saved a result that answers "
                                        "it yet."]


def test_only_a_synthetic_study_has_patients_who_do_not_exist(study, minimal_study):
    assert "do not exist" in intro.describe_status(study)
    assert intro.describe_status(read_study(minimal_study)) == ""


def test_the_figure_shows_the_endpoints_that_exist(study, minimal_study):
    assert set(overview.estimate_overview(study.endpoints)["level"]) == {"PFS", "OS"}
    curves = overview.estimate_overview(read_study(minimal_study).endpoints)
    assert set(curves["level"]) == {"OS"}
    assert "overall survival" in intro.overview_caption(curves)
    assert "OS ends at" in intro.overview_alt({})(curves)
    assert overview.estimate_overview(study.endpoints.iloc[:0]).empty


@pytest.mark.parametrize(("n", "said"), [(0, False), (2, True)])
def test_a_fatal_event_is_told(n, said):
    rows = pd.DataFrame({"window": "all", "band": ["any", "3-4", "5"], "n": [6, 3, n], "total": 10,
                         "percent": [60.0, 30.0, 10.0 * n]})
    terms = pd.DataFrame({"term": ["Rash"], "window": "all", "band": "any", "n": [6],
                          "percent": [60.0]})
    results = {("safety", "patients"): rows, ("safety", "adverse_events"): terms}
    assert ("grade 5, fatal, in" in intro.answer_safety(None, results)) is said
