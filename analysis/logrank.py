"""Survival of groups compared: log-rank and Peto–Peto tests, stratified too."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.kaplan_meier import level_order

LOGRANK, PETO = "log-rank", "Peto–Peto"
COLUMNS = ["endpoint", "group", "chi2", "df", "p_value", "test", "strata", "n", "n_event", "level",
           "reference", "ratio", "conf_low", "conf_high", "conf_level", "method", "reason"]


def count_at_events(time_mo, event, member):
    """Count at each event time who is at risk and who has the event, by group.

    Parameters
    ----------
    time_mo, event : arrays, length n
    member : array of bool, n × g
        Group of each patient, one column per group.

    Returns
    -------
    tuple of (array k × g, array k × g)
        At risk just before, and events at, each of k distinct event times.
    """
    order = np.argsort(time_mo, kind="stable")
    time_mo, event, member = time_mo[order], event[order], member[order].astype(float)
    _, first = np.unique(time_mo, return_index=True)
    risk = member[::-1].cumsum(axis=0)[::-1][first]
    died = np.add.reduceat(member * event[:, None], first, axis=0)
    some = died.sum(axis=1) > 0
    return risk[some], died[some]


def weigh(risk, died, test):
    """Return the weight of each event time: one, or R's survival just before (Peto–Peto)."""
    if test == LOGRANK:
        return np.ones(len(risk))
    survival = np.cumprod(1 - died.sum(axis=1) / risk.sum(axis=1))
    return np.concatenate([[1.0], survival[:-1]])


def sum_stratum(time_mo, event, member, test):
    """Return observed, expected and the covariance of their difference, of one stratum."""
    groups = member.shape[1]
    risk, died = count_at_events(time_mo, event, member)
    if not len(risk):
        return np.zeros(groups), np.zeros(groups), np.zeros((groups, groups))
    weight = weigh(risk, died, test)
    n, d = risk.sum(axis=1), died.sum(axis=1)
    share = risk / n[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(n > 1, weight**2 * d * (n - d) / (n - 1), 0.0)
    covariance = np.diag(factor @ share) - (share * factor[:, None]).T @ share
    return weight @ died, (weight * d) @ share, covariance


def count_expected(rows, group, stratum=None, test=LOGRANK):
    """Sum observed and expected events over the strata.

    Parameters
    ----------
    rows : DataFrame
        `time_mo, event`, the column `group` and, where given, `stratum`; none missing.
    group : str
    stratum : str, optional
    test : {"log-rank", "Peto–Peto"}

    Returns
    -------
    tuple of (list, array g, array g, array g × g)
        Levels that have patients, observed, expected, covariance.
    """
    levels = [v for v in level_order(rows[group]) if (rows[group] == v).any()]
    parts = [rows]
    if stratum is not None:
        parts = [part for _, part in rows.groupby(stratum, observed=True)]
    sums = [sum_stratum(part["time_mo"].to_numpy(float), part["event"].to_numpy(bool),
                        np.column_stack([part[group] == v for v in levels]), test)
            for part in parts if levels]
    if not sums:
        return levels, np.zeros(0), np.zeros(0), np.zeros((0, 0))
    return (levels, *(sum(part) for part in zip(*sums, strict=True)))


def summarise_ratio(observed, expected, conf_level):
    """Return the ratio of observed to expected of the second group to that of the first."""
    if len(observed) != 2 or (observed == 0).any() or (expected == 0).any():
        return np.nan, np.nan, np.nan
    ratio = (observed[1] / expected[1]) / (observed[0] / expected[0])
    half = stats.norm.ppf((1 + conf_level) / 2) * np.sqrt((1 / expected).sum())
    return ratio, ratio * np.exp(-half), ratio * np.exp(half)


def compare_groups(rows, group, stratum, test, conf_level):
    """Return the row of one test as a dict; see `compare_logrank`."""
    columns = ["time_mo", "event", group] + ([stratum] if stratum else [])
    rows = rows.loc[:, columns].dropna()
    levels, observed, expected, covariance = count_expected(rows, group, stratum, test)
    df = int((expected > 0).sum()) - 1
    chi2 = p = np.nan
    reason = ("fewer than two groups" if len(levels) < 2 else
              "no event" if not rows["event"].any() else
              "no event while two groups are at risk" if df < 1 or not covariance.any() else "")
    if not reason:
        gap = (observed - expected)[expected > 0]
        spread = covariance[np.ix_(expected > 0, expected > 0)]
        chi2 = float(gap[1:] @ np.linalg.pinv(spread[1:, 1:], hermitian=True) @ gap[1:])
        p = stats.chi2.sf(chi2, df)
    ratio, low, high = (summarise_ratio(observed, expected, conf_level) if test == LOGRANK
                        else (np.nan,) * 3)
    reference, level = levels if len(levels) == 2 else ("", "")
    return {"group": group, "chi2": chi2, "df": max(df, 0), "p_value": p, "test": test,
            "strata": stratum or "", "n": len(rows), "n_event": int(rows["event"].sum()),
            "level": level, "reference": reference, "ratio": ratio, "conf_low": low,
            "conf_high": high, "conf_level": conf_level,
            "method": "(O₁/E₁)/(O₀/E₀)" if test == LOGRANK else "", "reason": reason}


def compare_logrank(endpoints, covariates, by, test=LOGRANK, strata=None, conf_level=0.95):
    """Compare the survival of the levels of groupings.

    Parameters
    ----------
    endpoints : DataFrame, long
        `patient_id, endpoint, time_mo, event`.
    covariates : DataFrame
        `patient_id` and one column of categories per grouping.
    by : str or sequence of str
        Groupings to compare, one test each and per endpoint.
    test : {"log-rank", "Peto–Peto"}
        Peto–Peto weighs an event time by the survival of all just before it, so that early
        differences count more.
    strata : str, optional
        Column of `covariates` within whose levels patients are compared.
    conf_level : float
        Of the ratio.

    Returns
    -------
    DataFrame
        `endpoint, group, chi2, df, p_value, test, strata, n, n_event, level, reference, ratio,
        conf_low, conf_high, conf_level, method, reason`. With two levels `ratio` is observed to
        expected events of `level`, the second, over those of `reference`, the first: a hazard
        ratio that needs no model.

    Notes
    -----
    A patient without level, stratum or time is left out. The ratio's limits take
    1/E₀ + 1/E₁ as the variance of its logarithm (Berry, Kitchin and Mock).

    References
    ----------
    Mantel 1966; Peto and Peto 1972, doi:10.2307/2344317; Berry, Kitchin and Mock 1991,
    doi:10.1002/sim.4780100510.

    Examples
    --------
    One patient of group a dies first while two of group b are at risk: O − E = 1 − 1/3, and the
    rest are alike; variance 1/3 · 2/3.

    >>> rows = pd.DataFrame({"patient_id": list("abc"), "endpoint": "OS",
    ...                      "time_mo": [1.0, 2.0, 3.0], "event": [True, False, False]})
    >>> arm = pd.DataFrame({"patient_id": list("abc"), "arm": list("abb")})
    >>> round(float(compare_logrank(rows, arm, "arm")["chi2"][0]), 6)
    2.0
    """
    by = [by] if isinstance(by, str) else list(by)
    levels = covariates.loc[:, ["patient_id", *dict.fromkeys([*by, *([strata] if strata else [])])]]
    found = [{"endpoint": endpoint,
              **compare_groups(rows.merge(levels, on="patient_id", how="left"), group, strata, test,
                               conf_level)}
             for endpoint, rows in endpoints.groupby("endpoint", sort=False) for group in by]
    return pd.DataFrame(found, columns=COLUMNS)
