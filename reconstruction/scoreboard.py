"""How well the written cohort gives back the printed numbers: the reconstruction's own score."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from reconstruction.recount import recount_baseline, recount_efficacy, recount_treatment
from reconstruction.verify import (
    compute_events,
    compute_grades,
    compute_survival,
    derive_exposures,
    derive_times,
    read_study,
)

BLOCKS = (("t1.", "Table 1"), ("t2.", "Table 2"), ("t3.", "Table 3"),
          ("t4.u.", "Table 4 univariable"), ("t4.m.", "Table 4 multivariable"),
          ("t4.cut", "Tables 4 and 5, cut points"), ("t5.u.", "Table 5 univariable"),
          ("t5.m.", "Table 5 multivariable"), ("t6.", "Table 6"), ("t7.", "Table 7"),
          ("", "Text and figures"))
SUMMARY = ["block", "n", "exact", "within_unit", "within_5_percent", "contradicted", "off"]


def recompute(folder):
    """Recompute everything; return {(result, values of the address's row, column): value}."""
    tables = read_study(folder)
    times = derive_times(tables["patients"])
    exposures = derive_exposures(tables, times)
    found = {}
    for pairs in (compute_survival(times, exposures), compute_events(tables),
                  compute_grades(tables), recount_baseline(tables, exposures),
                  recount_treatment(tables), recount_efficacy(tables, times)):
        found.update(pairs)
    return found


def name_key(row):
    """Turn the address of a printed number into the key of `recompute`."""
    parts = dict(part.split("=", 1) for part in row.row.split("; ") if part)
    parts.pop("method", None)
    if row.result == "followup":
        return (parts["endpoint"], "all", row.column)
    if row.result == "patients":
        return ("", *parts.values(), row.column)
    if row.result == "tests":
        return ("Friedman",)
    return (*parts.values(), row.column)


def judge_number(printed, decimals, value):
    """Return (exact, within a unit, within 5 %) of one recomputed number."""
    if printed == "NE":
        return (math.isnan(value),) * 3
    if printed.startswith("<"):
        return (value < float(printed[1:]),) * 3
    if not math.isfinite(value):
        return (False,) * 3
    target, step = Decimal(printed), Decimal(1).scaleb(-decimals)
    rounded = Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP)
    unit = abs(rounded - target) <= step
    return rounded == target, unit, unit or abs(value - float(target)) <= 0.05 * abs(float(target))


def score_numbers(folder):
    """Hold every printed result against its recomputed value.

    Returns
    -------
    DataFrame
        `id, block, printed, recomputed, exact, within_unit, within_5_percent, contradicted`.
    """
    published = pd.read_csv(folder / "published.csv", dtype=str, keep_default_na=False)
    values, own = recompute(folder), published.set_index("id")
    rows = []
    for row in published[published["kind"] == "result"].itertuples():
        source = own.loc[row.dup_of] if row.dup_of and not row.row else row
        value = float(values.get(name_key(source), math.nan)) * float(source.scale or 1)
        block = next(name for start, name in BLOCKS if row.id.startswith(start))
        rows.append((row.id, block, row.value, value,
                     *judge_number(row.value, int(row.decimals), value),
                     row.status == "contradicted"))
    return pd.DataFrame(rows, columns=["id", "block", "printed", "recomputed", "exact",
                                       "within_unit", "within_5_percent", "contradicted"])


def summarise(numbers):
    """Count the score by block, with the Cox tables and everything below."""
    cox = numbers["id"].str.match(r"t[45]\.[um]\.")
    parts = [(name, numbers[numbers["block"] == name]) for _, name in BLOCKS]
    parts += [("Cox tables", numbers[cox]), ("All others", numbers[~cox]), ("All", numbers)]
    return pd.DataFrame([
        (name, len(p), p["exact"].sum(), p["within_unit"].sum(), p["within_5_percent"].sum(),
         p["contradicted"].sum(), (~p["within_5_percent"] & ~p["contradicted"]).sum())
        for name, p in parts], columns=SUMMARY)


def write_scoreboard(study, folder):
    """Write `scoreboard.csv` (every number) and `scoreboard.md` (by block)."""
    numbers = score_numbers(study)
    summary = summarise(numbers)
    numbers.to_csv(folder / "scoreboard.csv", index=False, float_format="%.6g",
                   lineterminator="\n")
    lines = ["# Scoreboard", "", "Written by `python -m reconstruction`; recomputed from the CSV "
             "files by `verify.py` and `recount.py`.", "",
             "| " + " | ".join(SUMMARY).replace("_", " ") + " |", "|---" * len(SUMMARY) + "|"]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in summary.itertuples(index=False)]
    off = numbers[~numbers["within_unit"] & ~numbers["contradicted"]]
    lines += ["", "Results that are more than one unit of the last printed digit off:", "",
              "| number | printed | recomputed |", "|---|---|---|"]
    lines += [f"| {r.id} | {r.printed} | {r.recomputed:.4g} |" for r in off.itertuples()]
    (folder / "scoreboard.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return summary
