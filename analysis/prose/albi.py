"""Sentences and printed tables of the chapter on liver function."""

from __future__ import annotations

import pandas as pd

from analysis.albi import CUTS, GRADES
from analysis.albi_plot import LABELS
from analysis.display import (
    capitalise,
    cite,
    escape,
    interval,
    is_missing,
    is_some,
    listing,
    number,
    p_value,
    quote,
    select,
)
from analysis.prose.efficacy_shown import list_passages
from analysis.prose.quoted import quote_cell, quote_count, quote_of

VISITS = {"baseline": "baseline", "month_1": "1 month", "month_3": "3 months"}


def name_visit(study, visit):
    """Name a visit in words."""
    return study.labels.get(visit, VISITS.get(visit, visit))


def visit_titles(study, course):
    """Name every visit of a course, for an axis."""
    return {visit: capitalise(name_visit(study, visit)) for visit in course["visit"].unique()}


def name_pair(study, test):
    """Name a pair of visits: ``baseline to 1 month``."""
    return " to ".join(name_visit(study, visit) for visit in test.split(" to "))


def takeaways(study, grades, summary, tests):
    """Return the points to take away."""
    return [describe_course(study, grades), describe_friedman(tests),
            describe_missing(study, summary)]


def describe_course(study, grades):
    """Say the share of the best grade at the first and at the last visit."""
    visits = list(grades["visit"].unique())
    if not visits:
        return "No visit has both albumin and bilirubin, so no grade can be given."
    best = GRADES[0]
    said = [f"{quote_of(grades, visit=v, grade=best)} at {escape(name_visit(study, v))}"
            for v in dict.fromkeys((visits[0], visits[-1]))]
    return f"ALBI grade {best} was found in {listing(said)}."


def describe_missing(study, summary):
    """Say how many patients lack a grade at each visit."""
    gaps = summary.loc[summary["missing"].map(is_some).astype(bool), "visit"]
    if gaps.empty:
        return "Every patient has a grade at every visit." if len(summary) else ""
    said = [f"{quote_count(summary, 'missing', 'patient', visit=v)} at "
            f"{escape(name_visit(study, v))}" for v in gaps]
    return f"No grade is known for {listing(said)}."


def describe_scores(study, summary):
    """Say the median score at each visit."""
    said = [f"{quote(summary, 'median', 2, visit=v)} at {escape(name_visit(study, v))}"
            for v in summary["visit"]]
    return f"The median score was {listing(said)}." if said else ""


def describe_friedman(tests):
    """Say Friedman's test on the grades."""
    if tests.empty:
        return "With fewer than two visits there is nothing to compare."
    key = {"test": "Friedman"}
    row = select(tests, **key)
    if pd.isna(row["p_value"]):
        return f"Friedman's test cannot be made: {row['reason']}."
    out = (f"; {quote_count(tests, 'n_missing', 'patient', **key)} without all visits left out"
           if row["n_missing"] else "")
    return ("Over all visits Friedman's test of the grade gives χ² = "
            f"{quote(tests, 'statistic', 2, **key)}, "
            f"{quote_count(tests, 'df', 'degree', **key)} of freedom, "
            f"{quote(tests, 'p_value', **key)} ({quote_count(tests, 'n', 'patient', **key)} with "
            f"every visit{out}).")


def describe_score_test(tests):
    """Say Friedman's test on the score."""
    key = {"test": "Friedman (score)"}
    if tests.empty or pd.isna(select(tests, **key)["p_value"]):
        return ""
    return ("On the score itself, which keeps what grades throw away, it gives χ² = "
            f"{quote(tests, 'statistic', 2, **key)}, {quote(tests, 'p_value', **key)}.")


def describe_moves(study, tests):
    """Say how many patients rose and fell between the first and the last visit."""
    pairs = tests[tests["n_up"].notna()]
    if pairs.empty:
        return ""
    widest = pairs.iloc[pairs["test"].map(lambda t: span(t, pairs)).argmax()]
    key = {"test": widest["test"]}
    worse, better = (quote(tests, c, **key) if is_missing(widest[c]) or widest[c] != 0 else "none"
                     for c in ("n_up", "n_down"))
    return (f"Of {quote_count(tests, 'n', 'patient', **key)} with both visits, {worse} moved to a "
            f"worse grade and {better} to a better one from "
            f"{escape(name_pair(study, widest['test']))}.")


