"""Every result that a reader meets opens a card, in prose and in tables of the whole book."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from report.chapters import read_contents

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
CHAPTERS = [file for file in read_contents(ROOT) if file.startswith("chapters/")]
NUMBER = re.compile(r"[<>≥≤]?[−–\d][\d.,%−–/() ]*(?:to [−\d.]+)?")
#: what stands in a table and is no result: settings by which results are told apart
SETTINGS = {"Months", "ALBI grade", "DOI", "Software", "Estimator, limits"}
#: the ledger is itself what a card would say: printed, recomputed and status, in one row
LEDGER = {"published-score-table", "published-inexact-table", "published-ledger-table"}
#: what is always said with a result: its limits and its P value
RESULTS = re.compile(r"\bCI (?:of the difference |up to )?[−\d]|\bP [<=>] 0\.\d{3}|\d\.\d+%")


@pytest.fixture(params=["intro", *CHAPTERS])
def article(request, demonstration):
    text = (demonstration / "html" / f"{request.param}.html").read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser").select_one("article")
    for part in page.select(".number-card, pre, details.hide, figcaption, script"):
        part.decompose()
    return page


def test_every_result_of_a_table_opens_a_card(article):
    bare = []
    for table in article.select("table"):
        if table.get("id") in LEDGER:
            continue
        heads = [cell.get_text(strip=True) for cell in table.select("thead th")]
        for row in table.select("tbody tr"):
            for head, cell in list(zip(heads, row.select("td"), strict=True))[1:]:
                text = cell.get_text(strip=True)
                if head not in SETTINGS and NUMBER.fullmatch(text) and re.search(r"\d", text) \
                        and not cell.select("button.number"):
                    bare.append((table.get("id"), head, text))
    assert bare == []


def test_every_estimate_of_prose_opens_a_card(article, request):
    if "published" in request.node.callspec.params["article"]:
        pytest.skip("the ledger counts printed numbers; each of them is a row of its table")
    for table in article.select("table"):
        table.decompose()
    for button in article.select("button.number"):
        button.string = "N"
    said = " ".join(article.get_text(" ").split())
    assert [said[m.start() - 40:m.end() + 20] for m in RESULTS.finditer(said)] == []


def test_every_button_has_its_card_and_every_card_its_button(article, demonstration, request):
    name = request.node.callspec.params["article"]
    page = BeautifulSoup((demonstration / "html" / f"{name}.html").read_text(encoding="utf-8"),
                         "html.parser")
    buttons = {button["popovertarget"] for button in page.select("button.number")}
    cards = page.select("[popover]")
    assert buttons == {card["id"] for card in cards}
    for card in cards:
        told = {term.get_text(): value.get_text()
                for term, value in zip(card.select("dt"), card.select("dd"), strict=True)}
        assert told["Data"].endswith(".csv") and "column" in told["Where"]
        assert told["Computed by"].startswith("analysis.")
        for link in card.select("a"):
            path = (demonstration / "html" / name).parent / link["href"].partition("#")[0]
            assert path.is_file(), link["href"]


def read_value(text):
    """Read the first number of a text; None where there is none."""
    found = re.search(r"[−-]?\d+(?:\.(\d+))?(?:e[+-]?\d+)?", text.replace("−", "-"))
    return (float(found[0]), len(found[1] or "")) if found else None


def test_what_is_read_is_what_stands_on_the_card(article, demonstration, request):
    name = request.node.callspec.params["article"]
    page = BeautifulSoup((demonstration / "html" / f"{name}.html").read_text(encoding="utf-8"),
                         "html.parser")
    wrong = []
    for card in page.select("[popover]"):
        shown, told = card.select_one(".value").get_text(), card.select("dt, dd")
        said = {k.get_text(): v.get_text() for k, v in zip(told[::2], told[1::2], strict=True)}
        limits = next((v for k, v in said.items() if k.endswith("limits")), "")
        own = limits if "column conf_low, conf_high" in said["Where"] else \
            re.sub(r"^.*? = ", "", said.get("This data set", ""))
        read, value = read_value(shown.rpartition("about ")[2]), read_value(own)
        if read is None or value is None or "<" in shown:
            continue
        off = min(abs(abs(read[0]) - abs(scale * value[0])) for scale in (1, 100))
        if off > 0.51 * 10.0 ** -read[1] + 1e-9:
            wrong.append((shown, said))
    assert wrong == []


def test_the_counts_of_table_1_stand_beside_their_print(demonstration):
    page = BeautifulSoup((demonstration / "html" / "chapters" / "cohort.html").read_text(
        encoding="utf-8"), "html.parser")
    told = [" ".join(card.get_text(" ").split()) for card in page.select(".number-card")]
    assert sum("in Table 1: exact" in card for card in told) > 30
