"""Numbers that answer back: the cell that an address names, and what its card says."""

import nbformat
import numpy as np
import pandas as pd
import pytest
from sphinx.application import Sphinx

from analysis.display import cite, quote
from report.cards import describe_cells, find_printed, find_row
from report.sources import find_functions

MEDIANS = pd.DataFrame({"endpoint": ["PFS", "PFS"], "method": ["log-log", "normal"],
                        "n": [36, 36], "n_event": [29, 29], "estimate": [7.41, 7.41],
                        "conf_low": [3.9, 3.1], "conf_high": [np.nan, 11.7],
                        "conf_level": [0.95, 0.95]})
PATIENTS = pd.DataFrame({"window": ["acute"], "n": [12], "total": [36], "percent": [100 / 3]})
RESULTS = {("survival", "medians"): MEDIANS, ("safety", "patients"): PATIENTS}
LEDGER = pd.DataFrame({"chapter": ["survival"], "result": ["medians"], "column": ["estimate"],
                       "row": ["endpoint=PFS; method=normal"], "kind": ["result"],
                       "printed": ["7.4"], "where": ["Results"], "status": ["exact"],
                       "note": [np.nan]})


def address(text):
    return text.split("<")[1].split(">")[0]


def test_an_address_finds_its_cell_in_its_own_chapter_first():
    quoted = quote(MEDIANS, "estimate", endpoint="PFS", method="normal")
    chapter, name, row, columns, keys = find_row(RESULTS, "survival", address(quoted))
    assert (chapter, name, columns) == ("survival", "medians", ["estimate"])
    assert keys == ["endpoint", "method"]
    assert row["conf_low"] == 3.1


def test_an_ambiguous_or_unknown_address_finds_nothing():
    assert find_row(RESULTS, "survival", address(cite("7.4", "estimate", endpoint="PFS"))) is None
    assert find_row(RESULTS, "survival", address(cite("7.4", "hazard", endpoint="PFS"))) is None


def test_a_card_says_denominator_limits_and_what_is_not_reached():
    said = dict(describe_cells(MEDIANS.iloc[0], ["estimate"]))
    assert said["This data set"] == "7.41"
    assert said["Patients"] == "36, 29 with the event"
    assert said["95% limits"] == "3.900–not reached"
    assert dict(describe_cells(PATIENTS.iloc[0], ["percent"]))["Patients"] == "12 of 36"


def test_a_card_of_limits_says_what_they_belong_to_and_one_of_a_limit_says_that_limit():
    row = MEDIANS.iloc[1]
    both = dict(describe_cells(row, ["conf_low", "conf_high"]))
    assert (both["This data set"], both["95% limits"]) == ("7.41", "3.100–11.700")
    assert dict(describe_cells(row, ["conf_high"]))["This data set"] == "11.7"
    assert dict(describe_cells(row, ["n_event", "n"]))["This data set"] == "n_event = 29; n = 36"


def test_a_count_and_its_share_are_found_together():
    found = find_row(RESULTS, "safety", address(cite("12 (33.3)", "n.percent", window="acute")))
    assert found[:2] == ("safety", "patients") and found[3] == ["n", "percent"]


def test_print_is_found_for_its_own_row_only():
    assert len(find_printed(LEDGER, "survival", "medians", MEDIANS.iloc[1], ["estimate"])) == 1
    assert find_printed(LEDGER, "survival", "medians", MEDIANS.iloc[0], ["estimate"]) == []
    assert find_printed(None, "survival", "medians", MEDIANS.iloc[0], ["estimate"]) == []


def test_the_function_behind_a_result_is_found_in_the_chapter(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(
        "medians = survival.estimate_medians(endpoints)\nother = 3\n"
        "page.save(medians=medians, other=other)")])
    (tmp_path / "chapters").mkdir()
    nbformat.write(notebook, tmp_path / "chapters" / "survival.ipynb")
    found = find_functions(tmp_path)
    module, function, line = found["survival", "medians"]
    assert (module, function) == ("survival", "estimate_medians") and line > 1
    assert ("survival", "other") not in found


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    source = tmp_path_factory.mktemp("numbers")
    (source / "results" / "survival").mkdir(parents=True)
    MEDIANS.to_csv(source / "results" / "survival" / "medians.csv", index=False)
    quoted = quote(MEDIANS, "estimate", endpoint="PFS", method="normal")
    evil = cite("<b>x</b>", "estimate", endpoint="PFS", method="<script>")
    (source / "survival.md").write_text(f"# Survival\n\nMedian {quoted} months, {evil}.\n")
    (source / "conf.py").write_text(
        "extensions = ['myst_parser', 'report.numbers', 'report.sources']\nroot_doc = 'survival'\n")
    app = Sphinx(source, source, source / "out", source / "doctrees", "html", status=None)
    app.build()
    return source / "out"


def test_a_number_is_a_button_with_its_card_and_links_that_lead_somewhere(page):
    html = (page / "survival.html").read_text()
    assert '<button type="button" class="number" popovertarget="number-1">7.4</button>' in html
    assert 'href="results/survival/medians.csv"' in html
    assert (page / "results" / "survival" / "medians.csv").is_file()
    assert 'id="line-1"' in (page / "code" / "survival.html").read_text()


def test_a_number_that_nothing_stands_behind_is_plain_and_inert(page):
    html = (page / "survival.html").read_text()
    sentence = html[html.index("Median"):html.index("</p>", html.index("Median"))]
    assert "&lt;b&gt;x&lt;/b&gt;" in sentence
    assert "<script>" not in sentence and sentence.count("<button") == 1
