"""A browser, and the built book served to it on this machine."""

import functools
import http.server
import os
import shutil
import threading

import pytest
from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def chromium():
    """Return the system's Chromium; skip without one, but fail where it was to be installed."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop("no Chromium on this machine (Debian, Ubuntu: apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def site(chromium, demonstration):
    """Serve the book of the demonstration study; return its address."""
    handler = functools.partial(Quiet, directory=str(demonstration / "html"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser(chromium, site):
    """Start the browser after the book is built: both want an event loop."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


class Visit:
    """A page, and what it said and asked for while it was open."""

    def __init__(self, page, site):
        self.page, self.site = page, site
        self.errors, self.elsewhere, self.failed = [], [], []
        page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("requestfailed", lambda r: self.failed.append(r.url))
        page.on("response", lambda r: r.status >= 400 and self.failed.append(r.url))
        page.on("request", self.note)

    def note(self, request):
        if not request.url.startswith((self.site, "data:", "blob:", "file:")):
            self.elsewhere.append(request.url)


@pytest.fixture
def visit(browser, site):
    """Open a page of the book; keywords go to the browser's context."""
    contexts = []

    def start(name, **options):
        contexts.append(browser.new_context(**options))
        visited = Visit(contexts[-1].new_page(), site)
        visited.page.goto(name if ":" in name else f"{site}{name}.html")
        return visited

    yield start
    for context in contexts:
        context.close()
