"""Radiotherapy: BED by hand, one course per patient, counts with their denominators."""

import re
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import agents, display, schedules, style, treatment
from analysis.prose import treatment as prose

PATIENTS = pd.DataFrame({"patient_id": ["a", "b", "c", "d"]})
ROWS = pd.DataFrame({
    "patient_id": ["a", "a", "b", "c"],
    "site": ["liver", "lymph_node", "PVTT_HVTT", "liver"],
    "technique": ["IMRT", "IMRT", "SBRT", "IMRT"],
    "fractions": [11.0, 11.0, 5.0, np.nan],
    "dose_gy": [27.5, 27.5, 40.0, np.nan],
    "completed": pd.array([False, False, True, True], dtype="boolean"),
})
COURSES = treatment.derive_courses(PATIENTS, ROWS)


def cell(frame, column, **row):
    """Return the one cell of `column` in the row that `row` names."""
    found = frame[np.logical_and.reduce([frame[k] == v for k, v in row.items()])]
    assert len(found) == 1, row
    return found[column].iloc[0]


def schedule(fractions, dose):
    return pd.DataFrame({"fractions": [float(fractions)], "dose_gy": [float(dose)]})


@pytest.mark.parametrize(("fractions", "per_fraction", "bed", "eqd2"), [
    (11, 2.5, 34.375, 28.6458333333), (30, 2, 72.0, 60.0), (5, 8, 72.0, 60.0),
    (10, 5, 75.0, 62.5), (1, 10, 20.0, 16.6666666667),
])
def test_bed_by_hand(fractions, per_fraction, bed, eqd2):
    row = treatment.derive_bed(schedule(fractions, fractions * per_fraction)).iloc[0]
    assert row["bed10_gy"] == pytest.approx(bed)
    assert row["eqd2_gy"] == pytest.approx(eqd2)


def test_alpha_beta_is_used_and_named():
    row = treatment.derive_bed(schedule(10, 30), alpha_beta_gy=3).iloc[0]
    assert row["bed10_gy"] == pytest.approx(60)
    assert row["alpha_beta_gy"] == 3


@pytest.mark.parametrize("wrong", [0, -1, float("nan")])
def test_alpha_beta_must_be_positive(wrong):
    with pytest.raises(ValueError, match="alpha_beta_gy"):
        treatment.derive_bed(schedule(10, 30), wrong)


@settings(deadline=None)
@given(st.integers(1, 60), st.floats(0.5, 120), st.floats(1, 20))
def test_bed_never_below_dose_and_2_gy_is_its_own_equivalent(fractions, dose, alpha_beta):
    row = treatment.derive_bed(schedule(fractions, dose), alpha_beta).iloc[0]
    assert row["bed10_gy"] >= dose
    plain = treatment.derive_bed(schedule(fractions, 2 * fractions), alpha_beta).iloc[0]
    assert plain["eqd2_gy"] == pytest.approx(2 * fractions)


@settings(deadline=None)
@given(st.integers(1, 60), st.floats(0.5, 120), st.floats(1, 20))
def test_isobed_inverts_bed(fractions, dose, alpha_beta):
    bed = treatment.derive_bed(schedule(fractions, dose), alpha_beta)["bed10_gy"].iloc[0]
    assert schedules.derive_isobed(bed, fractions, alpha_beta) == pytest.approx(dose)


def test_a_patient_has_one_course_and_doses_are_not_added():
    assert COURSES["patient_id"].tolist() == ["a", "b", "c", "d"]
    assert COURSES["dose_gy"].tolist()[:2] == [27.5, 40.0]
    assert COURSES["n_course"].tolist()[:2] == [1, 1]
    assert COURSES["dose_gy"].isna().tolist() == [False, False, True, True]


