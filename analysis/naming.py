"""Which rows and columns of a raw table are the contract's."""

from __future__ import annotations

from difflib import get_close_matches

import pandas as pd

from analysis.cells import tidy
from analysis.findings import WARNING, finding
from analysis.identity import check_identity
from analysis.schema import ENDPOINTS, columns
from analysis.synonyms import find_synonym

#: column: those that nobody needs beside it
INSTEAD = {"onset_day": ["onset_date"], "visit": ["day", "visit_date"], "day": ["visit_date"],
           **{f"{e.lower()}_censored": [f"{e.lower()}_event"] for e in ENDPOINTS},
           **{f"{e.lower()}_event": [f"{e.lower()}_censored"] for e in ENDPOINTS}}


def choose_rows(raw, where, file):
    """Keep the rows of a raw table that `where` asks for; return (frame, findings)."""
    found, keep = [], pd.Series(True, index=raw.index)
    for column, wanted in where.items():
        if list(raw.columns).count(column) != 1:
            found.append(finding(file, 1, column, "", "no such column, or it stands twice",
                                 "correct `where` in study.yml"))
            continue
        here = raw[column].map(tidy)
        keep &= here.isin([tidy(w) for w in wanted])
        found += [finding(file, 1, column, w, "no row holds this value",
                          "correct `where` in study.yml")
                  for w in wanted if not (here == tidy(w)).any()]
    return raw[keep], found


def check_headers(raw, file):
    """Find headers that stand twice and cells below no header."""
    headers = pd.Series(list(raw.columns), dtype=object)
    found = [finding(file, 1, h, "", "column stands twice", "rename one of them")
             for h in headers[headers.duplicated()].unique() if h]
    nameless = [i for i, h in enumerate(headers) if not h]
    return found + [finding(file, 1, f"column {i + 1}", "", "has cells, but no name",
                            "name it or delete it")
                    for i in nameless if (raw.iloc[:, i].str.strip() != "").any()]


def name_columns(raw, table, mapped, file):
    """Find the column of each contract name.

    Parameters
    ----------
    raw : DataFrame of str
    table : str
    mapped : dict of str to str
        Contract name to their name.
    file : str

    Returns
    -------
    tuple of (dict of str to str, list of dict)
        Contract name to their name, for all columns there are; and findings.
    """
    headers = list(raw.columns)
    found = [finding(file, 1, theirs, "", "no such column", "correct `columns` in study.yml")
             for theirs in mapped.values() if theirs not in headers]
    names = {ours: theirs for ours, theirs in mapped.items() if theirs in headers}
    for ours in columns(table):
        if ours in headers and ours not in mapped.values():
            if ours in names:
                found.append(finding(file, 1, ours, "", f"stands beside {names[ours]}, which is "
                                     "mapped to it", "rename or delete one of them"))
            names.setdefault(ours, ours)
    return names, found


def check_unused(raw, table, names, used, file):
    """Warn of unused columns that look like one of the contract's that is not there."""
    present = {*names, *(c for a in names for c in INSTEAD.get(a, ()))}
    absent = [c for c in columns(table) if c not in present]
    found = []
    for header in [h for h in raw.columns if h and h not in used]:
        near = get_close_matches(header.lower(), absent, n=1, cutoff=0.8)
        close = find_synonym(header, table) or (near[0] if near else None)
        if close in absent:
            found.append(finding(file, 1, header, "", "not a column of the contract",
                                 f"did you mean {close}? Then write columns: {{{table}: "
                                 f"{{{close}: {header}}}}}", WARNING))
    return found


def name_source(raw, table, source, settings, wanted=()):
    """Find the columns that a table takes from a file, and what is wrong with the others.

    Parameters
    ----------
    raw : DataFrame of str
    table : str
    source : Source
        A `join`, which has its own `columns`, gives those only.
    settings : Settings
    wanted : collection of str
        Columns beyond the contract that covariates or criteria use.

    Returns
    -------
    tuple of (dict of str to str, list of dict)
        Name in the study to name in the file; and findings.
    """
    found = check_headers(raw, source.file)
    mapped = source.columns or settings.columns.get(table, {})
    names, wrong = name_columns(raw, table, mapped, source.file)
    found += wrong
    if source.columns:
        return {ours: theirs for ours, theirs in names.items() if ours in mapped}, found
    dropped = {c for chosen in settings.drop.values() for c in chosen}
    found += [finding(source.file, 1, c, "", "no such column", "correct `drop` in study.yml")
              for c in settings.drop.get(table, ()) if c not in raw.columns]
    used = {*names.values(), *dropped, *source.where}
    found += check_identity(raw, used, table, source.file)
    joined = [c for other in settings.join for c in other.columns] if table == "patients" else ()
    found += check_unused(raw, table, dict.fromkeys([*names, *joined]), {*used, *wanted},
                          source.file)
    extra = [c for c in wanted if c in raw.columns and c not in names and c not in dropped]
    names |= {c: c for c in extra}
    order = list(raw.columns)
    return dict(sorted(names.items(), key=lambda pair: order.index(pair[1]))), found
