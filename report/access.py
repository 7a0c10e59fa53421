"""Sphinx extension: pages that everybody can read.

Mends what the theme and its companions leave wrong: roles that assistive technology refuses, a
title that is not made inert, and the scripts of a notebook service that this book does not use,
which fail on every page.
"""

from __future__ import annotations

from html import escape

from docutils import nodes

#: the reference list claims to be a list, and its entries a role that is no entry of a list
ROLES = (' role="list"', ' role="doc-biblioentry"')
UNUSED = "thebe"


def mend_roles(app, page, template, context, doctree):
    """Take refused roles off the references."""
    if "citation-list" in (body := context.get("body", "")):
        for role in ROLES:
            body = body.replace(role, "")
        context["body"] = body


def mend_title(app, page, template, context, doctree):
    """Make the book's title inert on the page of the search, where the theme prints it as it is."""
    if page == "search":
        context["docstitle"] = escape(context["docstitle"])


def drop_unused(app, page, template, context, doctree):
    """Leave out scripts and styles that serve nothing here."""
    for kind in ("script_files", "css_files"):
        context[kind] = [file for file in context.get(kind, ()) if UNUSED not in describe(file)]


def describe(file):
    """Return the name and the text of a script or style."""
    return f"{file} {getattr(file, 'attributes', '')}".lower()


def drop_settings(app, doctree, name):
    """Take the unused service's settings off a page."""
    for node in list(doctree.findall(nodes.raw)):
        if UNUSED in node.astext():
            node.parent.remove(node)


def setup(app):
    """Register with Sphinx, after the extensions whose output is mended."""
    app.connect("html-page-context", mend_roles, priority=900)
    app.connect("html-page-context", mend_title, priority=900)
    app.connect("html-page-context", drop_unused, priority=900)
    app.connect("doctree-resolved", drop_settings, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
