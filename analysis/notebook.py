"""What a chapter writes, as HTML for a notebook that is read by itself, outside the book."""

from __future__ import annotations

import base64
import html
import re

from markdown_it import MarkdownIt
from mdit_py_plugins.myst_role import myst_role_plugin

ADDRESS = re.compile(r" <[^<>]*>$")
DIRECTIVE = re.compile(r":::\{(?P<kind>\w+)\} (?P<title>[^\n]*)\n(?::\w+:[^\n]*\n)*\n"
                       r"(?P<body>.*)\n:::", re.S)


def tell_role(renderer, tokens, place, options, env):
    """Render a role as its text, without the address; the keys of a citation in brackets."""
    name, text = tokens[place].meta["name"], ADDRESS.sub("", tokens[place].content)
    return html.escape(f"[{text}]" if name.startswith("cite") else text)


MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").use(myst_role_plugin)
MARKDOWN.add_render_rule("myst_role", tell_role)


def render(markdown):
    """Render sentences, a list, a table, a box or a folded answer.

    Parameters
    ----------
    markdown : str
        MyST Markdown as `page` writes it. Of its roles the text is read, of citations the keys; raw
        HTML stays text.

    Returns
    -------
    str
    """
    match = DIRECTIVE.fullmatch(markdown)
    if match is None:
        return MARKDOWN.render(markdown)
    title, body = MARKDOWN.renderInline(match["title"]), render(match["body"])
    if match["kind"] == "dropdown":
        return f"<details><summary>{title}</summary>{body}</details>"
    if match["kind"] == "table":
        return f"<p>{title}</p>{body}"
    return f"<blockquote><p><strong>{title}</strong></p>{body}</blockquote>"


def picture(path, alt, caption):
    """Return a figure as HTML that stands by itself; as a picture, for its names are its own."""
    data = base64.b64encode(path.read_bytes()).decode()
    return (f'<figure><img alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{data}">'
            f"<figcaption>{MARKDOWN.renderInline(caption)}</figcaption></figure>")
