"""The one place that rounds and formats: numbers, limits, p values, sentences, tables."""

from __future__ import annotations

import html
import math
import re
from urllib.parse import quote as quote_url
from urllib.parse import urlencode

import pandas as pd

from analysis.withheld import SILENT, WORDS, tell

NOT_ESTIMABLE = "NE"
NOT_REACHED = "NR"

#: a quoted number in Markdown: what is read, and the cell of the saved result that it comes from
QUOTED = re.compile(r"\{number\}`([^`]*) <([^<>`]*)>`")

COUNTS = {"n", "total", "n_event", "n_risk", "missing", "df", "n_met", "n_unmet", "n_unknown"}


def number(x, decimals=None):
    """Format a number; without `decimals`, a whole number has none and another has one.

    Missing prints as NE, a withheld cell as what is told of it. The true minus sign is used, and
    no negative zero is printed.
    """
    if x is None or pd.isna(x) or math.isinf(x):
        return tell(x) or NOT_ESTIMABLE
    if decimals is None:
        decimals = 0 if float(x) == round(float(x)) else 1
    # a half rounds away from zero, as the reader of a printed table expects
    rounded = math.floor(abs(x) * 10**decimals + 0.5 + 1e-9) / 10**decimals
    text = f"{math.copysign(rounded, x):.{decimals}f}"
    return re.sub(r"^-0(\.0*)?$", r"0\1", text).replace("-", "−")


def percent(x, decimals=1):
    """Format a percentage (already in per cent): ``38.9%``."""
    return number(x, decimals) + ("" if pd.isna(x) else "%")


def p_value(p):
    """Format a p value: three decimals, ``<0.001`` below, ``>0.999`` above."""
    if pd.isna(p):
        return tell(p) or NOT_ESTIMABLE
    if p < 0.001:
        return "<0.001"
    return ">0.999" if p > 0.9995 else number(p, 3)


def p_sentence(p):
    """Format a p value with its sign, for a sentence: ``P = 0.010``, ``P < 0.001``."""
    shown = p_value(p)
    if tell(p):
        return f"P {shown}"
    return f"P {shown[0]} {shown[1:]}" if shown[0] in "<>" else f"P = {shown}"


def interval(low, high, decimals=1, missing=NOT_ESTIMABLE):
    """Format two limits: ``3.1–11.7``; a missing one prints as `missing`, two as NE."""
    if (tell(low) and tell(high)) or WORDS[SILENT] in (tell(low), tell(high)):
        return tell(low) or tell(high)
    if is_missing(low) and is_missing(high):
        return NOT_ESTIMABLE
    shown = [tell(x) or missing if pd.isna(x) or math.isinf(x) else number(x, decimals)
             for x in (low, high)]
    return " to ".join(shown) if any("−" in s for s in shown) else "–".join(shown)


def estimate(x, low, high, decimals=2, missing=NOT_ESTIMABLE):
    """Format an estimate with its limits: ``2.78 (1.28–6.01)``."""
    if pd.isna(x) and pd.isna(low) and pd.isna(high):
        return tell(x) or missing
    shown = missing if pd.isna(x) else number(x, decimals)
    return f"{shown} ({interval(low, high, decimals, missing)})"


def months(x):
    """Format a duration in months: ``7.4 months``; not reached as ``NR``."""
    if pd.isna(x):
        return tell(x) or NOT_REACHED
    shown = number(x, 1)
    return f"{shown} month" if shown == "1.0" else f"{shown} months"


def count(n, singular, plural=None):
    """Format a count with its noun: ``1 patient``, ``36 patients``, ``no patients``."""
    plural = plural or singular + "s"
    if pd.isna(n):
        return f"{number(n)} {plural}"
    return {0: f"no {plural}", 1: f"1 {singular}"}.get(int(n), f"{int(n)} {plural}")


def of_total(n, total):
    """Format a count in its whole: ``14 of 36 (38.9%)``."""
    if not total:
        return "0 of 0"
    if pd.isna(n) or pd.isna(total):
        return f"{number(n, 0)} of {number(total, 0)}"
    return f"{int(n)} of {int(total)} ({percent(100 * n / total)})"


def level(confidence):
    """Format a confidence level: 0.95 as ``95%``."""
    return f"{100 * confidence:g}%"


def listing(words, conjunction="and"):
    """Join words as a sentence does: ``a, b and c``; nothing as ``none``."""
    words = [str(w) for w in words]
    if len(words) < 2:
        return words[0] if words else "none"
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def capitalise(text):
    """Raise the first letter of a sentence, and leave the rest as it is."""
    return text[:1].upper() + text[1:]


