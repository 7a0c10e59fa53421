"""The glossary of one book: only the words that its pages use."""

from __future__ import annotations

import re

BLOCK = re.compile(r"(:::\{glossary\}\n)(.*?)(\n:::)", re.S)


def prune_glossary(text, pages):
    r"""Leave out of a glossary what neither the pages nor the entries that stay speak of.

    Parameters
    ----------
    text : str
        Page with a glossary: entries apart by an empty line, the term on the first line.
    pages : str
        All other text of the book.

    Returns
    -------
    str

    Examples
    --------
    >>> prune_glossary(":::{glossary}\nPFS\n  Time.\n\nHCC\n  A cancer.\n:::", "the PFS was")
    ':::{glossary}\nPFS\n  Time.\n:::'
    """
    def prune(match):
        entries = match.group(2).strip("\n").split("\n\n")
        kept, said = set(), pages
        while fresh := [e for e in entries if e not in kept and is_used(e.splitlines()[0], said)]:
            kept.update(fresh)
            said += "\n".join(line for e in fresh for line in e.splitlines()[1:])
        return match.group(1) + "\n\n".join(e for e in entries if e in kept) + match.group(3)

    return BLOCK.sub(prune, text)


def is_used(term, said):
    """Say whether a term stands in a text as a word; short forms as they are written."""
    flags = 0 if term.isupper() else re.I
    return re.search(rf"(?<![\w]){re.escape(term)}(?![\w])", said, flags) is not None
