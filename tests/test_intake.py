"""Files and layouts of other people, made small here: what comes in is what was meant."""

import pandas as pd
import pyreadstat
import pytest
from conftest import LABORATORY, PATIENTS, STUDY, write_study

from analysis import cells, tables
from analysis.delimited import read_delimited
from analysis.study import check_study, read_study
from analysis.visits import derive_visit


def typed_patients():
    frame = pd.read_csv(pd.io.common.StringIO(PATIENTS))
    for column in ("ici_start", "rt_start", "ici_progression", "progression", "death",
                   "infield_progression", "outfield_progression", "last_followup"):
        frame[column] = pd.to_datetime(frame[column])
    return frame


def write_workbook(path, sheets):
    with pd.ExcelWriter(path) as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)


@pytest.fixture
def plain(tmp_path, tiny_tables):
    return read_study(write_study(tmp_path / "plain", tiny_tables, STUDY))


@pytest.fixture
def bare(tmp_path):
    """Return a function that writes a folder with a study.yml and no table."""
    return lambda **more: write_study(tmp_path / "other", {}, STUDY | more)


def assert_same_patients(study, plain):
    pd.testing.assert_frame_equal(study.patients, plain.patients)
    pd.testing.assert_frame_equal(study.endpoints, plain.endpoints)


def test_parquet(bare, plain):
    folder = bare(tables={"patients": "cohort.parquet"})
    typed_patients().to_parquet(folder / "cohort.parquet")
    assert_same_patients(read_study(folder), plain)


def test_workbook_sheets(bare, plain):
    folder = bare(tables={"patients": "book.xlsx#Cohort", "laboratory": "book.xlsx"})
    laboratory = pd.read_csv(pd.io.common.StringIO(LABORATORY))
    write_workbook(folder / "book.xlsx", {"Cohort": typed_patients(), "laboratory": laboratory})
    study = read_study(folder)
    assert_same_patients(study, plain)
    pd.testing.assert_frame_equal(study.laboratory, plain.laboratory)


@pytest.mark.parametrize("suffix", ["xpt", "sav", "dta"])
def test_statistics_programs(bare, plain, suffix):
    folder = bare(tables={"patients": f"cohort.{suffix}"},
                  columns={"patients": {"outfield_progression": "OUTFIELD",
                                        "infield_progression": "INFIELD",
                                        "ici_progression": "ICIPD",
                                        "disease_status": "STATUS", "last_followup": "LSTALV",
                                        "response_ici": "RESPICI", "response_rt": "RESPRT"}})
    frame = typed_patients().rename(columns={
        "outfield_progression": "OUTFIELD", "infield_progression": "INFIELD",
        "ici_progression": "ICIPD", "disease_status": "STATUS", "last_followup": "LSTALV",
        "response_ici": "RESPICI", "response_rt": "RESPRT", "patient_id": "USUBJID",
        "progression": "PROGDT"})
    for column in frame.select_dtypes("datetime"):
        frame[column] = frame[column].dt.date.astype(object).where(frame[column].notna(), None)
    names = {"patient_id": "USUBJID", "progression": "PROGDT"}
    text = (folder / "study.yml").read_text()
    more = "".join(f"    {k}: {v}\n" for k, v in names.items())
    (folder / "study.yml").write_text(
        text.replace("  patients:\n    outfield", f"  patients:\n{more}    outfield"))
    write = {"xpt": pyreadstat.write_xport, "sav": pyreadstat.write_sav,
             "dta": pyreadstat.write_dta}[suffix]
    write(frame, str(folder / f"cohort.{suffix}"))
    assert_same_patients(read_study(folder), plain)


