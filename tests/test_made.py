"""The page that tells how a book was made: true, for every study, and nothing of the machine."""

import hashlib
import json
import re
import shutil

import jupytext
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from small_book import build_tiny, change

from report import made
from report.chapters import read_chapters

TIMES = re.compile(r"window\.reportTimes = (\{.*\});\n")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the small book with a parameter that departs from its default."""
    return build_tiny(tmp_path_factory.mktemp("made"), "-p", "counting.conf_level=0.9")


@pytest.fixture
def page(built):
    text = (built / "out" / "html" / "made.html").read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser").select_one("article")


def read_table(page, name):
    return [[cell.get_text(strip=True) for cell in row.select("td")]
            for row in page.select(f"#{name} tbody tr")]


def test_each_file_stands_with_the_hash_that_anybody_can_compute(built, page):
    told = dict(read_table(page, "data"))
    assert set(told) == {p.name for p in (built / "tiny").iterdir()}
    for name, digits in told.items():
        content = (built / "tiny" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest().startswith(digits) and len(digits) == 16


def test_another_parameter_is_told_with_its_default_and_meaning(page):
    rows = {(row[0], row[1]): row[2:] for row in read_table(page, "parameters")}
    assert rows["counting", "conf_level"] == ["0.9 (by default 0.95)", "level of the limits"]
    assert rows["second", "conf_level"][0] == "0.95"
    assert not {name for _, name in rows} & {"study_dir", "out_dir"}


def test_software_stands_with_the_versions_in_use(page):
    told = dict(read_table(page, "software"))
    assert told["pandas"] == pd.__version__
    assert told["jupytext"] == jupytext.__version__
    assert told["Python"].startswith("3.")


def test_run_times_stand_beside_the_pages_and_in_none_of_them(built, page):
    text = (built / "out" / "html" / made.TIMES).read_text()
    took = json.loads(TIMES.fullmatch(text)[1])
    assert set(took) == {row[0] for row in read_table(page, "chapters")}
    assert all(seconds >= 0 for seconds in took.values())
    head = [cell.get_text(strip=True) for cell in page.select("#chapters th")]
    assert not any("time" in cell for cell in head)


def test_nothing_of_the_machine_is_told(built, page):
    assert str(built) not in page.get_text()
    assert not re.search(r"(?:/\w+){2,}", page.get_text())


def test_a_shared_book_names_no_file(built, page, tmp_path):
    study = made.describe(_Study("share"), built / "tiny", built / "book", [])
    said = made.fill_page("*files: filled in by `python -m report build`*", study, None)
    assert "patients" not in said


class _Study:
    def __init__(self, privacy):
        self.privacy = privacy


def test_other_data_and_other_code_have_other_hashes(built, tmp_path):
    study, book = tmp_path / "tiny", tmp_path / "book"
    shutil.copytree(built / "tiny", study)
    shutil.copytree(built / "book", book)
    first = made.describe(_Study("internal"), study, book, [])
    change(study / "patients.csv", "A1,North,61", "A1,North,62")
    second = made.describe(_Study("internal"), study, book, [])
    change(book / "chapters" / "second.md", "Nothing more.", "Nothing less.")
    third = made.describe(_Study("internal"), study, book, [])
    assert first.data != second.data == third.data
    assert first.code == second.code != third.code


def test_meanings_are_the_comments_of_the_chapter(built):
    chapter = next(c for c in read_chapters(built / "book") if c.name == "counting")
    assert made.read_meanings(chapter)["endpoints"] == "which endpoints"
