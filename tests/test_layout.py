"""Sheets as people make them: titles, totals, hidden rows, charts; nothing wrong stays unsaid."""

import datetime as dt

import openpyxl
import pandas as pd
import pytest
from conftest import PATIENTS, STUDY, write_study
from openpyxl.chart import BarChart

from analysis.layout import guess_header
from analysis.study import check_study, read_study
from report.cli import main

HEADER = ["Patient ID", "Age", "Sex", "AFP", "RT start", "Death", "Last FU"]
DAY = dt.datetime(2020, 6, 1)
ROWS = [["P1", 61, "M", 12.5, DAY, dt.datetime(2021, 6, 1), dt.datetime(2021, 6, 1)],
        ["P2", 48, "F", 400, DAY, None, dt.datetime(2022, 1, 15)],
        ["P3", 70, "M", 3, DAY, dt.datetime(2020, 12, 24), dt.datetime(2020, 12, 24)],
        ["P4", 55, "M", 1200, DAY, None, dt.datetime(2022, 3, 1)],
        ["P5", 66, "F", 8, DAY, dt.datetime(2021, 2, 2), dt.datetime(2021, 2, 2)]]


@pytest.fixture
def book():
    """A workbook with a sheet of five patients."""
    made = openpyxl.Workbook()
    made.active.title = "Patients"
    for row in (HEADER, *ROWS):
        made.active.append(row)
    return made


@pytest.fixture
def propose(tmp_path, capsys):
    """Return a function: the folder that `init` makes of a workbook, and what it says."""
    def propose(book):
        book.save(tmp_path / "book.xlsx")
        assert main(["init", str(tmp_path / "new"), "--from", str(tmp_path / "book.xlsx")]) == 0
        return tmp_path / "new", capsys.readouterr().out

    return propose


def find_places(folder):
    found = check_study(folder)
    assert (found["remedy"] != "").all()
    return {(r.row, r.column): r.problem for r in found.itertuples()}


def test_a_title_above_the_header_is_passed_over_and_told(book, propose):
    book.active.insert_rows(1, 3)
    book.active["A1"] = "Retrospective cohort, exported 3 May 2022"
    folder, told = propose(book)
    assert "row 4 is taken for the header" in told
    assert read_study(folder).patients["age_years"].tolist() == [61, 48, 70, 55, 66]


def test_a_merged_row_of_groups_above_the_header_is_passed_over(book, propose):
    book.active.insert_rows(1)
    book.active["A1"], book.active["E1"] = "Baseline", "Outcome"
    book.active.merge_cells("A1:D1")
    book.active.merge_cells("E1:G1")
    folder, _ = propose(book)
    assert find_places(folder) == {}
    assert len(read_study(folder).patients) == 5


def test_an_undeclared_title_is_one_error_with_its_remedy(tmp_path):
    folder = write_study(tmp_path / "x", {"patients": "Cohort, 2020\n\n" + PATIENTS}, STUDY)
    found = check_study(folder)
    assert found[["row", "column"]].values.tolist() == [[3, "patient_id"]]
    assert "header: 3" in found["remedy"].iloc[0]
    tables = {"patients": {"file": "patients.csv", "header": 3}}
    folder = write_study(folder, {}, STUDY | {"tables": tables})
    assert check_study(folder).empty
    assert read_study(folder).patients["patient_id"].iloc[0] == "A1"
    (folder / "patients.csv").write_text("Cohort\n\n" + PATIENTS.replace("A1,North,61", "A1,,x"))
    assert find_places(folder)[4, "age_years"] == "not a number"


def test_semicolons_below_a_title_are_seen(tmp_path):
    text = "Kohorte, 2020, Dresden\n" + PATIENTS.replace(",", ";")
    tables = {"patients": {"file": "patients.csv", "header": 2}}
    folder = write_study(tmp_path / "x", {"patients": text}, STUDY)
    assert check_study(folder)["row"].tolist() == [2]
    assert check_study(write_study(folder, {}, STUDY | {"tables": tables})).empty


