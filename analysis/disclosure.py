"""What a shared book may tell: small counts withheld, and all that would give them away.

Cells of a tidy result are withheld until no withheld count can be worked out from the cells that
are told, the totals, and margins that stand in other results.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from analysis.audit import Relation, find_exposed
from analysis.withheld import AT_LEAST, BELOW, NAMES, SILENT, tell, withhold

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


def is_name(tidy, column):
    """Say whether a column names rows, and is no remark on them."""
    return column not in {"reason", "method", "ties"} and (
        column in NAMES or not pd.api.types.is_numeric_dtype(tidy[column]))


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
        return [Relation(cells(known, column), (top,), "guarded") for top in tops
                if summed <= tidy.at[top]]
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


def merge_steps(curves, threshold):
    """Merge the steps of survival curves until as many patients leave as the threshold asks for.

    Parameters
    ----------
    curves : DataFrame
        `time_mo, n_risk, n_event` and more, per sample; from `kaplan_meier.estimate_curve` or a
        cumulative incidence.
    threshold : int
        Patients that leave, with the event or without, before the curve moves again.

    Returns
    -------
    DataFrame
        One row per merged step, at the time of its last patient; those after the last full step
        belong to it. A grouping with a small sample, or with few events or few without, is left
        out whole.

    Notes
    -----
    Survival is worked out again from the merged counts, so it departs a little from the exact
    estimate; a cumulative incidence is that at the end of the step. The rule is that of the
    survival tables of ACRO (https://github.com/AI-SDC/ACRO): changes of the risk set below the
    threshold are merged.
    """
    names = [c for c in ("endpoint", "group", "level", "cause") if c in curves]
    above = [c for c in ("endpoint", "group") if c in names] or names
    kept, log = [], []
    for key, grouping in curves.groupby(above, sort=False):
        samples = [rows for _, rows in grouping.groupby(names, sort=False)]
        if all(is_large(rows, threshold) for rows in samples):
            kept += [merge_sample(rows, threshold) for rows in samples]
            log.append((join(above, key), "time_mo", f"steps of fewer than {threshold} merged"))
        else:
            log.append((join(above, key), "all columns", f"a sample of fewer than {threshold}"))
    merged = pd.concat(kept, ignore_index=True) if kept else curves.iloc[:0].copy()
    merged.attrs["withheld"] = log
    return merged


def join(names, key):
    """Name a grouping."""
    return "; ".join(f"{n}={k}" for n, k in zip(names, key, strict=True))


def is_large(rows, threshold):
    """Say whether a sample has enough patients, and none or enough with the event and without."""
    n, events = rows["n_risk"].iloc[0], rows["n_event"].sum()
    return n >= threshold and all(x == 0 or x >= threshold for x in (events, n - events))


def merge_sample(rows, threshold):
    """Merge the steps of one sample."""
    risk = rows["n_risk"].to_numpy()
    leaving = np.append(risk[:-1] - risk[1:], risk[-1])
    block, left, number = [], 0, 0
    for leaves in leaving:
        block.append(number)
        left += leaves
        if left >= threshold or len(block) == 1:
            left, number = 0, number + 1
    if left and number > 1:
        block = [min(b, number - 1) for b in block]
    groups = rows.groupby(np.array(block))
    merged = groups.last()
    for column in [c for c in ("n_event", "n_censored") if c in rows]:
        merged[column] = groups[column].sum()
    merged["n_risk"] = groups["n_risk"].first()
    return estimate_again(merged[list(rows.columns)]) if "n_censored" in rows else merged[
        list(rows.columns)]


def estimate_again(merged):
    """Estimate survival, and its limits where there are any, from merged counts."""
    from analysis.kaplan_meier import limit_curve

    died, risk = merged["n_event"].to_numpy(float), merged["n_risk"].to_numpy(float)
    estimate = np.cumprod((risk - died) / risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(died / (risk * (risk - died))))
        merged = merged.assign(estimate=estimate, std_error=estimate * spread)
        low, high = limit_curve(estimate, spread, merged["method"].iloc[0],
                                merged["conf_level"].iloc[0])
    first = merged["n_event"].cumsum() == 0
    return merged.assign(conf_low=np.where(first, 1.0, low), conf_high=np.where(first, 1.0, high))


def count_log(log):
    """Count the withheld cells of a log by reason."""
    return Counter(why for *_, why in log)
