"""Adverse events: worst grade once per patient, windows, onset, and the screen for RILD."""

import re
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import butterfly, display, onset, rild, safety, style
from analysis.prose import safety as prose

PATIENTS = pd.DataFrame({"patient_id": ["a", "b", "c", "d"]})
ONE = PATIENTS.head(1)
EVENTS = pd.DataFrame(
    [("a", "Rash", 1, 5), ("a", "Rash", 3, 20), ("a", "Rash", 2, 200), ("a", "Nausea", 2, 90),
     ("b", "Rash", 5, 91), ("b", "Nausea", 1, np.nan), ("c", "Nausea", 4, -3)],
    columns=["patient_id", "term", "grade", "onset_day"])
PLACED = safety.derive_windows(EVENTS, PATIENTS)
TABLE = safety.count_adverse_events(PLACED, PATIENTS)


def counts(table, **row):
    """Return {band: n} of the rows that `row` names."""
    return table[np.logical_and.reduce([table[k] == v for k, v in row.items()])].set_index(
        "band")["n"].to_dict()


def test_windows_by_hand():
    assert PLACED["window"].fillna("?").tolist() == [
        "acute", "acute", "late", "acute", "late", "?", "before"]
    assert PLACED["band"].tolist() == ["1-2", "3-4", "1-2", "1-2", "5", "1-2", "3-4"]


def test_windows_from_dates():
    day = pd.Timestamp("2021-03-01")
    people = pd.DataFrame({"patient_id": ["a"], "rt_start": [day]})
    events = pd.DataFrame({"patient_id": ["a", "a"], "term": "Rash", "grade": 1,
                           "onset_date": [day + pd.Timedelta(days=90), pd.NaT]})
    placed = safety.derive_windows(events, people)
    assert placed["onset_day"].iloc[0] == 90
    assert placed["window"].iloc[0] == "acute" and pd.isna(placed["window"].iloc[1])


def test_acute_days_is_used_and_checked():
    placed = safety.derive_windows(EVENTS, PATIENTS, acute_days=10)
    assert (placed["window"] == "acute").sum() == 1
    with pytest.raises(ValueError, match="acute_days"):
        safety.derive_windows(EVENTS, PATIENTS, acute_days=-1)


def test_worst_grade_counts_once_per_term_and_window():
    assert counts(TABLE, term="Rash", window="acute") == {"any": 1, "1-2": 0, "3-4": 1, "5": 0}
    assert counts(TABLE, term="Rash", window="late") == {"any": 2, "1-2": 1, "3-4": 0, "5": 1}


def test_same_term_in_both_windows_counts_once_in_all():
    assert counts(TABLE, term="Rash", window="all") == {"any": 2, "1-2": 0, "3-4": 1, "5": 1}


def test_unknown_onset_is_in_all_only_and_before_is_in_none():
    assert counts(TABLE, term="Nausea", window="acute")["any"] == 1
    assert counts(TABLE, term="Nausea", window="all")["any"] == 2
    unplaced = safety.count_unplaced(PLACED).set_index("reason")["n_event"]
    assert unplaced.to_dict() == {"unknown": 1, "before": 1, "placed": len(PLACED) - 2}


def test_patients_by_worst_grade():
    table = safety.count_patients(PLACED, PATIENTS)
    assert counts(table, window="all") == {"any": 2, "1-2": 0, "3-4": 1, "5": 1}
    assert set(table["total"]) == {4}


def test_no_events():
    placed = safety.derive_windows(EVENTS.head(0), PATIENTS)
    assert safety.count_adverse_events(placed, PATIENTS).empty
    assert safety.count_patients(placed, PATIENTS)["n"].sum() == 0
    assert onset.estimate_onset(placed)["n"].tolist() == [0, 0]
    assert prose.describe_unplaced(safety.count_unplaced(placed)) == []


def test_one_patient():
    one = PATIENTS.head(1)
    table = safety.count_patients(safety.derive_windows(EVENTS.head(1), one), one)
    assert table.set_index(["window", "band"]).loc[("all", "any"), "percent"] == 100


def test_input_is_left_alone():
    before = EVENTS.copy(deep=True)
    safety.count_adverse_events(safety.derive_windows(EVENTS, PATIENTS), PATIENTS)
    pd.testing.assert_frame_equal(EVENTS, before)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(["Rash", "Fever", "Cough"]),
                          st.integers(1, 5), st.integers(-10, 400)), max_size=30))
