"""Flows: patients conserved in every passage, blocks and ribbons that meet."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import flow, style

LEVELS = ("a", "b", "c")
STAGES = dict.fromkeys(("first", "second", "third"), LEVELS)
LEVEL = st.sampled_from([*LEVELS, None])
COURSES = st.lists(st.tuples(LEVEL, LEVEL, LEVEL), max_size=40).map(
    lambda rows: pd.DataFrame(rows, columns=list(STAGES)))


@settings(max_examples=40, deadline=None)
@given(COURSES)
def test_patients_are_conserved(courses):
    passages = flow.count_flow(courses, STAGES)
    for stage in ("first", "second"):
        assert passages.loc[passages["stage_from"] == stage, "n"].sum() == len(courses)
    arriving = passages[passages["stage_to"] == "second"].groupby("level_to")["n"].sum()
    leaving = passages[passages["stage_from"] == "second"].groupby("level_from")["n"].sum()
    assert arriving.to_dict() == leaving.to_dict()


@settings(max_examples=40, deadline=None)
@given(COURSES)
def test_order_of_patients_changes_nothing(courses):
    turned = courses.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(flow.count_flow(courses, STAGES), flow.count_flow(turned, STAGES))


@settings(max_examples=40, deadline=None)
@given(COURSES.filter(len))
def test_ribbons_fill_their_blocks(courses):
    passages = flow.count_flow(courses, STAGES)
    layout = flow.derive_layout(flow.count_blocks(passages, STAGES))
    assert layout.groupby("stage")["n"].sum().eq(len(courses)).all()
    top = layout.set_index(["stage", "level"])["top"]
    ribbons = flow.derive_ribbons(passages, layout)
    for side, other in (("from", "to"), ("to", "from")):
        for block, here in ribbons.groupby([f"stage_{side}", f"level_{side}", f"stage_{other}"]):
            here = here.sort_values(f"y_{side}", ascending=False)
            edges = top[block[:2]] - here["n"].cumsum() + here["n"]
            assert here[f"y_{side}"].tolist() == pytest.approx(edges.tolist())


def test_by_hand():
    courses = pd.DataFrame({"before": ["SD", "SD", "PD", None], "after": ["PR", "PR", "PD", "PD"]})
    passages = flow.count_flow(courses, {"before": ["SD", "PD"], "after": ["PR", "PD"]})
    assert passages[["level_from", "level_to", "n"]].values.tolist() == [
        ["SD", "PR", 2], ["PD", "PD", 1], ["none", "PD", 1]]


def test_a_level_that_is_not_listed_is_refused():
    with pytest.raises(ValueError, match="XX"):
        flow.count_flow(pd.DataFrame({"first": ["XX"], "second": ["a"]}),
                        {"first": LEVELS, "second": LEVELS})


@pytest.mark.parametrize("stages", [{}, {"first": LEVELS}])
def test_fewer_than_two_stages_give_no_passage(stages):
    passages = flow.count_flow(pd.DataFrame({"first": ["a", "b"]}), stages)
    assert passages.empty and list(passages) == flow.COLUMNS


@settings(max_examples=5, deadline=None)
@given(COURSES.filter(len))
def test_drawing_writes_every_block_that_has_room(courses):
    figure, ax = plt.subplots(figsize=(3.5, 12))
    drawn = flow.plot_flow(flow.count_flow(courses, STAGES), ax, STAGES, {"a": "#0072B2"},
                           {"first": "$first$"}, {"a": "Alpha"})
    words = [text.get_text() for text in drawn.texts]
    assert "$first$" in words and not any(w.startswith("a\n") for w in words)
    plt.close(figure)


@pytest.mark.parametrize("colour, expected", [("#0072B2", "white"), ("#F0E442", "black"),
                                              ("white", "black"), ("black", "white")])
def test_ink_stands_out(colour, expected):
    assert style.ink(colour) == expected
