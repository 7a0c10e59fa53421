"""Laboratory values whose albumin-bilirubin grades are those of Table 7."""

from __future__ import annotations

import numpy as np

VISITS = ("baseline", "month_1", "month_3")
#: grades at the three visits, in which grades only rise: the pairing that gives P < 0.001
COURSES = {(1, 1, 1): 9, (1, 1, 2): 4, (1, 2, 2): 3, (2, 2, 2): 17, (2, 2, 3): 3}
#: score range of each grade, kept clear of the cut points -2.60 and -1.39
SCORES = {1: (-3.30, -2.64), 2: (-2.52, -1.75), 3: (-1.36, -1.15)}
#: how far up its grade a patient's first score lies, and how far towards its ends the next drifts
FIRST_SHARE, DOWN_SHARE, UP_SHARE = 0.7, 0.3, 0.5


def assign_courses(clinical, draw):
    """Give each patient a course of grades that starts at the baseline grade.

    Grade 3 at month 3 goes to patients with Child-Pugh B first.
    """
    worst_first = np.argsort(-clinical["cp"] + draw.random(len(clinical["cp"])) * 0.5)
    courses = {}
    for start, order in ((2, worst_first), (1, draw.permutation(len(worst_first)))):
        queue = [i for i in order if clinical["albi"][i] == start - 1]
        for course in sorted((c for c in COURSES if c[0] == start), reverse=True):
            for _ in range(COURSES[course]):
                courses[queue.pop(0)] = course
    return courses


def score(albumin, bilirubin):
    """Albumin-bilirubin score from g/L and µmol/L (doi:10.1200/JCO.2014.57.9151)."""
    return 0.66 * np.log10(bilirubin) - 0.085 * albumin


def draw_pair(span, grade, child_b, draw):
    """Draw albumin (g/L) and bilirubin (µmol/L) with a score in `span`, plausible for Child-Pugh.

    Class A has no bilirubin above 34 µmol/L at grade 1 or 2.
    """
    low, high = span
    while True:
        bilirubin = round(float(draw.lognormal(np.log(30 if child_b else 16), 0.35)), 1)
        albumin = round((0.66 * np.log10(bilirubin) - draw.uniform(low, high)) / 0.085, 1)
        top = 33.5 if grade < 3 and not child_b else 60.0
        plausible = 6.0 <= bilirubin <= top and (28.5 if grade < 3 else 20.0) <= albumin <= 48
        if plausible and low <= score(albumin, bilirubin) <= high:
            return albumin, bilirubin


def span_scores(grade, before):
    """Range of the next score: of its grade, around a score `before` of that grade.

    Scores drift upward within a grade more than downward, as the grades do, so that tests on the
    one and on the other speak of the same course.
    """
    low, high = SCORES[grade]
    if before is None or before < low:
        return low, low + FIRST_SHARE * (high - low)
    return before - DOWN_SHARE * (before - low), before + UP_SHARE * (high - before)


def draw_laboratory(clinical, raised, ascites, draw):
    """Draw the laboratory rows of all patients; no radiation-induced liver disease among them.

    Parameters
    ----------
    clinical : dict
        `cp` and `albi`, 0/1.
    raised : dict of int to int
        Patients with raised transaminases or bilirubin: index of the visit from which on.
    ascites : dict of int to int
        Patients with ascites: index of the visit from which on.
    draw : numpy.random.Generator

    Returns
    -------
    list of tuple
        `patient, visit, albumin_g_l, bilirubin_umol_l, alp_u_l, alt_u_l, ast_u_l, ascites`.
    """
    courses, rows = assign_courses(clinical, draw), []
    for i in range(len(clinical["cp"])):
        alp, alt, ast = draw.uniform(70, 190), draw.uniform(18, 55), draw.uniform(22, 60)
        before = None
        for k, visit in enumerate(VISITS):
            grade = courses[i][k]
            albumin, bilirubin = draw_pair(span_scores(grade, before), grade,
                                           bool(clinical["cp"][i]), draw)
            before = score(albumin, bilirubin)
            rise = 1.9 if k >= raised.get(i, 9) else 1.0
            rows.append((i, visit, albumin, bilirubin,
                         int(alp * draw.uniform(0.9, 1.35)) if k else int(alp),
                         int(alt * rise * draw.uniform(0.8, 1.3)),
                         int(ast * rise * draw.uniform(0.8, 1.3)), k >= ascites.get(i, 9)))
    return rows
