"""How a book was made: hashes of data, code and parameters, and the versions of what made it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import analysis
from analysis.display import table
from report.run import hash_files

ROOT = Path(__file__).resolve().parents[1]
DIGITS = 16
PAGE = "made"
#: the one file beside the pages that differs from run to run
TIMES = "times.js"
PLACE = re.compile(r"^\*(\w+): filled in by `python -m report build`\*$", re.M)


@dataclass(frozen=True)
class Made:
    """What a book is made from.

    Attributes
    ----------
    version, profile : str
        Version of the project; `internal` or `share`.
    data, code : str
        Hash of the study folder, and of the code with the chapters' texts.
    files : dict of str to str
        Hash of each file of the study folder by its name within it.
    jobs : list of Job
        The executed chapters.
    """

    version: str
    profile: str
    data: str
    code: str
    files: dict
    jobs: list


def describe(study, study_dir, book_dir, jobs, profile=""):
    """Take down what a book is made from.

    Parameters
    ----------
    study : Study
    study_dir, book_dir : Path
        The study's folder; the folder of the chapters' texts.
    jobs : list of Job
    profile : str
        `internal` or `share`, where it is not to be as the study says.

    Returns
    -------
    Made
    """
    files = {str(path.relative_to(study_dir)): hash_text(path.read_bytes())
             for path in sorted(Path(study_dir).rglob("*")) if path.is_file()}
    code = hash_files(Path(analysis.__file__).parent, Path(__file__).parent, book_dir / "chapters")
    return Made(read_version(), profile or study.privacy, hash_files(study_dir)[:DIGITS],
                code[:DIGITS], files, jobs)


def hash_text(text):
    """Return the first digits of the SHA-256 of text or bytes."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()[:DIGITS]


def read_version():
    """Return the version of the project."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]["version"]


def fill_page(text, made, study):
    """Put what a book is made from into the places that its page keeps for it.

    Parameters
    ----------
    text : str
        The page; a place is a line such as ``*software: filled in by …*``.
    made : Made
    study : Study

    Returns
    -------
    str
    """
    parts = {"identity": lambda: list_identity(made, study), "files": lambda: list_files(made),
             "chapters": lambda: list_chapters(made.jobs), "software": list_software,
             "parameters": lambda: list_parameters(made.jobs)}
    filled = PLACE.sub(lambda match: write_part(parts[match[1]]()), text)
    return f'{filled}\n<script src="{TIMES}"></script>\n'


def write_part(told):
    """Return a part of the page: a table, or the sentence that stands for one."""
    return told if isinstance(told, str) else table(told, "l" * told.shape[1])


def list_identity(made, study):
    """Return what names this book, one thing a row."""
    reported = {"Study": study.title,
                "Patients": "synthetic: they do not exist" if study.synthetic else "",
                "Data up to": f"{study.data_cutoff:%-d %B %Y}" if study.data_cutoff else "",
                "Profile": f"{made.profile}: small counts are withheld"
                if made.profile == "share" else made.profile,
                "Version of the project": made.version, "Hash of the data": made.data,
                "Hash of the code": made.code,
                "Hash of the parameters": hash_parameters(made.jobs)}
    rows = [(name, text) for name, text in reported.items() if text]
    return pd.DataFrame(rows, columns=["What", "This book"])


def list_files(made):
    """Return the hash of each file of the study folder; one sentence in a book that is shared."""
    if made.profile == "share":
        return "The study’s files are not named in a book that is shared."
    return pd.DataFrame(made.files.items(), columns=["File of the study folder", "SHA-256"])


def hash_parameters(jobs):
    """Return one hash of the parameters of some chapters."""
    return hash_text(repr([(job.chapter.name, sorted(job.values.items())) for job in jobs]))


def list_chapters(jobs):
    """Return the hashes of each chapter."""
    rows = [(job.chapter.name, hash_text(job.chapter.text), hash_parameters([job]),
             job.key[:DIGITS]) for job in jobs]
    return pd.DataFrame(rows, columns=["Chapter", "Its text", "Its parameters",
                                       "All that it depends on"])


def list_parameters(jobs):
    """Return each parameter of each chapter with its meaning; one sentence where there is none."""
    rows = []
    for job in jobs:
        for name, meaning in read_meanings(job.chapter).items():
            value, usual = job.values[name], job.chapter.defaults[name]
            departs = f" (by default {spell(usual)})" if value != usual else ""
            rows.append((job.chapter.name, name, f"{spell(value)}{departs}", meaning))
    if not rows:
        return "No chapter has a parameter."
    return pd.DataFrame(rows, columns=["Chapter", "Parameter", "Value", "Meaning"])


def spell(value):
    """Spell the value of a parameter; an empty one as nothing."""
    return "nothing" if value in ("", [], None) else str(value)


def read_meanings(chapter):
    """Return the meaning of each parameter of a chapter: the comment behind its default."""
    source = next((c.source for c in chapter.notebook.cells
                   if "parameters" in c.metadata.get("tags", [])), "")
    told = dict(re.findall(r"^(\w+) = [^#\n]*(?:#\s*(.*))?$", source, re.M))
    return {name: told.get(name, "") for name in chapter.defaults
            if name not in ("study_dir", "out_dir")}


def list_software():
    """Return the versions of Python and of the libraries that the project asks for itself."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = [re.split(r"[\[=<>~!; ]", line)[0] for line in lines if re.match(r"\w", line)]
    rows = [("Python", platform.python_version()),
            *((name, importlib.metadata.version(name)) for name in sorted(names, key=str.lower))]
    return pd.DataFrame(rows, columns=["Software", "Version"])


def write_times(made, html_dir):
    """Write how long the chapters took to execute beside the pages, for their script to show.

    They differ from run to run, so that no page and no PDF holds them.
    """
    if (html_dir / f"{PAGE}.html").is_file():
        took = {job.chapter.name: round(job.seconds, 1) for job in made.jobs}
        (html_dir / TIMES).write_text(f"window.reportTimes = {json.dumps(took)};\n",
                                      encoding="utf-8")