def test_bands_add_up_and_all_lies_between_its_windows_and_their_sum(records):
    events = pd.DataFrame(records, columns=["patient_id", "term", "grade", "onset_day"])
    placed = safety.derive_windows(events, PATIENTS)
    patients = safety.count_patients(placed, PATIENTS)
    terms = safety.count_adverse_events(placed, PATIENTS)
    for table in [patients, *(group for _, group in terms.groupby("term"))]:
        n = table.pivot(index="band", columns="window", values="n")
        assert (n.loc["any"] == n.drop("any").sum()).all()
        low, high = max(n.at["any", "acute"], n.at["any", "late"]), n.loc["any"].drop("all").sum()
        assert low <= n.at["any", "all"] <= high
    assert terms["n"].max() <= 4 if len(terms) else True


def test_onset_by_hand():
    table = onset.estimate_onset(PLACED).set_index(["scope", "term", "band"])
    assert table.loc[("patient", "", "any"), ["n", "median_day"]].tolist() == [2, 48]
    assert table.loc[("patient", "", "3-5"), ["n", "low_day", "high_day"]].tolist() == [2, 20, 91]
    assert table.loc[("term", "Nausea", "any"), ["n", "median_day"]].tolist() == [1, 90]


def laboratory(**values):
    """Return a baseline and a month-1 row of patient a; each value is a pair."""
    return pd.DataFrame({"patient_id": "a", "visit": ["baseline", "month_1"], **{
        name: list(pair) for name, pair in values.items()}})


def verdict(criterion, table, people=ONE, **limits):
    found = rild.derive_rild(people, table, **limits)
    return found.set_index(["patient_id", "criterion"]).loc[("a", criterion), "verdict"]


@pytest.mark.parametrize(("ascites", "alp", "expected"), [
    (True, (100, 200), "met"), (True, (100, 199), "not_met"), (False, (100, 900), "not_met"),
    (None, (100, 150), "not_met"), (None, (100, 200), "unknown"), (True, (None, 900), "unknown"),
    (False, (None, None), "not_met"),
])
def test_classic(ascites, alp, expected):
    assert verdict("classic", laboratory(ascites=(False, ascites), alp_u_l=alp)) == expected


@pytest.mark.parametrize(("alt", "ast", "expected"), [
    ((30, 200), (30, 30), "met"), ((30, 199), (30, 30), "not_met"),
    ((80, 200), (30, 30), "not_met"), ((80, 400), (30, 30), "met"),
    ((None, 150), (30, 30), "not_met"), ((None, 250), (30, 30), "unknown"),
    ((30, None), (30, 30), "unknown"), ((30, None), (30, 200), "met"),
])
def test_non_classic(alt, ast, expected):
    assert verdict("non_classic", laboratory(alt_u_l=alt, ast_u_l=ast)) == expected


def test_upper_limits_and_folds_are_used():
    table = laboratory(alt_u_l=(30, 200), ast_u_l=(30, 30))
    assert verdict("non_classic", table, alt_uln_u_l=50) == "not_met"
    assert verdict("non_classic", table, alt_uln_u_l=50, transaminase_fold=4) == "met"


@pytest.mark.parametrize(("day", "expected"), [(20, "progression"), (40, "met")])
def test_documented_progression_explains_a_rise(day, expected):
    start = pd.Timestamp("2021-03-01")
    people = pd.DataFrame({"patient_id": ["a"], "rt_start": [start],
                           "progression": [start + pd.Timedelta(days=day)]})
    table = laboratory(alt_u_l=(30, 200), ast_u_l=(30, 30))
    assert verdict("non_classic", table, people) == expected


def test_a_missing_visit_cannot_be_judged():
    table = pd.concat([laboratory(alt_u_l=(30, 30), ast_u_l=(30, 30)), pd.DataFrame(
        {"patient_id": ["b"], "visit": ["month_3"], "alt_u_l": [900.0], "ast_u_l": [30.0]})])
    counted = rild.count_rild(rild.derive_rild(PATIENTS, table))
    non_classic = counted[counted["criterion"] == "non_classic"].set_index("verdict")
    assert non_classic["n"].to_dict() == {"met": 0, "progression": 0, "not_met": 0, "unknown": 4}
    assert set(non_classic["total"]) == {4}


def test_visits_by_day():
    table = pd.DataFrame({"patient_id": ["a", "a", "a"], "day": [-20, -2, 45],
                          "alt_u_l": [30.0, 80.0, 300.0], "ast_u_l": [30.0, 30.0, 30.0]})
    assert verdict("non_classic", table) == "not_met"
    assert verdict("non_classic", table.assign(alt_u_l=[80.0, 30.0, 300.0])) == "met"


