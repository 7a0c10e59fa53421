"""What a chapter writes must also be readable in a notebook that is opened by itself."""

import pytest
from bs4 import BeautifulSoup

from analysis.display import escape
from analysis.notebook import render

NUMBER = "{number}`7.4 <column=estimate&endpoint=PFS>`"


def read(markdown):
    return BeautifulSoup(render(markdown), "html.parser")


def test_a_sentence_shows_its_numbers_terms_and_citations():
    text = read(f"Median PFS was {NUMBER} months, {{term}}`RILD` apart {{cite:p}}`pan2010`.").text
    assert text == "Median PFS was 7.4 months, RILD apart [pan2010].\n"


def test_a_number_below_a_limit_keeps_its_sign():
    assert read("P {number}`<0.001 <column=p_value>`").text == "P <0.001\n"
    assert read("- {number}`>0.999 <column=p_value>`").li.text == ">0.999"
    assert read("{number}`36 <column=n>`. Nobody left.").text == "36. Nobody left.\n"


def test_a_list_is_a_list():
    assert [i.text for i in read(f"- {NUMBER}\n- two")("li")] == ["7.4", "two"]


def test_a_table_has_caption_and_cells():
    table = read(f":::{{table}} Rates, {NUMBER}\n:name: survival-rates-table\n:align: left\n\n"
                 f"| a | b |\n| :--- | ---: |\n| 1 | {NUMBER} |\n:::")
    assert table.p.text == "Rates, 7.4"
    assert [[c.text for c in row(["td", "th"])] for row in table("tr")] == [["a", "b"],
                                                                           ["1", "7.4"]]
    assert "survival-rates-table" not in table.text


def test_an_answer_is_folded_and_a_box_has_its_title():
    folded = read(":::{dropdown} Why?\n:icon: question\n\nTwo reasons:\n\n- one\n- two\n:::")
    assert folded.details.summary.text == "Why?" and len(folded.details("li")) == 2
    box = read(f":::{{admonition}} Takeaways\n:class: tip\n\n- {NUMBER} months\n:::")
    assert box.strong.text == "Takeaways" and box.li.text == "7.4 months"


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{number}`9 <column=n>`", "![x](y)",
                                  ":::{dropdown} x\n\n:::", "[a](javascript:alert(1))"])
def test_text_from_the_data_stays_text(text):
    page = read(f"Centre {escape(text)}.")
    assert page.text == f"Centre {' '.join(text.split())}.\n"
    assert [tag.name for tag in page()] == ["p"]


def test_raw_html_of_a_sentence_stays_text():
    assert [tag.name for tag in read("a <b onclick=x>b</b>\n\n<div>c</div>")()] == ["p", "p"]
