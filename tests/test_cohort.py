"""Who was treated: levels, Table 1, eligibility."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import cohort
from analysis.attributes import derive_attributes, derive_covariates, derive_levels
from analysis.settings import Covariate, Criterion
from analysis.study import read_study


def test_attributes_by_hand(tiny_study):
    found = derive_attributes(read_study(tiny_study)).set_index("patient_id")
    assert found.loc["A1", "pfs1_mo"] == pytest.approx(121 / 30.4375)
    assert found.loc["A1", "interval_mo"] == pytest.approx(152 / 30.4375)
    assert found.loc["A1", "albi_grade"] == 1
    assert pd.isna(found.loc["A5", "albi_grade"])
    assert found["disease_control_ici"].tolist()[:3] == [True, True, False]
    assert pd.isna(found.loc["A5", "disease_control_ici"])


def test_levels_have_the_reference_first(tiny_study):
    levels = derive_covariates(read_study(tiny_study))
    assert list(levels["sex"].cat.categories) == ["male", "female"]
    assert levels["age"].tolist()[:2] == ["≥60", "<60"]
    assert pd.isna(levels["age"].iloc[4])
    assert levels["pel"].tolist() == ["yes", "no", "yes", "no", "no", "yes"]


def test_levels_of_a_number_without_cut_are_named_without_decimals():
    grade = Covariate("albi", "ALBI", "albi_grade")
    found = derive_levels(pd.Series([2.0, 1.0, None]), grade)
    assert list(found.cat.categories) == ["1", "2"]


def test_baseline_counts_missing_and_keeps_all_patients_as_total(tiny_study):
    study = read_study(tiny_study)
    attributes = derive_attributes(study)
    baseline = cohort.count_baseline(attributes, cohort.list_variables(study, attributes))
    assert list(baseline.columns) == cohort.BASELINE
    age = baseline[baseline["variable"] == "age_years"].iloc[0] if (
        baseline["variable"] == "age_years").any() else None
    rows = baseline[baseline["variable"] == "sex"].set_index("level")
    assert rows.loc["male", "n"] == 4 and rows.loc["male", "percent"] == pytest.approx(400 / 6)
    assert (baseline["total"] == 6).all()
    if age is not None:
        assert age["missing"] == 1 and age["median"] == 61


@given(st.lists(st.one_of(st.none(), st.sampled_from("abc")), min_size=1, max_size=60))
def test_levels_and_missing_add_up_to_all(values):
    levels = derive_levels(pd.Series(values, dtype=object), Covariate("x", "X", "x"))
    counted = cohort.count_levels(levels, "x")
    if len(counted):
        assert counted["n"].sum() + counted["missing"].iloc[0] == len(values)


def test_a_criterion_of_two_columns_is_met_by_either():
    criterion = Criterion("advanced", ("a", "b"), levels=(True,))
    frame = pd.DataFrame({"a": pd.array([True, False, None, False], "boolean"),
                          "b": pd.array([None, True, False, False], "boolean")})
    row = cohort.count_eligibility(frame, [criterion]).iloc[0]
    assert (row["n_met"], row["n_unmet"], row["n_unknown"]) == (2, 1, 1)


def test_median_and_range_of_nothing_are_missing():
    row = cohort.summarise_number(pd.Series([np.nan, np.nan]), "x").iloc[0]
    assert row["n"] == 0 and np.isnan(row["median"]) and row["missing"] == 2
