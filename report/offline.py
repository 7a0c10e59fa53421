"""Sphinx extension: pages that load nothing from the network.

Formulas are typeset by one self-contained file of MathJax instead of its content delivery network.
"""

import importlib.util
import shutil
from pathlib import Path

MATHJAX = "tex-svg-full.js"


def copy_mathjax(app, exception):
    """Put MathJax beside the pages, if any of them has a formula."""
    domain = app.env.get_domain("math")
    if exception is None and app.builder.format == "html" and any(
            domain.data.get("has_equations", {}).values()):
        source = importlib.util.find_spec("sphinx-mathjax-offline").submodule_search_locations[0]
        target = Path(app.outdir) / "_static" / MATHJAX
        shutil.copy(Path(source) / "static" / "mathjax" / MATHJAX, target)


def drop_source_maps(app, exception):
    """Leave out what only a developer of the theme's scripts would load."""
    for path in Path(app.outdir).glob("_static/**/*.map"):
        path.unlink()


def setup(app):
    """Register with Sphinx."""
    app.setup_extension("sphinx.ext.mathjax")
    app.config.mathjax_path = MATHJAX
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", drop_source_maps)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
