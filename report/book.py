"""Putting the book together: staging folder, jupyter-book, and the swap that publishes it."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from html import escape

import nbformat
import yaml

from analysis.notebook import render
from report.absent import list_outputs, say_absent, trim, unlink
from report.chapters import read_contents
from report.disk import find_full_disk
from report.lock import put, recover
from report.made import PAGE, fill_page
from report.run import PRODUCTS
from report.words import prune_glossary

FURNITURE = ("references.bib", "_static")
BANNER = "Synthetic data: these patients do not exist."


class BookError(Exception):
    """What jupyter-book found wrong with the pages."""


def stage(book_dir, stage_dir, jobs, absent, study, made):
    """Lay out the sources of the book that is to be printed.

    Parameters
    ----------
    book_dir : Path
        The project: contents, configuration, plain pages.
    stage_dir : Path
        Folder to fill; emptied first.
    jobs : list of Job
        The executed chapters.
    absent : dict
        Chapter: list of needs that the study does not meet.
    study : Study
    made : Made
        What its page `made` tells.
    """
    shutil.rmtree(stage_dir, ignore_errors=True)
    stage_dir.mkdir(parents=True)
    for name in FURNITURE:
        if (book_dir / name).is_dir():
            shutil.copytree(book_dir / name, stage_dir / name)
        elif (book_dir / name).is_file():
            shutil.copy(book_dir / name, stage_dir / name)
    executed = {job.chapter.file: job for job in jobs}
    left_out = {chapter.file for chapter in absent}
    for file in read_contents(book_dir):
        if file in executed:
            stage_chapter(executed[file], stage_dir, absent)
        elif file not in left_out:
            page = book_dir / f"{file}.md"
            (stage_dir / file).parent.mkdir(parents=True, exist_ok=True)
            text = unlink(page.read_text(encoding="utf-8"), absent)
            text = fill_page(text, made, study) if file == PAGE else text
            (stage_dir / f"{file}.md").write_text(text, encoding="utf-8")
    shorten_glossary(stage_dir)
    write_contents(book_dir, stage_dir, left_out)
    write_configuration(book_dir, stage_dir, study, all(map(starts_with_own_study, jobs)))


def starts_with_own_study(job):
    """Say whether a chapter's notebook, opened by itself, shows the study of this book."""
    usual = job.chapter.defaults.get("study_dir", "")
    folder = (job.book_dir / job.chapter.file).parent / usual
    return folder.resolve() == job.study_dir.resolve()


def shorten_glossary(stage_dir):
    """Leave the words that no page of this book uses out of its glossary.

    The page on its making does not count: it names what chapters may be told, not what they tell.
    """
    path = stage_dir / "glossary.md"
    if path.is_file():
        said = "\n".join(text for chapter in sorted(stage_dir.rglob("*.ipynb"))
                         for text in list_texts(nbformat.read(chapter, as_version=4)))
        said += "".join(page.read_text(encoding="utf-8") for page in stage_dir.rglob("*.md")
                        if page != path and page.stem != PAGE)
        path.write_text(prune_glossary(path.read_text(encoding="utf-8"), said), encoding="utf-8")


def list_texts(notebook):
    """List what an executed chapter prints."""
    return [text for cell in notebook.cells
            for text in ([cell.source] if cell.cell_type == "markdown" else list_outputs(cell))]


def stage_chapter(job, stage_dir, absent):
    """Copy an executed chapter with its figures and results; mend its links, and trim it."""
    for product in PRODUCTS:
        if (job.folder / product).is_dir():
            shutil.copytree(job.folder / product, stage_dir / product, dirs_exist_ok=True)
    target = stage_dir / f"{job.chapter.file}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    notebook = trim(nbformat.read(job.folder / f"{job.chapter.file}.ipynb", as_version=4))
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = unlink(cell.source, absent)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/markdown" in data:
                data["text/markdown"] = unlink(data["text/markdown"], absent)
                if "<img" not in data.get("text/html", "<img"):
                    data["text/html"] = render(data["text/markdown"])
    if job.chapter.file == read_contents(job.book_dir)[0] and absent:
        cell = nbformat.v4.new_markdown_cell(say_absent(absent))
        cell["id"] = f"{job.chapter.name}-absent"
        notebook.cells.append(cell)
    nbformat.write(notebook, target)


