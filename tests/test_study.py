"""The door: what is read, what is refused, and how the refusal reads."""

import pandas as pd
import pytest
from conftest import STUDY, write_study

from analysis.endpoints import derive_endpoints
from analysis.study import StudyError, check_study, read_study


def endpoint(study, name):
    return study.endpoints.query("endpoint == @name").set_index("patient_id")


def findings(folder):
    return check_study(folder).set_index(["file", "column"])


def test_clean_study_has_no_finding(tiny_study):
    assert check_study(tiny_study).empty


def test_tables_are_typed(tiny_study):
    study = read_study(tiny_study)
    assert study.patients["rt_start"].dtype == "datetime64[ns]"
    assert study.radiotherapy["completed"].dtype == "boolean"
    assert study.patients["age_years"].isna().sum() == 1
    assert study.published is None
    assert study.treatment_short == "RT"


def test_endpoints_from_dates_by_hand(tiny_study):
    study = read_study(tiny_study)
    pfs, os_ = endpoint(study, "PFS"), endpoint(study, "OS")
    # A1: 1 June 2020 to 10 January 2021 is 223 days; A5 died without progression
    assert pfs.loc["A1", "time_mo"] == pytest.approx(223 / 30.4375)
    assert pfs.loc["A5", "event"] and pfs.loc["A5", "time_mo"] == os_.loc["A5", "time_mo"]
    assert not pfs.loc["A2", "event"]
    # death ends the observation of in-field progression without being its event
    infield = endpoint(study, "IFPFS")
    assert not infield.loc["A3", "event"]
    assert infield.loc["A3", "time_mo"] == os_.loc["A3", "time_mo"]
    # A4 progressed out of the field first and in the field later
    assert pfs.loc["A4", "time_mo"] < infield.loc["A4", "time_mo"]


def test_pairs_go_before_dates():
    patients = pd.DataFrame({"patient_id": ["a", "b"], "os_months": [3.0, None],
                             "os_event": pd.array([True, None], "boolean")})
    long = derive_endpoints(patients)
    assert long.to_dict("records") == [
        {"patient_id": "a", "endpoint": "OS", "time_mo": 3.0, "event": True}]


def test_minimal_study_has_overall_survival_only(minimal_study):
    study = read_study(minimal_study)
    assert set(study.endpoints["endpoint"]) == {"OS"}
    assert study.laboratory is None


@pytest.mark.parametrize(("table", "old", "new", "row", "column", "problem"), [
    ("patients", "A1,North,61,male", "A1,North,sixty,male", 2, "age_years", "not a number"),
    ("patients", "A2,North,48,female", "A2,North,48,woman", 3, "sex", "not an allowed value"),
    ("patients", "A2,North,48", "A1,North,48", 3, "patient_id", "stands twice"),
    ("patients", "2020-03-01,2020-07-01", "01/03/2020,2020-07-01", 4, "ici_start", "not a date"),
    ("patients", ",2022-03-01", ",2023-03-01", 5, "last_followup", "after the data cut-off"),
    ("patients", "2020-12-24,2020-12-24", "2020-06-24,2020-12-24", 4, "death", "before rt_start"),
    ("radiotherapy", "liver,SBRT,5,40", "liver,SBRT,5,-40", 2, "dose_gy", "outside its range"),
    ("radiotherapy", "A6,PVTT_HVTT", "Z9,PVTT_HVTT", 8, "patient_id", "no such patient"),
    ("adverse_events", "A1,Rash,2,120", "A1,Rash,7,120", 4, "grade", "not an allowed value"),
    ("adverse_events", "Rash,2,120", "Rash,2,1200", 4, "onset_day", "after the last follow-up"),
    ("laboratory", "baseline,42,10", "baseline,4.2,10", 2, "albumin_g_l", "outside its range"),
    ("laboratory", "A1,month_1,40", "A1,baseline,40", 3, "visit", "has the row already"),
])
def test_a_bad_cell_is_named_with_its_place(tmp_path, tiny_tables, table, old, new, row, column,
                                            problem):
    assert old in tiny_tables[table]
    tiny_tables[table] = tiny_tables[table].replace(old, new, 1)
    found = check_study(write_study(tmp_path / "bad", tiny_tables, STUDY))
    here = found[(found["file"] == f"{table}.csv") & (found["row"] == row)
                 & (found["column"] == column)]
    assert here["problem"].str.contains(problem).any(), found.to_string()
    assert (here["remedy"] != "").all()


