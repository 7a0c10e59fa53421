"""Nothing about a person is in a built book: pages, sources, downloads, results."""

import re

import pandas as pd
import pytest
from small_book import change, write_book

from analysis.page import Page
from analysis.study import read_results, read_study
from analysis.withheld import tell
from report.cli import main

DATE = re.compile(r"20(?:19|20|21)-\d\d-\d\d")


def read_all(out):
    """Read every text of a built book."""
    return {path: path.read_text(encoding="utf-8", errors="replace")
            for folder in ("html", "results", "book") for path in (out / folder).rglob("*")
            if path.suffix in {".html", ".ipynb", ".md", ".csv", ".js", ".txt", ".svg", ".yml"}
            and "_static" not in path.parts}


@pytest.fixture
def built(tiny_study, tmp_path):
    """A small book of the tiny study, its patients' names unmistakable."""
    for table in ("patients", "radiotherapy", "adverse_events", "laboratory"):
        path = tiny_study / f"{table}.csv"
        path.write_text(re.sub(r"^A(\d),", r"PERSON\1,", path.read_text(), flags=re.M))
    book = write_book(tmp_path / "book")
    for name in ("counting", "liver"):
        path = book / "chapters" / f"{name}.md"
        path.write_text(path.read_text().replace('"patient_id", "sex"', '"sex"').replace(
            'study.laboratory[["patient_id"]]', 'study.laboratory[["visit"]]'))
    out = tmp_path / "out"
    assert main(["build", str(tiny_study), "--book", str(book), "--out", str(out), "--no-pdf"]) == 0
    return out


def test_no_patient_no_date_and_no_place_of_the_machine_is_in_a_book(built, tmp_path):
    for path, text in read_all(built).items():
        assert "PERSON" not in text, path
        assert not DATE.search(text), path
        assert str(tmp_path) not in text, path
        assert tmp_path.parent.name not in text, path


def test_rows_of_patients_are_not_saved(tiny_study, tmp_path):
    page = Page("x", read_study(tiny_study), tmp_path)
    with pytest.raises(ValueError, match="single patients"):
        page.save(rows=pd.DataFrame({"patient_id": ["A1"]}))
    assert not list(tmp_path.rglob("rows.csv"))


def test_a_shared_page_saves_released_results_and_says_what_it_withheld(tiny_study, tmp_path):
    change(tiny_study / "study.yml", "synthetic: true", "synthetic: true\nprivacy: share")
    page = Page("x", read_study(tiny_study), tmp_path)
    page.save(wards=pd.DataFrame({"variable": "ward", "level": list("abc"), "n": [2, 9, 25],
                                  "total": 36, "percent": [5.6, 25.0, 69.4]}))
    folder = tmp_path / "results" / "x"
    assert pd.read_csv(folder / "wards.csv")["n"].tolist() == ["<5", "≥5", "25.0"]
    again = read_results(tmp_path)["x", "wards"]["n"]
    assert [tell(n) for n in again] == ["<5", "≥5", ""]
    log = pd.read_csv(folder / "suppressed.csv")
    assert set(log["why"]) == {"fewer than 5", "would give another cell away",
                               "estimated from withheld counts"}


def test_the_call_goes_before_the_study(tiny_study, tmp_path):
    (tmp_path / "profile").write_text("share")
    assert Page("x", read_study(tiny_study), tmp_path).keeper is not None
    (tmp_path / "profile").write_text("internal")
    assert Page("x", read_study(tiny_study), tmp_path).keeper is None
