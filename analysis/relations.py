"""The sums that hold between the counts of a tidy result."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.audit import Relation
from analysis.withheld import NAMES

#: part of a row: the whole that it is counted in, the first of them that the result has
WHOLES = {"n": ("total",), "missing": ("total",), "unknown": ("total",), "n_judged": ("total",),
          "n_open": ("total",), "n_open_reached": ("n_open",), "n_event": ("n",),
          "n_risk": ("n",), "n_level": ("n",), "n_event_level": ("n_event", "n_level"),
          "n_up": ("n",), "n_down": ("n",), "n_gained": ("n",), "n_lost": ("n",)}
#: parts of a row that exclude each other and fill its patients
SPLITS = [("n_met", "n_unmet", "n_unknown")]
#: levels that repeat others of their column
SUMS = {"ORR": ("CR", "PR"), "DCR": ("CR", "PR", "SD")}
WHOLE_LEVELS = ("any", "all")
#: pairs of columns whose cells are a cross-tabulation, its margins told elsewhere
CROSSED = [("level_from", "level_to"), ("ici_agent", "antiangiogenic_agent")]


def is_name(tidy, column):
    """Say whether a column names rows, and is no remark on them."""
    return column not in {"reason", "method", "ties"} and (
        column in NAMES or not pd.api.types.is_numeric_dtype(tidy[column]))


def find_relations(tidy):
    """Find the sums that hold between the counts of a result.

    Parameters
    ----------
    tidy : DataFrame
        A tidy result, its rows numbered from 0.

    Returns
    -------
    list of Relation
    """
    found = relate_wholes(tidy) + relate_levels(tidy) + relate_crossings(tidy)
    return found + relate_windows(tidy)


def relate_wholes(tidy):
    """Relate the parts of each row to its wholes; the rest of a whole may be small as well."""
    found = []
    for part, wholes in WHOLES.items():
        for whole in (w for w in wholes if {part, w} <= set(tidy.columns)):
            found += [Relation(((i, part),), ((i, whole),), "guarded") for i in tidy.index
                      if 0 <= tidy.at[i, part] <= tidy.at[i, whole]]
    for parts in (s for s in SPLITS if set(s) <= set(tidy.columns)):
        found += [Relation(tuple((i, p) for p in parts)) for i in tidy.index]
    for pair in (("n_up", "n_down"), ("n_gained", "n_lost")):
        if {*pair, "n"} <= set(tidy.columns):
            found += [Relation(tuple((i, p) for p in pair), ((i, "n"),), "guarded")
                      for i in tidy.index[tidy[list(pair)].notna().all(axis=1)]]
    return found


def relate_levels(tidy):
    """Relate the levels of each name to their sum, where the sum holds."""
    found = []
    names = [c for c in tidy.columns if is_name(tidy, c)]
    others = [c for c in ("time_mo", "horizon_mo", "method", "test") if c in tidy]
    for name in names:
        keys = [c for c in [*names, *others] if c != name] or [np.zeros(len(tidy))]
        if name == "level" and "group" in tidy:
            keys = [c for c in keys if not isinstance(c, str) or c != "group"] or keys
        for _, rows in tidy.groupby(keys, dropna=False, sort=False):
            found += relate_group(tidy, rows, name)
    return found


def relate_group(tidy, rows, name):
    """Relate the rows of one name to each other, column by column."""
    found = []
    label = rows[name].astype(str)
    sums = {**SUMS, **{v: v.split(" or ") for v in label if " or " in v}}
    parts = rows[~label.isin([*WHOLE_LEVELS, *sums])]
    blocks = ([part for _, part in parts.groupby("group", sort=False)]
              if name == "level" and "group" in tidy else [parts])
    for column in ("n", "n_event", "n_level", "n_event_level", "n_risk", "total"):
        if column not in tidy:
            continue
        for value, members in sums.items():
            own = rows[label == value]
            held = rows[label.isin(members)]
            if len(own) == 1 and len(held) == len(set(members)):
                found.append(Relation(cells(held, column), ((own.index[0], column),)))
        tops = [(i, column) for i in rows.index[label.isin(WHOLE_LEVELS)]]
        for block in (b for b in blocks if len(b) > 1 or tops):
            found += relate_block(tidy, block, column, tops)
    return found


def relate_block(tidy, block, column, tops):
    """Relate rows that exclude each other to a row of all, or to their common whole."""
    known = block[block[column].notna()]
    if len(known) < 2:
        return []
    first, summed, whole = known.index[0], known[column].sum(), WHOLES.get(column, ("",))[0]
    if tops:
        return [Relation(cells(known, column), (top,),
                         "none" if summed == tidy.at[top] else "guarded")
                for top in tops if summed <= tidy.at[top]]
    if whole not in tidy or not summed <= tidy.at[first, whole]:
        return []
    missing = ((first, "missing"),) if column == "n" and "missing" in tidy else ()
    full = summed + sum(tidy.at[m] for m in missing) == tidy.at[first, whole]
    if column == "n" and not full:
        return []
    return [Relation((*cells(known, column), *missing), ((first, whole),),
                     "none" if full else "guarded")]


def cells(rows, column):
    """Return the addresses of a column's cells."""
    return tuple((i, column) for i in rows.index)


def relate_crossings(tidy):
    """Relate the cells of a cross-tabulation to margins that other results tell."""
    found = []
    for pair in (p for p in CROSSED if set(p) <= set(tidy.columns)):
        stages = [c for c in ("stage_from", "stage_to") if c in tidy]
        for key in pair:
            found += [Relation(cells(rows, "n"))
                      for _, rows in tidy.groupby([*stages, key], sort=False)]
    if "total" not in tidy and "n" in tidy and not set(tidy.columns) & {"endpoint", "level_from",
                                                                       "test", "visit", "scope"}:
        found.append(Relation(cells(tidy, "n")))
    return found


def relate_windows(tidy):
    """Relate the acute and late patients to those of any time, who are at most their sum."""
    if not {"window", "band", "n"} <= set(tidy.columns):
        return []
    found = []
    anyone = tidy[tidy["band"] == "any"]
    keys = [c for c in ("term",) if c in tidy] or [np.zeros(len(anyone))]
    for _, rows in anyone.groupby(keys, sort=False):
        at = {w: (i, "n") for i, w in rows["window"].items()}
        if {"acute", "late", "all"} <= set(at):
            found += [Relation((at["all"],), (at["acute"], at["late"]), "guarded"),
                      Relation((at["acute"],), (at["all"],), "guarded"),
                      Relation((at["late"],), (at["all"],), "guarded")]
    return found
