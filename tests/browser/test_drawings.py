"""A drawing written short looks as it did."""

import io

import matplotlib.pyplot as plt
import pytest
from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import sync_playwright

from analysis.style import new_figure
from analysis.vector import squeeze

from .conftest import FLAGS

pytestmark = pytest.mark.browser


def draw(path):
    figure, ax = new_figure("column")
    ax.step([0, 1, 2, 3], [1, 0.8, 0.8, 0.123456789], label="Median 7.4 months")
    ax.fill_between([0, 3], 0.1, 0.2, hatch="//")
    ax.scatter([1, 2], [0.5, 0.6], marker="s")
    ax.legend(title="Legend")
    ax.set_ylabel("Turned by 90°")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def test_the_picture_is_the_same(chromium, tmp_path):
    long, short = tmp_path / "long.svg", tmp_path / "short.svg"
    draw(long)
    short.write_text(squeeze(long.read_text(encoding="utf-8")), encoding="utf-8")
    seen = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 400, "height": 400})
        for path in (long, short):
            page.goto(path.as_uri())
            seen.append(Image.open(io.BytesIO(page.screenshot())).convert("L"))
        browser.close()
    assert seen[0].getextrema()[0] < 100, "nothing is drawn"
    # letters move by hundredths of a point: the grey of an edge changes, and no shape
    apart = ImageChops.difference(*(image.filter(ImageFilter.BoxBlur(3)) for image in seen))
    assert apart.getextrema()[1] < 12
