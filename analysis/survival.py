"""Time to an event: medians, rates at stated times, and follow-up."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.kaplan_meier import KEYS, TOLERANCE, calculate_curve, split_samples

#: the median's limits by its standard error; the other methods invert the curve's limits
NORMAL = "normal"
#: half-width of the band of survival around one half in which `normal` takes the curve's slope
BAND = 0.05
#: what a follow-up may be measured on, the best first
LONGEST = ("OS", "PFS", "IFPFS", "OFPFS")
#: endpoints that other chapters report
PRIOR = ("PFS1",)
MEDIANS = [*KEYS, "n", "n_event", "estimate", "conf_low", "conf_high", "conf_level", "method",
           "reason", "percent_event"]
RATES = [*KEYS, "time_mo", "estimate", "conf_low", "conf_high", "n_risk", "n", "n_event",
         "conf_level", "method", "reason"]


def select_endpoints(endpoints):
    """Select the endpoints whose clock starts with the index treatment."""
    return endpoints[~endpoints["endpoint"].isin(PRIOR)].reset_index(drop=True)


def choose_groups(covariates, groups=(), most=2):
    """Choose the covariates by which curves are drawn.

    Parameters
    ----------
    covariates : DataFrame
        `patient_id` and a column per covariate.
    groups : sequence of str
        Names asked for; those that the study lacks are left out. With none, the first covariates
        that divide the patients are taken.
    most : int
        How many to take then.

    Returns
    -------
    list of str
    """
    present = [c for c in covariates.columns if c != "patient_id"]
    if len(groups):
        return [g for g in groups if g in present]
    return [c for c in present if covariates[c].nunique() > 1][:most]


def choose_stratum(strata, groups):
    """Choose the covariate of a stratified test: the one asked for, else the last of two groups."""
    return strata or (groups[-1] if len(groups) > 1 else "")


def cross_half(time_mo, estimate, midpoint=True):
    """Return where a falling step function reaches one half; NaN where it never does.

    Where it lies exactly at one half the answer is the middle of that step, as in R, unless
    `midpoint` is False: then it is the step's beginning.
    """
    below = np.flatnonzero(np.nan_to_num(estimate, nan=1.0) < 0.5 + TOLERANCE)
    if not len(below):
        return np.nan
    lower = np.flatnonzero(np.nan_to_num(estimate, nan=1.0) < 0.5 - TOLERANCE)
    first = time_mo[below[0]]
    level = abs(estimate[below[0]] - 0.5) <= TOLERANCE
    return (first + time_mo[lower[0]]) / 2 if midpoint and level and len(lower) else first


def limit_median_normally(curve, median, conf_level):
    """Return the limits median ± z · SE of the survival at the median / density there."""
    time, estimate = curve["time_mo"].to_numpy(), curve["estimate"].to_numpy()
    after = np.flatnonzero(estimate <= 0.5 - BAND + TOLERANCE)
    if np.isnan(median) or not len(after):
        return np.nan, np.nan
    before = np.flatnonzero(estimate >= 0.5 + BAND - TOLERANCE)[-1]
    before, after = np.flatnonzero(estimate == estimate[before])[0], after[0]
    if time[before] == time[after]:
        return np.nan, np.nan
    density = (estimate[before] - estimate[after]) / (time[after] - time[before])
    error = curve["std_error"].to_numpy()[np.flatnonzero(estimate < 0.5 + TOLERANCE)[0]] / density
    half = stats.norm.ppf((1 + conf_level) / 2) * error
    return median - half, median + half


def estimate_median(time_mo, event, method="log-log", conf_level=0.95):
    """Return the median of one sample as a dict; see `estimate_medians`."""
    curve = calculate_curve(time_mo, event, "log-log" if method == NORMAL else method, conf_level)
    time = curve["time_mo"].to_numpy()
    median = cross_half(time, curve["estimate"].to_numpy(), midpoint=method != NORMAL)
    if method == NORMAL:
        low, high = limit_median_normally(curve, median, conf_level)
    else:
        low = cross_half(time, curve["conf_low"].to_numpy())
        high = cross_half(time, curve["conf_high"].to_numpy())
    reason = ""
    if not np.any(event):
        reason = "no event"
    elif np.isnan(median):
        reason = "median not reached"
    elif np.isnan(low) or np.isnan(high):
        reason = "limit not reached"
    return {"n": len(time_mo), "n_event": int(np.sum(event)),
            "percent_event": 100 * np.mean(event), "estimate": median, "conf_low": low,
            "conf_high": high, "conf_level": conf_level, "method": method, "reason": reason}


def estimate_medians(endpoints, covariates=None, by=(), methods=("log-log", NORMAL),
                     conf_level=0.95):
    """Estimate median times with named limits.

    Parameters
    ----------
    endpoints, covariates, by
        As for `split_samples`.
    methods : sequence of {"log-log", "log", "plain", "normal"}
        One row each. The first three read the limits off the curve's limits (Brookmeyer and
        Crowley); `normal` is median ± z · SE, symmetric, as some software prints.
    conf_level : float

    Returns
    -------
    DataFrame
        `endpoint, group, level, n, n_event, estimate, conf_low, conf_high, conf_level, method,
        reason, percent_event`; months. What is not reached is NaN, a limit that exists stands.

    Notes
    -----
    Where survival is exactly one half over a step, the median is the middle of the step, as in
    R's survival; by `normal` it is the step's beginning. The standard error of `normal` is
    SE(S(m)) / f, f the slope of the curve from the first time of its last step at 0.55 or above
    to its first time at 0.45 or below.

    References
    ----------
    Brookmeyer and Crowley 1982, doi:10.2307/2530286. Collett 2015, Modelling Survival Data in
    Medical Research, section 2.4, doi:10.1201/b18041.

    Examples
    --------
    Events at 1, 2 and 3 months: after the second, one of three is left.

    >>> rows = pd.DataFrame({"patient_id": list("abc"), "endpoint": "OS",
    ...                      "time_mo": [1.0, 2.0, 3.0], "event": [True, True, True]})
    >>> estimate_medians(rows)["estimate"].tolist()
    [2.0, 2.0]
    """
    rows = [{**names, **estimate_median(time, event, method, conf_level)}
            for names, time, event in split_samples(endpoints, covariates, by)
            for method in methods]
    return pd.DataFrame(rows, columns=MEDIANS)


def estimate_rates(endpoints, times_mo, covariates=None, by=(), method="log-log",
                   conf_level=0.95):
    """Estimate the share still free of the event at stated times.

    Parameters
    ----------
    endpoints, covariates, by
        As for `kaplan_meier.split_samples`.
    times_mo : sequence of float
        Months.
    method : {"log-log", "log", "plain"}
    conf_level : float

    Returns
    -------
    DataFrame
        `endpoint, group, level, time_mo, estimate, conf_low, conf_high, n_risk, n, n_event,
        conf_level, method, reason`; estimate and limits are proportions from 0 to 1, `n_risk`
        the patients whose time is `time_mo` or longer, `n_event` the events up to it.

    Notes
    -----
    Beyond the last time that anybody was followed, survival is unknown unless it has reached
    zero: NaN, with the reason.

    Examples
    --------
    >>> rows = pd.DataFrame({"patient_id": list("abc"), "endpoint": "OS",
    ...                      "time_mo": [1.0, 2.0, 3.0], "event": [True, False, False]})
    >>> [round(float(s), 3) for s in estimate_rates(rows, [1.5, 9])["estimate"]]
    [0.667, nan]
    """
    rows = []
    for names, time, event in split_samples(endpoints, covariates, by):
        curve = calculate_curve(time, event, method, conf_level)
        for at in times_mo:
            row = curve[curve["time_mo"] <= at].iloc[-1]
            known = at <= time.max() or row["estimate"] < TOLERANCE
            shown = {column: row[column] if known else np.nan
                     for column in ("estimate", "conf_low", "conf_high")}
            rows.append({**names, "time_mo": float(at), **shown,
                         "n_risk": int((time >= at).sum()), "n": len(time),
                         "n_event": int((event & (time <= at)).sum()), "conf_level": conf_level,
                         "method": method, "reason": "" if known else "beyond the last follow-up"})
    return pd.DataFrame(rows, columns=RATES)


def estimate_followup(endpoints, methods=("log-log", NORMAL), conf_level=0.95):
    """Estimate the median follow-up by the reverse Kaplan–Meier method.

    Parameters
    ----------
    endpoints : DataFrame, long
        `patient_id, endpoint, time_mo, event`; the first of OS, PFS, IFPFS and OFPFS that it has
        is used.
    methods, conf_level
        As for `estimate_medians`.

    Returns
    -------
    DataFrame
        As `estimate_medians`, under the endpoint ``follow-up``; `n_event` counts who is still
        under observation, the event of this analysis. No rows without such an endpoint.

    Notes
    -----
    The event censors the follow-up that it cut short, and the end of observation is the event.

    References
    ----------
    Schemper and Smith 1996, doi:10.1016/0197-2456(96)00075-X.

    Examples
    --------
    One dead at 1 month, two alive at 2 and 3: follow-up is 2 months for half of those left.

    >>> rows = pd.DataFrame({"patient_id": list("abc"), "endpoint": "OS",
    ...                      "time_mo": [1.0, 2.0, 3.0], "event": [True, False, False]})
    >>> estimate_followup(rows, methods=["log-log"])["estimate"].tolist()
    [2.5]
    """
    present = [name for name in LONGEST if (endpoints["endpoint"] == name).any()]
    chosen = endpoints[endpoints["endpoint"] == (present or [""])[0]]
    reverse = chosen.assign(endpoint="follow-up", event=~chosen["event"].astype(bool))
    return estimate_medians(reverse, methods=methods, conf_level=conf_level)
