"""Tests on measurements that were repeated in the same patients."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

COLUMNS = ["test", "statistic", "df", "p_value", "n", "n_missing", "method", "reason"]


def summarise(test, method, n, n_missing, statistic=np.nan, df=np.nan, p_value=np.nan, reason=""):
    """Return the row of one test."""
    return pd.DataFrame([[test, statistic, df, p_value, n, n_missing, method, reason]],
                        columns=COLUMNS)


def compare_visits(wide):
    """Compare an ordinal measurement over visits by Friedman's test, corrected for ties.

    Parameters
    ----------
    wide : DataFrame, one row per patient, one numeric column per visit
        At least two columns.

    Returns
    -------
    DataFrame, one row
        `test, statistic, df, p_value, n, n_missing, method, reason`: Friedman's χ², its degrees of
        freedom, the patients compared and those left out.

    Raises
    ------
    ValueError
        If there are fewer than two visits.

    Notes
    -----
    A patient with a missing visit is left out and counted in `n_missing`. Where nobody changes
    the statistic is NaN, with the reason.

    References
    ----------
    Friedman 1937, doi:10.1080/01621459.1937.10503522.

    Examples
    --------
    Three patients who all rise over three visits: ranks 1, 2, 3 in each, χ² = 6.

    >>> float(compare_visits(pd.DataFrame([[1, 2, 3]] * 3))["statistic"][0])
    6.0
    """
    if wide.shape[1] < 2:
        raise ValueError("at least two visits are needed")
    cells = wide.astype(float)
    whole = cells.dropna()
    n, k = whole.shape
    about = ("Friedman", "Friedman χ², corrected for ties", n, len(cells) - n)
    if n == 0:
        return summarise(*about, reason="no patient has every visit")
    ranks = stats.rankdata(whole.to_numpy(), axis=1)
    between = ((ranks.sum(axis=0) - n * (k + 1) / 2) ** 2).sum()
    within = (ranks**2).sum() - n * k * (k + 1) ** 2 / 4
    if within == 0:
        return summarise(*about, df=k - 1, reason="no patient changes")
    chi2 = (k - 1) * between / within
    return summarise(*about, chi2, k - 1, stats.chi2.sf(chi2, k - 1))


def compare_visit_pairs(wide):
    """Compare each pair of visits by the exact sign test, with Holm's adjustment.

    Parameters
    ----------
    wide : DataFrame, one row per patient, one numeric column per visit

    Returns
    -------
    DataFrame, one row per pair
        `test` (``earlier to later``), `first, second, n_up, n_down, statistic` (patients who
        rise), `df` (NaN), `p_value`, `p_adjusted` (Holm, over the pairs that can be tested), `n`
        (patients with both visits), `n_missing, method, reason`.

    Notes
    -----
    The sign test asks of an ordinal grade only whether it rose or fell; patients who do neither
    do not count. A patient who misses a visit is left out of its pairs alone.

    References
    ----------
    Dixon and Mood 1946, doi:10.1080/01621459.1946.10501898; Holm 1979,
    https://www.jstor.org/stable/4615733.

    Examples
    --------
    Three patients, all rising: the two-sided exact p value is 2 · (1/2)³ = 0.25.

    >>> compare_visit_pairs(pd.DataFrame({"a": [1, 1, 1], "b": [2, 2, 3]}))["p_value"].tolist()
    [0.25]
    """
    rows = [compare_signs(wide[[first, second]].astype(float))
            for first, second in combinations(wide.columns, 2)]
    pairs = pd.concat(rows, ignore_index=True)
    tested = pairs["p_value"].notna()
    adjusted = pd.Series(np.nan, index=pairs.index)
    if tested.any():
        adjusted[tested] = multipletests(pairs.loc[tested, "p_value"], method="holm")[1]
    pairs.insert(pairs.columns.get_loc("p_value") + 1, "p_adjusted", adjusted)
    return pairs


def compare_signs(pair):
    """Return the sign test of the two columns of `pair`, one row."""
    first, second = pair.columns
    both = pair.dropna()
    up = int((both[second] > both[first]).sum())
    down = int((both[second] < both[first]).sum())
    about = (f"{first} to {second}", "exact sign test", len(both), len(pair) - len(both))
    if up + down:
        p = stats.binomtest(up, up + down).pvalue
        row = summarise(*about, up, p_value=p)
    else:
        row = summarise(*about, up, reason="no patient changes")
    for at, (name, value) in enumerate(
            {"first": first, "second": second, "n_up": up, "n_down": down}.items(), 1):
        row.insert(at, name, value)
    return row


def compare_categories(before, after, levels=None):
    """Compare the margins of a category before and after by the Stuart–Maxwell test.

    Parameters
    ----------
    before, after : Series, length n, one index
        Category of each patient.
    levels : sequence, optional
        Categories that count; who has another one is treated as missing. Default: all that occur.

    Returns
    -------
    DataFrame, one row
        As `compare_visits`. With two categories this is McNemar's χ² without correction.

    Notes
    -----
    Who lacks either value is left out and counted. The covariance matrix is inverted on its
    rank, which is then the degrees of freedom: a category that nobody enters or leaves carries
    no information.

    References
    ----------
    Stuart 1955, doi:10.1093/biomet/42.3-4.412; Maxwell 1970, doi:10.1192/bjp.116.535.651.

    Examples
    --------
    Three patients move from a to b, nobody back: χ² = 3² / 3.

    >>> row = compare_categories(pd.Series(list("aaab")), pd.Series(list("bbbb")))
    >>> round(float(row["statistic"][0]), 6)
    3.0
    """
    pair = pd.DataFrame({"before": before, "after": after})
    if levels is not None:
        pair = pair.where(pair.isin(list(levels)))
    both = pair.dropna()
    names = sorted(set(both["before"]) | set(both["after"]))
    counts = pd.crosstab(both["before"], both["after"]).reindex(
        index=names, columns=names, fill_value=0).to_numpy(float)
    difference = counts.sum(axis=1) - counts.sum(axis=0)
    covariance = np.diag(counts.sum(axis=1) + counts.sum(axis=0)) - counts - counts.T
    rank = int(np.linalg.matrix_rank(covariance)) if names else 0
    about = ("Stuart–Maxwell", "Stuart–Maxwell χ²", len(both), len(pair) - len(both))
    if rank == 0:
        return summarise(*about, reason="no patient changes" if names else "no patients")
    chi2 = float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference)
    return summarise(*about, chi2, rank, stats.chi2.sf(chi2, rank))


def compare_yes_no(before, after):
    """Compare a yes/no outcome before and after by McNemar's exact test.

    Parameters
    ----------
    before, after : Series of bool, length n, one index
        Missing is left out and counted.

    Returns
    -------
    DataFrame, one row
        `test, n_gained, n_lost, statistic` (patients who gain the outcome), `df` (NaN),
        `p_value, n, n_missing, method, reason`.

    References
    ----------
    McNemar 1947, doi:10.1007/BF02295996.

    Examples
    --------
    Three patients gain and none lose: 2 · (1/2)³.

    >>> no, yes = pd.Series([False] * 3), pd.Series([True] * 3)
    >>> compare_yes_no(no, yes)["p_value"].tolist()
    [0.25]
    """
    pair = pd.DataFrame({"before": before, "after": after}).astype("boolean").astype("Float64")
    row = compare_signs(pair.astype(float)).drop(columns=["first", "second"])
    return row.rename(columns={"n_up": "n_gained", "n_down": "n_lost"}).assign(
        test="McNemar", method="exact McNemar test")
