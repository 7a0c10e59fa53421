"""Liver function: the albumin–bilirubin (ALBI) score and grade, and how they move."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.flow import count_flow
from analysis.paired import compare_visit_pairs, compare_visits
from analysis.schema import VISITS

#: upper ends of grade 1 and grade 2
CUTS = (-2.60, -1.39)
GRADES = (1, 2, 3)
#: months from the start of the index treatment to each visit
MONTHS = dict(zip(VISITS, (0, 1, 3), strict=True))
#: a score this near a cut point lies on it: 0.66·log10 and 0.085· are not exact in binary
TOLERANCE = 1e-9


def derive_albi_score(laboratory):
    """Derive the albumin–bilirubin score of each laboratory row.

    Parameters
    ----------
    laboratory : DataFrame, one row per patient and visit
        With `albumin_g_l` (g/L) and `bilirubin_umol_l` (µmol/L).

    Returns
    -------
    DataFrame
        The rows of `laboratory` with `albi_score` added, float.

    Raises
    ------
    KeyError
        If one of the two columns is absent.

    Notes
    -----
    score = 0.66·log10(bilirubin) − 0.085·albumin. Missing when either value is missing or the
    bilirubin is not above zero.

    References
    ----------
    Johnson et al. 2015, doi:10.1200/JCO.2014.57.9151

    Examples
    --------
    >>> rows = pd.DataFrame({"albumin_g_l": [40.0, 20.0, None], "bilirubin_umol_l": [10.0] * 3})
    >>> [round(score, 2) for score in derive_albi_score(rows)["albi_score"]]
    [-2.74, -1.04, nan]
    """
    albumin = laboratory["albumin_g_l"].astype(float)
    bilirubin = laboratory["bilirubin_umol_l"].astype(float)
    log_bilirubin = np.log10(bilirubin.where(bilirubin > 0))
    return laboratory.assign(albi_score=0.66 * log_bilirubin - 0.085 * albumin)


def derive_albi_grade(laboratory):
    """Derive the albumin–bilirubin grade of each laboratory row.

    Parameters
    ----------
    laboratory : DataFrame, one row per patient and visit
        As for `derive_albi_score`.

    Returns
    -------
    DataFrame
        The rows of `laboratory` with `albi_score` and `albi_grade` (1, 2, 3 as Int64) added.

    Notes
    -----
    Grade 1 ≤ −2.60 < grade 2 ≤ −1.39 < grade 3; a missing score has a missing grade.

    References
    ----------
    Johnson et al. 2015, doi:10.1200/JCO.2014.57.9151

    Examples
    --------
    >>> rows = pd.DataFrame({"albumin_g_l": [40.0, 30.0, 20.0], "bilirubin_umol_l": [10.0] * 3})
    >>> derive_albi_grade(rows)["albi_grade"].tolist()
    [1, 2, 3]
    """
    scored = derive_albi_score(laboratory)
    edges = [-np.inf, *(cut + TOLERANCE for cut in CUTS), np.inf]
    grade = pd.cut(scored["albi_score"], edges, labels=GRADES)
    return scored.assign(albi_grade=grade.astype("Int64"))


def derive_albi_course(laboratory, patients):
    """Derive each patient's score and grade at each visit, missing visits included.

    Parameters
    ----------
    laboratory : DataFrame or None, one row per patient and visit
        As for `derive_albi_score`, with `patient_id` and `visit`.
    patients : DataFrame, one row per patient

    Returns
    -------
    DataFrame
        `patient_id, visit, albi_score, albi_grade`: a row for every patient at every visit at
        which anybody has a grade, in the order of the visits. Empty where there is none.

    Notes
    -----
    A visit that did not take place and one at which albumin or bilirubin is missing are both
    missing. Of two rows of one patient and visit the first that has a grade counts.
    """
    columns = ["patient_id", "visit", "albi_score", "albi_grade"]
    if laboratory is None or not {"visit", "albumin_g_l", "bilirubin_umol_l"} <= set(laboratory):
        return pd.DataFrame(columns=columns)
    graded = derive_albi_grade(laboratory).dropna(subset="albi_grade")
    graded = graded.drop_duplicates(["patient_id", "visit"])[columns]
    visits = [visit for visit in VISITS if visit in set(graded["visit"])]
    every = pd.MultiIndex.from_product([patients["patient_id"], visits], names=columns[:2])
    course = every.to_frame(index=False).merge(graded, on=columns[:2], how="left")
    return course.sort_values("visit", key=lambda v: v.map(MONTHS), kind="stable",
                              ignore_index=True)


def derive_wide(course, column):
    """Spread one column of a course: a row per patient, a column per visit in their order."""
    wide = course.pivot(index="patient_id", columns="visit", values=column)
    return wide[list(dict.fromkeys(course["visit"]))]


def count_albi_grades(course):
    """Count the patients of each grade at each visit.

    Parameters
    ----------
    course : DataFrame
        From `derive_albi_course`.

    Returns
    -------
    DataFrame
        `visit, grade, n, total, percent, missing`, three grades per visit.

    Notes
    -----
    `total` is the number of patients graded at the visit; the `missing` ones are not in it, for a
    grade that nobody measured is not a better one.

    Examples
    --------
    >>> course = pd.DataFrame({"patient_id": list("abc"), "visit": "baseline",
    ...                        "albi_grade": pd.array([1, 2, None], dtype="Int64")})
    >>> count_albi_grades(course)[["n", "total", "missing"]].values.tolist()
    [[1, 2, 1], [1, 2, 1], [0, 2, 1]]
    """
    rows = []
    for visit, here in course.groupby("visit", sort=False)["albi_grade"]:
        rows += [{"visit": visit, "grade": grade, "n": int(here.eq(grade).sum()),
                  "total": int(here.count()), "missing": int(here.isna().sum())}
                 for grade in GRADES]
    counts = pd.DataFrame(rows, columns=["visit", "grade", "n", "total", "missing"])
    counts.insert(4, "percent", 100 * counts["n"] / counts["total"])
    return counts


def summarise_albi(course):
    """Summarise the score at each visit.

    Parameters
    ----------
    course : DataFrame
        From `derive_albi_course`.

    Returns
    -------
    DataFrame
        `visit, n, missing, median, low, high`; `low` and `high` are the quartiles.
    """
    score = course.astype({"albi_score": float}).groupby("visit", sort=False)["albi_score"]
    return pd.DataFrame({
        "n": score.count(), "missing": score.size() - score.count(), "median": score.median(),
        "low": score.quantile(0.25), "high": score.quantile(0.75)}).reset_index()


def compare_albi(course):
    """Compare the visits in the same patients: Friedman's test, then pairs.

    Parameters
    ----------
    course : DataFrame
        From `derive_albi_course`.

    Returns
    -------
    DataFrame
        `test, statistic, df, p_value, p_adjusted, n, n_missing, n_up, n_down, method, reason`:
        `Friedman` on the grade, `Friedman (score)` on the score, and each pair of visits on the
        grade (``baseline to month_1``), adjusted after Holm. Empty with fewer than two visits.

    Notes
    -----
    Friedman's test keeps the patients with every visit, a pair those with both of its visits;
    `n_missing` counts the others.
    """
    columns = ["test", "statistic", "df", "p_value", "p_adjusted", "n", "n_missing", "n_up",
               "n_down", "method", "reason"]
    if course["visit"].nunique() < 2:
        return pd.DataFrame(columns=columns)
    grade = derive_wide(course, "albi_grade")
    score = derive_wide(course, "albi_score")
    found = [compare_visits(grade), compare_visits(score).assign(test="Friedman (score)"),
             compare_visit_pairs(grade)]
    return pd.concat(found, ignore_index=True).reindex(columns=columns)


def count_albi_migration(course):
    """Count the patients that move from grade to grade between consecutive visits.

    Parameters
    ----------
    course : DataFrame
        From `derive_albi_course`.

    Returns
    -------
    DataFrame
        As `flow.count_flow`; stages are visits, levels are grades.
    """
    if course.empty:
        return count_flow(pd.DataFrame(), {})
    wide = derive_wide(course, "albi_grade")
    return count_flow(wide, dict.fromkeys(wide, GRADES))
