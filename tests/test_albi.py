"""Liver function: cut points by hand, missing visits counted, patients conserved."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import albi, albi_plot, display
from analysis.prose import albi as prose
from analysis.schema import VISITS
from analysis.settings import Settings

TITLES = {"baseline": "before", "month_1": "1 month", "month_3": "3 months"}
# albumin (g/L) that gives each grade at a bilirubin of 10 µmol/L, whose part of the score is 0.66
ALBUMIN = {1: 42.0, 2: 32.0, 3: 20.0}


def build(grades):
    """Return (laboratory, patients) from one tuple of grades (None: no visit) per patient."""
    patients = pd.DataFrame({"patient_id": [f"p{i}" for i in range(len(grades))]})
    rows = [(f"p{i}", visit, ALBUMIN[grade], 10.0) for i, course in enumerate(grades)
            for visit, grade in zip(VISITS, course, strict=True) if grade]
    columns = ["patient_id", "visit", "albumin_g_l", "bilirubin_umol_l"]
    return pd.DataFrame(rows, columns=columns), patients


GRADE = st.sampled_from([1, 2, 3, None])
COHORTS = st.lists(st.tuples(GRADE, GRADE, GRADE), min_size=1, max_size=30)


@pytest.mark.parametrize("score, grade", [
    (-2.60, 1), (-2.60 + 1e-6, 2), (-2.60 - 1e-6, 1), (-1.39, 2), (-1.39 + 1e-6, 3),
    (-1.39 - 1e-6, 2)])
@pytest.mark.parametrize("bilirubin", [1.7, 10.0, 17.1, 342.0])
def test_cut_points(score, grade, bilirubin):
    albumin = (0.66 * np.log10(bilirubin) - score) / 0.085
    row = pd.DataFrame({"albumin_g_l": [albumin], "bilirubin_umol_l": [bilirubin]})
    assert albi.derive_albi_grade(row)["albi_grade"].tolist() == [grade]


def test_score_by_hand():
    row = pd.DataFrame({"albumin_g_l": [40.0], "bilirubin_umol_l": [10.0]})
    assert albi.derive_albi_score(row)["albi_score"].tolist() == pytest.approx([0.66 - 3.4])


@pytest.mark.parametrize("albumin, bilirubin", [(np.nan, 10), (40, np.nan), (40, 0), (40, -1)])
def test_a_missing_or_impossible_value_has_no_grade(albumin, bilirubin):
    row = pd.DataFrame({"albumin_g_l": [albumin], "bilirubin_umol_l": [bilirubin]})
    graded = albi.derive_albi_grade(row)
    assert graded["albi_score"].isna().all() and graded["albi_grade"].isna().all()


def test_the_input_is_left_alone():
    laboratory, _ = build([(1, 2, 3)])
    before = laboratory.copy()
    albi.derive_albi_grade(laboratory)
    pd.testing.assert_frame_equal(laboratory, before)


def test_grades_and_missing_visits_by_hand():
    course = albi.derive_albi_course(*build([(1, 1, 2), (2, None, 3), (None, None, None)]))
    counts = albi.count_albi_grades(course).set_index(["visit", "grade"])
    assert counts.loc[("baseline", 1), ["n", "total", "percent", "missing"]].tolist() == [
        1, 2, 50, 1]
    assert counts.loc[("month_1", 1), ["n", "total", "percent", "missing"]].tolist() == [
        1, 1, 100, 2]
    assert counts.loc[("month_3", 3), "n"] == 1
    assert albi.summarise_albi(course)["missing"].tolist() == [1, 2, 1]


@settings(max_examples=40, deadline=None)
@given(COHORTS)
def test_every_patient_is_counted_at_every_visit(grades):
    course = albi.derive_albi_course(*build(grades))
    counts = albi.count_albi_grades(course)
    for _, here in counts.groupby("visit"):
        assert here["n"].sum() == here["total"].iloc[0]
        assert here["total"].iloc[0] + here["missing"].iloc[0] == len(grades)
    migration = albi.count_albi_migration(course)
    for _, passage in migration.groupby("stage_from"):
        assert passage["n"].sum() == len(grades)


def test_friedman_keeps_complete_cases_and_holm_never_lowers():
    course = albi.derive_albi_course(*build([(1, 2, 2), (1, 1, 2), (2, 2, 3), (1, None, 2),
                                             (2, 3, None)]))
    tests = albi.compare_albi(course).set_index("test")
    assert tests.loc["Friedman", ["n", "n_missing", "df"]].tolist() == [3, 2, 2]
    pairs = tests[tests["p_adjusted"].notna()]
    assert pairs["n"].tolist() == [4, 4, 3]
    assert (pairs["p_adjusted"] >= pairs["p_value"]).all()


def test_friedman_of_the_plain_pairing_of_the_printed_margins():
    """Grades that only rise, with the margins 16/20/0, 13/23/0, 9/24/3: χ² is 15.80."""
    grades = ([(1, 1, 1)] * 9 + [(1, 1, 2)] * 4 + [(1, 2, 2)] * 3 + [(2, 2, 2)] * 17
              + [(2, 2, 3)] * 3)
    tests = albi.compare_albi(albi.derive_albi_course(*build(grades))).set_index("test")
    assert tests.loc["Friedman", "statistic"] == pytest.approx(15.80, abs=0.005)
    assert tests.loc["Friedman", "p_value"] == pytest.approx(0.0004, abs=0.00005)


def test_the_first_graded_row_of_a_visit_counts():
    laboratory, patients = build([(1, 2, 2)])
    twice = pd.concat([laboratory.head(1).assign(albumin_g_l=np.nan), laboratory,
                       laboratory.head(1).assign(albumin_g_l=20.0)])
    course = albi.derive_albi_course(twice, patients)
    assert course["albi_grade"].tolist() == [1, 2, 2]


@pytest.mark.parametrize("laboratory", [
    None, pd.DataFrame({"patient_id": ["p0"], "alt_u_l": [30.0]}), build([(None,) * 3])[0]])
def test_no_laboratory_gives_empty_results(laboratory):
    course = albi.derive_albi_course(laboratory, pd.DataFrame({"patient_id": ["p0"]}))
    for result in (course, albi.count_albi_grades(course), albi.summarise_albi(course),
                   albi.compare_albi(course), albi.count_albi_migration(course)):
        assert result.empty


@pytest.mark.parametrize("grades", [[(2, None, None)], [(2, 2, 2)], [(1, None, 3)]])
def test_one_patient_gives_results(grades):
    course = albi.derive_albi_course(*build(grades))
    assert albi.count_albi_grades(course)["n"].sum() == sum(g is not None for g in grades[0])
    tests = albi.compare_albi(course)
    assert tests["p_value"].notna().all() or tests["reason"].ne("").any() or tests.empty


@settings(max_examples=4, deadline=None)
@given(COHORTS.filter(lambda grades: any(any(g) for g in grades)))
def test_pictures_of_any_cohort(grades):
    course = albi.derive_albi_course(*build(grades))
    migration = albi.count_albi_migration(course)
    figure, (left, right) = plt.subplots(1, 2)
    assert albi_plot.plot_albi_course(course, left, TITLES) is left
    if len(migration):
        assert albi_plot.plot_albi_migration(migration, right, TITLES) is right
    plt.close(figure)


STUDY = Settings(title="A study", labels={"month_3": "3 | months"})


def write_all(course):
    """Return every sentence, caption, alternative text and cell that the chapter can print."""
    grades, summary = albi.count_albi_grades(course), albi.summarise_albi(course)
    tests, migration = albi.compare_albi(course), albi.count_albi_migration(course)
    tables = [prose.grades_table(STUDY, grades), prose.scores_table(STUDY, summary),
              prose.tests_table(STUDY, tests)]
    return [*prose.takeaways(STUDY, grades, summary, tests), prose.describe_worst(STUDY, grades),
            prose.describe_moves(STUDY, tests), prose.describe_score_test(tests),
            prose.describe_scores(STUDY, summary), prose.migration_caption(STUDY, migration),
            prose.migration_alt(STUDY, migration), prose.course_caption(summary),
            prose.course_alt(STUDY, summary), *(display.table(t) for t in tables if len(t))]


@settings(max_examples=15, deadline=None)
@given(COHORTS)
def test_sentences_of_any_cohort(grades):
    sentences = write_all(albi.derive_albi_course(*build(grades)))
    text = "\n".join(display.plain(s) for s in sentences)
    for wrong in ("nan", "None", "<NA>", " 1 patients", "p0", ".."):
        assert wrong not in text, f"{wrong!r} in {text}"


def test_sentences_count_who_moved_and_who_is_missing():
    text = display.plain(" ".join(write_all(albi.derive_albi_course(
        *build([(1, 1, 2), (1, 2, 2), (2, 2, 1), (1, None, 3)])))))
    assert "3 moved to a worse grade and 1 to a better one from baseline to 3 | months" in text
    assert "No grade is known for 1 patient at 1 month." in text
    assert "Grade 3 was seen in 1 of 4 (25.0%) at 3 | months." in text
