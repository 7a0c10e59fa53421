import filecmp
import re
from pathlib import Path

import nbformat
import pytest
from small_book import build_tiny, change, write_book

from report import absent
from report import book as press
from report.chapters import read_chapters
from report.cli import main

ROOT = Path(__file__).parents[1]
LOADED = re.compile(r'<(?:script|img|iframe|source)[^>]+src="([^"]+)"|<link[^>]+href="([^"]+)"')


@pytest.fixture
def book(tmp_path):
    return write_book(tmp_path / "book")


@pytest.fixture
def build(book, tmp_path):
    """Build the small book; return the folder it stands in."""
    def start(study, name="out", *more):
        out = tmp_path / name
        assert main(["build", str(study), "--book", str(book), "--out", str(out), "--no-pdf",
                     *more]) == 0
        return out

    return start


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """Build the small book on the tiny study once, for tests that only read it."""
    return build_tiny(tmp_path_factory.mktemp("standing")) / "out"


def read_pages(out):
    return {str(p.relative_to(out / "html")): p.read_text(encoding="utf-8")
            for p in (out / "html").rglob("*.html") if not {"_static", "code"} & set(p.parts)}


def find_differences(one, other):
    compared = filecmp.dircmp(one, other)
    different = [*compared.left_only, *compared.right_only]
    different += filecmp.cmpfiles(one, other, compared.common_files, shallow=False)[1]
    for name in compared.common_dirs:
        different += find_differences(one / name, other / name)
    return different


# links to what is left out

@pytest.fixture
def liver(book):
    return next(c for c in read_chapters(book) if c.name == "liver")


@pytest.mark.parametrize(("text", "plain"), [
    ("see {doc}`liver`", "see “Liver”"),
    ("see {doc}`../chapters/liver`", "see “Liver”"),
    ("see {doc}`that one <chapters/liver>`", "see that one"),
    ("see [that](liver.md) or [this](chapters/liver.md#limits)", "see that or this"),
    ("see {numref}`liver-grades-table`", "see the chapter “Liver” (not in this book)"),
    ("see {ref}`so <liver-grades-table>`", "see the chapter “Liver” (not in this book)"),
    ("see {doc}`liverwort` and [it](https://a.org/liver)",
     "see {doc}`liverwort` and [it](https://a.org/liver)")])
def test_links_to_an_absent_chapter_become_words(liver, text, plain):
    assert absent.unlink(text, {liver: liver.needs}) == plain


def test_links_between_texts_point_at_the_executed_chapters():
    assert absent.unlink("[a](second.md) [b](../second.md#x) [c](https://a.org/b.md)", {}) == \
        "[a](second.ipynb) [b](../second.ipynb#x) [c](https://a.org/b.md)"


def test_a_row_that_points_to_an_absent_chapter_only_goes(liver):
    text = "| a | b |\n|:--|:--|\n| the liver | {doc}`chapters/liver` |\n| more | {doc}`second` |"
    assert absent.unlink(text, {liver: liver.needs}) == \
        "| a | b |\n|:--|:--|\n| more | {doc}`second` |"


def write_notebook(*cells):
    made = nbformat.v4.new_notebook()
    for i, cell in enumerate(cells):
        if isinstance(cell, str):
            made.cells.append(nbformat.v4.new_markdown_cell(cell))
        else:
            outputs = [nbformat.v4.new_output("display_data", {"text/markdown": t}) for t in cell]
            made.cells.append(nbformat.v4.new_code_cell("x", outputs=outputs))
        made.cells[-1]["id"] = f"c-{i}"
    return made


def test_a_section_that_shows_nothing_keeps_its_heading_and_the_line_that_says_why():
    trimmed = absent.trim(write_notebook(
        "# T\n\nIntro.", ["A takeaway."], "## Gone\n\nWhy.", ["*Not shown for this study: …*"],
        "**How to read this.** So.\n\n## Kept\n\nWhy.", [":::{table} t"],
        "**How to read this.** Thus.\nAnd thus.\n\nMore.", ["*Not shown for this study: …*"],
        "**How to read this.** Not so.\n\n## Limits\n\n- One."))
    said = [c.source for c in trimmed.cells if c.cell_type == "markdown"]
    assert said == ["# T\n\nIntro.", "## Gone", "## Kept\n\nWhy.",
                    "**How to read this.** Thus.\nAnd thus.\n\nMore.", "## Limits\n\n- One."]
    assert len({c["id"] for c in trimmed.cells}) == len(trimmed.cells)