def test_data_are_not_taken_for_a_header():
    assert guess_header([(1, ["id", "age"]), (2, ["age", "sex", "afp"])]) is None
    assert guess_header([(1, ["x"]), (2, ["PR", "61", "os"])]) is None


def test_totals_are_no_patients(book, propose):
    book.active.append([])
    book.active.append(["Total", 5])
    book.active.append(["Mean:", 60.0])
    folder, _ = propose(book)
    assert find_places(folder) == {
        (8, "Patient ID"): "a line of totals, not a patient",
        (9, "Patient ID"): "a line of totals, not a patient"}


def test_remarks_below_and_headings_between_are_asked_about(book, propose):
    book.active.insert_rows(4)
    book.active["A4"] = "Centre B"
    book.active["A30"] = "* data locked"
    folder, _ = propose(book)
    assert set(find_places(folder)) == {(4, "Patient ID"), (30, "Patient ID")}


def test_a_table_on_its_side_is_named(propose):
    book = openpyxl.Workbook()
    book.active.title = "Patients"
    for row in zip(HEADER, *ROWS, strict=True):
        book.active.append(row)
    folder, _ = propose(book)
    assert "lies on its side" in find_places(folder)[1, "Patient ID"]


def test_hidden_rows_are_told_and_hidden_sheets_are_not_read(book, propose):
    book.active.row_dimensions[3].hidden = True
    for state in ("hidden", "veryHidden"):
        sheet = book.create_sheet(state, 0)
        sheet.sheet_state = state
        sheet.append(HEADER)
        sheet.append(["X9", *ROWS[0][1:]])
    folder, told = propose(book)
    assert told.count("is not read") == 2
    assert find_places(folder) == {(3, ""): "hidden rows (1): they are read like the others"}
    assert len(read_study(folder).patients) == 5
    settings = (folder / "study.yml").read_text().replace("book.xlsx#Patients", "book.xlsx")
    (folder / "study.yml").write_text(settings)
    assert len(read_study(folder).patients) == 5


def test_charts_and_empty_sheets_are_no_matter(book, propose):
    book.create_chartsheet("Chart").add_chart(BarChart())
    book.create_sheet("Sheet3")
    folder, told = propose(book)
    assert "decide" not in told
    assert find_places(folder) == {}


def test_plain_numbers_in_a_workbook_of_1904_are_asked_about(book, propose):
    first = dt.datetime(1904, 1, 1)
    for row in book.active.iter_rows(min_row=2, min_col=5, max_col=7):
        for cell in row:
            cell.value = cell.value and (cell.value - first).days
            cell.number_format = "General"
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    folder, _ = propose(book)
    assert "the workbook counts days from 1904" in check_study(folder)["problem"].tolist()
    settings = (folder / "study.yml").read_text()
    (folder / "study.yml").write_text(settings + "dates: excel-1904\n")
    assert check_study(folder).empty
    assert set(read_study(folder).patients["rt_start"]) == {pd.Timestamp(DAY)}


def test_errors_of_a_spreadsheet_are_not_taken_for_missing(book, propose):
    book.active["B2"], book.active["D3"], book.active["C4"] = "#DIV/0!", "NA", "#N/A"
    folder, told = propose(book)
    assert "missing: [NA] is read as empty" in told
    assert find_places(folder) == {(2, "Age"): "is a spreadsheet's error",
                                   (4, "Sex"): "is a spreadsheet's error"}


def test_a_patient_who_stands_twice_is_named_with_the_row(book, propose):
    book.active.append(["P2", *ROWS[2][1:]])
    folder, _ = propose(book)
    assert find_places(folder) == {(3, "Patient ID"): "stands twice",
                                   (7, "Patient ID"): "stands twice"}


def test_a_year_of_two_digits_is_not_guessed(tmp_path):
    text = PATIENTS.replace("2020-06-01", "01.06.20", 1)
    found = check_study(write_study(tmp_path / "x", {"patients": text},
                                    STUDY | {"dates": "day-first"}))
    assert (2, "rt_start", "not a date: which century?") in set(
        zip(found["row"], found["column"], found["problem"], strict=True))
