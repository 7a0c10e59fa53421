"""Nothing about a person is in a built book: pages, sources, downloads, results."""

import re
from pathlib import Path

import nbformat
import pandas as pd
import pikepdf
import pypdf
import pytest
from bs4 import BeautifulSoup
from small_book import change, write_book

from analysis.disclosure import is_count
from analysis.page import Page
from analysis.study import read_results, read_study
from analysis.withheld import tell
from report.cli import main

ROOT = Path(__file__).parents[1]
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


# the demonstration study as a book to be shared

#: counts below the threshold, as sentences and tables print them
SMALL = (r"\b[1-4] of \d+\b(?!\.)|(?<!\.)\b[1-4] (?:patients?|events?|deaths?)\b|"
         r"\b[1-4] \(\d+\.\d%?\)|\(n = [1-4]\)")
#: what only a picture or a story of single patients says
ALONE = (r"mark per patient|one per patient|line per patient|patient \(thin|"
         r"is a (?:man|woman)|aged \d")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    out = tmp_path_factory.mktemp("shared")
    assert main(["build", str(ROOT / "data" / "ning2023"), "--profile", "share",
                 "--out", str(out)]) == 0
    return out


def list_secrets():
    """List the names and dates of the patients, the dates as a reader and as a file writes them."""
    patients = read_study(ROOT / "data" / "ning2023").patients
    cutoff = read_study(ROOT / "data" / "ning2023").data_cutoff
    dates = {d.date() for c in patients.select_dtypes("datetime") for d in patients[c].dropna()}
    return {*patients["patient_id"]}, {spelt for d in dates - {cutoff}
                                       for spelt in (f"{d:%Y-%m-%d}", f"{d:%-d %B %Y}")}


def read_paper(path):
    """Read a PDF, without the pages that quote the paper's own numbers, and all that it stores."""
    pdf = pypdf.PdfReader(path)
    starts = [(top.title, pdf.get_destination_page_number(top)) for top in pdf.outline
              if not isinstance(top, list)]
    quoting = next(i for i, (title, _) in enumerate(starts) if "Printed and recomputed" in title)
    skipped = range(starts[quoting][1], starts[quoting + 1][1])
    told = [page.extract_text() for i, page in enumerate(pdf.pages) if i not in skipped]
    return re.sub(r"\s+", " ", " ".join(told).replace("\u00ad", "").replace("-\n", ""))


@pytest.mark.slow
def test_no_patient_is_in_a_shared_book(shared):
    names, dates = list_secrets()
    for path, text in read_all(shared).items():
        assert not names & set(re.findall(r"\w+", text)), path
        assert not [d for d in dates if d in text], path
        assert str(shared) not in text and str(ROOT) not in text and str(Path.home()) not in text
    for path in (shared / "html").rglob("*.ipynb"):
        metadata = nbformat.read(path, as_version=4).metadata
        assert set(metadata) <= {"kernelspec", "language_info"}, path


@pytest.mark.slow
def test_no_small_count_is_in_the_pages_of_a_shared_book(shared):
    for path in sorted((shared / "html").glob("chapters/*.html")):
        article = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").article
        if path.stem == "published":
            continue  # the paper's own numbers
        for quoted in article.select(".admonition.note, pre"):
            quoted.decompose()
        alts = [image.get("alt", "") for image in article.select("img")]
        assert all(alts), path
        text = re.sub(r"\s+", " ", " ".join([article.get_text(" "), *alts]))
        assert not re.findall(SMALL, text), path
        assert not re.findall(ALONE, text), path


@pytest.mark.slow
def test_no_small_count_is_in_the_results_of_a_shared_book(shared):
    for path in shared.glob("results/*/*.csv"):
        frame = pd.read_csv(path)
        if path.stem in {"suppressed", "curves"} or "where" in frame:
            continue  # what is withheld, merged steps, counts of printed numbers
        for column in filter(is_count, frame.columns):
            counts = pd.to_numeric(frame[column], errors="coerce")
            assert not counts.between(1, 4).any(), (path, column)


@pytest.mark.slow
def test_the_pdf_of_a_shared_book_tells_no_patient_and_no_small_count(shared):
    path = shared / "ning2023.pdf"
    if not path.exists():
        pytest.skip("no Pango on this machine")
    names, dates = list_secrets()
    text = read_paper(path)
    assert "This book is made to be shared." in text
    assert not names & set(re.findall(r"\w+", text))
    assert not [d for d in dates if d in text]
    assert not re.findall(SMALL, text)
    assert not re.findall(ALONE, text)
    with pikepdf.open(path) as pdf:
        stored = " ".join(str(value) for thing in pdf.objects if isinstance(
            thing, pikepdf.Dictionary) for value in thing.values()
            if isinstance(value, pikepdf.String))
    assert not names & set(re.findall(r"\w+", stored))
    assert not re.search(r"file:|\.ipynb|\.csv", stored)
    assert not any(str(place) in stored for place in (shared, ROOT, Path.home()))
    assert not re.findall(ALONE, stored)
