"""What a chapter writes, as HTML for a notebook that is read by itself, outside the book."""

from __future__ import annotations

import base64
import html
import re

from markdown_it import MarkdownIt

ROLE = re.compile(r"(?<!\\)\{(?P<name>[a-z:]+)\}`(?P<text>[^`]*?)(?: <[^`<>]*>)?`")
DIRECTIVE = re.compile(r":::\{(?P<kind>\w+)\} (?P<title>[^\n]*)\n(?::\w+:[^\n]*\n)*\n"
                       r"(?P<body>.*)\n:::", re.S)
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


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
        return MARKDOWN.render(unroll(markdown))
    title, body = render_line(match["title"]), render(match["body"])
    if match["kind"] == "dropdown":
        return f"<details><summary>{title}</summary>{body}</details>"
    if match["kind"] == "table":
        return f"<p>{title}</p>{body}"
    return f"<blockquote><p><strong>{title}</strong></p>{body}</blockquote>"


def render_line(markdown):
    """Render one line without a paragraph around it."""
    return MARKDOWN.renderInline(unroll(markdown))


def unroll(markdown):
    """Put the text of each role in its place; brackets around the keys of a citation."""
    return ROLE.sub(lambda m: f"[{m['text']}]" if m["name"].startswith("cite") else m["text"],
                    markdown)


def picture(path, alt, caption):
    """Return a figure as HTML that stands by itself; as a picture, for its names are its own."""
    data = base64.b64encode(path.read_bytes()).decode()
    return (f'<figure><img alt="{html.escape(alt)}" src="data:image/svg+xml;base64,{data}">'
            f"<figcaption>{render_line(caption)}</figcaption></figure>")
