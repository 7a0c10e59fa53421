"""What a shared book may tell: small counts withheld, and all that would give them away.

Cells of a tidy result are withheld until no withheld count can be worked out from the cells that
are told, the totals, and margins that stand in other results.
"""

from __future__ import annotations

import pandas as pd

from analysis.audit import Relation, find_exposed
from analysis.relations import WHOLES, find_relations, is_name
from analysis.steps import merge_steps
from analysis.withheld import AT_LEAST, BELOW, NAMES, SILENT, tell, withhold

#: numbers that describe the analysis and not the patients
SET = {"conf_level", "time_mo", "horizon_mo", "alpha_beta_gy", "df", "n_parameters", "scale"}
#: summaries of values, told unless their group itself is small
SUMMARIES = {"median", "low", "high", "median_day", "low_day", "high_day"}
#: columns that make the estimates of a row a plain function of its counts
COUNTED = {"percent", "n_gained", "n_up", "n_judged"}
#: names that repeat the counts of the same patients
REPEATS = {"endpoint", "model", "test", "measure", "cause"}
#: measured values that would single out the patients of a small row: such rows go altogether
MEASURED = {"dose_gy", "fractions"}


def is_count(column):
    """Say whether a column counts patients or events."""
    return column not in SET and (column in {*WHOLES, "total"} or str(column).startswith("n_"))


def release(result, threshold=5, hidden=(), told=()):
    """Make a tidy result fit to be shared.

    Parameters
    ----------
    result : DataFrame
        Rows of counts and of what was estimated from them.
    threshold : int
        The smallest count that is told; nought is told as well.
    hidden : set of (str, int)
        Counts of a level that other results withhold, see `list_counts`.
    told : set of (str, int)
        Counts of a level that other results tell.

    Returns
    -------
    DataFrame
        The result with cells withheld (see `withheld.tell`), a curve with its steps merged; no
        rows where it counts nobody or holds single patients, or where nothing protects it.
        `attrs["withheld"]` lists (row, column, why).

    Notes
    -----
    A count below the threshold is withheld, as is one whose complement is (33 of 36), and then
    the smallest other counts until no withheld one follows. What is estimated from a withheld
    count goes with it, and a median or range of a small group.

    References
    ----------
    Hundepool et al., Statistical Disclosure Control, 2012, chapter 4, doi:10.1002/9781118348239.

    Examples
    --------
    >>> beds = pd.DataFrame({"variable": "ward", "level": list("abc"), "n": [2, 9, 25],
    ...                      "total": 36, "percent": [5.6, 25.0, 69.4]})
    >>> from analysis.withheld import tell
    >>> [tell(x) or x for x in release(beds)["n"]]
    ['<5', '≥5', 25.0]
    """
    if "where" in result.columns:  # counts of printed numbers, not of patients
        return result
    counts = [c for c in result.columns if is_count(c)]
    if "patient_id" in result.columns or not counts:
        return refuse(result, "rows of single patients, or nothing that can be checked")
    if {"n_risk", "time_mo"} <= set(result.columns) and result["time_mo"].min() == 0:
        return merge_steps(result, threshold)
    tidy = result.reset_index(drop=True)
    same = find_same(tidy, counts)
    values = {same[cell]: int(tidy.at[cell]) for cell in same}
    relations = {Relation(*(tuple(same.get(c, c) for c in side) for side in (r.parts, r.whole)),
                          r.rest) for r in find_relations(tidy)}
    small = {cell for cell, value in values.items() if 0 < value < threshold}
    gone, seen = ({same[i, c] for i, c in same if (name_level(tidy, i), values[same[i, c]])
                   in listed} for listed in (hidden, told))
    shut = find_exposed(values, small, sorted(relations, key=str), threshold, gone - small,
                        seen - gone)
    if shut is None:
        return refuse(result, "no choice of cells protects the small counts")
    return shut_cells(tidy, *({c for c in same if same[c] in chosen} for chosen in (small, shut)),
                      threshold)


def find_same(tidy, counts):
    """Find the cells that tell the same count twice; return each cell's first like."""
    keys = [c for c in tidy.columns if is_name(tidy, c) and c not in REPEATS]
    first, same = {}, {}
    for i in tidy.index:
        for column in (c for c in counts if pd.notna(tidy.at[i, c])):
            like = (column, tidy.at[i, column], *(str(tidy.at[i, k]) for k in keys))
            same[i, column] = first.setdefault(like, (i, column))
    return same


def name_level(tidy, i):
    """Return the level that a row speaks of."""
    return next((str(tidy.at[i, c]) for c in ("level", "category") if c in tidy), "")


def list_counts(result, released):
    """List the levels with their counts that a result withholds, and those that it tells."""
    tidy = result.reset_index(drop=True)
    hidden, told = set(), set()
    for column in (c for c in tidy.columns if is_count(c)):
        for i in tidy.index[tidy[column] > 0]:
            found = hidden if tell(released[column].iloc[i]) else told
            if name := name_level(tidy, i):
                found.add((name, int(tidy.at[i, column])))
    return hidden, told


def refuse(result, why):
    """Return a result without its rows."""
    empty = result.iloc[:0].copy()
    empty.attrs["withheld"] = [("all rows", "all columns", why)]
    return empty


def shut_cells(tidy, small, shut, threshold):
    """Withhold counts and what was estimated from them."""
    released, log = tidy.copy(), []
    for i in sorted({i for i, _ in small | shut}):
        address = describe_row(tidy, i)
        for column in (c for c in tidy.columns if (i, c) in small | shut):
            kind = BELOW if (i, column) in small else AT_LEAST
            put(released, i, column, withhold(kind, threshold))
            log.append((address, column, f"fewer than {threshold}" if kind == BELOW
                        else "would give another cell away"))
        for column in list_dependents(tidy, i, small, shut):
            if pd.notna(tidy.at[i, column]):
                put(released, i, column, withhold(SILENT))
                log.append((address, column, "estimated from withheld counts"))
    if set(tidy.columns) & MEASURED:
        released = released[released["n"].notna()].reset_index(drop=True)
    released.attrs["withheld"] = log
    return released


def put(frame, i, column, value):
    """Put a withheld cell into a column of numbers."""
    if frame[column].dtype != float:
        frame[column] = frame[column].astype(float)
    values = frame[column].to_numpy().copy()
    values[frame.index.get_loc(i)] = value
    frame[column] = values


def describe_row(tidy, i):
    """Name a row by its words and set numbers: ``variable=sex; level=female``."""
    names = [c for c in tidy.columns if is_name(tidy, c) or c in {"time_mo", "horizon_mo"}]
    return "; ".join(f"{c}={tidy.at[i, c]}" for c in names if pd.notna(tidy.at[i, c]))


def list_dependents(tidy, i, small, shut):
    """List the estimates of a row that its withheld counts would be worked out from."""
    here = {c for j, c in small | shut if j == i}
    tiny = {c for j, c in small if j == i}
    estimates = {c for c in tidy.columns if pd.api.types.is_numeric_dtype(tidy[c])
                 and not is_count(c) and c not in SET and c not in NAMES}
    if tiny & {"n", "total", "n_level"}:
        return [c for c in tidy.columns if c in estimates]
    gone = set()
    if here & {"n_event", "n"}:
        gone |= {"percent_event"}
    if COUNTED & set(tidy.columns):
        gone |= estimates - SUMMARIES if here - {"missing"} else set()
    elif tiny - {"missing", "n_missing", "unknown"}:
        gone |= estimates
    return [c for c in tidy.columns if c in gone & estimates]
