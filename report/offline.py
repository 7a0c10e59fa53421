"""Sphinx extension: pages that load nothing from the network.

Formulas are typeset by one self-contained file of MathJax instead of its content delivery network.
"""

import importlib.util
import re
import shutil
from pathlib import Path

import nbformat

MATHJAX = "tex-svg-full.js"
PICTURE = re.compile(r'<img [^>]*src="data:image[^>]*>')


def copy_mathjax(app, exception):
    """Put MathJax beside the pages, if any of them has a formula."""
    domain = app.env.get_domain("math")
    if exception is None and app.builder.format == "html" and any(
            domain.data.get("has_equations", {}).values()):
        source = importlib.util.find_spec("sphinx-mathjax-offline").submodule_search_locations[0]
        target = Path(app.outdir) / "_static" / MATHJAX
        shutil.copy(Path(source) / "static" / "mathjax" / MATHJAX, target)


def drop_ballast(app, exception):
    """Leave out what no browser loads: source maps, fonts that stand there smaller, catalogues."""
    static = Path(app.outdir) / "_static"
    for path in static.glob("**/*.map"):
        path.unlink()
    for path in static.glob("**/*.ttf"):
        if path.with_suffix(".woff2").exists():
            path.unlink()
    shutil.rmtree(static / "locales", ignore_errors=True)
    for path in Path(app.outdir).glob("_sources/**/*.ipynb"):
        drop_twins(path)


def drop_twins(path):
    """Leave of a figure in a notebook to download the caption; it stands beside the pages."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/markdown" in data and "text/html" in data:
                data["text/html"] = PICTURE.sub("", data["text/html"])
    nbformat.write(notebook, path)


def setup(app):
    """Register with Sphinx."""
    app.setup_extension("sphinx.ext.mathjax")
    app.config.mathjax_path = MATHJAX
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", drop_ballast)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
