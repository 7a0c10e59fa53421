"""Takes the picture of the README from the built book: `make picture`."""

from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
    page = browser.new_page(viewport={"width": 1280, "height": 1360}, color_scheme="light")
    page.goto((ROOT / "_build" / "ning2023" / "html" / "intro.html").as_uri())
    page.wait_for_timeout(500)
    page.screenshot(path=ROOT / "docs" / "front-page.png")
    browser.close()
