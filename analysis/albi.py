"""Liver function: the albumin–bilirubin (ALBI) score, its grade, and how it moves over the visits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.schema import VISITS

#: upper ends of grade 1 and grade 2
CUTS = (-2.60, -1.39)
GRADES = (1, 2, 3)
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
