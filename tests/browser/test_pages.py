"""The book as a reader meets it: in a browser, on a phone, in the dark, by keyboard, offline."""

import io
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from report.chapters import read_contents

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
CHAPTERS = [file for file in read_contents(ROOT) if file.startswith("chapters/")]
PAGES = [*read_contents(ROOT), "search", "genindex"]
MEGABYTE = 1e6
# rows of one table are alike; axe looks at the first of them
ALIKE = {"exclude": [["table tbody tr:nth-child(n+12)"]]}

every_page = pytest.mark.parametrize("name", PAGES)
every_chapter = pytest.mark.parametrize("name", CHAPTERS)


def find_violations(page, context=None):
    found = Axe().run(page, context=context or ALIKE, options={"preload": False})
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found.response["violations"]
            if v["impact"] in {"serious", "critical"}]


@every_page
def test_a_page_opens_quietly_and_asks_nobody_else(visit, name):
    seen = visit(name)
    assert seen.page.locator("h1:visible").count()
    seen.page.wait_for_load_state("networkidle")
    assert (seen.errors, seen.elsewhere, seen.failed) == ([], [], [])


@every_page
def test_a_page_opens_from_disk(visit, demonstration, name):
    seen = visit((demonstration / "html" / f"{name}.html").as_uri())
    seen.page.wait_for_load_state("networkidle")
    assert (seen.errors, seen.elsewhere, seen.failed) == ([], [], [])


@every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(visit, name, scheme):
    page = visit(name, color_scheme=scheme).page
    assert page.locator("html").get_attribute("data-theme") == scheme
    assert find_violations(page) == []


@every_page
@pytest.mark.parametrize("width", [360, 640], ids=["phone", "zoom 200%"])
def test_no_page_moves_sideways(visit, name, width):
    page = visit(name, viewport={"width": width, "height": 740}).page
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= seen


@every_chapter
def test_figures_say_what_they_show_and_tables_have_heads(visit, name):
    page = visit(name).page
    alts = page.eval_on_selector_all("article figure img", "all => all.map(i => i.alt)")
    assert all(len(alt) > 20 for alt in alts), alts
    assert page.evaluate("""[...document.querySelectorAll('article table')]
        .every(t => t.querySelector('thead th') && t.caption)""")


def test_search_finds_friedman(visit):
    page = visit("search").page
    page.locator("input[name=q]:visible").first.fill("Friedman")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    assert page.locator("#search-results li a", has_text="Liver").count()


@every_chapter
def test_answers_unfold_by_keyboard(visit, name):
    page = visit(name).page
    answers = page.locator("article details.sd-dropdown")
    assert answers.count() >= 3
    first = answers.first
    assert not first.locator(".sd-summary-content").is_visible()
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.locator(".sd-summary-content").is_visible()


def test_a_card_opens_and_closes_by_keyboard(visit):
    page = visit("chapters/safety").page
    page.locator("article button.number").first.focus()
    page.keyboard.press("Enter")
    card = page.locator(".number-card:popover-open")
    assert card.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.number-card') !== null")
    assert find_violations(page, {"include": [[".number-card:popover-open"]]}) == []
    page.keyboard.press("Escape")
    assert card.count() == 0
    assert page.evaluate("document.activeElement.matches('button.number')")


def test_the_first_key_leads_past_the_menus(visit):
    page = visit("chapters/cohort").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main-content"


def test_dark_mode_switches_ground_and_figures(visit):
    page = visit("chapters/survival", color_scheme="light").page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    for _ in range(3):
        if page.locator("html").get_attribute("data-theme") == "dark":
            break
        page.locator("button.theme-switch-button:visible").first.click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate(ground) != light
    figure = page.locator("article figure img").first
    figure.scroll_into_view_if_needed()
    with Image.open(io.BytesIO(figure.screenshot())) as seen:
        tones = np.asarray(seen.convert("L"))
    assert np.median(tones) < 60, "a figure glares in the dark"
    assert tones.max() > 150, "nothing of a figure is seen in the dark"


def test_one_chapter_prints_without_menus_and_with_answers(visit):
    page = visit("chapters/cohort").page
    page.emulate_media(media="print")
    assert not page.locator(".bd-sidebar-primary").is_visible()
    assert page.locator("article details.sd-dropdown .sd-summary-content").first.is_visible()


def test_the_site_is_light(demonstration):
    html = demonstration / "html"
    assert sum(p.stat().st_size for p in html.rglob("*") if p.is_file()) <= 15 * MEGABYTE


@every_chapter
def test_a_chapter_is_light_with_its_figures(visit, demonstration, name):
    page = demonstration / "html" / f"{name}.html"
    shown = visit(name).page.eval_on_selector_all(
        "article img", "all => all.map(i => new URL(i.src).pathname)")
    figures = {demonstration / "html" / path.lstrip("/") for path in shown}
    assert page.stat().st_size + sum(p.stat().st_size for p in figures) <= 1.5 * MEGABYTE


def test_the_run_times_stand_beside_the_chapters(visit, demonstration):
    for address in ("made", (demonstration / "html" / "made.html").as_uri()):
        page = visit(address).page
        assert "Run time" in page.locator("#chapters th").last.inner_text()
        times = page.locator("#chapters tbody td:last-child").all_inner_texts()
        assert len(times) > 8 and all(float(seconds) >= 0 for seconds in times)


@every_page
def test_the_keyboard_reaches_everything_in_order(visit, name):
    """What can be clicked can be focused, in the order of the page, and what scrolls too."""
    page = visit(name, viewport={"width": 1280, "height": 900}).page
    page.wait_for_load_state("networkidle")
    lost = page.evaluate("""[...document.querySelectorAll(
        'a[href], button, input, select, summary, [role=button]')].filter(e =>
        e.checkVisibility({visibilityProperty: true}) && !e.closest('[inert]')
        && (e.tabIndex < 0 || e.tabIndex > 0) && !e.disabled).map(e => e.outerHTML.slice(0, 150))
        """)
    assert lost == []


@every_page
def test_what_scrolls_on_a_phone_is_reached_by_keyboard(visit, name):
    page = visit(name, viewport={"width": 360, "height": 740}).page
    page.wait_for_load_state("networkidle")
    lost = page.evaluate("""[...document.querySelectorAll('article *')].filter(e =>
        e.scrollWidth > e.clientWidth + 1 && e.clientWidth
        && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)
        && e.tabIndex < 0 && !e.querySelector('a[href], button')
        ).map(e => e.outerHTML.slice(0, 150))""")
    assert lost == []


def test_the_whole_ledger_is_narrowed_by_what_is_typed(visit):
    page = visit("chapters/published").page
    rows = page.locator("#published-ledger-table tbody tr:visible")
    before = rows.count()
    page.get_by_label("Narrow the table").last.fill("abstract orr")
    assert 0 < rows.count() < before
    assert all("Abstract" in text for text in rows.all_inner_texts())
