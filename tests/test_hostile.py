"""A study that attacks its own book: whatever it writes is read, and nothing of it acts."""

import json
import re

import pandas as pd
import pikepdf
import pytest
from bs4 import BeautifulSoup
from hostile import MARKS, write_hostile

pytestmark = pytest.mark.slow

ACTS = re.compile(r"acted", re.I)
#: elements of a chapter's output in a notebook
PROSE = {"p", "strong", "em", "code", "a", "ul", "ol", "li", "blockquote", "details", "summary",
         "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption"}


@pytest.fixture(scope="module")
def out(shelf):
    return shelf(write_hostile)[1]


@pytest.fixture(scope="module")
def pages(out):
    return {path.stem: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
            for path in (out / "html").rglob("*.html") if "_static" not in path.parts}


def test_no_page_holds_an_element_that_a_study_wrote(pages):
    assert len(pages) > 12
    for name, page in pages.items():
        for element in page.find_all(True):
            ours = {k: str(v) for k, v in element.attrs.items()
                    if k.startswith("on") or k in ("href", "src", "action", "style")}
            # a DOI is an address, and its characters stand in it spelt out
            wrong = {k: v for k, v in ours.items() if ACTS.search(v) and "doi.org/" not in v}
            assert not wrong, (name, element.name, wrong)
        scripts = " ".join(script.get_text() for script in page.select("script, style, template"))
        assert not ACTS.search(scripts), name
        assert not page.select("article :is(.problematic, .system-message, .danger)"), name
        assert not [b for b in page.select("article b") if not b.find_parent(class_="number-card")]


def test_what_a_study_wrote_is_read_as_it_wrote_it(pages):
    shown = pages["cohort"].select_one("article").get_text()
    for mark in MARKS:
        straight = re.sub("[‘’]", "'", re.sub("[“”]", '"', shown)).replace("–", "-")
        assert " ".join(mark.split()).replace("--", "-") in straight.replace("--", "-"), mark


def test_formulas_of_a_study_are_not_set(pages):
    for name, page in pages.items():
        if page.select("script[src*='tex-svg']"):
            assert '"ignoreHtmlClass": ".*"' in str(page), name
        for formula in page.select(".math"):
            assert not re.search(r"LaTeX|frac\{1\}\{2\}", formula.get_text()), name


def test_figures_are_inert_and_their_words_whole(out, pages):
    figures = list((out / "book").rglob("*.svg"))
    assert len(figures) > 8
    for figure in figures:
        drawn = BeautifulSoup(figure.read_text(encoding="utf-8"), "xml")
        assert not drawn.select("script, image, a, foreignObject, style[src]"), figure
        assert not ACTS.search(" ".join(e.name + str(e.attrs) for e in drawn.find_all(True)))
    alt = next(i["alt"] for i in pages["cohort"].select("img") if "Flow diagram" in i["alt"])
    assert MARKS[0] in alt and MARKS[4] in alt


def test_the_index_of_the_search_and_the_downloads_are_data(out):
    index = (out / "html" / "searchindex.js").read_text(encoding="utf-8")
    json.loads(index.removeprefix("Search.setIndex(").rstrip().removesuffix(")"))
    pages = [json.loads(path.read_text(encoding="utf-8"))
             for path in (out / "html" / "_sources").rglob("*.ipynb")]
    outputs = ["".join(output["data"]["text/html"]) for page in pages for cell in page["cells"]
               for output in cell.get("outputs", []) if "text/html" in output.get("data", {})]
    assert len(outputs) > 100
    for shown in outputs:
        elements = BeautifulSoup(shown, "html.parser").find_all(True)
        assert {e.name for e in elements} <= PROSE, shown
        assert all(e["href"].startswith("https://doi.org/") for e in elements if e.name == "a")


def test_a_spreadsheet_takes_no_result_for_a_formula(out):
    for path in (out / "results").rglob("*.csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for cell in [*frame.columns, *frame.to_numpy().ravel()]:
            assert not re.match(r"[=+@\t\r]|-(?![\d.]|inf)", cell), (path.name, cell)


@pytest.fixture(scope="module")
def printed(out):
    path = out / "hostile.pdf"
    if not path.exists():
        pytest.skip("no Pango on this machine")
    with pikepdf.open(path) as opened:
        yield opened


def test_the_pdf_acts_on_nothing(printed):
    for thing in printed.objects:
        if isinstance(thing, pikepdf.Dictionary):
            assert not {"/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/AA"} & set(thing.keys())
            uri = str(thing.get("/URI", ""))
            assert "doi.org/" in uri or not ACTS.search(uri), uri
    assert "/OpenAction" not in printed.Root


def test_title_and_outline_of_the_pdf_say_what_the_study_says(printed):
    assert str(printed.docinfo["/Title"]) == " ".join(MARKS[:10])
    with printed.open_outline() as outline:
        titles = [str(item.title) for item in outline.root]
    assert "1. Cohort" in titles and not any(ACTS.search(title) for title in titles)