def decapitalise(text):
    """Lower the first letter of a name within a sentence, but not that of a short form."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def select(result, **row):
    """Return the one row of a tidy result in which every named column has the given value.

    Raises
    ------
    LookupError
        When no row or more than one row answers; the message names them.
    """
    chosen = result
    for column, value in row.items():
        chosen = chosen[chosen[column] == value]
    if len(chosen) != 1:
        asked = "; ".join(f"{k}={v}" for k, v in row.items())
        raise LookupError(f"{len(chosen)} rows answer {asked or 'nothing asked'}")
    return chosen.iloc[0]


def cite(text, column, **row):
    """Mark text as the cell of a saved result, so that the book can open what stands behind it.

    Parameters
    ----------
    text : str
        What is read.
    column : str
        Column of the cell.
    **row
        Values that select its row.

    Returns
    -------
    str
        The role ``number``, with the address as a query string.
    """
    return f"{{number}}`{text} <{urlencode({'column': column} | row)}>`"


def quote(result, column, decimals=None, **row):
    """Format one cell of a tidy result for a sentence, with its address.

    Parameters
    ----------
    result : DataFrame
        A tidy result, as it is saved.
    column : str
        Column of the cell.
    decimals : int, optional
        Printed decimals; otherwise those of the kind of result (hazard ratios 2, months 1,
        percentages 1, counts 0).
    **row
        Values that select exactly one row.

    Returns
    -------
    str
        Markdown; `plain` gives the bare number.

    Raises
    ------
    LookupError
        When not exactly one row answers.
    """
    cell = select(result, **row)[column]
    if isinstance(cell, str):
        return escape(cell)
    return cite(format_cell(cell, result, column, decimals), column, **row)


def format_cell(cell, result, column, decimals=None):
    """Format a cell by its column and by the kind of result that it stands in."""
    if column == "p_value":
        return p_sentence(cell)
    if column in COUNTS:
        return number(cell, 0)
    if column == "percent":
        return percent(cell, 1 if decimals is None else decimals)
    if "model" in result.columns:
        return number(cell, 2 if decimals is None else decimals)
    if "time_mo" in result.columns and column in {"estimate", "conf_low", "conf_high"}:
        return percent(100 * cell, 1 if decimals is None else decimals)
    if "endpoint" in result.columns:
        if pd.isna(cell):
            return tell(cell) or NOT_REACHED
        return number(cell, 1 if decimals is None else decimals)
    return number(cell, decimals)


def is_missing(x):
    """Say whether a number is not there; one that is withheld is there."""
    return bool(pd.isna(x)) and not tell(x)


def is_some(n):
    """Say whether a count is more than nought, told or withheld."""
    return bool(tell(n)) or bool(n > 0)


def hides_most(counts):
    """Say whether withheld counts may be larger than those that are told."""
    return any(tell(n).startswith("≥") for n in counts)


def is_formula(cell):
    """Say whether a spreadsheet would act on a cell of text."""
    return isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}


def escape(text):
    """Make text from the data inert in MyST Markdown, HTML and LaTeX alike, on one line."""
    return make_inert(" ".join(str(text).split()))


def make_inert(text):
    """Escape what Markdown or HTML would act on."""
    text = re.sub(r"([\\`*_{}\[\]()#+!|~^$@:])", r"\\\1", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link_doi(doi):
    """Link a DOI, whatever characters it is made of."""
    return f"[doi:{escape(doi)}](https://doi.org/{quote_url(doi)})"


def plain(text):
    """Return Markdown that `escape` made, or a sentence that holds it, as plain text."""
    text = QUOTED.sub(r"\1", " ".join(text.split()))
    return html.unescape(re.sub(r"\\(.)", r"\1", text))


def table(frame, align=None):
    r"""Turn a frame of printed cells into a MyST pipe table.

    Parameters
    ----------
    frame : DataFrame
        Cells as printed, text; missing prints empty. A leading ``\u2003`` indents a cell.
    align : str, optional
        One letter per column, ``l``, ``c`` or ``r``; the first left, the others right by default.

    Returns
    -------
    str
    """
    align = align or "l" + "r" * (frame.shape[1] - 1)
    rule = {"l": ":---", "c": ":---:", "r": "---:"}
    rows = [list(frame.columns), *frame.fillna("").astype(str).values.tolist()]
    lines = ["| " + " | ".join(cell_text(c) for c in row) + " |" for row in rows]
    lines.insert(1, "| " + " | ".join(rule[a] for a in align) + " |")
    return "\n".join(lines)


def cell_text(cell):
    """Escape a table cell; keep its quoted numbers, and the indent that Markdown would strip."""
    text = re.sub(r"\s*[\r\n]+\s*", " ", str(cell))
    indent = len(text) - len(text.lstrip("\u2003"))
    pieces, end = [], 0
    for match in QUOTED.finditer(text):
        pieces += [make_inert(text[end:match.start()]), match.group()]
        end = match.end()
    pieces.append(make_inert(text[end:]))
    return "&emsp;" * indent + "".join(pieces).strip()
