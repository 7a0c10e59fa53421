"""Printed tables of the survival chapter on what its usual analysis leaves open."""

from __future__ import annotations

import pandas as pd

from analysis.competing import ACTUAL, COMPETING, EVENT, NAIVE
from analysis.display import capitalise, cite, number, p_value, percent
from analysis.prose.beyond import find
from analysis.prose.quoted import cite_estimate, cite_limits
from analysis.prose.survival import WHOLE, covariate_names
from analysis.prose.survival_tables import key_of, print_level, print_ratio, print_statistic


def incidence_table(times):
    """Print the incidence at fixed times, actual and naive, and death before the event."""
    rows = []
    for key, part in times[times["group"] == "all"].groupby(["endpoint", "time_mo"], sort=False):
        cells = {}
        for name, (method, cause) in {"Actual (CI)": (ACTUAL, EVENT), "Naive": (NAIVE, EVENT),
                                      "Death first (CI)": (ACTUAL, COMPETING)}.items():
            row = find(part, method=method, cause=cause).iloc[0]
            keys = ("endpoint", "group", "level", "time_mo", "method", "cause")
            sure = "CI" in name and not row["reason"] and pd.notna(row["conf_low"])
            shown = "NE" if row["reason"] else cite(percent(100 * row["estimate"]), "estimate",
                                                    **key_of(row, keys))
            cells[name] = shown + (f" ({cite_limits(row, keys, scale=100)})" if sure else "")
        rows.append({"Endpoint": key[0], "Months": number(key[1]), **cells})
    return pd.DataFrame(rows)


def hazards_table(study, tests):
    """Print the tests of proportional hazards."""
    names = covariate_names(study)
    return pd.DataFrame([{
        "Endpoint": r["endpoint"],
        "Covariate": "All together" if r["term"] == "all" else names.get(r["term"], r["term"]),
        "χ² (df)": print_statistic(r, "statistic", key_of(r, ("endpoint", "term"))),
        "P": cite(p_value(r["p_value"]), "p_value", **key_of(r, ("endpoint", "term")))}
        for _, r in tests.iterrows()])


def weightings_table(study, tests):
    """Print the comparisons of groups by each test."""
    names = covariate_names(study)
    return pd.DataFrame([{
        "Endpoint": r["endpoint"], "Groups by": names.get(r["group"], r["group"]),
        "Test": capitalise(r["test"]) + (
            f", within {names.get(r['strata'], r['strata'])}" if r["strata"] else ""),
        "χ² (df)": print_statistic(r, "chi2", key_of(r, ("endpoint", "group", "test", "strata"))),
        "P": cite(p_value(r["p_value"]), "p_value",
                  **key_of(r, ("endpoint", "group", "test", "strata")))}
        for _, r in tests.iterrows()])


def firth_table(study, infinite):
    """Print the penalised ratios that stand in for infinite ones."""
    names = covariate_names(study)
    rows = []
    for _, row in infinite.iterrows():
        ratio, p = print_ratio(row)
        rows.append({"Endpoint": row["endpoint"], "Model": capitalise(row["model"]),
                     "Covariate": f"{names.get(row['term'], row['term'])}: {row['level']} vs "
                                  f"{row['reference']}",
                     "Events/patients": print_level(row),
                     "Penalised HR (CI)": ratio, "P": p})
    return pd.DataFrame(rows)


def ratio_table(counted, censored):
    """Print both estimates of the share that reaches the cut."""
    rows = []
    for name, result in (("Count of observed ratios", counted),
                         ("Kaplan–Meier of the ratio", censored)):
        for _, row in find(result, **WHOLE).iterrows() if len(result) else []:
            keys, whole = ("group", "level", "method"), "total" if "total" in row else "n"
            rows.append({"Estimate": name,
                         "Patients": cite(number(row[whole]), whole, **key_of(row, keys)),
                         "Share (CI), %": cite_estimate(row, "percent", keys)})
    return pd.DataFrame(rows)
