"""The sentences on efficacy: readable for any cohort, and about this one."""

import pandas as pd
from cohorts import COHORTS, build, times
from hypothesis import given, settings

from analysis import case, display, efficacy, ratio, response_flow, swimmer
from analysis.endpoints import derive_endpoints
from analysis.prose import case as story
from analysis.prose import efficacy as prose
from analysis.prose import efficacy_shown as shown
from analysis.prose import quoted
from analysis.settings import Settings

DAY = pd.Timestamp("2020-01-01")
CASE = pd.DataFrame({
    "patient_id": ["x"], "age_years": [50.0], "surgery": [DAY + pd.Timedelta(days=100)],
    "progression": [pd.NaT], "infield_progression": [pd.NaT], "death": [pd.NaT],
    "last_followup": [DAY + pd.Timedelta(days=100 + 487)]})
STUDY = Settings(title="A study", disease="a *rare* tumour", treatment="SABR", treatment_short="S",
                 prior_treatment="tablets", prior_treatment_short="T", labels={"RL": "left | over"})


def write_all(patients, endpoints):
    """Return every sentence, caption, alternative text and cell that the chapter can print."""
    response = efficacy.estimate_response(patients)
    change = efficacy.compare_response(patients)
    ratios = ratio.derive_pfs_ratio(patients, endpoints)
    benefit = ratio.estimate_ratio(ratios, patients)
    censored = ratio.estimate_ratio_censored(ratios, patients)
    control = efficacy.estimate_control(patients)
    flow = response_flow.count_response_flow(patients, ratios)
    bars = swimmer.derive_swimmer(patients, endpoints)
    marks = swimmer.derive_marks(bars, patients, endpoints)
    tables = [shown.response_table(STUDY, response), shown.change_table(change),
              shown.ratio_table(STUDY, benefit, censored), shown.control_table(STUDY, control)]
    told = case.derive_case(patients, "p0")
    return [*prose.takeaways(STUDY, response, change, benefit, 1.3),
            prose.describe_not_evaluable(STUDY, response), prose.describe_shift(change),
            prose.describe_open(benefit), prose.describe_censored(censored),
            prose.describe_control(STUDY, control), prose.describe_unknown(control),
            shown.flow_caption(STUDY, flow), shown.flow_alt(flow), shown.swimmer_caption(bars),
            shown.swimmer_alt(bars, marks) if len(bars) else "",
            shown.ratio_plot_caption(STUDY, patients, 1.3), shown.ratio_alt(ratios, 1.3),
            *story.tell_case(STUDY, told),
            *(display.table(t) for t in tables if len(t))]


def assert_readable(sentences):
    """Assert that no sentence shows a missing value or a wrong plural."""
    text = "\n".join(display.plain(s) for s in sentences)
    for wrong in ("nan", "None", "<NA>", " 1 patients", "p0", "  ", ".."):
        assert wrong not in text, f"{wrong!r} in {text}"
    return text


@settings(max_examples=10, deadline=None)
@given(COHORTS)
def test_sentences_of_any_cohort(rows):
    _, endpoints = times(*[(4.0, i % 5 > 0, 3.0 + i, i % 2 == 0) for i in range(len(rows))])
    assert_readable(write_all(build(rows), endpoints))


def test_sentences_of_a_cohort_with_nothing():
    patients = pd.DataFrame({"patient_id": ["a"]})
    text = assert_readable(write_all(patients, derive_endpoints(patients)))
    assert "No response is on record." in text and "names no case" in text


def test_sentences_name_the_study_and_not_another():
    _, endpoints = times(*[(4.0, True, 8.0, True)] * 3)
    text = assert_readable(write_all(build([("SD", "RL", "PR")] * 3), endpoints))
    assert "After SABR, an objective response is recorded in 3 of 3 (100.0%" in text
    assert "left | over (RL)" in text and "radiotherapy" not in text.lower()


def test_open_verdicts_that_count_as_reached_are_told():
    patients, endpoints = times((4, False, 8, True), (4, True, 5, False), (4, True, 8, True))
    benefit = ratio.estimate_ratio(ratio.derive_pfs_ratio(patients, endpoints), patients)
    assert benefit.loc[0, ["n", "n_open", "n_open_reached"]].tolist() == [2, 2, 1]
    said = display.plain(prose.describe_open(benefit))
    assert "open for 2 patients" in said and "takes 1 of them as reached" in said


def test_the_case_is_told_from_what_is_recorded():
    row = CASE.assign(sex="male", ici_cycles_before_rt=3.0, response_ici="SD", response_rt="PR",
                      lesion_count=4.0, irradiated_lesion_count=1.0, disease_status="RL")
    said = display.plain(" ".join(story.tell_case(STUDY, case.derive_case(row, "x"))))
    assert said == (
        "The patient is a man aged 50 with a *rare* tumour. The best response after 3 cycles of "
        "tablets was stable disease, and the disease status before SABR was left | over (RL). Of 4 "
        "lesions, 1 was irradiated. After SABR, the best response was partial response. Surgery "
        "followed, and the patient was still free of disease at the last follow-up 16.0 months "
        "later.")


def test_quoted_forms():
    share = efficacy.estimate_response(build([(None, None, "PR")] * 3)).query("category == 'ORR'")
    assert display.plain(quoted.quote_share(share, category="ORR")) == (
        "3 of 3 (100.0%; 95% CI 29.2–100.0%)")
    assert display.plain(quoted.quote_cell(share, category="ORR")) == "3 (100.0)"
    assert display.plain(quoted.quote_estimate(share, "percent")) == "100.0 (29.2–100.0)"
    assert quoted.quote_count(share, "missing", "patient") == "no patients"
