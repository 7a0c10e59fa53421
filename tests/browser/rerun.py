"""Takes the pictures of the chapter `rerun` from the program itself: `make rerun-pictures`."""

import html
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
EXAMPLE, PICTURES = ROOT / "data" / "example", ROOT / "_static" / "rerun"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]
STYLE = """<style>body{margin:0;padding:14px;background:#fff;color:#222;width:max-content;
max-width:1060px} pre{font:13px/1.45 'DejaVu Sans Mono',monospace;margin:0}
table{border-collapse:collapse;font:13px 'DejaVu Sans',sans-serif}
td,th{border:1px solid #ccc;padding:3px 8px;text-align:left} th{background:#f2f2f2}</style>"""


def call(folder, *words):
    """Run a command of the report in a folder, and return it with what it prints."""
    done = subprocess.run([sys.executable, "-m", "report", *words], cwd=folder, text=True,
                          capture_output=True, check=False, env=os.environ | {
                              "NO_COLOR": "1", "COLUMNS": "120", "PYTHONPATH": str(ROOT)})
    said = done.stdout + done.stderr
    return f"<pre>$ python -m report {' '.join(words)}\n\n{html.escape(said.rstrip())}</pre>"


def show_spreadsheet(rows=8):
    """Return the first rows of the spreadsheet as a table."""
    lines = (EXAMPLE / "glioblastoma.csv").read_text(encoding="utf-8").splitlines()[:rows + 1]
    cells = [[html.escape(c) for c in line.split(";")] for line in lines]
    head = "".join(f"<th>{c}</th>" for c in cells[0])
    body = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in cells[1:])
    return f"<table><tr>{head}</tr>{body}</table>"


def collect(folder):
    """Return the pages to photograph: name, HTML."""
    source = folder / "data" / "example"
    shutil.copytree(EXAMPLE, source)
    study = html.escape((EXAMPLE / "study.yml").read_text(encoding="utf-8"))
    yield "spreadsheet", show_spreadsheet()
    yield "init", call(folder, "init", "my-study", "--from", "data/example/glioblastoma.csv")
    yield "study", f"<pre>{study}</pre>"
    shutil.copy(EXAMPLE / "study.yml", folder / "my-study" / "study.yml")
    yield "check", call(folder, "check", "my-study")


with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
    PICTURES.mkdir(parents=True, exist_ok=True)
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
    page = browser.new_page(viewport={"width": 1100, "height": 60}, color_scheme="light")
    for name, content in collect(Path(folder)):
        page.set_content(f"{STYLE}<body>{content}</body>")
        page.locator("body").screenshot(path=PICTURES / f"{name}.png")
    page.set_viewport_size({"width": 1200, "height": 900})
    page.goto((ROOT / "_build" / "example" / "html" / "intro.html").as_uri())
    page.wait_for_timeout(500)
    page.screenshot(path=PICTURES / "book.png")
    browser.close()
