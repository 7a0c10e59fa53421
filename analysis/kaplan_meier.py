"""The Kaplan–Meier estimator: samples, risk sets, curves with limits, numbers at risk."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

#: two probabilities this near are equal; 1 − 1/3 − 1/6 is not one half in binary
TOLERANCE = 1e-8
#: scales on which a curve's limits can be symmetric
CURVE_METHODS = ("log-log", "log", "plain")
KEYS = ["endpoint", "group", "level"]


def split_samples(endpoints, covariates=None, by=()):
    """Split the endpoints into the samples that an analysis describes.

    Parameters
    ----------
    endpoints : DataFrame, long
        `patient_id, endpoint, time_mo, event`.
    covariates : DataFrame, optional
        `patient_id` and a column of categories per grouping; needed when `by` names one.
    by : str or sequence of str
        Groupings. The whole cohort comes first, under ``all, all``; then each level of each
        grouping that has patients. A patient whose level is missing is in ``all`` alone.

    Yields
    ------
    tuple of (dict, Series, Series)
        `endpoint, group, level`; times in months; events.
    """
    by = [by] if isinstance(by, str) else list(by)
    for endpoint, rows in endpoints.groupby("endpoint", sort=False):
        names = dict(zip(KEYS, (endpoint, "all", "all"), strict=True))
        yield names, rows["time_mo"], rows["event"]
        for group in by:
            level_of = covariates.set_index("patient_id")[group].astype(object)
            levels = rows["patient_id"].map(level_of)
            for level in level_order(covariates[group]):
                part = rows[levels == level]
                if len(part):
                    names = dict(zip(KEYS, (endpoint, group, level), strict=True))
                    yield names, part["time_mo"], part["event"]


def level_order(column):
    """List the levels of a grouping in their order: categories as declared, else sorted."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    return sorted(column.dropna().unique())


def count_risk_sets(time_mo, event):
    """Count who is at risk, has the event and is censored at each distinct time.

    Parameters
    ----------
    time_mo : sequence of float, length n
    event : sequence of bool, length n

    Returns
    -------
    DataFrame
        `time_mo, n_risk, n_event, n_censored`, by time; who leaves at a time is at risk at it.
    """
    rows = pd.DataFrame({"time_mo": np.asarray(time_mo, float), "event": np.asarray(event, bool)})
    table = rows.groupby("time_mo")["event"].agg(["size", "sum"]).reset_index()
    left = table["size"].to_numpy()
    return pd.DataFrame({"time_mo": table["time_mo"], "n_risk": left[::-1].cumsum()[::-1],
                         "n_event": table["sum"].to_numpy(),
                         "n_censored": left - table["sum"].to_numpy()})


def limit_curve(estimate, spread, method, conf_level):
    """Return pointwise limits of survival; NaN where the method has none.

    `spread` is the standard error of log survival (Greenwood).
    """
    z = stats.norm.ppf((1 + conf_level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "plain":
            half = z * estimate * spread
            low, high = np.maximum(estimate - half, 0), np.minimum(estimate + half, 1)
        elif method == "log":
            low = estimate * np.exp(-z * spread)
            high = np.minimum(estimate * np.exp(z * spread), 1)
        elif method == "log-log":
            half = z * spread / np.log(estimate)
            low, high = estimate ** np.exp(-half), estimate ** np.exp(half)
        else:
            raise ValueError(f"method {method!r} is not one of {', '.join(CURVE_METHODS)}")
    # as in R: without survivors no scale has limits, without events the log-log scale has none
    ends = (estimate < TOLERANCE) | ((method == "log-log") & (estimate == 1))
    return np.where(ends, np.nan, low), np.where(ends, np.nan, high)


def calculate_curve(time_mo, event, method="log-log", conf_level=0.95):
    """Return the Kaplan–Meier curve of one sample; see `estimate_curve`."""
    table = count_risk_sets(time_mo, event)
    died, risk = table["n_event"].to_numpy(), table["n_risk"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.cumprod((risk - died) / risk)
        spread = np.sqrt(np.cumsum(died / (risk * (risk - died.astype(float)))))
        error = estimate * spread
    low, high = limit_curve(estimate, spread, method, conf_level)
    table = table.assign(estimate=estimate, std_error=error, conf_low=low, conf_high=high)
    start = pd.DataFrame([[0.0, len(time_mo), 0, 0, 1.0, 0.0, 1.0, 1.0]], columns=table.columns)
    whole = pd.concat([start, table], ignore_index=True) if len(table) else start
    return whole.assign(conf_level=conf_level, method=method)


def estimate_curve(endpoints, covariates=None, by=(), method="log-log", conf_level=0.95):
    """Estimate Kaplan–Meier curves.

    Parameters
    ----------
    endpoints, covariates, by
        As for `split_samples`.
    method : {"log-log", "log", "plain"}
        Scale on which the pointwise limits are symmetric.
    conf_level : float

    Returns
    -------
    DataFrame
        `endpoint, group, level, time_mo, n_risk, n_event, n_censored, estimate, std_error,
        conf_low, conf_high, conf_level, method`: a row at zero, then one per distinct time.

    Notes
    -----
    Product-limit estimate with Greenwood's variance. `estimate` is the survival after the events
    of its row, `n_risk` the number at risk just before. A patient without time is not in it.
    Limits are NaN once survival is zero and, on the log-log scale, before the first event.

    References
    ----------
    Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452; Greenwood 1926; for the log-log
    limits Borgan and Liestøl 1990, https://www.jstor.org/stable/4616153.

    Examples
    --------
    Events at 1 and 3 months, a patient lost at 2: survival falls to 2/3, then to nothing.

    >>> rows = pd.DataFrame({"patient_id": list("abc"), "endpoint": "OS",
    ...                      "time_mo": [1.0, 2.0, 3.0], "event": [True, False, True]})
    >>> [round(float(s), 3) for s in estimate_curve(rows)["estimate"]]
    [1.0, 0.667, 0.667, 0.0]
    """
    curves = [calculate_curve(time, event, method, conf_level).assign(**names)
              for names, time, event in split_samples(endpoints, covariates, by)]
    columns = list(calculate_curve([], [], method, conf_level).columns)
    return pd.concat(curves, ignore_index=True)[KEYS + columns] if curves else pd.DataFrame(
        columns=KEYS + columns)


def count_at_risk(endpoints, times_mo, covariates=None, by=()):
    """Count the patients at risk, and the events so far, at given times.

    Parameters
    ----------
    endpoints, covariates, by
        As for `split_samples`.
    times_mo : sequence of float
        Months.

    Returns
    -------
    DataFrame
        `endpoint, group, level, time_mo, n_risk, n_event`; `n_risk` have a time of `time_mo` or
        longer, so that zero counts everybody; `n_event` had the event before `time_mo`.

    Examples
    --------
    >>> rows = pd.DataFrame({"patient_id": list("abc"), "endpoint": "OS",
    ...                      "time_mo": [1.0, 2.0, 3.0], "event": [True, False, True]})
    >>> count_at_risk(rows, [0, 2, 2.5])[["n_risk", "n_event"]].values.tolist()
    [[3, 0], [2, 1], [1, 1]]
    """
    rows = [{**names, "time_mo": float(at), "n_risk": int((time >= at).sum()),
             "n_event": int((event & (time < at)).sum())}
            for names, time, event in split_samples(endpoints, covariates, by) for at in times_mo]
    return pd.DataFrame(rows, columns=[*KEYS, "time_mo", "n_risk", "n_event"])
