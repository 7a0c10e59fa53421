"""A drawing written short looks as it did."""

import io

import pytest
from PIL import Image, ImageChops, ImageFilter
from playwright.sync_api import sync_playwright

from analysis.vector import squeeze
from tests.pictures import draw_sample

from .conftest import FLAGS

pytestmark = pytest.mark.browser


def test_the_picture_is_the_same(chromium, tmp_path):
    long, short = tmp_path / "long.svg", tmp_path / "short.svg"
    draw_sample(long)
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
