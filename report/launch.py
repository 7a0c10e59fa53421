"""Sphinx extension: buttons that open a chapter on Binder or Colab, where there is a repository.

The address is `repository: url` of `_config.yml`. Without one there is no button.
"""

from __future__ import annotations

import re

from sphinx.util import logging

GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?/?")
BINDER = "https://mybinder.org/v2/gh/{repository}/{branch}?urlpath=lab/tree/{page}.ipynb"
COLAB = "https://colab.research.google.com/github/{repository}/blob/{branch}/.binder/colab.ipynb"


def find_repository(options):
    """Return (repository, branch) of the theme's options; None where no address is set.

    Raises
    ------
    ValueError
        For an address that is not one of GitHub.
    """
    url = options.get("repository_url") or ""
    if not url:
        return None
    match = GITHUB.fullmatch(url)
    if match is None:
        raise ValueError(f"_config.yml: repository: url: {url!r} is no address of a repository on "
                         "GitHub; write https://github.com/OWNER/NAME, or leave it empty")
    return match[1], options.get("repository_branch") or "main"


def add_buttons(app, page, template, context, doctree):
    """Add the buttons to the head of a chapter."""
    found = app.config.report_repository
    if found is None or not page.startswith("chapters/") or "header_buttons" not in context:
        return
    repository, branch = found
    links = [{"type": "link", "text": name, "tooltip": f"Open on {name}", "icon": icon,
              "url": address.format(repository=repository, branch=branch, page=page)}
             for name, address, icon in (
                 ("Binder", BINDER, "_static/images/logo_binder.svg"),
                 ("Colab", COLAB, "_static/images/logo_colab.png"))]
    context["header_buttons"].append(
        {"type": "group", "tooltip": "Run this chapter yourself", "icon": "fas fa-rocket",
         "buttons": links, "label": "launch-buttons"})


def read_repository(app, config):
    """Read the address once; a wrong one is a warning, which fails a build of the press."""
    config.report_repository = None
    try:
        config.report_repository = find_repository(config.html_theme_options)
    except ValueError as error:
        logging.getLogger(__name__).warning(str(error))


def setup(app):
    """Register with Sphinx, after the theme has prepared the head of a page."""
    app.add_config_value("report_repository", None, "html", [tuple])
    app.connect("config-inited", read_repository, priority=900)
    app.connect("html-page-context", add_buttons, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
