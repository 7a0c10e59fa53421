"""Sphinx extension: numbers that answer back.

A quoted number opens a card with what stands behind it (see `cards`). The card is a native
popover, so that it needs no script and answers to click, tap and keyboard; where there are no
popovers (print, PDF) the number stands plain. The cards of a page stand at its end, one for all
numbers that say the same of the same.
"""

from __future__ import annotations

from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxRole

from analysis.display import QUOTED
from analysis.study import read_results
from report.cards import write_card


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


def visit_number(self, node):
    """Write a number as a button with its card; plain where a card cannot be opened."""
    env = self.builder.env
    if self.builder.name != "html":
        return
    page = self.builder.current_docname
    said = write_card(env.report_results, env.report_ledger, env.report_functions, page,
                      node["address"])
    if not said:
        return
    text = escape(node.astext())
    cards = env.report_cards.setdefault(page, {})
    name = cards.setdefault((text, tuple(said)), f"number-{len(cards) + 1}")
    bracket = "(" if self.body and self.body[-1].endswith("(") else ""
    if bracket:
        self.body[-1] = self.body[-1][:-1]
    button = f'<button type="button" class="number" popovertarget="{name}">{text}</button>'
    # a line must not end between a bracket and its number; only one box holds the two together
    self.body.append(f'<span class="number-held">{bracket}{button}</span>' if bracket else button)
    raise nodes.SkipNode


def depart_number(self, node):
    """Leave a number."""


def put_cards(app, page, template, context, doctree):
    """Put the cards of a page at its end."""
    cards = app.env.report_cards.get(page, {})
    context["body"] = context.get("body", "") + "".join(
        f'<div popover class="number-card" id="{name}" role="dialog" '
        f'aria-label="What stands behind {text}"><p class="value">{text}</p><dl>'
        + "".join(f"<dt>{k}</dt><dd>{v}</dd>" for k, v in said) + "</dl></div>\n"
        for (text, said), name in cards.items())


def load_results(app):
    """Read the saved results of the staged book, and the ledger among them."""
    results = read_results(app.srcdir)
    app.env.report_results = results
    app.env.report_ledger = results.get(("published", "ledger"))
    app.env.report_cards = {}


def setup(app):
    """Register with Sphinx."""
    app.setup_extension("report.sources")
    app.add_role("number", NumberRole())
    plain = (lambda self, node: None, depart_number)
    app.add_node(Quoted, html=(visit_number, depart_number), latex=plain, text=plain)
    app.connect("builder-inited", load_results)
    app.connect("html-page-context", put_cards)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
