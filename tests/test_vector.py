"""Drawings written short: the same picture in fewer bytes."""

import re

import matplotlib.pyplot as plt
import pytest

from analysis.style import new_figure
from analysis.vector import squeeze


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    path = tmp_path_factory.mktemp("drawn") / "figure.svg"
    figure, ax = new_figure("column")
    ax.step([0, 1, 2, 3], [1, 0.8, 0.8, 0.123456789], label="Median 7.4 months")
    ax.fill_between([0, 3], 0.1, 0.2, hatch="//")
    ax.scatter([1, 2], [0.5, 0.6], marker="s")
    ax.legend(title="Legend")
    ax.set_ylabel("Turned by 90°")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path.read_text(encoding="utf-8")


def test_a_drawing_is_much_shorter(drawn):
    assert len(squeeze(drawn)) < 0.75 * len(drawn)


def test_nothing_drawn_is_lost_and_every_name_is_there(drawn):
    short = squeeze(drawn)
    for kind in ("path", "use", "g", "clipPath", "pattern"):
        found = re.compile(rf"<{kind}[ >]")
        assert len(found.findall(short)) == len(found.findall(drawn)) > 0
    called = set(re.findall(r'href="#([^"]+)', short)) | set(re.findall(r"url\(#([^)]+)", short))
    assert called == set(re.findall(r' id="([^"]+)"', short))