def test_everything_wrong_is_said_at_once(tmp_path, tiny_tables):
    tiny_tables["patients"] = (tiny_tables["patients"].replace(",61,male", ",sixty,man")
                               .replace("A2,North,48", "A2,North,480"))
    tiny_tables["adverse_events"] = tiny_tables["adverse_events"].replace("A1,Rash,2", "A1,Rash,9")
    with pytest.raises(StudyError) as error:
        read_study(write_study(tmp_path / "bad", tiny_tables, STUDY))
    assert set(error.value.findings["column"]) >= {"age_years", "grade"}
    assert "patients.csv:2" in str(error.value)


@pytest.mark.parametrize(("change", "key", "remedy"), [
    ({"titel": "x"}, "titel", "title"),
    ({"tables": {"patient": "p.csv"}}, "tables.patient", "patients"),
    ({"columns": {"patients": {"age": "AGE"}}}, "columns.patients.age", "age_years"),
    ({"units": {"albumin_g_l": "g/dl"}}, "units.albumin_g_l", "g/dL"),
    ({"covariates": [{"name": "a", "label": "A", "colum": "sex"}]}, "covariates[1].colum",
     "column"),
    ({"covariates": [{"name": "a", "label": "A", "column": "gender"}]}, "covariates.a", "sex"),
    ({"synthetic": "perhaps"}, "synthetic", "true or false"),
])
def test_study_yml_refuses_what_it_does_not_know(tmp_path, tiny_tables, change, key, remedy):
    found = check_study(write_study(tmp_path / "bad", tiny_tables, STUDY | change))
    here = found[(found["file"] == "study.yml") & (found["column"] == key)]
    assert len(here) >= 1, found.to_string()
    if key != "covariates.a":
        assert here["remedy"].str.contains(remedy).any(), here.to_string()


def test_names_values_and_units_are_mapped(tmp_path, tiny_tables):
    tiny_tables["patients"] = (tiny_tables["patients"].replace("sex", "SEX", 1)
                               .replace(",male", ",M").replace(",female", ",F"))
    tiny_tables["laboratory"] = tiny_tables["laboratory"].replace("baseline,42", "baseline,4.2", 1)
    for line in tiny_tables["laboratory"].splitlines()[2:]:
        patient, visit, albumin, rest = line.split(",", 3)
        tiny_tables["laboratory"] = tiny_tables["laboratory"].replace(
            line, f"{patient},{visit},{float(albumin) / 10},{rest}")
    settings = STUDY | {"columns": {"patients": {"sex": "SEX"}},
                        "values": {"patients": {"sex": {"M": "male", "F": "female"}}},
                        "units": {"albumin_g_l": "g/dL"}}
    study = read_study(write_study(tmp_path / "mapped", tiny_tables, settings))
    assert study.patients["sex"].tolist()[:2] == ["male", "female"]
    assert study.laboratory["albumin_g_l"].iloc[0] == pytest.approx(42)


def test_missing_files_are_findings(tmp_path):
    assert "study.yml" in check_study(tmp_path / "nowhere")["file"].iloc[0]
    (tmp_path / "study.yml").write_text("title: x\n")
    assert check_study(tmp_path)["problem"].tolist() == ["no such file"]
    (tmp_path / "study.yml").write_text("title: [x\n")
    assert "not YAML" in check_study(tmp_path)["problem"].iloc[0]
