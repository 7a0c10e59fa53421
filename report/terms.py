"""Sphinx extension: a term of the glossary shows its definition where it is used."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.addnodes import pending_xref

GLOSSARY = "glossary"


def read_definitions(doctree):
    """Return the definition of each term of a glossary page by the term's anchor."""
    found = {}
    for item in doctree.findall(nodes.definition_list_item):
        definition = next(iter(item.findall(nodes.definition)), None)
        for term in item.findall(nodes.term):
            for anchor in term["ids"]:
                found[anchor] = read_text(definition) if definition else ""
    return found


def read_text(definition):
    """Return a definition as plain text without its citations."""
    definition = definition.deepcopy()
    for citation in list(definition.findall(pending_xref)):
        if citation.get("refdomain") == "cite":
            citation.parent.remove(citation)
    return re.sub(r" +([.;,])", r"\1", " ".join(definition.astext().split()))


def show_definitions(app, doctree, docname):
    """Give each reference to a term its definition as a title."""
    if app.builder.format != "html" or GLOSSARY not in app.env.found_docs:
        return
    definitions = read_definitions(app.env.get_doctree(GLOSSARY))
    for reference in doctree.findall(nodes.reference):
        anchor = reference.get("refuri", "").rpartition("#")[2] or reference.get("refid", "")
        if definitions.get(anchor):
            reference["reftitle"] = definitions[anchor]
            reference["classes"].append("term")


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-resolved", show_definitions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
