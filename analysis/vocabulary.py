"""The words of study.yml held against those of the contract."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import pairwise

from analysis.schema import TABLES, UNITS, VISITS, columns


class SettingError(ValueError):
    """A key or value of study.yml that the contract does not know."""

    def __init__(self, key, value, problem, remedy):
        super().__init__(problem)
        self.key, self.value, self.problem, self.remedy = key, value, problem, remedy


def nearest(word, known):
    """Return a remedy that names the known word nearest to `word`."""
    close = get_close_matches(str(word), [str(k) for k in known], n=1)
    return f"write {close[0]!r}" if close else f"known: {', '.join(sorted(map(str, known)))}"


def check_keys(found, known, place):
    """Return a SettingError for each key that is not known."""
    return [SettingError(f"{place}{key}", key, "unknown key", nearest(key, known))
            for key in found if key not in known]


def check_vocabulary(settings):
    """Return a SettingError for each table, column or unit that the contract does not have."""
    errors = check_keys(settings.tables, TABLES, "tables.")
    for key in ("columns", "values", "drop"):
        chosen = getattr(settings, key)
        errors += check_keys(chosen, TABLES, f"{key}.")
        for table in TABLES.keys() & chosen.keys() if key != "drop" else ():
            errors += check_keys(chosen[table], columns(table),
                                 f"{key}.{table}.")
    for i, source in enumerate(settings.join, start=1):
        errors += check_keys(source.columns, columns("patients"),
                             f"join[{i}].columns.")
    errors += [SettingError(f"tables.{table}.columns", "", "unknown key",
                            f"write them under columns: {{{table}: …}}")
               for table, source in settings.tables.items() if source.columns]
    for column, unit in settings.units.items():
        if column not in UNITS:
            errors += check_keys([column], UNITS, "units.")
        elif unit not in UNITS[column]:
            errors.append(SettingError(f"units.{column}", unit, "unknown unit",
                                       nearest(unit, UNITS[column])))
    return errors


def check_names(settings):
    """Return a SettingError for each name that two items of a list share."""
    errors = []
    for key in ("covariates", "baseline"):
        names = [item.name for item in getattr(settings, key)]
        errors += [SettingError(key, name, "name used twice", "give each its own name")
                   for name in sorted({n for n in names if names.count(n) > 1})]
    for table, names in settings.columns.items():
        theirs = list(names.values())
        errors += [SettingError(f"columns.{table}", name, "one column for two names",
                                "map each column once")
                   for name in sorted({n for n in theirs if theirs.count(n) > 1})]
    return errors


def check_windows(settings):
    """Return a SettingError for each range that runs backwards and for windows that overlap."""
    errors = check_keys(settings.visits, VISITS, "visits.")
    ranges = {f"visits.{name}": window for name, window in settings.visits.items()}
    ranges |= {f"protocol.{t}.{c}": limits for t, columns in settings.protocol.items()
               for c, limits in columns.items()}
    errors += [SettingError(key, list(limits), "runs backwards", "write [lowest, highest]")
               for key, limits in ranges.items() if limits[0] > limits[1]]
    windows = sorted((window, name) for name, window in settings.visits.items())
    errors += [SettingError(f"visits.{later}", list(window), f"overlaps {earlier}",
                            "give each visit days of its own")
               for ((_, end), earlier), (window, later) in pairwise(windows)
               if window[0] <= end]
    return errors
