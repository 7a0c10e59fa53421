"""The ledger: every printed number held against the saved result that recomputes it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from analysis.display import number, p_value
from analysis.withheld import tell

STATUSES = ("exact", "close", "off", "contradicted", "not recomputable")
LEDGER = ["id", "where", "kind", "printed", "decimals", "recomputed", "shown", "status", "note",
          "chapter", "result", "row", "column"]

#: how far from print still counts as close: one unit of the last printed digit, or this share
CLOSE_SHARE = 0.05


def parse_row(address):
    """Return the columns and values that an address names: ``a=x; b=y``.

    Examples
    --------
    >>> parse_row("variable=sex; level=≥2")
    {'variable': 'sex', 'level': '≥2'}
    """
    parts = [part.partition("=") for part in str(address).split(";") if part.strip()]
    return {key.strip(): value.strip() for key, _, value in parts}


def find_cell(frame, row, column):
    """Return (value, reason) of the cell at an address; the value is NaN where there is a reason.

    Parameters
    ----------
    frame : DataFrame or None
        A saved result.
    row : str
        ``key=value; key=value``; values are compared as printed in the saved file.
    column : str
        Column of the cell.
    """
    if frame is None:
        return math.nan, "the result is not saved in this build"
    wanted = parse_row(row)
    unknown = [name for name in [*wanted, column] if name not in frame]
    if unknown:
        return math.nan, f"the result has no column {', '.join(unknown)}"
    chosen = np.ones(len(frame), dtype=bool)
    for key, value in wanted.items():
        chosen &= (frame[key].map(cell_text) == value).to_numpy()
    if chosen.sum() != 1:
        return math.nan, f"{chosen.sum()} rows of the result answer the address"
    return frame.loc[chosen, column].iloc[0], ""


def cell_text(cell):
    """Return a cell as an address writes it: whole numbers without a decimal point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if pd.isna(cell) else str(cell)


def compare(printed, decimals, recomputed):
    """Say how a recomputed value stands to the printed one.

    Parameters
    ----------
    printed : str
        As in the paper: a number, ``<0.001``, or ``NE``.
    decimals : int
        Printed decimals.
    recomputed : float
        In the printed unit; NaN is not estimable.

    Returns
    -------
    str
        ``exact`` (equal at the printed decimals), ``close`` (within one unit of the last printed
        digit, or 5 %), or ``off``.

    Examples
    --------
    >>> [compare("2.78", 2, x) for x in (2.784, 2.785, 2.9, 3.0)]
    ['exact', 'close', 'close', 'off']
    """
    if printed == "NE":
        return "exact" if pd.isna(recomputed) else "off"
    if pd.isna(recomputed):
        return "off"
    if printed.startswith("<"):
        return "exact" if recomputed < float(printed[1:]) else "off"
    if number(recomputed, decimals) == number(float(printed), decimals):
        return "exact"
    rounded = float(number(recomputed, decimals).replace("−", "-"))
    unit = abs(rounded - float(printed)) <= 1.000001 * 10.0**-decimals
    share = abs(recomputed - float(printed)) <= CLOSE_SHARE * abs(float(printed))
    return "close" if unit or share else "off"


def join(published, results):
    """Hold every printed number against the result that recomputes it.

    Parameters
    ----------
    published : DataFrame
        The contract's table `published`: a printed number per row, with the address of the cell
        that recomputes it. A restatement (`dup_of`) takes the address of what it restates.
    results : dict of (str, str) to DataFrame
        Saved results by chapter and name.

    Returns
    -------
    DataFrame
        `id, where, kind, printed, decimals, recomputed, shown, status, note, chapter, result, row,
        column`, one row per printed number in the order of `published`.

    Notes
    -----
    A declared status (`contradicted`, `not recomputable`) stands whatever the value is; its note
    gives the reason. A number without an address or without its result is not recomputable.
    """
    own = published.set_index("id")
    rows = [judge(entry, own, results) for entry in published.to_dict("records")]
    return pd.DataFrame(rows, columns=LEDGER)


def judge(entry, published, results):
    """Return the ledger's row for one printed number."""
    original = entry
    if isinstance(entry.get("dup_of"), str) and entry["dup_of"] in published.index:
        original = published.loc[entry["dup_of"]].to_dict()
    address = {key: entry[key] if isinstance(entry.get(key), str) else original.get(key)
               for key in ("chapter", "result", "row", "column")}
    declared = first_text(entry.get("status"), original.get("status"))
    note = first_text(entry.get("note"), original.get("note")) if declared else ""
    value, reason = math.nan, "no result recomputes it"
    if isinstance(address["result"], str):
        frame = results.get((address["chapter"], address["result"]))
        value, reason = find_cell(frame, address["row"], address["column"])
        if tell(value) or (reason and (address["chapter"], "suppressed") in results):
            value, reason = math.nan, "withheld, for this book is made to be shared"
    if isinstance(value, str) and pd.notna(pd.to_numeric(value, errors="coerce")):
        value = float(value)
    if not reason and not isinstance(value, str):
        scale = original.get("scale")
        value = value * (1 if scale is None or pd.isna(scale) else scale)
    decimals = int(entry["decimals"])
    status = declared or ("not recomputable" if reason
                          else compare_any(entry["value"], decimals, value))
    return {"id": entry["id"], "where": entry["where"], "kind": entry.get("kind"),
            "printed": entry["value"], "decimals": decimals, "recomputed": value,
            "shown": "" if reason else shown(entry["value"], decimals, value),
            "status": status, "note": note or reason, **address}


def first_text(*candidates):
    """Return the first candidate that is text, else an empty string."""
    return next((c for c in candidates if isinstance(c, str)), "")


def compare_any(printed, decimals, value):
    """Compare numbers as `compare` does, and words by equality."""
    if isinstance(value, str):
        return "exact" if value == printed else "off"
    return compare(printed, max(decimals, 0), value)


def shown(printed, decimals, value):
    """Format the recomputed value as the printed one is."""
    if isinstance(value, str):
        return value
    if printed.startswith("<"):
        return p_value(value)
    return number(value, max(decimals, 0))


def score(ledger, by="where"):
    """Count the statuses of a ledger.

    Parameters
    ----------
    ledger : DataFrame
        From `join`.
    by : str
        Column whose values are the rows of the score.

    Returns
    -------
    DataFrame
        `by`, `n`, and one column per status, in the order of first appearance.
    """
    counts = pd.crosstab(ledger[by], ledger["status"]).reindex(columns=STATUSES, fill_value=0)
    counts = counts.loc[ledger[by].drop_duplicates()]
    counts.insert(0, "n", counts.sum(axis=1))
    return counts.rename_axis(columns=None).reset_index()