def test_nobody_met_has_an_upper_limit():
    people = pd.DataFrame({"patient_id": [f"p{i}" for i in range(36)]})
    table = pd.concat([laboratory(ascites=(False, False)).assign(patient_id=i)
                       for i in people["patient_id"]])
    row = rild.count_rild(rild.derive_rild(people, table)).query(
        "criterion == 'classic' and verdict == 'met'").iloc[0]
    assert (row["n"], row["n_judged"]) == (0, 36)
    assert row["conf_high"] == pytest.approx(100 * (1 - 0.025 ** (1 / 36)))


def test_observed_after_the_acute_window():
    times = pd.DataFrame({"endpoint": ["OS", "OS", "PFS"], "time_mo": [2.0, 4.0, 9.0]})
    assert safety.count_observed(times).iloc[0].tolist() == [1, 2, 50]
    assert safety.count_observed(times.tail(1)).empty


def say_all(events, people, laboratory=None, times=None):
    """Return everything that the chapter says of a cohort, as one plain text."""
    study = SimpleNamespace(treatment="radiotherapy", published=None)
    placed = safety.derive_windows(events, people)
    table = safety.count_adverse_events(placed, people)
    patients, onsets = safety.count_patients(placed, people), onset.estimate_onset(placed)
    screen = rild.count_rild(rild.derive_rild(people, laboratory))
    times = pd.DataFrame(columns=["endpoint", "time_mo"]) if times is None else times
    said = [*prose.takeaways(study, table, patients, screen), prose.describe_overlap(patients),
            *prose.describe_unplaced(safety.count_unplaced(placed)),
            prose.describe_observed(safety.count_observed(times), 90), prose.onset_alt(onsets),
            prose.butterfly_caption(table, 15, 90), prose.butterfly_alt(table),
            prose.onset_caption(15, 90), prose.paper_bands(study)]
    for printed in (prose.patients_table(patients), prose.events_table(table),
                    prose.rild_table(screen)):
        said += printed.to_numpy().ravel().tolist()
    return display.plain("\n".join(said))


OBSERVED = pd.DataFrame({"endpoint": ["OS", "OS"], "time_mo": [2.0, 4.0]})


@pytest.mark.parametrize(("events", "people", "table", "times"), [
    (EVENTS, PATIENTS, None, None), (EVENTS.head(0), PATIENTS, None, OBSERVED),
    (EVENTS.head(1), ONE, laboratory(alt_u_l=(30, 300), ast_u_l=(30, 30)), OBSERVED),
    (EVENTS.assign(onset_day=np.nan, term="<b>|x|</b>"), PATIENTS,
     laboratory(ascites=(None, None)), OBSERVED),
])
def test_sentences_hold_for_any_cohort(events, people, table, times):
    said = say_all(events, people, laboratory=table, times=times)
    assert not re.search(r"\bnan\b|None|NaT|\b1 (patients|events|terms)\b|\bNE\b", said)


def test_sentences_by_hand():
    said = say_all(EVENTS, PATIENTS)
    assert "Of 4 patients who received radiotherapy, 1 (25.0%) had an acute event" in said
    assert "Fatal (grade 5): 1 of 4 (25.0%)." in said
    assert "1 event without a known onset (1 patient) counts at any time" in said
    nobody = say_all(EVENTS.head(0), PATIENTS)
    assert "No adverse event is recorded for the 4 patients treated." in nobody


def published(*rows):
    """Return printed counts of adverse events: (term, window, band, value)."""
    return SimpleNamespace(published=pd.DataFrame([
        {"chapter": "safety", "result": "adverse_events", "column": "n", "value": str(value),
         "row": f"term={term}; window={window}; band={band}"}
        for term, window, band, value in rows]))


def test_printed_columns_that_cannot_be_nested():
    said = prose.paper_bands(published(("Rash", "late", "1-2", 0), ("Rash", "late", "3-4", 3),
                                       ("Fever", "late", "1-2", 2), ("Fever", "late", "3-4", 1)))
    assert "Rash (late, 0 beside 3)" in said and "Fever" not in said
    assert prose.paper_bands(published(("Rash", "late", "any", 3))) == ""


def test_butterfly_writes_every_count():
    _, ax = style.new_figure("column", butterfly.derive_height_mm(TABLE, 15))
    butterfly.plot_butterfly(TABLE, ax)
    ax.figure.canvas.draw()
    written = [t.get_text() for t in ax.texts]
    shown = TABLE[(TABLE["window"] != "all") & (TABLE["band"] != "1-2") & (TABLE["n"] > 0)]
    assert sorted(t for t in written if t.isdigit()) == sorted(map(str, shown["n"]))
    plt.close("all")


def test_onset_draws_a_mark_per_patient_and_term():
    first = onset.derive_shown(PLACED, TABLE)
    _, ax = style.new_figure()
    onset.plot_onset(first, ax)
    assert sum(len(c.get_offsets()) for c in ax.collections) == len(first) == 3
    plt.close("all")