def span(test, pairs):
    """Return how far apart the visits of a pair are, in visits."""
    order = list(dict.fromkeys(v for t in pairs["test"] for v in t.split(" to ")))
    first, second = test.split(" to ")
    return order.index(second) - order.index(first)


def grades_table(study, grades):
    """Return the grades as printed cells, a row per grade and a column per visit."""
    if grades.empty:
        return pd.DataFrame()
    cells = {"ALBI grade": [*map(str, GRADES), "Patients graded", "No grade"]}
    for visit in grades["visit"].unique():
        first = {"visit": visit, "grade": GRADES[0]}
        cells[f"{capitalise(name_visit(study, visit))}, n (%)"] = [
            *(quote_cell(grades, visit=visit, grade=grade) for grade in GRADES),
            quote(grades, "total", **first), quote(grades, "missing", **first)]
    return pd.DataFrame(cells)


def scores_table(study, summary):
    """Return the scores as printed cells, a row per visit."""
    cells = [(capitalise(name_visit(study, r.visit)), quote(summary, "n", visit=r.visit),
              quote(summary, "median", 2, visit=r.visit),
              cite(interval(r.low, r.high, 2), "low.high", visit=r.visit),
              quote(summary, "missing", visit=r.visit)) for r in summary.itertuples()]
    return pd.DataFrame(cells, columns=["Visit", "Patients", "Median score", "Quartiles",
                                        "No score"])


def tests_table(study, tests):
    """Return the comparison of visits as printed cells, a row per test."""
    cells = [test_cells(study, tests, row) for _, row in tests.iterrows()]
    return pd.DataFrame(cells, columns=["Comparison", "Change", "P", "P after Holm", "Patients",
                                        "Left out"])


def test_cells(study, tests, row):
    """Return the printed cells of one test."""
    key = {"test": row["test"]}
    pair = " to " in row["test"]
    name = name_pair(study, row["test"]) if pair else row["test"]
    moved = holm = ""
    if pair:
        moved = f"{quote(tests, 'n_up', **key)} up, {quote(tests, 'n_down', **key)} down"
        holm = cite(p_value(row["p_adjusted"]), "p_adjusted", **key)
    elif pd.notna(row["p_value"]):
        moved = f"χ² = {quote(tests, 'statistic', 2, **key)}, {quote(tests, 'df', **key)} df"
    p = cite(p_value(row["p_value"]), "p_value", **key)
    if is_missing(row["p_value"]):
        p, holm = f"NE ({row['reason']})", ""
    return (capitalise(name), moved, p, holm, quote(tests, "n", **key),
            quote(tests, "n_missing", **key))


def migration_caption(study, migration):
    """Explain the migration of grades."""
    none = ("" if "none" not in {*migration["level_from"], *migration["level_to"]} else
            " Blocks marked none: no grade at that visit.")
    return ("Migration between ALBI grades; blocks and ribbons are as high as the number of "
            f"patients in them.{none}")


def migration_alt(study, migration):
    """Say the migration of grades in words."""
    said = []
    for (first, second), rows in migration.groupby(["stage_from", "stage_to"], sort=False):
        said.append(f"From {escape(name_visit(study, first))} to "
                    f"{escape(name_visit(study, second))}: "
                    f"{list_passages(rows, LABELS)}.")
    return "Flow of patients between grades. " + " ".join(said)


def course_caption(summary):
    """Explain the plot of scores."""
    gaps = (" A line bridges a missing visit." if (summary["missing"] > 0).any() else "")
    cuts = listing([number(c, 2) for c in CUTS])
    return ("ALBI score of each patient (thin lines) and its median (thick line). Dashed: the cut "
            f"points between grades, {cuts}.{gaps}")


def course_alt(study, summary):
    """Say the plot of scores in words."""
    return f"A line per patient over the visits. {describe_scores(study, summary)}"


def describe_worst(study, grades):
    """Say how many patients have the worst grade at each visit where anybody has."""
    seen = grades["n"].map(is_some).astype(bool)
    worst = grades.loc[(grades["grade"] == GRADES[-1]) & seen, "visit"]
    if worst.empty:
        return f"Nobody reached grade {GRADES[-1]}." if len(grades) else ""
    said = [f"{quote_of(grades, visit=v, grade=GRADES[-1])} at {escape(name_visit(study, v))}"
            for v in worst]
    return f"Grade {GRADES[-1]} was seen in {listing(said)}."
