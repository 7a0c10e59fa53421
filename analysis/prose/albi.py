"""Sentences and printed tables of the chapter on liver function."""

from __future__ import annotations

import pandas as pd

from analysis.albi import CUTS, GRADES
from analysis.display import (
    capitalise,
    count,
    escape,
    interval,
    listing,
    number,
    of_total,
    p_value,
    percent,
    quote,
    select,
)

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
    said = [f"{of_total(*select(grades, visit=v, grade=1)[['n', 'total']])} at "
            f"{escape(name_visit(study, v))}" for v in dict.fromkeys((visits[0], visits[-1]))]
    return f"ALBI grade 1 was found in {listing(said)}."


def describe_missing(study, summary):
    """Say how many patients lack a grade at each visit."""
    gaps = summary[summary["missing"] > 0]
    if gaps.empty:
        return "Every patient has a grade at every visit." if len(summary) else ""
    said = [f"{count(r.missing, 'patient')} at {escape(name_visit(study, r.visit))}"
            for r in gaps.itertuples()]
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
    row = select(tests, test="Friedman")
    if pd.isna(row["p_value"]):
        return f"Friedman's test cannot be made: {row['reason']}."
    out = (f"; {count(row['n_missing'], 'patient')} without all visits left out"
           if row["n_missing"] else "")
    return (f"Over all visits the grade differs by Friedman's test with χ² = "
            f"{number(row['statistic'], 2)}, {count(row['df'], 'degree')} of freedom, "
            f"{quote(tests, 'p_value', test='Friedman')} ({count(row['n'], 'patient')} with every "
            f"visit{out}).")


def describe_score_test(tests):
    """Say Friedman's test on the score."""
    if tests.empty or pd.isna(select(tests, test="Friedman (score)")["p_value"]):
        return ""
    row = select(tests, test="Friedman (score)")
    return (f"On the score itself, which keeps what grades throw away, it gives χ² = "
            f"{number(row['statistic'], 2)}, {quote(tests, 'p_value', test='Friedman (score)')}.")


def describe_moves(study, tests):
    """Say how many patients rose and fell between the first and the last visit."""
    pairs = tests[tests["n_up"].notna()]
    if pairs.empty:
        return ""
    widest = pairs.iloc[pairs["test"].map(lambda t: span(t, pairs)).argmax()]
    return (f"From {escape(name_pair(study, widest['test']))}, "
            f"{count(widest['n_up'], 'patient')} moved to a worse grade and "
            f"{int(widest['n_down']) or 'none'} to a better one, of {int(widest['n'])} with both "
            "visits.")


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
    for visit, rows in grades.groupby("visit", sort=False):
        head = f"{capitalise(name_visit(study, visit))}, n (%)"
        cells[head] = [*(f"{r.n} ({number(r.percent, 1)})" for r in rows.itertuples()),
                       str(rows["total"].iloc[0]), str(rows["missing"].iloc[0])]
    return pd.DataFrame(cells)


def scores_table(study, summary):
    """Return the scores as printed cells, a row per visit."""
    cells = [(capitalise(name_visit(study, r.visit)), str(r.n), number(r.median, 2),
              interval(r.low, r.high, 2), str(r.missing)) for r in summary.itertuples()]
    return pd.DataFrame(cells, columns=["Visit", "Patients", "Median score", "Quartiles",
                                        "No score"])


def tests_table(study, tests):
    """Return the comparison of visits as printed cells, a row per test."""
    cells = []
    for r in tests.itertuples():
        pair = pd.notna(r.n_up)
        name = name_pair(study, r.test) if pair else r.test
        moved = f"{number(r.n_up)} up, {number(r.n_down)} down" if pair else (
            f"χ² = {number(r.statistic, 2)}, {number(r.df)} df" if pd.notna(r.p_value) else "")
        shown = [p_value(r.p_value), p_value(r.p_adjusted) if pair else ""]
        if pd.isna(r.p_value):
            shown = [f"NE ({r.reason})", ""]
        cells.append((capitalise(name), moved, *shown, str(r.n), str(r.n_missing)))
    return pd.DataFrame(cells, columns=["Comparison", "Change", "P", "P after Holm", "Patients",
                                        "Left out"])


def migration_caption(study, migration):
    """Explain the migration of grades."""
    none = ("" if "none" not in {*migration["level_from"], *migration["level_to"]} else
            " None: no grade at that visit.")
    return ("Migration between ALBI grades; blocks and ribbons are as high as the number of "
            f"patients in them.{none}")


def migration_alt(study, migration):
    """Say the migration of grades in words."""
    said = []
    for (first, second), rows in migration.groupby(["stage_from", "stage_to"], sort=False):
        steps = [f"{r.level_from} to {r.level_to}: {count(r.n, 'patient')}"
                 for r in rows.itertuples()]
        said.append(f"From {name_visit(study, first)} to {name_visit(study, second)}: "
                    f"{', '.join(steps)}.")
    return "Flow of patients between ALBI grades. " + " ".join(said)


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
    worst = grades[(grades["grade"] == GRADES[-1]) & (grades["n"] > 0)]
    if worst.empty:
        return f"Nobody reached grade {GRADES[-1]}." if len(grades) else ""
    said = [f"{count(r.n, 'patient')} at {escape(name_visit(study, r.visit))} "
            f"({percent(r.percent)} of those graded)" for r in worst.itertuples()]
    return f"Grade {GRADES[-1]} was seen in {listing(said)}."
