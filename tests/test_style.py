"""The look of the figures: type that can be read in print, and no word upon another."""

import re
from collections import defaultdict
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from analysis import style
from tests.pictures import ROOT, draw_book, enlarge_study, find_collisions

PT_PER_MM = 72 / 25.4
SMALLEST_PT = 8
#: what vision without red, green or blue receptors makes of linear RGB (Machado et al. 2009,
#: doi 10.1109/TVCG.2009.113)
BLINDNESS = {
    "protan": [[.152286, 1.052583, -.204868], [.114503, .786281, .099216],
               [-.003882, -.048116, 1.051998]],
    "deutan": [[.367322, .860646, -.227968], [.280085, .672501, .047413],
               [-.011820, .042940, .968881]],
    "tritan": [[1.255528, -.076749, -.178779], [-.078411, .930809, .147602],
               [.004733, .691367, .303900]]}


@pytest.fixture(scope="module", params=["ning2023", "example", "300 patients"])
def figures(request, tmp_path_factory):
    """Every figure of one study: its width, collisions and alternative text by address."""
    folder = tmp_path_factory.mktemp("study")
    study = (enlarge_study(ROOT / "data" / "ning2023", folder / "many")
             if request.param == "300 patients" else ROOT / "data" / request.param)
    found = defaultdict(dict)

    def keep(chapter, name, figure, caption, alt):
        found[f"{chapter}/{name}"] = {"width": figure.get_figwidth(), "alt": alt,
                                      "collisions": find_collisions(figure), "caption": caption}

    draw_book(study, folder / "out", keep)
    return found


def test_no_word_runs_over_another_or_over_the_edge(figures):
    assert {at: f["collisions"] for at, f in figures.items() if f["collisions"]} == {}


def test_figures_have_the_two_widths_of_a_journal(figures):
    assert {f["width"] for f in figures.values()} <= set(style.WIDTH_IN.values())


def test_a_figure_says_in_words_more_than_its_caption(figures):
    assert [at for at, f in figures.items()
            if len(f["alt"]) < 40 or f["alt"].strip(".") == f["caption"].strip(".")] == []


def read_printed_mm(kind, width_mm, height_mm):
    """Return the width at which the printed book sets a figure, from its stylesheet."""
    css = (ROOT / "report" / "pdf.css").read_text()
    width = float(re.search(rf"figure\.{kind} img {{ width: (\d+)mm", css)[1])
    tallest = float(re.search(r"figure img {[^}]*max-height: (\d+)mm", css)[1])
    return min(width, tallest * width_mm / height_mm)


@pytest.mark.slow
def test_type_is_never_smaller_than_eight_points_in_print(demonstration):
    sizes = {}
    for path in sorted((demonstration / "html" / "_images").glob("*.svg")):
        svg = path.read_text(encoding="utf-8")
        width, height = (float(re.search(rf'<svg[^>]* {side}="([\d.]+)pt"', svg)[1]) / PT_PER_MM
                         for side in ("width", "height"))
        kind = "wide" if width > 25.4 * style.WIDTH_IN["column"] + 1 else "narrow"
        scale = read_printed_mm(kind, width, height) / width
        # text is drawn as outlines of 100 units per em
        drawn = [100 * float(s) for s in re.findall(r"scale\(([\d.]+) -[\d.]+\)", svg)]
        assert drawn, path.name
        sizes[path.name] = scale * min(drawn)
    assert len(sizes) > 20
    assert {name: size for name, size in sizes.items() if size < SMALLEST_PT - 0.01} == {}


@pytest.mark.parametrize("colour", style.GROUPS)
def test_names_in_the_colour_of_their_curve_can_be_read(colour):
    assert 1.05 / (style.measure_luminance(style.deepen(colour)) + 0.05) >= 4.5


@pytest.mark.parametrize("vision", BLINDNESS)
@pytest.mark.parametrize("colours", [style.GROUPS[:4], tuple(style.RESPONSE.values())],
                         ids=["groups", "responses"])
def test_colours_stay_apart_in_every_vision(vision, colours):
    seen = []
    for colour in colours:
        rgb = np.array(style.to_rgb(colour))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        linear = np.clip(np.array(BLINDNESS[vision]) @ linear, 0, 1)
        seen.append(np.where(linear <= 0.0031308, 12.92 * linear,
                             1.055 * linear ** (1 / 2.4) - 0.055))
    assert min(np.abs(a - b).max() for a, b in combinations(seen, 2)) > 0.1


def test_a_collision_is_seen():
    figure, ax = style.new_figure("column", 60)
    ax.text(0.5, 0.5, "one", transform=ax.transAxes)
    ax.text(0.52, 0.51, "other", transform=ax.transAxes)
    ax.text(0.2, 0.2, "far", transform=ax.transAxes)
    assert find_collisions(figure) == [("one", "other")]
    plt.close(figure)
