"""What stands behind a quoted number: the cell, its estimate, print, data and code."""

from __future__ import annotations

from html import escape
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd

from analysis.display import interval, level, number
from analysis.ledger import cell_text, parse_row
from analysis.withheld import tell

LIMITS = ("conf_low", "conf_high")
#: columns that hold an estimate, the one of a row first
ESTIMATES = ("estimate", "percent", "ratio", "difference")
#: columns that no limits belong to
COUNTED = {"total", "n_event", "n_risk", "missing", "df", "p_value", "p_adjusted"}

#: by identity of a result: the result, which keeps its identity, and its cells as text
SPELLED = {}


def find_row(results, chapter, address):
    """Return (chapter, result, row, columns, keys) of what an address names, or None.

    The chapter's own results are searched first, then those of the others; the first whose columns
    and rows answer exactly once is the one. Several columns of a row are joined by a full stop.
    """
    wanted = dict(parse_qsl(address, keep_blank_values=True))
    columns = wanted.pop("column").split(".")
    for (owner, name), frame in sorted(results.items(), key=lambda item: item[0][0] != chapter):
        if not {*columns, *wanted} <= set(frame.columns):
            continue
        texts = spell_cells(frame)
        answers = np.ones(len(frame), dtype=bool)
        for key, value in wanted.items():
            answers &= np.isin(texts[key], (value, value.removesuffix(".0")))
        if answers.sum() == 1:
            return owner, name, frame.iloc[int(answers.argmax())], columns, list(wanted)
    return None


def spell_cells(frame):
    """Return each column of a result as an address spells its cells; spelled once per result."""
    if id(frame) not in SPELLED:
        SPELLED[id(frame)] = frame, {key: np.array([cell_text(cell) for cell in frame[key]], str)
                                     for key in frame.columns}
    return SPELLED[id(frame)][1]


def find_printed(ledger, chapter, name, row, columns):
    """Return the ledger's entries for cells of one row, restatements left out."""
    if ledger is None:
        return []
    own = ledger[(ledger["chapter"] == chapter) & (ledger["result"] == name)
                 & ledger["column"].isin(columns) & (ledger["kind"] != "restatement")]
    return [entry for entry in own.itertuples()
            if all(cell_text(row.get(k)) == v for k, v in parse_row(entry.row).items())]


def describe_cells(row, columns):
    """Return (name, text) pairs on the values of cells and on what they were estimated from."""
    values = columns if len(columns) == 1 else (
        [c for c in columns if c not in LIMITS] or [c for c in ESTIMATES if c in row.index][:1])
    said = [("This data set", spell(row[values[0]]) if len(values) == 1 else
             "; ".join(f"{c} = {spell(row[c])}" for c in values))] if values else []
    if {"n", "total"} <= set(row.index) and pd.notna(row["total"]):
        said.append(("Patients", f"{number(row['n'], 0)} of {number(row['total'], 0)}"))
    elif "n" in row.index and pd.notna(row["n"]):
        events = row.get("n_event")
        of = f", {number(events, 0)} with the event" if pd.notna(events) else ""
        said.append(("Patients", f"{number(row['n'], 0)}{of}"))
    counted = COUNTED if "percent" in row.index else COUNTED | {"n"}
    if not counted.issuperset(columns) and (pd.notna(row.get("conf_low"))
                                            or pd.notna(row.get("conf_high"))):
        confidence = level(row["conf_level"]) if "conf_level" in row.index else "Confidence"
        said.append((f"{confidence} limits",
                     interval(row["conf_low"], row["conf_high"], 3, "not reached")))
    for key, name in (("method", "Method"), ("reason", "Reason")):
        if isinstance(row.get(key), str) and row[key]:
            said.append((name, row[key]))
    return said


def spell(value):
    """Spell a value with more digits than are printed."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return tell(value) or "not estimable or not reached"
    return f"{value:.6g}".replace("-", "−")


def describe_row(row, keys):
    """Say which row of the result the cells stand in."""
    return "; ".join(f"{k} = {cell_text(row[k])}" for k in row.index if cell_text(row[k])
                     and k not in {"method", "reason"}
                     and (k in keys or isinstance(row[k], str)))


def write_card(results, ledger, functions, docname, address):
    """Return the lines of a number's card as (name, HTML) pairs, or none when nothing answers.

    Parameters
    ----------
    results : dict of (str, str) to DataFrame
    ledger : DataFrame or None
    functions : dict
        From `sources.find_functions`.
    docname, address : str
        The page that quotes the number, and the address that it quotes.
    """
    found = find_row(results, Path(docname).name, address)
    if found is None:
        return []
    owner, name, row, columns, keys = found
    said = [(k, escape(v)) for k, v in describe_cells(row, columns)]
    for entry in find_printed(ledger, owner, name, row, columns):
        note = f" ({escape(entry.note)})" if isinstance(entry.note, str) else ""
        said.append(("The paper", f"{escape(str(entry.printed))} in {escape(entry.where)}: "
                                  f"<b>{escape(entry.status)}</b>{note}"))
    where = [w for w in (describe_row(row, keys), f"column {', '.join(columns)}") if w]
    said.append(("Where", escape("; ".join(where))))
    return said + link(functions, owner, name, "../" * docname.count("/"))


def link(functions, chapter, name, base):
    """Return the links to a result's data and to the function that computed it."""
    said = [("Data", f'<a href="{base}results/{chapter}/{name}.csv">{chapter}/{name}.csv</a>')]
    function = functions.get((chapter, name))
    if function:
        module, label, line = function
        said.append(("Computed by", f'<a href="{base}code/{module}.html#line-{line}">'
                                    f"<code>analysis.{module}.{label}</code></a>"))
    return said