def test_needs_are_spelt_as_columns_of_tables():
    assert absent.spell(["a.b", "a.c", "a.d"]) == "`b`, `c` and `d` in the table `a`"
    assert absent.spell(["a.b or a.c"]) == "`b` or `c` in the table `a`"
    assert absent.spell(["a.b or a.c", "d.e"]) == (
        "`b` or `c` in the table `a`, and `e` in the table `d`")


# a whole small book

def test_every_page_stands_with_its_figure_table_and_banner(standing):
    pages = read_pages(standing)
    assert {"index.html", "intro.html", "glossary.html", "chapters/counting.html",
            "chapters/second.html", "chapters/liver.html"} <= set(pages)
    counting = pages["chapters/counting.html"]
    assert 'alt="A rising line."' in counting
    assert "Table 1" in counting
    assert "Fig. 1" in counting
    assert all(press.BANNER in page for name, page in pages.items() if name != "index.html")
    assert (standing / "results" / "counting" / "patients.csv").is_file()
    assert not (standing / ".press" / "new").exists()


def test_no_page_loads_anything_from_elsewhere(standing):
    for name, page in read_pages(standing).items():
        for match in LOADED.finditer(page):
            address = next(filter(None, match.groups()))
            assert not re.match(r"(https?:)?//", address), (name, address)
            target = (standing / "html" / name).parent / address.split("?")[0].split("#")[0]
            assert target.exists(), (name, address)


def test_no_page_names_a_place_on_this_machine(standing):
    home = str(Path.home())
    for path in (standing / "html").rglob("*"):
        if path.is_file() and path.suffix in {".html", ".js", ".ipynb", ".inv"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert str(ROOT) not in text, path
            assert home not in text, path
            assert "/site-packages/" not in text, path


def test_real_patients_have_no_banner(build, tiny_study):
    change(tiny_study / "study.yml", "synthetic: true", "synthetic: false")
    assert not any(press.BANNER in page for page in read_pages(build(tiny_study)).values())


def test_an_absent_chapter_is_left_out_of_contents_and_links(build, minimal_study, capsys):
    out = build(minimal_study)
    pages = read_pages(out)
    assert "chapters/liver.html" not in pages
    assert not any("liver.html" in page for page in pages.values())
    assert "The liver" not in pages["intro.html"]
    assert "albumin_g_l" in pages["intro.html"]
    assert ("left out: needs `albumin_g_l` or `albi_grade` in the table `laboratory`"
            in capsys.readouterr().out)


def test_the_same_input_gives_the_same_bytes(build, tiny_study):
    one, other = build(tiny_study, "one"), build(tiny_study, "other")
    assert set(find_differences(one / "html", other / "html")) <= {"times.js"}
    assert find_differences(one / "results", other / "results") == []


def test_a_broken_page_leaves_the_earlier_book(build, book, tiny_study, tmp_path, capsys):
    out = build(tiny_study)
    before = (out / "html" / "glossary.html").read_bytes()
    change(book / "glossary.md", "# Glossary", "# Glossary\n\n{doc}`nowhere`")
    assert main(["build", str(tiny_study), "--book", str(book), "--out", str(out),
                 "--no-pdf"]) == 1
    assert "unknown document: 'nowhere'" in capsys.readouterr().out
    assert (out / "html" / "glossary.html").read_bytes() == before


def test_a_text_that_is_nobodys_is_replaced_whole(build, tiny_study):
    out = build(tiny_study)
    (out / "html" / "left.html").write_text("from an earlier book")
    build(tiny_study)
    assert not (out / "html" / "left.html").exists()
