"""Rounding, formats, and text that stays text."""

import numpy as np
import pandas as pd
import pytest

from analysis import display


@pytest.mark.parametrize(("x", "decimals", "shown"), [
    (2.675, 2, "2.68"), (12.25, 1, "12.3"), (-0.04, 1, "0.0"), (-1.5, 0, "−2"), (34.375, 1, "34.4"),
    (52.0, None, "52"), (34.375, None, "34.4"), (np.nan, 1, "NE"), (np.inf, 2, "NE"),
    (0.285, 2, "0.29"),
])
def test_numbers_round_half_away_from_zero(x, decimals, shown):
    assert display.number(x, decimals) == shown


@pytest.mark.parametrize(("p", "shown"), [
    (0.0004, "<0.001"), (0.00099999, "<0.001"), (0.001, "0.001"), (0.05, "0.050"),
    (0.9999, ">0.999"), (np.nan, "NE")])
def test_p_values(p, shown):
    assert display.p_value(p) == shown


def test_limits_that_are_not_reached():
    assert display.interval(3.14, np.nan, 1, display.NOT_REACHED) == "3.1–NR"
    assert display.interval(-1, 2, 0) == "−1 to 2"


@pytest.mark.parametrize(("n", "shown"), [(0, "no patients"), (1, "1 patient"), (2, "2 patients")])
def test_counts_agree_with_their_noun(n, shown):
    assert display.count(n, "patient") == shown


def test_listing():
    assert display.listing([]) == "none"
    assert display.listing(["a"]) == "a"
    assert display.listing(["a", "b", "c"]) == "a, b and c"


def test_quote_takes_exactly_one_row():
    medians = pd.DataFrame({"endpoint": ["PFS", "OS"], "method": "log-log",
                            "estimate": [7.41, np.nan], "n": [36, 36]})
    assert display.quote(medians, "estimate", endpoint="PFS") == (
        "{number}`7.4 <column=estimate&endpoint=PFS>`")
    assert display.plain(display.quote(medians, "estimate", endpoint="OS")) == "NR"
    assert display.plain(display.quote(medians, "n", endpoint="OS")) == "36"
    with pytest.raises(LookupError, match="2 rows"):
        display.quote(medians, "estimate", method="log-log")
    with pytest.raises(LookupError, match="0 rows"):
        display.quote(medians, "estimate", endpoint="DFS")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a|b", "*x*", "`{role}`x", "[a](b)",
                                  "$x$", "# head", "a_b & c"])
def test_text_from_the_data_is_inert_and_comes_back(text):
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    parser = create_md_parser(MdParserConfig(enable_extensions={"dollarmath"}), RendererHTML)
    page = parser.render(display.escape(text))
    assert page.count("<") == 2, page
    assert display.plain(display.escape(text)) == text


def test_a_quoted_number_survives_in_a_table_cell_and_nothing_else_does():
    cell = display.cell_text(f"{display.cite('<0.001', 'p_value', level='<400 ng|mL')} (a|b)")
    assert cell == "{number}`<0.001 <column=p_value&level=%3C400+ng%7CmL>` \\(a\\|b\\)"
    assert display.plain(cell) == "<0.001 (a|b)"


def test_table_is_a_pipe_table_with_safe_cells():
    frame = pd.DataFrame({"a|b": ["\u2003x"], "n": [None]})
    assert display.table(frame).splitlines() == [
        "| a\\|b | n |", "| :--- | ---: |", "| &emsp;x |  |"]
