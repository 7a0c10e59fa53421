"""The printed book: whole, tagged, with its own fonts, and the same bytes from the same input."""

import os
import re
from pathlib import Path

import pikepdf
import pypdf
import pytest
from bs4 import BeautifulSoup
from small_book import write_book

from analysis.study import read_results, read_study
from report import pdf
from report.book import BANNER
from report.cli import main
from report.gather import gather_pages, list_headings

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def weasyprint():
    """Skip where Pango is missing, but not where it was to be installed."""
    try:
        import weasyprint
    except OSError:
        if os.environ.get("CI"):
            raise
        pytest.skip(pdf.NEEDS_PANGO)
    return weasyprint


@pytest.fixture
def make(tiny_study, tmp_path, weasyprint):
    """Print the small book; return its PDF."""
    def start(name="out", *more):
        book = write_book(tmp_path / "book")
        out = tmp_path / name
        assert main(["build", str(tiny_study), "--book", str(book), "--out", str(out), *more]) == 0
        return out / "tiny.pdf"

    return start


def read_text(path):
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    return re.sub(r"\s+", " ", text.replace("\u00ad", "").replace("-\n", ""))


def list_tags(node, found):
    """Collect the structure elements below a node of the structure tree."""
    if isinstance(node, pikepdf.Array):
        for kid in node:
            list_tags(kid, found)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            found.append(node)
        if "/K" in node:
            list_tags(node.K, found)
    return found


# pages made fit for paper

PAGE = """<article><section id="one"><h1>1. One</h1>
<p><button class="number">7.4</button><span popover class="number-card">card</span>
<a href="two.html#there">there</a> <a href="../code/x.html">code</a>
<a href="https://a.org/b">outside</a> <span class="math">\\(x^2\\)</span></p>
<details class="hide"><pre>folded</pre></details>
<details class="sd-dropdown"><summary><span class="sd-summary-text">Why?</span></summary>
<div class="sd-summary-content"><p>So.</p></div></details>
<div class="cell_output"><table><caption>Long</caption><tbody>{rows}</tbody></table>
<p class="behind"><a href="../results/one/long.csv">data</a></p></div>
<section id="references"><h2>References</h2></section></section></article>"""


@pytest.fixture
def gathered(tmp_path):
    (tmp_path / "_toc.yml").write_text(
        "root: references\nchapters:\n- file: c/one\n- file: c/two\n")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "one.html").write_text(PAGE.format(rows="<tr><td>row</td></tr>" * 301))
    for name in ("references", "c/two"):
        (tmp_path / f"{name}.html").write_text(
            f"<article><section id='x'><h1>{name}</h1></section></article>")
    return gather_pages(tmp_path, tmp_path)


def test_what_unfolds_on_screen_is_settled(gathered):
    page = gathered.select_one("#one")
    text = page.get_text()
    assert "7.4" in text
    assert "card" not in text
    assert "folded" not in text
    assert "References" not in text
    assert [a.get("href") for a in page.select("a")] == [
        "#two--there", "https://a.org/b", "#answer-one-1"]
    assert page.select_one(".footnote").text == "https://a.org/b"
    assert page.select_one(".math img")["alt"] == "Formula: x^2"


def test_answers_move_to_the_appendix(gathered):
    assert "So." not in gathered.select_one("#one").get_text()
    assert "So." in gathered.select_one("#answers #answer-one-1").get_text()


def test_a_long_table_names_its_file(gathered):
    shown = gathered.select_one("#one .screen-only").get_text()
    assert "301 rows" in shown
    assert "results/one/long.csv" in shown
    assert not gathered.select("#one tr")


# the small book

@pytest.mark.slow
def test_the_same_input_gives_the_same_bytes(make):
    one = make("one").read_bytes()
    assert one == make("other").read_bytes()
    assert one.startswith(b"%PDF-1.7")


@pytest.mark.slow
def test_without_pdf_the_earlier_one_goes_with_its_book(make):
    assert make().is_file()
    assert not make("out", "--no-pdf").exists()


