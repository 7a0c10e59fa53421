import ast
import re
from pathlib import Path

import jupytext
import pandas as pd
import pytest
import yaml

from analysis.study import read_study
from report.chapters import GIVEN, read_chapters, settle_parameters
from report.cli import main

ROOT = Path(__file__).parents[1]
CHAPTERS = {c.name: c for c in read_chapters(ROOT)}
DEMONSTRATION = ROOT / "data" / "ning2023"
LOGIC = (ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.For, ast.While, ast.If, ast.Try, ast.BinOp,
         ast.AugAssign, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp)
RESULT = re.compile(r"\d+ of \d+|\d+ patients|\bP ?[=<] ?0?\.\d|\d\.\d+ ?%|\d+\.\d+ months"
                    r"|\d+(\.\d+)? ?\(\d+(\.\d+)?[–-]\d", re.I)

every_chapter = pytest.mark.parametrize("chapter", CHAPTERS.values(), ids=list(CHAPTERS))
every_numbered = pytest.mark.parametrize(
    "chapter", [c for c in CHAPTERS.values() if c.name != "intro"],
    ids=[name for name in CHAPTERS if name != "intro"])


def code(chapter):
    return [c for c in chapter.notebook.cells if c.cell_type == "code"]


def prose(chapter):
    return "\n".join(c.source for c in chapter.notebook.cells if c.cell_type == "markdown")


def tags(cell):
    return set(cell.metadata.get("tags", []))


def list_particulars():
    """Words that belong to the demonstration study and not to its book."""
    study = read_study(DEMONSTRATION)
    columns = [study.patients[c] for c in ("ici_agent", "antiangiogenic_agent", "centre")
               if c in study.patients]
    words = {w for c in columns for text in c.dropna().unique() for w in re.split(r"[,;+ ]+", text)}
    return {w for w in words if len(w) > 3} | {"hepatocellular", "checkpoint", study.disease}


@every_numbered
def test_the_two_halves_of_a_pair_are_equal(chapter):
    notebook = jupytext.read(ROOT / f"{chapter.file}.ipynb")
    halves = [[(c.cell_type, c.source, tags(c)) for c in half.cells]
              for half in (notebook, chapter.notebook)]
    assert halves[0] == halves[1], "make pairs"
    assert not any(c.get("outputs") or c.get("execution_count") for c in notebook.cells)


@every_chapter
def test_a_chapter_holds_calls_only(chapter):
    for cell in code(chapter):
        found = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, LOGIC)]
        assert not found, cell.source


@every_chapter
def test_a_visible_call_has_at_most_six_lines(chapter):
    for cell in code(chapter):
        if not tags(cell) & {"hide-input", "remove-input", "hide-cell", "remove-cell"}:
            assert len(cell.source.splitlines()) <= 6, cell.source


@every_chapter
def test_every_parameter_has_a_comment(chapter):
    cells = [c for c in code(chapter) if "parameters" in tags(c)]
    assert len(cells) == 1
    assert set(GIVEN) <= set(chapter.defaults)
    for line in cells[0].source.splitlines():
        assert "#" in line, line


@every_chapter
def test_no_result_is_typed(chapter):
    found = [m.group() for m in RESULT.finditer(re.sub(r"`[^`]*`", "", prose(chapter)))]
    assert found == []


@every_chapter
def test_no_particular_of_the_study_is_typed(chapter):
    written = (prose(chapter) + "".join(c.source for c in code(chapter))).lower()
    assert [w for w in list_particulars() if w.lower() in written] == []


def test_every_chapter_with_printed_numbers_tells_its_own_score():
    printed = set(read_study(DEMONSTRATION).published["chapter"].dropna()) - {""}
    assert len(printed) == 6
    for name in printed:
        assert [c.source.strip() for c in code(CHAPTERS[name])].count("page.score()") == 1, name


@every_numbered
def test_a_chapter_has_takeaways_limits_and_the_references_it_cites(chapter):
    text = prose(chapter)
    assert "page.takeaways(" in chapter.text
    assert re.search(r"^## Limits", text, re.M)
    assert bool(re.search(r"^## References", text, re.M)) == ("{cite" in text)


@pytest.mark.parametrize("name", ["cohort", "treatment", "efficacy", "survival", "safety", "albi"])
def test_a_chapter_asks_three_questions_with_folded_answers(name):
    text = CHAPTERS[name].text
    assert text.count("page.question(") + text.count("{dropdown}") >= 3


def test_the_literature_is_listed_once():
    keys = re.findall(r"^@\w+\{([^,]+),", (ROOT / "references.bib").read_text(), re.M)
    assert sorted(keys) == sorted(set(keys))
    cited = {key.strip() for c in CHAPTERS.values()
             for group in re.findall(r"\{cite:?\w*\}`([^`]+)`", c.text) for key in group.split(",")}
    assert cited <= set(keys)


# the whole book

@pytest.fixture(scope="module")
def build_book(tmp_path_factory):
    """Build the book of a study, with every warning an error; return the folder it stands in."""
    built = {}

    def start(folder):
        if folder not in built:
            out = tmp_path_factory.mktemp("book")
            assert main(["build", str(folder), "--out", str(out), "--no-pdf"]) == 0
            built[folder] = out
        return built[folder]

    return start


MEDIANS = "endpoint group level n n_event estimate conf_low conf_high conf_level method"
COLUMNS = {
    "cohort/baseline": "variable level n total percent median low high missing",
    "cohort/followup": MEDIANS,
    "treatment/summary": "variable level n total percent median low high missing",
    "treatment/bed": "dose_gy fractions dose_per_fraction_gy bed10_gy eqd2_gy technique n",
    "efficacy/response": "assessment category n total percent conf_low conf_high method",
    "efficacy/ratio": "group level n total percent conf_low conf_high method",
    "survival/medians": MEDIANS,
    "survival/rates": "endpoint group level time_mo estimate conf_low conf_high n_risk method",
    "survival/logrank": "endpoint group chi2 df p_value",
    "survival/cox": "endpoint model term level n n_event estimate conf_low conf_high p_value ties "
                    "reason",
    "safety/adverse_events": "term window band n total percent",
    "safety/patients": "window band n total percent",
    "albi/grades": "visit grade n total percent",
    "albi/tests": "test statistic df p_value",
}


@pytest.mark.parametrize("name", COLUMNS)
def test_the_demonstration_study_saves_every_promised_column(build_book, name):
    frame = pd.read_csv(build_book(DEMONSTRATION) / "results" / f"{name}.csv")
    assert set(COLUMNS[name].split()) <= set(frame.columns)
    assert len(frame)


@every_chapter
def test_every_chapter_executes_on_the_demonstration_study(build_book, chapter):
    assert (build_book(DEMONSTRATION) / "html" / f"{chapter.file}.html").is_file()


@pytest.mark.parametrize("study", ["tiny_study", "minimal_study"])
def test_the_book_executes_on_another_study(build_book, study, request):
    out = build_book(request.getfixturevalue(study))
    pages = {path.stem for path in (out / "html" / "chapters").glob("*.html")}
    assert "cohort" in pages
    assert "published" not in pages
    assert (out / "html" / "intro.html").is_file()


def test_the_demonstration_study_sets_only_parameters_that_exist():
    settings = yaml.safe_load((DEMONSTRATION / "study.yml").read_text(encoding="utf-8"))
    settle_parameters(list(CHAPTERS.values()), settings.get("chapters"), [])
