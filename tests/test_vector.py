"""Drawings written short: the same picture in fewer bytes."""

import re

import pytest

from analysis.vector import squeeze
from tests.pictures import draw_sample


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    path = tmp_path_factory.mktemp("drawn") / "figure.svg"
    draw_sample(path)
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