@pytest.mark.slow
def test_without_pango_the_pages_are_made_and_one_line_says_why(make, monkeypatch, capsys):
    def refuse(name, *rest, **options):
        if name == "weasyprint":
            raise OSError("cannot load library")
        return load(name, *rest, **options)

    load = __import__
    monkeypatch.setattr("builtins.__import__", refuse)
    missing = make()
    assert "apt-get install libpango" in capsys.readouterr().out
    assert not missing.exists()
    assert (missing.parent / "html" / "index.html").is_file()


# the book itself

@pytest.fixture(scope="module")
def printed(weasyprint, demonstration):
    with pikepdf.open(demonstration / "ning2023.pdf") as opened:
        yield opened


def list_entries(printed):
    with printed.open_outline() as outline:
        return [(i, str(item.title)) for top in outline.root
                for i, items in ((1, [top]), (2, top.children)) for item in items]


@pytest.mark.slow
def test_title_language_and_tags_are_declared(printed):
    study = read_study(ROOT / "data" / "ning2023")
    assert printed.docinfo["/Title"] == study.title
    assert str(printed.Root.Lang) == "en"
    assert printed.Root.MarkInfo.Marked
    assert printed.Root.ViewerPreferences.DisplayDocTitle
    assert "pdfuaid" in printed.open_metadata().__str__()
    kinds = {str(tag.S) for tag in list_tags(printed.Root.StructTreeRoot.K, [])}
    assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Figure", "/L", "/Link"} <= kinds


@pytest.mark.slow
def test_every_head_of_a_table_says_its_scope(printed):
    heads = [tag for tag in list_tags(printed.Root.StructTreeRoot.K, []) if str(tag.S) == "/TH"]
    assert {str(head.A.Scope) for head in heads} == {"/Column", "/Row"}


@pytest.mark.slow
def test_no_heading_ends_a_page_and_nothing_is_cut(printed):
    reader = pypdf.PdfReader(Path(printed.filename))
    headings = {" ".join(title.split()) for _, title in list_entries(printed)}
    for number, page in enumerate(reader.pages[3:], start=4):
        lines = [" ".join(line.split()) for line in page.extract_text().splitlines()]
        body = [line for line in lines if line and line != BANNER and line != str(number)]
        assert not body or body[-1] not in headings, number


@pytest.mark.slow
def test_the_outline_equals_the_contents(printed, demonstration):
    pages = gather_pages(demonstration / "html", demonstration / "book")
    headings = [(level, text) for level, text, _ in list_headings(pages)]
    assert list_entries(printed) == headings
    assert len(headings) > 30


@pytest.mark.slow
def test_it_is_a_book_and_not_a_pile(printed):
    assert 30 <= len(printed.pages) <= 140


@pytest.mark.slow
def test_every_font_is_embedded(printed):
    fonts = [f for f in printed.objects if isinstance(f, pikepdf.Dictionary)
             and f.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(f.keys()) for f in fonts)


@pytest.mark.slow
def test_every_figure_is_there_with_its_words(printed, demonstration):
    images = [image for path in sorted((demonstration / "html").rglob("*.html"))
              for image in BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select(
                  "article figure img")]
    tags = list_tags(printed.Root.StructTreeRoot.K, [])
    told = {str(tag.Alt) for tag in tags if str(tag.S) == "/Figure" and "/Alt" in tag}
    assert {image["alt"] for image in images} <= told
    pictures = {image["src"] for image in images if not image["src"].endswith(".svg")}
    pixels = [o for o in printed.objects if isinstance(o, pikepdf.Stream)
              and o.get("/Subtype") == "/Image" and o.get("/ColorSpace") != "/DeviceGray"]
    assert len(pixels) <= len(pictures), "a drawn figure is not vector"


@pytest.mark.slow
def test_saved_results_stand_in_the_text(printed, demonstration):
    results = read_results(demonstration)
    text = read_text(Path(printed.filename))
    response = results["efficacy", "response"].set_index(["assessment", "category"])
    rate = response.loc[("after_rt", "ORR")]
    assert f"{rate['n']:.0f} of {rate['total']:.0f} ({rate['percent']:.1f}%" in text
    medians = results["survival", "medians"]
    os = medians[(medians["endpoint"] == "OS") & (medians["group"] == "all")]
    assert f"{os['estimate'].iloc[0]:.1f} months" in text
    tests = results["albi", "tests"]
    assert f"{tests['statistic'].dropna().iloc[0]:.2f}" in text
    assert BANNER in text
