"""The ledger on a hand-made case of each status."""

import numpy as np
import pandas as pd
import pytest

from analysis import ledger
from analysis.prose import published
from analysis.study import read_results, read_study

RESULTS = {("survival", "cox"): pd.DataFrame({
    "endpoint": ["PFS", "PFS", "OS"], "term": ["age", "sex", "sex"],
    "estimate": [0.986, 0.31, np.nan], "p_value": [0.979, 0.0002, np.nan]}),
    ("survival", "rates"): pd.DataFrame({"time_mo": [12.0, 24.0], "estimate": [0.6714, 0.5]})}


def entry(name, value, decimals, row="", column="estimate", result="cox", **more):
    return {"id": name, "where": "Table", "value": value, "decimals": decimals, "kind": "result",
            "dup_of": None, "chapter": "survival", "result": result, "row": row, "column": column,
            "scale": np.nan, "status": None, "note": None} | more


PUBLISHED = pd.DataFrame([
    entry("exact", "0.99", 2, "endpoint=PFS; term=age"),
    entry("close", "0.30", 2, "endpoint=PFS; term=sex"),
    entry("off", "0.28", 2, "endpoint=PFS; term=sex"),
    entry("NE", "NE", -1, "endpoint=OS; term=sex"),
    entry("below", "<0.001", 3, "endpoint=PFS; term=sex", "p_value"),
    entry("scaled", "67.1", 1, "time_mo=12", result="rates", scale=100.0),
    entry("declared", "0.99", 2, "endpoint=PFS; term=age", status="contradicted", note="3 < 4"),
    entry("again", "0.99", 2, kind="restatement", dup_of="exact", chapter=None, result=None,
          row=None, column=None),
    entry("ambiguous", "0.99", 2, "endpoint=PFS"),
    entry("unsaved", "0.99", 2, "a=b", result="nowhere"),
])


@pytest.fixture
def joined():
    return ledger.join(PUBLISHED, RESULTS).set_index("id")


@pytest.mark.parametrize(("name", "status"), [
    ("exact", "exact"), ("close", "close"), ("off", "off"), ("NE", "exact"), ("below", "exact"),
    ("scaled", "exact"), ("declared", "contradicted"), ("again", "exact"),
    ("ambiguous", "not recomputable"), ("unsaved", "not recomputable")])
def test_each_status(joined, name, status):
    assert joined.loc[name, "status"] == status


def test_the_ledger_says_why(joined):
    assert joined.loc["declared", "note"] == "3 < 4"
    assert "2 rows" in joined.loc["ambiguous", "note"]
    assert "not saved" in joined.loc["unsaved", "note"]
    assert joined.loc["scaled", "shown"] == "67.1"


def test_a_note_stands_once_under_the_table_of_numbers_that_are_not_exact():
    twin = PUBLISHED[PUBLISHED["id"] == "declared"].assign(id="twin")
    many = [PUBLISHED[PUBLISHED["id"] == "declared"].assign(id=f"n{k}", note=f"note {k}")
            for k in range(30)]
    joined = ledger.join(pd.concat([PUBLISHED, twin, *many]), RESULTS)
    letters = published.inexact_table(joined).set_index("Number")["Note"]
    assert "exact" not in letters and letters["close"] == ""
    assert letters["declared"] == letters["twin"] == "a"
    assert letters["unsaved"] != letters["ambiguous"] and letters["n29"] == "gg"
    notes = published.describe_notes(joined)
    assert notes[0] == "**a** 3 &lt; 4" and len(notes) == letters[letters != ""].nunique()


def test_a_result_that_is_wrong_by_one_unit_turns_the_score_red():
    results = RESULTS | {("survival", "rates"): RESULTS["survival", "rates"].assign(
        estimate=[0.6724, 0.5])}
    before = ledger.score(ledger.join(PUBLISHED, RESULTS)).iloc[0]
    after = ledger.score(ledger.join(PUBLISHED, results)).iloc[0]
    assert after["exact"] == before["exact"] - 1 and after["close"] == before["close"] + 1


def test_every_number_is_counted_once():
    counted = ledger.score(ledger.join(PUBLISHED, RESULTS))
    assert counted["n"].sum() == len(PUBLISHED) == counted[list(ledger.STATUSES)].sum().sum()


@pytest.mark.parametrize(("printed", "decimals", "value", "status"), [
    ("7.4", 1, 7.449, "exact"), ("7.4", 1, 7.46, "close"), ("7.4", 1, 7.56, "close"),
    ("0.010", 3, 0.0114, "close"), ("0.010", 3, 0.0116, "off"), ("14", 0, 15, "close"),
    ("36", 0, 36, "exact"), ("NE", -1, 2.0, "off"), ("0.05", 2, np.nan, "off"),
    ("<0.001", 3, 0.0011, "off")])
def test_limits_of_close(printed, decimals, value, status):
    assert ledger.compare(printed, max(decimals, 0), value) == status


@pytest.mark.slow
def test_every_printed_count_of_the_tables_equals_its_saved_result(demonstration):
    study = read_study("data/ning2023")
    joined = ledger.join(study.published, read_results(demonstration))
    tables = joined[joined["where"].isin([f"Table {i}" for i in (1, 2, 3, 6, 7)])]
    assert len(tables) == 68 + 23 + 23 + 248 + 17
    words = tables["printed"].str.startswith("<")
    assert (tables.loc[words, "status"] == "exact").all()
    numbers = tables[~words]
    unlike = numbers[numbers["printed"].astype(float) != numbers["shown"].astype(float)]
    assert unlike.empty, unlike[["id", "printed", "shown"]].to_string()
