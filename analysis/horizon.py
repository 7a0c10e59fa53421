"""Survival up to a horizon: restricted means; and from a landmark on."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter
from scipy import stats

from analysis import style
from analysis.curves import choose_times
from analysis.display import estimate, number
from analysis.kaplan_meier import KEYS, calculate_curve, split_samples

MEANS = [*KEYS, "horizon_mo", "n", "n_event", "estimate", "std_error", "conf_low", "conf_high",
         "conf_level", "method", "reason"]
DIFFERENCES = ["endpoint", "group", "level", "reference", "horizon_mo", "estimate", "std_error",
               "conf_low", "conf_high", "p_value", "conf_level", "method", "reason"]
METHOD = "area under the Kaplan–Meier curve"


def measure_area(time_mo, event, horizon_mo):
    """Return the area under a Kaplan–Meier curve up to a horizon and its standard error."""
    curve = calculate_curve(time_mo, event)
    curve = curve[curve["time_mo"] <= horizon_mo]
    time = np.append(curve["time_mo"], horizon_mo)
    areas = curve["estimate"].to_numpy() * np.diff(time)
    beyond = areas[::-1].cumsum()[::-1]
    died, risk = curve["n_event"].to_numpy(float), curve["n_risk"].to_numpy(float)
    left = risk - died
    weight = np.divide(died, risk * left, out=np.zeros_like(died), where=left > 0)
    return areas.sum(), np.sqrt((beyond**2 * weight).sum())


def estimate_mean(time_mo, event, horizon_mo, conf_level):
    """Return the restricted mean of one sample as a dict; see `estimate_means`."""
    longest, last_is_event = time_mo.max(), bool(event[time_mo == time_mo.max()].any())
    mean = error = np.nan
    reason = "follow-up ends before the horizon"
    if horizon_mo <= longest or last_is_event:
        mean, error = measure_area(time_mo, event, horizon_mo)
        reason = ""
    # without an event before the horizon, or with all at one time, there is no spread to measure
    half = stats.norm.ppf((1 + conf_level) / 2) * (error if error > 0 else np.nan)
    return {"horizon_mo": float(horizon_mo), "n": len(time_mo),
            "n_event": int((event & (time_mo <= horizon_mo)).sum()), "estimate": mean,
            "std_error": error, "conf_low": mean - half, "conf_high": mean + half,
            "conf_level": conf_level, "method": METHOD, "reason": reason}


def estimate_means(endpoints, horizon_mo, covariates=None, by=(), conf_level=0.95):
    """Estimate restricted mean survival times.

    Parameters
    ----------
    endpoints, covariates, by
        As for `kaplan_meier.split_samples`.
    horizon_mo : float
        Months up to which the mean is taken; state it before looking at the data.
    conf_level : float

    Returns
    -------
    DataFrame
        `endpoint, group, level, horizon_mo, n, n_event, estimate, std_error, conf_low, conf_high,
        conf_level, method, reason`; months, `n_event` the events up to the horizon.

    Notes
    -----
    The mean time without event up to the horizon is the area under the curve; no proportional
    hazards are needed. A sample whose follow-up ends earlier, with somebody still without event,
    has none. The variance is Greenwood's, as in R's survival; where it is zero, because nobody
    has the event before the horizon or all at one time, there are no limits.

    References
    ----------
    Royston and Parmar 2013, doi:10.1186/1471-2288-13-152.

    Examples
    --------
    Events at 1 and 3 months, one lost at 4: to 3 months the areas are 1 + 2 · 2/3.

    >>> rows = pd.DataFrame({"patient_id": list("abc"), "endpoint": "OS",
    ...                      "time_mo": [1.0, 3.0, 4.0], "event": [True, True, False]})
    >>> round(float(estimate_means(rows, 3)["estimate"][0]), 3)
    2.333
    """
    rows = [{**names, **estimate_mean(time.to_numpy(float), event.to_numpy(bool), horizon_mo,
                                      conf_level)}
            for names, time, event in split_samples(endpoints, covariates, by)]
    return pd.DataFrame(rows, columns=MEANS)


def compare_means(means):
    """Compare the restricted means of each level with those of the first level.

    Parameters
    ----------
    means : DataFrame
        From `estimate_means`.

    Returns
    -------
    DataFrame
        `endpoint, group, level, reference, horizon_mo, estimate, std_error, conf_low, conf_high,
        p_value, conf_level, method, reason`; `estimate` is the difference in months, positive when
        the level stays longer without event than the reference.
    """
    found = []
    for (endpoint, group), rows in means[means["group"] != "all"].groupby(["endpoint", "group"],
                                                                         sort=False):
        first = rows.iloc[0]
        for _, row in rows.iloc[1:].iterrows():
            difference = row["estimate"] - first["estimate"]
            known = pd.notna([row["conf_low"], first["conf_low"]]).all()
            error = np.hypot(row["std_error"], first["std_error"]) if known else np.nan
            half = stats.norm.ppf((1 + row["conf_level"]) / 2) * error
            with np.errstate(divide="ignore", invalid="ignore"):
                p = 2 * stats.norm.sf(abs(np.divide(difference, error)))
            found.append({
                "endpoint": endpoint, "group": group, "level": row["level"],
                "reference": first["level"], "horizon_mo": row["horizon_mo"],
                "estimate": difference, "std_error": error, "conf_low": difference - half,
                "conf_high": difference + half, "p_value": p, "conf_level": row["conf_level"],
                "method": "difference of areas, Wald",
                "reason": row["reason"] or first["reason"] or ("" if known else
                                                               "no spread within a group")})
    return pd.DataFrame(found, columns=DIFFERENCES)


def derive_landmark(endpoints, landmark_mo, marker="PFS", outcome="OS"):
    """Start the clock of an outcome at a landmark, in those who reached it.

    Parameters
    ----------
    endpoints : DataFrame, long
        `patient_id, endpoint, time_mo, event`.
    landmark_mo : float
        Months; state it before looking at the data.
    marker : str
        Endpoint whose event by the landmark divides the patients.
    outcome : str

    Returns
    -------
    tuple of (DataFrame, DataFrame)
        The outcome from the landmark on, long, under the name ``OS from 3 months``, and
        `patient_id, landmark` with the ordered categories ``not yet`` and ``by then``.

    Notes
    -----
    Who has died or left before the landmark is in neither group. Nobody is put into a group by
    what happened later, so that no group is given time in which its patients could not die.

    References
    ----------
    Anderson, Cain and Gelber 1983, doi:10.1200/JCO.1983.1.11.710.

    Examples
    --------
    >>> rows = pd.DataFrame({"patient_id": list("ab") * 2, "endpoint": ["PFS"] * 2 + ["OS"] * 2,
    ...                      "time_mo": [2.0, 5.0, 8.0, 2.5], "event": [True] * 4})
    >>> late, groups = derive_landmark(rows, 3)
    >>> late["time_mo"].tolist(), groups["landmark"].tolist()
    ([5.0], ['by then'])
    """
    wide = {name: rows.set_index("patient_id") for name, rows in endpoints.groupby("endpoint")}
    name = f"{outcome} from {number(landmark_mo)} months"
    labels = ["not yet", "by then"]
    if not {marker, outcome} <= set(wide):
        return (endpoints.iloc[:0], pd.DataFrame({
            "patient_id": [], "landmark": pd.Categorical([], labels, ordered=True)}))
    later = wide[outcome][wide[outcome]["time_mo"] > landmark_mo]
    mark = wide[marker].reindex(later.index)
    had = mark["event"].eq(True) & (mark["time_mo"] <= landmark_mo)
    known = mark["time_mo"].notna() & (had | (mark["time_mo"] > landmark_mo))
    later, had = later[known], had[known]
    moved = later.assign(endpoint=name, time_mo=later["time_mo"] - landmark_mo).reset_index()
    groups = pd.Categorical(np.where(had, labels[1], labels[0]), labels, ordered=True)
    return (moved[list(endpoints.columns)],
            pd.DataFrame({"patient_id": later.index, "landmark": groups}))


def derive_height_mm(means, per_panel=30, rest=12):
    """Return the height of a figure with one panel per sample."""
    return rest + per_panel * max(len(means), 1)


def plot_means(means, ax, endpoints, covariates=None, titles=None):
    """Draw the area whose size is the restricted mean, one panel per sample.

    Parameters
    ----------
    means : DataFrame
        From `estimate_means`, one endpoint.
    ax : matplotlib Axes
        Gives way to the panels in its figure.
    endpoints, covariates
        As given to `estimate_means`.
    titles : dict, optional
        Printed name of each grouping.

    Returns
    -------
    matplotlib Axes
        The first panel.
    """
    figure = ax.figure
    ax.remove()
    panels = figure.subplots(len(means), 1, squeeze=False, sharex=True)[:, 0]
    rows = endpoints[endpoints["endpoint"] == means["endpoint"].iloc[0]]
    samples = {(names["group"], names["level"]): (time, event) for names, time, event in
               split_samples(rows, covariates, [g for g in means["group"].unique() if g != "all"])}
    horizon = means["horizon_mo"].max()
    order = means.groupby("group", sort=False).cumcount()
    for panel, (at, row) in zip(panels, means.iterrows(), strict=True):
        colour = style.GROUPS[order[at] % len(style.GROUPS)]
        observed, event = samples[row["group"], row["level"]]
        curve = calculate_curve(observed, event)
        curve = curve[curve["time_mo"] <= horizon]
        time = np.append(curve["time_mo"], min(horizon, observed.max()))
        share = 100 * np.append(curve["estimate"], curve["estimate"].iloc[-1])
        panel.fill_between(time, share, step="post", color=colour, alpha=0.2, linewidth=0)
        panel.step(time, share, where="post", color=colour)
        name = "All patients" if row["group"] == "all" else (
            f"{(titles or {}).get(row['group'], row['group'])}: {row['level']}")
        shown = f"NE: {row['reason']}" if row["reason"] else (
            f"{estimate(row['estimate'], row['conf_low'], row['conf_high'], 1)} months")
        panel.set_title(name, loc="left", fontsize=9)
        panel.text(0.02, 0.08, shown, transform=panel.transAxes, fontsize=9)
        panel.set(ylim=(0, 104), ylabel="Free, %", yticks=[0, 50, 100])
        panel.yaxis.set_major_formatter(FuncFormatter(lambda y, _: number(y, 0)))
    panels[-1].set(xlim=(0, horizon), xlabel="Months",
                   xticks=[t for t in choose_times(horizon) if t <= horizon])
    return panels[0]