def test_highest_bed_stands_for_a_patient_with_two_courses():
    rows = pd.DataFrame({"patient_id": ["a"] * 3, "technique": ["IMRT", "SBRT", "IMRT"],
                         "fractions": [10.0, 5.0, np.nan], "dose_gy": [30.0, 40.0, np.nan],
                         "completed": pd.array([True, pd.NA, True], dtype="boolean")})
    course = treatment.derive_courses(PATIENTS.head(1), rows).iloc[0]
    assert (course["technique"], course["dose_gy"], course["n_course"]) == ("SBRT", 40.0, 2)
    assert course["completed"] is pd.NA


def test_input_is_left_alone():
    before = ROWS.copy(deep=True)
    treatment.count_treatment(PATIENTS, ROWS, treatment.derive_courses(PATIENTS, ROWS))
    pd.testing.assert_frame_equal(ROWS, before)


def test_summary_counts_patients_and_missing():
    summary = treatment.count_treatment(PATIENTS, ROWS, COURSES)
    assert cell(summary, "n", variable="site", level="liver") == 2
    assert cell(summary, "total", variable="site", level="liver") == 4
    assert cell(summary, "n", variable="liver_target", level="liver and extrahepatic") == 1
    assert cell(summary, "n", variable="liver_target", level="liver only") == 1
    assert cell(summary, "median", variable="dose_gy") == pytest.approx(33.75)
    assert cell(summary, "missing", variable="dose_gy") == 2
    assert cell(summary, "percent", variable="technique", level="IMRT") == 50
    assert cell(summary, "n", variable="completed", level="stopped early") == 1


def test_summary_without_doses_or_sites():
    rows = ROWS[["patient_id", "technique"]]
    summary = treatment.count_treatment(PATIENTS, rows, treatment.derive_courses(PATIENTS, rows))
    assert set(summary["variable"]) == {"technique"}


def test_summary_of_one_patient():
    one, rows = PATIENTS.head(1), ROWS.head(1)
    summary = treatment.count_treatment(one, rows, treatment.derive_courses(one, rows))
    assert cell(summary, "low", variable="bed10_gy") == pytest.approx(34.375)


def test_summary_of_an_empty_table():
    summary = treatment.count_treatment(PATIENTS, ROWS.head(0),
                                        treatment.derive_courses(PATIENTS, ROWS.head(0)))
    assert summary.empty


def test_schedules_sum_to_patients_with_details():
    table = schedules.count_schedules(COURSES)
    assert table["n"].sum() == 2
    assert "patient_id" not in table


def test_agents():
    patients = PATIENTS.assign(ici_agent=["x", "x", "y", None],
                               antiangiogenic_agent=["u", "v", None, None])
    table = agents.count_agents(patients)
    assert cell(table, "n", agent="x") == 2
    assert cell(table, "missing", agent="u") == 2
    assert table["agent"].tolist() == ["x", "y", "u", "v"]
    pairs = agents.count_combinations(patients)
    assert cell(pairs, "percent", ici_agent="x", antiangiogenic_agent="u") == 25
    assert set(pairs["missing"]) == {2}


def test_agents_that_nobody_recorded():
    assert agents.count_agents(PATIENTS).empty
    assert agents.count_combinations(PATIENTS.assign(ici_agent="x")).empty


def test_departures():
    protocol = {"IMRT": {"dose_gy": [30, 70], "fractions": [5, 30]}, "SBRT": {"dose_gy": [24, 40]}}
    patients = PATIENTS.assign(systemic_pause_weeks=[4, np.nan, np.nan, np.nan],
                               ici_switched=pd.array([True, False, False, pd.NA], "boolean"))
    table = agents.count_departures(patients, COURSES, protocol).set_index("departure")
    assert table.loc["stopped_early", ["n", "total", "unknown"]].tolist() == [1, 3, 1]
    assert table.loc["dose_outside", ["n", "total", "unknown"]].tolist() == [1, 2, 2]
    assert table.loc["fractions_outside", ["n", "total", "unknown"]].tolist() == [0, 1, 3]
    assert table.loc["paused", ["n", "total", "median"]].tolist() == [1, 4, 4]
    assert table.loc["switched", ["n", "total", "unknown"]].tolist() == [1, 3, 1]


