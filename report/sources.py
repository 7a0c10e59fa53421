"""Sphinx extension: the code behind a result, and its data, one link away.

Writes each module of `analysis` as a page with numbered lines, copies the saved results beside the
pages, and finds in each chapter which function computed which result.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import shutil
from pathlib import Path

import nbformat
from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

import analysis

PACKAGE = Path(analysis.__file__).parent


def find_functions(source):
    """Find the function that computed each saved result.

    Parameters
    ----------
    source : Path
        The staged book; its `chapters/NAME.ipynb` are read.

    Returns
    -------
    dict of (str, str) to (str, str, int)
        By chapter and result: module of `analysis`, function, first line.
    """
    found = {}
    for chapter, tree in read_code(source):
        calls = {target.id: node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)
                 for target in node.targets if isinstance(target, ast.Name)}
        for name, variable in find_saves(tree):
            located = locate(calls.get(variable))
            if located:
                found[chapter, name] = located
    return found


def find_shown(source):
    """Find the saved results that each table and figure shows.

    Parameters
    ----------
    source : Path
        The staged book.

    Returns
    -------
    dict of (str, str) to list of str
        By chapter and name of the table or figure: names of saved results.
    """
    shown = {}
    for chapter, tree in read_code(source):
        saved = {variable: name for name, variable in find_saves(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) \
                    and node.func.attr in {"table", "plot", "figure"}:
                names = [a.value for a in node.args if isinstance(a, ast.Constant)]
                used = [n.id for a in node.args for n in ast.walk(a) if isinstance(n, ast.Name)]
                results = [saved[n] for n in dict.fromkeys(used) if n in saved]
                if names and results:
                    shown[chapter, names[0]] = results
    return shown


def read_code(source):
    """Yield (chapter, syntax tree of its code) of every staged chapter."""
    for path in sorted(source.glob("chapters/*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        yield path.stem, ast.parse(code)


def find_saves(tree):
    """Yield (result, variable) of each `page.save(result=variable)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) \
                and node.func.attr == "save":
            for keyword in node.keywords:
                if isinstance(keyword.value, ast.Name):
                    yield keyword.arg, keyword.value.id


def locate(call):
    """Return (module, function, line) of a call `module.function(…)` of the analysis package."""
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)):
        return None
    if call.func.attr == "release":
        return locate(call.args[0])
    module, function = call.func.value.id, call.func.attr
    if not (PACKAGE / f"{module}.py").is_file():
        return None
    target = inspect.unwrap(getattr(importlib.import_module(f"analysis.{module}"), function))
    module = target.__module__.removeprefix("analysis.")
    return module, target.__name__, inspect.getsourcelines(target)[1]


def link_results(app, doctree, docname):
    """Put links to data and code under each table and figure that shows saved results."""
    if app.builder.name != "html" or not docname.startswith("chapters/"):
        return
    chapter, base = docname.rpartition("/")[2], "../" * docname.count("/")
    for node in list(doctree.findall(lambda n: isinstance(n, (nodes.table, nodes.figure)))):
        names = [i.removeprefix(f"{chapter}-").rpartition("-")[0] for i in node["ids"]]
        results = [r for name in names for r in app.env.report_shown.get((chapter, name), ())]
        if results:
            node.parent.insert(node.parent.index(node) + 1,
                               write_links(app, chapter, dict.fromkeys(results), base))


def write_links(app, chapter, results, base):
    """Return the line with the links of some results."""
    line = nodes.paragraph(classes=["behind"])
    for name in results:
        line += nodes.reference("", f"data: {name}.csv",
                                refuri=f"{base}results/{chapter}/{name}.csv")
        function = app.env.report_functions.get((chapter, name))
        if function:
            module, label, number = function
            line += nodes.Text(" ")
            line += nodes.reference("", f"code: {module}.{label}",
                                    refuri=f"{base}code/{module}.html#line-{number}")
        line += nodes.Text(" ")
    return line


def load_chapters(app):
    """Read from the staged chapters who computed what, and where it is shown."""
    source = Path(app.srcdir)
    app.env.report_functions = find_functions(source)
    app.env.report_shown = find_shown(source)


def write_sources(app, exception):
    """Write the modules as pages and copy the results beside the book."""
    if exception is not None or app.builder.name != "html":
        return
    folder = Path(app.outdir) / "code"
    folder.mkdir(exist_ok=True)
    for path in sorted(PACKAGE.glob("*.py")):
        formatter = HtmlFormatter(full=True, linenos="inline", lineanchors="line",
                                  title=f"analysis.{path.stem}", style="a11y-high-contrast-light")
        page = highlight(path.read_text(encoding="utf-8"), PythonLexer(), formatter)
        page = page.replace("<html>", '<html lang="en">', 1)
        (folder / f"{path.stem}.html").write_text(page, encoding="utf-8")
    results = Path(app.srcdir) / "results"
    if results.is_dir():
        shutil.copytree(results, Path(app.outdir) / "results", dirs_exist_ok=True)


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", load_chapters)
    app.connect("doctree-resolved", link_results)
    app.connect("build-finished", write_sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