@pytest.mark.parametrize(("change", "problem"), [
    ({"patients": "book.xlsx"}, "which sheet?"), ({"patients": "book.xlsx#None"}, "no such sheet"),
    ({"patients": "book.xls"}, ".xls files are not read"),
])
def test_workbooks_that_need_a_word(bare, change, problem):
    folder = bare(tables=change)
    write_workbook(folder / "book.xlsx", {"a": typed_patients(), "b": typed_patients()})
    (folder / "book.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    assert problem in check_study(folder)["problem"].iloc[-1]


def test_formulas_without_value_and_merged_cells_are_named(bare):
    import openpyxl

    folder = bare(tables={"patients": "book.xlsx"})
    write_workbook(folder / "book.xlsx", {"patients": typed_patients()})
    book = openpyxl.load_workbook(folder / "book.xlsx")
    book.active["C2"] = "=1+60"
    book.active.merge_cells("D3:D4")
    book.save(folder / "book.xlsx")
    found = check_study(folder).set_index(["row", "column"])["problem"]
    assert found[2, "age_years"] == "a formula without its value"
    assert found[3, "sex"] == "merged cells"


def test_german_export(bare, plain, tiny_tables):
    folder = bare(dates="day-first", decimal="comma")
    frame = typed_patients()
    for column in frame.select_dtypes("datetime"):
        frame[column] = frame[column].dt.strftime("%d.%m.%Y")
    frame.to_csv(folder / "patients.csv", sep=";", decimal=",", index=False, encoding="cp1252")
    assert_same_patients(read_study(folder), plain)


def test_cp1252_is_read_and_told(bare, tiny_tables):
    folder = bare()
    (folder / "patients.csv").write_bytes(PATIENTS.replace("North", "Köln").encode("cp1252"))
    found = check_study(folder)
    assert found["problem"].tolist() == ["not UTF-8: read as cp1252"]
    assert read_study(folder).patients["centre"].iloc[0] == "Köln"
    (folder / "study.yml").write_text((folder / "study.yml").read_text() + "encoding: cp1252\n")
    assert check_study(folder).empty


ADSL = """\
USUBJID,AGE,SEX,ITTFL,TRTSDTM,ARM
S-1,61,M,Y,2020-01-01 08:00:00,A
S-2,48,F,Y,2020-02-01 08:00:00,B
S-3,70,M,Y,2020-03-01 08:00:00,A
S-4,55,F,N,2020-03-01 08:00:00,B
"""
ADTTE = """\
USUBJID,PARAMCD,AVAL,AVALU,CNSR
S-1,OS,304.375,DAYS,0
S-2,OS,10,MONTHS,1
S-3,OS,1,YEARS,2
S-4,OS,100,DAYS,0
S-1,TNE,3,COUNT,0
"""
ADRS = "USUBJID,PARAMCD,AVALC\nS-1,BOR,PR\nS-2,BOR,CR\nS-3,BOR,PD\nS-1,OVR,SD\nS-1,OVR,PR\n"
ADAE = "USUBJID,AEDECOD,AETOXGR,ASTDY\nS-1,Rash,2,1\nS-1,Nausea,1,-3\nS-2,Rash,3,91\nS-4,Rash,5,2\n"
ADAM = {
    "title": "CDISC", "tables": {"patients": {"file": "adsl.csv", "where": {"ITTFL": "Y"}},
                                 "adverse_events": "adae.csv"},
    "columns": {"patients": {"patient_id": "USUBJID", "age_years": "AGE", "sex": "SEX",
                             "rt_start": "TRTSDTM"},
                "adverse_events": {"patient_id": "USUBJID", "term": "AEDECOD", "grade": "AETOXGR",
                                   "onset_day": "ASTDY"}},
    "values": {"patients": {"sex": {"M": "male", "F": "female"}}},
    "units": {"onset_day": "study day"},
    "join": [{"file": "adtte.csv", "where": {"PARAMCD": "OS"},
              "columns": {"patient_id": "USUBJID", "os_months": "AVAL", "os_censored": "CNSR"}},
             {"file": "adrs.csv", "where": {"PARAMCD": "BOR"},
              "columns": {"patient_id": "USUBJID", "response_rt": "AVALC"}}],
    "covariates": [{"name": "arm", "label": "Arm", "column": "ARM", "reference": "A"}],
}


def write_adam(folder, settings=ADAM, **files):
    tables_ = {"adsl": ADSL, "adtte": ADTTE, "adrs": ADRS, "adae": ADAE} | files
    return write_study(folder, tables_, settings)


def test_cdisc(tmp_path):
    folder = write_adam(tmp_path / "adam")
    assert check_study(folder).empty
    study = read_study(folder)
    os_ = study.endpoints.set_index("patient_id")
    assert os_["time_mo"].tolist() == pytest.approx([10, 10, 12])
    assert os_["event"].tolist() == [True, False, False]
    assert study.patients["response_rt"].tolist() == ["PR", "CR", "PD"]
    assert study.patients["ARM"].tolist() == ["A", "B", "A"]
    # day 1 is the day of the start; who is not in the population has no rows
    assert study.adverse_events["onset_day"].tolist() == [0, -3, 90]
    assert "os_censored" not in study.patients


def test_cdisc_censoring_is_not_taken_for_events(tmp_path):
    wrong = ADAM | {"join": [ADAM["join"][0] | {"columns": {
        "patient_id": "USUBJID", "os_months": "AVAL", "os_event": "CNSR"}}]}
    adtte = ADTTE.replace(",2\n", ",1\n")
    found = check_study(write_adam(tmp_path / "adam", wrong, adtte=adtte))
    assert found["remedy"].str.contains("map it as os_censored").any()


def test_aval_without_unit_is_an_error(tmp_path):
    adtte = ADTTE.replace("AVALU", "UNIT")
    found = check_study(write_adam(tmp_path / "adam", adtte=adtte))
    assert "has no unit" in found.loc[found["column"] == "AVAL", "problem"].tolist()
    found = check_study(write_adam(tmp_path / "adam", ADAM | {
        "units": {"os_months": "days", "onset_day": "study day"}}, adtte=adtte))
    assert not (found["severity"] == "error").any()


def test_several_rows_of_a_patient_in_a_join_are_an_error(tmp_path):
    many = ADAM | {"join": [ADAM["join"][1] | {"where": {"PARAMCD": ["BOR", "OVR"]}}]}
    found = check_study(write_adam(tmp_path / "adam", many))
    assert ("adrs.csv", 5) in set(zip(found["file"], found["row"], strict=True))


REDCAP = """\
record_id,redcap_event_name,redcap_repeat_instrument,sex,rt,death,last,alb,bili,ae,grade,onset
1,baseline_arm_1,,1,2020-06-01,,,42,10,,,
1,month_1_arm_1,,,,,,40,12,,,
1,baseline_arm_1,adverse_events,,,,,,,Rash,2,2020-06-11
1,end_arm_1,,,,2021-06-01,2021-06-01,,,,,
2,baseline_arm_1,,2,2020-08-01,,,38,9,,,
2,end_arm_1,,,,,2022-01-15,,,,,
"""
EVENTS = {
    "title": "REDCap", "tables": {
        "patients": {"file": "export.csv", "merge": True,
                     "where": {"redcap_event_name": ["baseline_arm_1", "end_arm_1"],
                               "redcap_repeat_instrument": ""}},
        "laboratory": {"file": "export.csv",
                       "where": {"redcap_event_name": ["baseline_arm_1", "month_1_arm_1"],
                                 "redcap_repeat_instrument": ""}},
        "adverse_events": {"file": "export.csv",
                           "where": {"redcap_repeat_instrument": "adverse_events"}}},
    "columns": {"patients": {"patient_id": "record_id", "rt_start": "rt", "last_followup": "last"},
                "laboratory": {"patient_id": "record_id", "visit": "redcap_event_name",
                               "albumin_g_l": "alb", "bilirubin_umol_l": "bili"},
                "adverse_events": {"patient_id": "record_id", "term": "ae", "onset_date": "onset"}},
    "values": {"patients": {"sex": {1: "male", 2: "female"}},
               "laboratory": {"visit": {"baseline_arm_1": "baseline", "month_1_arm_1": "month_1"}}},
}


def test_redcap_events(tmp_path):
    folder = write_study(tmp_path / "redcap", {"export": REDCAP}, EVENTS)
    assert check_study(folder).empty
    study = read_study(folder)
    assert study.patients["sex"].tolist() == ["male", "female"]
    assert study.patients["last_followup"].dt.year.tolist() == [2021, 2022]
    assert study.laboratory["visit"].tolist() == ["baseline", "month_1", "baseline"]
    assert study.adverse_events["term"].tolist() == ["Rash"]


def test_redcap_events_that_contradict_each_other_are_named(tmp_path):
    text = REDCAP.replace("2,end_arm_1,,,", "2,end_arm_1,,1,")
    found = check_study(write_study(tmp_path / "redcap", {"export": text}, EVENTS))
    assert found[["row", "column"]].values.tolist() == [[7, "sex"]]
    bad = REDCAP.replace("1,end_arm_1,,,,2021-06-01", "1,end_arm_1,,,,2020-05-01")
    found = check_study(write_study(tmp_path / "redcap", {"export": bad}, EVENTS))
    assert {(5, "death")} <= set(zip(found["row"], found["column"], strict=True))


def test_visits_by_day(tmp_path, tiny_tables):
    days = {"baseline": -3, "month_1": 28, "month_3": 95}
    lines = [line.split(",") for line in tiny_tables["laboratory"].splitlines()]
    by_day = [["patient_id", "day", *lines[0][2:]]]
    by_day += [[r[0], str(days[r[1]]), *r[2:]] for r in lines[1:]]
    by_day.append(["A1", "-20", "30", "40", "1", "4", "4"])
    by_day.append(["A1", "300", "30", "40", "5", "4", "4"])
    tables_ = tiny_tables | {"laboratory": "\n".join(",".join(r) for r in by_day) + "\n"}
    windows = {"baseline": [-28, 0], "month_1": [14, 60], "month_3": [61, 120]}
    study = read_study(write_study(tmp_path / "days", tables_, STUDY | {"visits": windows}))
    visits = study.laboratory["visit"].fillna("none").tolist()
    assert visits == [*(r[1] for r in lines[1:]), "none", "none"]
    found = check_study(write_study(tmp_path / "days", tables_, STUDY))
    assert "no windows for the visits" in set(found["problem"])


def test_the_nearest_row_of_a_window_is_the_visit():
    rows = pd.DataFrame({"patient_id": list("aaab"), "day": [20.0, 40.0, 90.0, 59.0]})
    visits = derive_visit(rows, {"month_1": (14, 60)}).notna()
    assert visits.tolist() == [True, False, False, True]


@pytest.mark.parametrize(("text", "decimal", "value"), [
    ("4.2", None, 4.2), ("4,2", None, 4.2), ("1,234.5", None, 1234.5), ("0,125", None, 0.125),
    ("1.234,5", "comma", 1234.5), ("4,25", "comma", 4.25), ("1,234", "point", 1234),
    ("-3", None, -3), ("1,234,567", None, 1234567), ("1,234", "comma", 1.234)])
def test_numbers(text, decimal, value):
    assert cells.read_number(text, decimal) == value


@pytest.mark.parametrize(("text", "decimal"), [
    ("1,234", None), ("1.5", "comma"), ("1,23", "point"), ("1e999", None), ("", None), ("٣", None)])
def test_doubtful_numbers_are_refused(text, decimal):
    with pytest.raises(cells.CellError):
        cells.read_number(text, decimal)


@pytest.mark.parametrize(("text", "order", "day"), [
    ("03/04/2020", "day-first", "2020-04-03"), ("03/04/2020", "month-first", "2020-03-04"),
    ("43831", "excel", "2020-01-01"), ("42369", "excel-1904", "2020-01-01"),
    ("01JAN2020", None, "2020-01-01"), ("2020-01-01T10:00:00Z", None, "2020-01-01")])
def test_dates(text, order, day):
    assert str(cells.read_date(text, order)) == day


def test_units_are_converted_once():
    typed = tables.convert_unit(pd.Series([4.2]), "albumin_g_l", "g/dL")
    assert typed.tolist() == [42]
    days = tables.convert_unit(pd.Series([-2.0, 1.0, 8.0]), "onset_day", "study day")
    assert days.tolist() == [-2, 0, 7]


def test_a_row_is_numbered_by_its_line_in_the_file():
    frame, found = read_delimited(b'a,b\n\n1,"x\ny"\n2,z\n', "t.csv")
    assert frame.index.tolist() == [3, 5]
    assert found == []


def test_what_no_row_fills_is_left_out(tmp_path, tiny_tables):
    tiny_tables["patients"] = "\n".join(
        f"{line},{more}" for line, more in zip(
            tiny_tables["patients"].splitlines(), ["os_months,os_event,lesion_count", *[",,"] * 6],
            strict=True)) + "\n"
    study = read_study(write_study(tmp_path / "wide", tiny_tables, STUDY))
    assert "lesion_count" not in study.patients
    assert set(study.endpoints["endpoint"]) >= {"OS", "PFS"}


def test_covariates_without_values_or_groups_are_told(tmp_path, tiny_tables):
    tiny_tables["patients"] = tiny_tables["patients"].replace(",ecog,", ",afp_ng_ml,", 1)
    text = [line.split(",") for line in tiny_tables["patients"].splitlines()]
    for row in text[1:]:
        row[4] = ""
    tiny_tables["patients"] = "\n".join(map(",".join, text)) + "\n"
    covariates = [{"name": "afp", "label": "AFP", "column": "afp_ng_ml", "cut": 400},
                  {"name": "age", "label": "Age", "column": "age_years", "cut": 30}]
    more = STUDY | {"covariates": covariates}
    found = check_study(write_study(tmp_path / "s", tiny_tables, more))
    assert found["severity"].tolist() == ["warning", "warning"]
    assert found["problem"].tolist() == ["has no value for any patient",
                                         "leaves all patients on one side"]


def test_levels_have_the_type_of_their_column(tmp_path, tiny_tables):
    tiny_tables["patients"] = tiny_tables["patients"].replace("centre", "viral_hepatitis", 1) \
        .replace("North", "yes").replace("South", "no")
    more = {"covariates": [{"name": "v", "label": "V", "column": "viral_hepatitis",
                            "exposed": "yes", "labels": ["no", "yes"]}],
            "criteria": [{"label": "v", "columns": "viral_hepatitis", "levels": "yes"}]}
    study = read_study(write_study(tmp_path / "s", tiny_tables, STUDY | more))
    assert study.covariates[0].exposed == (True,)
    assert study.covariates[0].labels == ("no", "yes")
    assert study.criteria[0].levels == (True,)