def test_departures_that_nobody_recorded_have_no_row():
    rows = ROWS.drop(columns="completed")
    assert agents.count_departures(PATIENTS, treatment.derive_courses(PATIENTS, rows)).empty


STUDY = SimpleNamespace(labels={"liver": "liver *lesions*"}, treatment="radiotherapy",
                        prior_treatment_short="ICI", protocol={}, patients=PATIENTS)


def say_all(patients, rows, protocol):
    """Return everything that the chapter says of a cohort, as one plain text."""
    study = SimpleNamespace(**vars(STUDY) | {"patients": patients, "protocol": protocol})
    courses = treatment.derive_courses(patients, rows)
    summary = treatment.count_treatment(patients, rows, courses)
    departures = agents.count_departures(patients, courses, protocol)
    table, each = schedules.count_schedules(courses), agents.count_agents(patients)
    pairs = agents.count_combinations(patients)
    said = [*prose.takeaways(study, summary, departures, 10.0), prose.describe_several(summary),
            prose.describe_missing_dose(summary), prose.describe_schedules(table),
            *prose.describe_agents(study, each), *prose.describe_departures(study, departures),
            prose.describe_protocol(study),
            *(f(table) for f in (prose.schedules_alt, prose.schedules_caption) if len(table)),
            *([prose.combinations_alt(pairs)] if len(pairs) else [])]
    for printed in (prose.summary_table(study, summary, 10.0), prose.agents_table(study, each),
                    prose.departures_table(study, departures)):
        said += printed.to_numpy().ravel().tolist()
    return display.plain("\n".join(said))


@pytest.mark.parametrize(("patients", "rows", "protocol"), [
    (PATIENTS, ROWS, {"IMRT": {"dose_gy": [30, 70]}}), (PATIENTS, ROWS.head(0), {}),
    (PATIENTS.head(1), ROWS.head(1), {}), (PATIENTS, ROWS[["patient_id"]], {}),
    (PATIENTS, ROWS.drop(columns=["technique", "site"]), {}),
    (PATIENTS.assign(ici_agent="a|b", antiangiogenic_agent=["x", None, None, None]), ROWS, {}),
])
def test_sentences_hold_for_any_cohort(patients, rows, protocol):
    said = say_all(patients, rows, protocol)
    assert not re.search(r"\bnan\b|None|NaT|\b1 (patients|courses|fractions)\b|NE\b|\bin \.", said)


def test_sentences_by_hand():
    said = say_all(PATIENTS, ROWS, {})
    assert "liver *lesions* in 2 of 4 (50.0%)" in said
    assert "In 2 patients with dose details: median total dose 33.8 Gy (range 27.5 to 40)" in said
    assert "Radiotherapy was stopped early in 1 of 3 (33.3%)." in said


@pytest.mark.parametrize(("alpha_beta", "name"), [(10, "BED₁₀"), (3.0, "BED₃"),
                                                  (4.5, "BED (α/β = 4.5 Gy)")])
def test_bed_is_named_by_its_ratio(alpha_beta, name):
    assert prose.name_bed(alpha_beta) == name


@pytest.mark.parametrize("rows", [ROWS, ROWS.iloc[[2]], ROWS.assign(technique=None)])
def test_schedules_are_drawn_with_all_their_patients(rows):
    table = schedules.count_schedules(treatment.derive_courses(PATIENTS, rows))
    _, ax = style.new_figure()
    schedules.plot_schedules(table, ax)
    drawn = [c for c in ax.collections if len(c.get_offsets())]
    assert len(drawn) == len(table)
    plt.close("all")


def test_combinations_are_drawn():
    pairs = agents.count_combinations(
        PATIENTS.assign(ici_agent=["$x$", "$x$", "y", "y"], antiangiogenic_agent=list("uuvu")))
    _, ax = style.new_figure()
    agents.plot_combinations(pairs, ax)
    assert sorted(t.get_text() for t in ax.texts) == ["1", "1", "2"]
    ax.figure.canvas.draw()
    plt.close("all")
