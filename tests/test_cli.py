import subprocess
import sys
from pathlib import Path

import pytest
from small_book import change, write_book

from report.cli import main

ROOT = Path(__file__).parents[1]


@pytest.fixture
def book(tmp_path):
    return write_book(tmp_path / "book")


def build(study, book, out, *more):
    return main(["build", str(study), "--book", str(book), "--out", str(out), "--no-pdf", *more])


def test_check_of_a_good_study_is_0(tiny_study, capsys):
    assert main(["check", str(tiny_study)]) == 0
    assert "nothing wrong" in capsys.readouterr().out


def test_all_findings_are_printed_and_exit_is_2(tiny_study, book, tmp_path, capsys):
    change(tiny_study / "patients.csv", "A1,North,61", "A1,North,sixty")
    change(tiny_study / "patients.csv", "2020-04-01", "2020-13-01")
    assert main(["check", str(tiny_study)]) == 2
    checked = capsys.readouterr().out
    assert "sixty" in checked
    assert "2020-13-01" in checked
    assert build(tiny_study, book, tmp_path / "out") == 2
    assert "sixty" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_a_folder_that_does_not_exist_is_2(tmp_path, book, capsys):
    assert build(tmp_path / "nowhere", book, tmp_path / "out") == 2
    assert "no such file" in capsys.readouterr().out


@pytest.mark.parametrize("parameter", ["countng.x=1", "counting.x=1", "counting.conf_level=high"])
def test_bad_parameters_are_refused_before_anything_runs(
        tiny_study, book, tmp_path, capsys, parameter):
    assert build(tiny_study, book, tmp_path / "out", "-p", parameter) == 2
    assert parameter.split("=")[0] in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_a_failing_chapter_is_1_and_leaves_the_earlier_book(tiny_study, book, tmp_path, capsys):
    out = tmp_path / "out"
    assert build(tiny_study, book, out) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in ("counting", "second", "liver", "intro", "pages"))
    before = {p: p.read_bytes() for name in ("html", "results", "book")
              for p in (out / name).rglob("*") if p.is_file()}
    change(book / "chapters" / "second.md", 'page.say("Nothing more.")', "1 / 0")
    assert build(tiny_study, book, out) == 1
    told = capsys.readouterr().out
    assert "second: cell 4 failed" in told
    assert "ZeroDivisionError" in told
    assert "Traceback" not in told
    assert before == {p: p.read_bytes() for p in before}


def test_open_without_a_book_says_how_to_make_it(tmp_path, capsys):
    assert main(["open", "study", "--out", str(tmp_path)]) == 1
    assert "report build study" in capsys.readouterr().out


def test_open_shows_the_front_page(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").write_text("")
    assert main(["open", "study", "--out", str(tmp_path)]) == 0
    assert shown == [(tmp_path / "html" / "index.html").as_uri()]


def test_the_module_runs_from_any_folder(tiny_study, tmp_path):
    done = subprocess.run([sys.executable, "-m", "report", "check", str(tiny_study)], cwd=tmp_path,
                          env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_score_prints_the_ledger_and_writes_it(tmp_path, tiny_study, capsys):
    (tiny_study / "published.csv").write_text(
        "id,where,value,decimals,kind,chapter,result,row,column\n"
        "a,Table 1,36,0,result,cohort,baseline,variable=age,total\n")
    results = tmp_path / "out" / "results" / "cohort"
    results.mkdir(parents=True)
    (results / "baseline.csv").write_text("variable,total\nage,36\n")
    assert main(["score", str(tiny_study), "--out", str(tmp_path / "out")]) == 0
    assert "Table 1" in capsys.readouterr().out
    assert "exact" in (tmp_path / "out" / "ledger.csv").read_text()


def test_score_without_a_book_says_what_is_missing(tmp_path, tiny_study, capsys):
    assert main(["score", str(tiny_study), "--out", str(tmp_path)]) == 1
    assert "published.csv" in capsys.readouterr().out


@pytest.mark.parametrize(("error", "status", "said"), [
    (KeyboardInterrupt(), 130, "an earlier book is as it was"),
    (OSError(28, "No space left on device"), 1, "No space left on device")])
def test_what_stops_a_command_is_one_line(monkeypatch, capsys, error, status, said):
    def stop(arguments):
        raise error

    monkeypatch.setattr("report.cli.score", stop)
    assert main(["score", "study"]) == status
    told = capsys.readouterr().out
    assert said in told
    assert len(told.splitlines()) == 1
