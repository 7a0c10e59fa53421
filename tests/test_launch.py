"""Buttons to Binder and Colab, and what stands ready there."""

import json
import re
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from small_book import change, write_book

from report.cli import main
from report.launch import find_repository
from report.links import list_dead

ROOT = Path(__file__).parents[1]
ADDRESS = "https://github.com/some-one/some.book"


def read_links(out, name):
    page = BeautifulSoup((out / "html" / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    return [a["href"] for a in page.select("a[href*='mybinder'], a[href*='colab']")]


@pytest.fixture
def book(tmp_path):
    return write_book(tmp_path / "book")


def build(book, study, out):
    return main(["build", str(study), "--book", str(book), "--out", str(out), "--no-pdf"])


def name_repository(book, address):
    change(book / "_config.yml", "author: Nobody",
           f"author: Nobody\nrepository: {{url: {address}, branch: main}}")


def put_in_book(book, study):
    """Make a study the one that the chapters' notebooks open by themselves."""
    own = book / "data" / "ning2023"
    own.parent.mkdir(exist_ok=True)
    study.rename(own)
    return own


@pytest.mark.slow
def test_a_chapter_opens_on_both_where_the_repository_is_known(book, tiny_study, tmp_path):
    name_repository(book, ADDRESS)
    out = tmp_path / "out"
    assert build(book, put_in_book(book, tiny_study), out) == 0
    assert read_links(out, "chapters/counting") == [
        "https://mybinder.org/v2/gh/some-one/some.book/main?urlpath=lab/tree/"
        "chapters/counting.ipynb",
        "https://colab.research.google.com/github/some-one/some.book/blob/main/"
        ".binder/colab.ipynb"]
    assert read_links(out, "glossary") == read_links(out, "intro") == []


@pytest.mark.slow
def test_no_button_opens_another_study(book, tiny_study, tmp_path):
    name_repository(book, ADDRESS)
    assert build(book, tiny_study, tmp_path / "out") == 0
    assert read_links(tmp_path / "out", "chapters/counting") == []


@pytest.mark.slow
def test_a_wrong_address_is_told_and_makes_no_book(book, tiny_study, tmp_path, capsys):
    name_repository(book, "https://example.org/book")
    assert build(book, put_in_book(book, tiny_study), tmp_path / "out") == 1
    assert "is no address of a repository on GitHub" in capsys.readouterr().out


@pytest.mark.parametrize(("url", "found"), [
    ("", None), (ADDRESS, ("some-one/some.book", "main")),
    (f"{ADDRESS}.git", ("some-one/some.book", "main")),
    (f"{ADDRESS}/", ("some-one/some.book", "main"))])
def test_addresses_are_read(url, found):
    assert find_repository({"repository_url": url}) == found


# what stands ready there

def test_colab_fetches_the_repository_that_the_buttons_name():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
    notebook = json.loads((ROOT / ".binder" / "colab.ipynb").read_text(encoding="utf-8"))
    code = "".join("".join(cell["source"]) for cell in notebook["cells"])
    assert re.search(r'repository = "(.*?)"', code)[1] == config["url"]
    assert re.search(r'branch = "(.*?)"', code)[1] == config["branch"]


def test_colab_asks_for_the_versions_of_the_project_and_chapters_that_exist():
    text = (ROOT / ".binder" / "colab.ipynb").read_text(encoding="utf-8")
    pinned = set((ROOT / "requirements.txt").read_text(encoding="utf-8").split())
    asked = set(re.findall(r"[\w-]+==[\w.]+", text))
    assert asked and asked <= pinned
    chapters = re.findall(r'\\"(\w+)\\"', re.search(r"@param \[(.*?)\]", text)[1])
    assert all((ROOT / "chapters" / f"{name}.ipynb").is_file() for name in chapters)


# workflows

def list_actions():
    return [step["uses"] for path in (ROOT / ".github" / "workflows").glob("*.yml")
            for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
            for step in job["steps"] if "uses" in step]


def test_actions_are_official_and_pinned_to_a_commit():
    assert list_actions()
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", used) for used in list_actions())


def test_workflows_call_targets_that_exist():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        asked = set(re.findall(r"run: make ([\w-]+)", path.read_text(encoding="utf-8")))
        assert asked and asked <= targets


def test_a_dead_link_is_one_that_is_not_there():
    link = {"uri": "https://a.org", "filename": "intro.md", "lineno": 3}
    answers = [("working", ""), ("broken", "404 Client Error: Not Found"),
               ("broken", "403 Client Error: Forbidden"), ("broken", "Name or service not known"),
               ("unchecked", "")]
    dead = list_dead([json.dumps(link | {"status": s, "info": i}) for s, i in answers])
    assert [line.rpartition(": ")[2] for line in dead] == [
        "Not Found", "Name or service not known"]
    assert dead[0].startswith("- https://a.org (intro.md)")
