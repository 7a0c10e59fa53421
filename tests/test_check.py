"""`report check`: findings, what each chapter will show, exit statuses, JSON."""

import json

import pytest
from conftest import write_study
from small_book import change

from analysis.study import read_study
from report.cli import main


def test_a_clean_study_shows_its_chapters(tiny_study, capsys):
    assert main(["check", str(tiny_study), "--strict"]) == 0
    told = capsys.readouterr().out
    assert "nothing wrong" in told
    assert "in-field PFS" in told


def test_what_is_left_out_names_what_brings_it_back(minimal_study, capsys):
    assert main(["check", str(minimal_study), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    parts = {(p["chapter"], p["part"]): p for p in told["chapters"]}
    assert parts["survival", "OS"]["shown"]
    assert not parts["survival", "PFS"]["shown"]
    assert "pfs_months" in parts["survival", "PFS"]["needs"]
    assert parts["albi", "grades by visit"]["needs"].startswith("laboratory.visit")


def test_warnings_count_when_strict(tiny_study, capsys):
    change(tiny_study / "adverse_events.csv", "A1,Rash", "A1,rash")
    assert main(["check", str(tiny_study)]) == 0
    assert main(["check", str(tiny_study), "--strict"]) == 1
    assert "spelt in 2 ways" in capsys.readouterr().out


def test_errors_are_2_and_listed_as_json(tiny_study, capsys):
    change(tiny_study / "adverse_events.csv", "A1,Rash,2", "A1,Rash,7")
    change(tiny_study / "laboratory.csv", "A1,baseline,42", "A1,baseline,4.2")
    assert main(["check", str(tiny_study), "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    places = {(f["file"], f["row"], f["column"]) for f in told["findings"]}
    assert {("adverse_events.csv", 4, "grade"), ("laboratory.csv", 2, "albumin_g_l")} <= places
    assert any("g/dL" in f["problem"] and "g/dL" in f["remedy"] for f in told["findings"])


def test_a_thousand_findings_of_a_kind_are_counted(tmp_path, tiny_tables, capsys):
    rows = "".join(f"A1,Rash,9,{i}\n" for i in range(1000))
    tiny_tables["adverse_events"] = "patient_id,term,grade,onset_day\n" + rows
    folder = write_study(tmp_path / "many", tiny_tables, {"title": "x"})
    assert main(["check", str(folder)]) == 2
    assert "950 more of the same" in capsys.readouterr().out


@pytest.mark.parametrize("chapters", [{"survivl": {"entry_p": 0.1}}, {"survival": {"entri_p": 1}},
                                      {"survival": {"entry_p": "high"}}])
def test_parameters_of_chapters_are_checked(tmp_path, tiny_tables, chapters, capsys):
    folder = write_study(tmp_path / "bad", tiny_tables, {"title": "x", "chapters": chapters})
    assert main(["check", str(folder)]) == 2
    assert "chapters" in capsys.readouterr().out


def test_a_table_without_rows_says_what_it_means(tmp_path, tiny_tables, capsys):
    headers = {table: text.split("\n")[0] + "\n" for table, text in tiny_tables.items()}
    headers["patients"] = tiny_tables["patients"]
    folder = write_study(tmp_path / "bare", headers, {"title": "x"})
    assert main(["check", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    said = {f["file"]: (f["row"], f["problem"]) for f in told["findings"]}
    assert said.pop("adverse_events.csv") == (
        1, "no rows: the book says that no patient had an adverse event")
    assert said == {f"{table}.csv": (1, "no rows: reads as not recorded")
                    for table in ("radiotherapy", "laboratory", "screening")}
    shown = {p["chapter"]: p["shown"] for p in told["chapters"][::-1]}
    assert shown["safety"] and not shown["treatment"] and not shown["albi"]


def test_who_is_left_out_leaves_no_table_behind(tmp_path, tiny_tables):
    tiny_tables["laboratory"] = "patient_id,visit,albumin_g_l\nA1,baseline,42\n"
    tiny_tables["adverse_events"] = "patient_id,term,grade\nA1,Rash,2\n"
    study = read_study(write_study(tmp_path / "south", tiny_tables, {
        "title": "x", "tables": {"patients": {"file": "patients.csv",
                                              "where": {"centre": "South"}}}}))
    assert study.laboratory is None
    assert study.adverse_events.empty
