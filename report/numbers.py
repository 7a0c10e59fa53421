"""Sphinx extension: numbers that answer back.

A quoted number opens a card with what stands behind it: the saved result and its row, the printed
value and how it compares, the estimator with its limits, and the function that computed it. The
card is a native popover, so that it needs no script and answers to click, tap and keyboard; where
there are no popovers (print, PDF) the number stands plain.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
from docutils import nodes
from sphinx.util.docutils import SphinxRole

from analysis.display import QUOTED, interval, level, number
from analysis.ledger import cell_text, parse_row
from analysis.study import read_results
from analysis.withheld import tell

#: columns of a row that describe its estimate rather than select it
DESCRIBES = {"n", "total", "n_event", "n_risk", "estimate", "conf_low", "conf_high", "conf_level",
             "p_value", "percent", "median", "low", "high", "missing", "method", "reason", "value"}

#: by identity of a result: the result, which keeps its identity, and its cells as text
SPELLED = {}


class Quoted(nodes.inline):
    """A number of a sentence or table, with the address of its cell."""


class NumberRole(SphinxRole):
    """The role ``number``: what is read, and the address of its cell."""

    def run(self):
        """Return the node; text without an address stays text."""
        match = QUOTED.fullmatch(f"{{number}}`{self.text}`")
        if match is None:
            return [nodes.Text(self.text)], []
        text, address = match.groups()
        return [Quoted(text, text, address=address)], []


def find_row(results, chapter, address):
    """Return (chapter, result, row, column) of the cell at an address, or None.

    The chapter's own results are searched first, then those of the others; the first whose columns
    and rows answer exactly once is the one.
    """
    wanted = dict(parse_qsl(address, keep_blank_values=True))
    column = wanted.pop("column")
    for (owner, name), frame in sorted(results.items(), key=lambda item: item[0][0] != chapter):
        if not {column, *wanted} <= set(frame.columns):
            continue
        texts = spell_cells(frame)
        answers = np.ones(len(frame), dtype=bool)
        for key, value in wanted.items():
            answers &= np.isin(texts[key], (value, value.removesuffix(".0")))
        if answers.sum() == 1:
            return owner, name, frame.iloc[int(answers.argmax())], column
    return None


def spell_cells(frame):
    """Return each column of a result as an address spells its cells; spelled once per result."""
    if id(frame) not in SPELLED:
        SPELLED[id(frame)] = frame, {key: np.array([cell_text(cell) for cell in frame[key]], str)
                                     for key in frame.columns}
    return SPELLED[id(frame)][1]


def find_printed(ledger, chapter, name, row, column):
    """Return the ledger's entries for one cell, restatements left out."""
    if ledger is None:
        return []
    own = ledger[(ledger["chapter"] == chapter) & (ledger["result"] == name)
                 & (ledger["column"] == column) & (ledger["kind"] != "restatement")]
    return [entry for entry in own.itertuples()
            if all(cell_text(row.get(k)) == v for k, v in parse_row(entry.row).items())]


def describe_cell(row, column):
    """Return (name, text) pairs on the value of a cell and what it was estimated from."""
    value = row[column]
    said = [("This data set", value if isinstance(value, str) else spell(value))]
    if {"n", "total"} <= set(row.index) and pd.notna(row["total"]):
        said.append(("Patients", f"{number(row['n'], 0)} of {number(row['total'], 0)}"))
    elif "n" in row.index and pd.notna(row["n"]):
        events = row.get("n_event")
        of = f", {number(events, 0)} with the event" if pd.notna(events) else ""
        said.append(("Patients", f"{number(row['n'], 0)}{of}"))
    if pd.notna(row.get("conf_low")) or pd.notna(row.get("conf_high")):
        confidence = level(row["conf_level"]) if "conf_level" in row.index else "Confidence"
        said.append((f"{confidence} limits",
                     interval(row["conf_low"], row["conf_high"], 3, "not reached")))
    for key, name in (("method", "Method"), ("reason", "Reason")):
        if isinstance(row.get(key), str) and row[key]:
            said.append((name, row[key]))
    return said


def spell(value):
    """Spell a value with more digits than are printed."""
    if pd.isna(value):
        return tell(value) or "not estimable or not reached"
    return f"{value:.6g}".replace("-", "−")


def describe_row(row, column):
    """Say which row of the result the cell stands in."""
    keys = [k for k in row.index if k not in DESCRIBES and k != column]
    return "; ".join(f"{k} = {cell_text(row[k])}" for k in keys if cell_text(row[k]))


def write_card(app, docname, address):
    """Return the lines of a number's card as (name, HTML) pairs, or none when nothing answers."""
    found = find_row(app.env.report_results, Path(docname).name, address)
    if found is None:
        return []
    owner, name, row, column = found
    said = [(k, escape(v)) for k, v in describe_cell(row, column)]
    for entry in find_printed(app.env.report_ledger, owner, name, row, column):
        note = f" ({escape(entry.note)})" if isinstance(entry.note, str) else ""
        said.append(("The paper", f"{escape(str(entry.printed))} in {escape(entry.where)}: "
                                  f"<b>{escape(entry.status)}</b>{note}"))
    said.append(("Where", f"{escape(describe_row(row, column))}, column {escape(column)}"))
    return said + link(app, owner, name, "../" * docname.count("/"))


def link(app, chapter, name, base):
    """Return the links to a result's data and to the function that computed it."""
    said = [("Data", f'<a href="{base}results/{chapter}/{name}.csv">{chapter}/{name}.csv</a>')]
    function = app.env.report_functions.get((chapter, name))
    if function:
        module, label, line = function
        said.append(("Computed by", f'<a href="{base}code/{module}.html#line-{line}">'
                                    f"<code>analysis.{module}.{label}</code></a>"))
    return said


def visit_number(self, node):
    """Write a number as a button with its card; plain where a card cannot be opened."""
    app = self.builder.app
    if self.builder.name != "html":
        return
    said = write_card(app, self.builder.current_docname, node["address"])
    if not said:
        return
    self.numbers = getattr(self, "numbers", 0) + 1
    name = f"number-{self.numbers}"
    lines = "".join(f'<span class="line"><span class="name">{k}</span> <span>{v}</span></span>'
                    for k, v in said)
    text = escape(node.astext())
    bracket = "(" if self.body and self.body[-1].endswith("(") else ""
    if bracket:
        self.body[-1] = self.body[-1][:-1]
    # a line must not end between a bracket and its number; only one box holds the two together
    self.body.append(
        f'<span class="number-held">{bracket}'
        f'<button type="button" class="number" popovertarget="{name}">{text}</button>'
        f'<span popover class="number-card" id="{name}" role="dialog" '
        f'aria-label="What stands behind {text}"><span class="value">{text}</span>{lines}</span>'
        "</span>")
    raise nodes.SkipNode


def depart_number(self, node):
    """Leave a number."""


def load_results(app):
    """Read the saved results of the staged book, and the ledger among them."""
    results = read_results(app.srcdir)
    app.env.report_results = results
    app.env.report_ledger = results.get(("published", "ledger"))


def setup(app):
    """Register with Sphinx."""
    app.setup_extension("report.sources")
    app.add_role("number", NumberRole())
    plain = (lambda self, node: None, depart_number)
    app.add_node(Quoted, html=(visit_number, depart_number), latex=plain, text=plain)
    app.connect("builder-inited", load_results)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
