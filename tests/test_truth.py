"""Nothing stands in a book that is not in its results, its study.yml or its methods."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pypdf
import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import write_study
from hostile import write_hostile

from analysis.study import read_results, read_study
from report.chapters import read_chapters

ROOT = Path(__file__).parents[1]
CHAPTERS = read_chapters(ROOT)
PARTICULARS = (r"hepatocellular|\bHCC\b|checkpoint|sintilimab|camrelizumab|lenvatinib|\bPVTT\b|"
               r"ning2023|hbsn|\bICI\b|immunother|\b36 patients|mRECIST")
#: what is method where radiotherapy was given or the liver watched, and a claim elsewhere
OF_RADIOTHERAPY, OF_THE_LIVER = r"radiother|irradiat|radiation", r"\bliver|\bALBI\b"
NUMBER = re.compile(r"(?<![\w.])−?\d+(?:\.\d+)?(?!\w|\.\d)")


def write_large(folder):
    """300 patients with another disease, three-level groups, events and no index radiotherapy."""
    rng = np.random.default_rng(7)
    n = 300
    stage = rng.choice(["IIIA", "IIIB", "IV"], n)
    time = rng.weibull(1.3, n) * np.where(stage == "IV", 14, 26)
    rows = pd.DataFrame({
        "patient_id": [f"OV{i}" for i in range(n)], "age_years": rng.integers(30, 85, n),
        "sex": "female", "figo": stage, "residual": rng.choice(["none", "small", "large"], n),
        "ca125": rng.lognormal(5, 1, n).round(0),
        "os_months": np.minimum(time, 30).round(2) + 0.05, "os_event": (time < 30).astype(int),
        "pfs_months": np.minimum(time * 0.6, 30).round(2) + 0.05,
        "pfs_event": (time * 0.6 < 30).astype(int)})
    events = pd.DataFrame({"patient_id": rng.choice(rows["patient_id"], 400),
                           "term": rng.choice(["Neutropenia", "Neuropathy", "Nausea"], 400),
                           "grade": rng.choice([1, 2, 3, 4], 400),
                           "onset_day": rng.integers(1, 200, 400)})
    covariates = [{"name": "figo", "label": "FIGO stage", "column": "figo", "reference": "IIIA"},
                  {"name": "residual", "label": "Residual disease", "column": "residual",
                   "reference": "none"},
                  {"name": "ca125", "label": "CA-125", "column": "ca125", "cut": 150}]
    return write_study(folder, {"patients": rows.to_csv(index=False),
                                "adverse_events": events.to_csv(index=False)},
                       {"title": "Ovarian cohort", "disease": "ovarian cancer",
                        "treatment": "chemotherapy", "treatment_short": "chemo",
                        "covariates": covariates})


def write_minimal(folder):
    rng = np.random.default_rng(5)
    rows = pd.DataFrame({"patient_id": [f"M{i}" for i in range(12)],
                         "os_months": rng.exponential(9, 12).round(1) + 0.1,
                         "os_event": [1, 0] * 6, "sex": ["male", "female"] * 6,
                         "age_years": range(40, 76, 3)})
    return write_study(folder, {"patients": rows.to_csv(index=False)}, {"title": "Minimal"})


STUDIES = {"minimal": write_minimal, "large": write_large, "hostile": write_hostile}


@pytest.fixture(params=STUDIES)
def book(request, shelf):
    """The book of one study: its folder, its executed pages by name, its results, its place."""
    folder, out = shelf(STUDIES[request.param])
    pages = {path.stem: nbformat.read(path, 4)
             for path in [out / "book" / "intro.ipynb", *(out / "book" / "chapters").iterdir()]}
    return folder, pages, read_results(out), out


def said(page):
    """What a page computed."""
    return "\n".join(o["data"].get("text/markdown", "") for c in page.cells
                     for o in c.get("outputs", []) if "data" in o)


def written(page):
    """What a page prints without having computed it."""
    return "\n".join(c.source for c in page.cells if c.cell_type == "markdown")


def strip(text):
    """Leave what a reader sees as words and numbers of results."""
    text = re.sub(r"\{number\}`([^`<]*(?:<[^`<]*)?) <[^`]*>`", r"\1", text)
    text = re.sub(r"10\.\d{4,}/\S+", "", text)
    text = re.sub(r"^:(name|figclass|align|icon|class):.*$|^:::.*?(figure|table|admonition)\}", "",
                  text, flags=re.M)
    return re.sub(r"`[^`]*`|\]\([^)]*\)|\{[^}]*\}", " ", text)


def spell(value):
    """List the ways in which a number may be printed."""
    value = abs(float(value))
    return {f"{np.floor(v * 10**d + 0.5 + 1e-9) / 10**d:.{d}f}" for v in (value, 100 * value)
            for d in range(4)}


def list_allowed(folder, results):
    """List all numbers that results, study.yml, parameters and labels hold."""
    allowed = set()
    for frame in results.values():
        for column in frame.columns:
            if pd.api.types.is_numeric_dtype(frame[column]):
                for value in frame[column].replace([np.inf, -np.inf], np.nan).dropna().unique():
                    allowed |= spell(value)
            else:
                allowed |= set(NUMBER.findall(" ".join(map(str, frame[column].unique()))))
        totals = frame.select_dtypes("number").sum()
        allowed |= {str(int(t)) for t in totals if np.isfinite(t)}
    texts = [(folder / "study.yml").read_text(encoding="utf-8")]
    texts += [c.text for c in CHAPTERS]
    texts.append((ROOT / "analysis" / "prose" / "methods.py").read_text(encoding="utf-8"))
    for text in texts:
        for number in NUMBER.findall(text):
            allowed |= spell(number.replace("−", "-"))
    return allowed


def test_a_page_that_is_opened_as_a_notebook_shows_no_markup(book):
    _, pages, _, _ = book
    outputs = [o["data"] for page in pages.values() for c in page.cells
               for o in c.get("outputs", []) if "text/markdown" in o.get("data", {})]
    assert outputs
    raw = [o["text/html"] for o in outputs
           if re.search(r"\{[a-z:]+\}<code>|:::\{", o["text/html"])]
    assert not raw


def test_every_number_is_in_the_results_or_in_the_study(book):
    folder, pages, results, _ = book
    allowed = list_allowed(folder, results)
    n = len(read_study(folder).patients)
    allowed |= {str(i) for i in range(32)} | {str(n), "0.001", "0.999"}
    strange = {}
    for name, page in pages.items():
        found = [x.lstrip("−") for x in NUMBER.findall(strip(said(page)))]
        strange |= {(name, x): 1 for x in found if x not in allowed}
    assert not strange


def read_pages(out):
    """What each page of a built book says, its pictures and its title included."""
    for path in [out / "html" / f"{name}.html" for name in ("intro", "made", "glossary")] + sorted(
            (out / "html" / "chapters").glob("*.html")):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        article = soup.select_one("article")
        for element in article.select("code, pre, section#references, "
                                      "section#chapters-left-out, "
                                      "span[id^=id] a, a.reference.internal"):
            element.decompose()
        alts = [image.get("alt", "") for image in article.select("img")]
        yield path.stem, " ".join([soup.title.get_text(), article.get_text(" "), *alts])


def read_print(path):
    """What the PDF says, the list of references and what was left out aside."""
    pdf = pypdf.PdfReader(path)
    entries = [(entry.title, pdf.get_destination_page_number(entry))
               for top in pdf.outline for entry in (top if isinstance(top, list) else [top])]
    first = {title: page for title, page in entries}
    last = next((page for _, page in entries if page > first["References"]), len(pdf.pages))
    skipped = {*range(first["References"], last), first.get("Chapters left out")}
    told = [page.extract_text() for i, page in enumerate(pdf.pages) if i not in skipped]
    text = " ".join([*told, *first, str(pdf.metadata)]).replace("-\n", "").replace("\u00ad", "")
    return re.sub(r"it (?:did without|needs)[^.]*\.", "", text)  # names of tables


def test_no_particular_of_the_demonstration_study_stands_in_another_book(book):
    folder, *_, out = book
    study = read_study(folder)
    words = PARTICULARS
    words += f"|{OF_RADIOTHERAPY}" if study.radiotherapy is None else ""
    words += f"|{OF_THE_LIVER}" if study.laboratory is None else ""
    texts = dict(read_pages(out))
    if (pdf := out / f"{folder.name}.pdf").exists():
        texts["the PDF"] = read_print(pdf)
    shown = {name: set(re.findall(words, text, re.I)) for name, text in texts.items()}
    assert len(texts) > 4
    assert not {name: found for name, found in shown.items() if found}


def test_nothing_of_a_person_gets_out(book):
    folder, pages, results, out = book
    identifiers = set(read_study(folder).patients["patient_id"])
    for page in pages.values():
        words = set(re.findall(r"[\w]+", nbformat.writes(page)))
        assert not identifiers & words
    for path in out.glob("results/*/*.csv"):
        assert not identifiers & set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    for frame in results.values():
        assert "patient_id" not in frame
        assert not any("date" in str(t) for t in frame.dtypes)


def test_no_saved_cell_begins_a_formula(book):
    *_, out = book
    for path in out.glob("results/*/*.csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for cell in frame.to_numpy().ravel():
            assert cell[:1] not in {"=", "+", "@"} and (
                cell[:1] != "-" or re.fullmatch(r"-[\d.e+-]+|-inf", cell)), (path.name, cell)


def test_study_words_are_what_the_pages_say(book):
    folder, pages, *_ = book
    settings = yaml.safe_load((folder / "study.yml").read_text(encoding="utf-8"))
    if settings.get("disease") == "ovarian cancer":
        assert "ovarian cancer" in said(pages["cohort"])