def write_contents(book_dir, stage_dir, left_out):
    """Write the contents without the chapters that are left out."""
    def prune(entry):
        if isinstance(entry, list):
            return [prune(item) for item in entry if not left_out & {dict(item).get("file")}]
        if isinstance(entry, dict):
            return {key: prune(value) for key, value in entry.items()}
        return entry

    contents = prune(yaml.safe_load((book_dir / "_toc.yml").read_text(encoding="utf-8")))
    contents["parts"] = [part for part in contents.get("parts", []) if part.get("chapters")]
    (stage_dir / "_toc.yml").write_text(yaml.safe_dump(contents, sort_keys=False))


def write_configuration(book_dir, stage_dir, study, can_launch):
    """Write the configuration of this study's book: title, authors, banner, no execution.

    A repository is named only where its notebooks show this study. The theme prints authors and
    logo as they stand, so they are made inert here.
    """
    config = yaml.safe_load((book_dir / "_config.yml").read_text(encoding="utf-8"))
    config["title"] = study.title
    config["author"] = escape(", ".join(study.authors) or config.get("author", ""))
    config.setdefault("html", {})["announcement"] = BANNER if study.synthetic else ""
    if not can_launch:
        config["repository"] = {"url": ""}
    options = config.setdefault("sphinx", {}).setdefault("config", {})
    options.setdefault("html_theme_options", {})["logo"] = {"text": escape(study.title)}
    config |= {"execute": {"execute_notebooks": "off"}, "exclude_patterns": []}
    (stage_dir / "_config.yml").write_text(yaml.safe_dump(config, sort_keys=False),
                                           encoding="utf-8")


def print_html(stage_dir, study):
    """Build the staged book; return the folder of its pages.

    Raises
    ------
    BookError
        With jupyter-book's warnings and errors.
    OSError
        When the disk is full.
    """
    cutoff = study.data_cutoff or dt.date(1980, 1, 1)
    moment = dt.datetime(cutoff.year, cutoff.month, cutoff.day, tzinfo=dt.UTC)
    epoch = str(int(moment.timestamp()))
    done = subprocess.run(
        [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build",
         str(stage_dir), "-W", "-n", "--keep-going", "--path-output", str(stage_dir.parent)],
        capture_output=True, text=True, check=False,
        env=os.environ | {"SOURCE_DATE_EPOCH": epoch, "NO_COLOR": "1", "PYTHONHASHSEED": "0"})
    if done.returncode:
        if full := find_full_disk(done.stdout + done.stderr):
            raise full
        said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr).splitlines()
        wrong = [line for line in said if re.search(r"WARNING|ERROR|Error|Exception", line)]
        where = f"{stage_dir}{os.sep}"
        raise BookError("\n".join(wrong or said[-20:]).replace(where, ""))
    return stage_dir.parent / "_build" / "html"


def publish(new_dir, out_dir, html_dir, pdf_name):
    """Put the new pages, sources, results and PDF in the place of the earlier ones."""
    old = new_dir.parent / "old"
    recover(old, out_dir)
    shutil.rmtree(old, ignore_errors=True)
    old.mkdir()
    new = {"html": html_dir, "book": new_dir / "book", "results": new_dir / "book" / "results"}
    shutil.copytree(new["results"], new_dir / "results", dirs_exist_ok=True)
    new["results"] = new_dir / "results"
    for name, made in (new | {pdf_name: new_dir / pdf_name}).items():
        if made.exists():
            put(made, out_dir / name, old / name)
        elif (out_dir / name).exists():  # no PDF was asked for, or Pango is missing
            (out_dir / name).rename(old / name)
    shutil.rmtree(old)
    shutil.rmtree(new_dir)
