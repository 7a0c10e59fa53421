"""Competing risks: the incidence of an event that death can forestall."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter
from scipy import stats

from analysis import style
from analysis.curves import LABEL_GAP, choose_times, spread_labels
from analysis.display import number
from analysis.kaplan_meier import KEYS, TOLERANCE, calculate_curve, split_samples

EVENT, COMPETING, CENSORED = "event", "death", ""
ACTUAL, NAIVE = "Aalen–Johansen", "1 − Kaplan–Meier"
COLUMNS = [*KEYS, "cause", "time_mo", "n_risk", "n_event", "estimate", "std_error", "conf_low",
           "conf_high", "conf_level", "method"]
#: a death this near the end of observation ends it, months
SAME_DAY_MO = 0.5 / 30.4375


def derive_competing(endpoints, of=("IFPFS", "OFPFS"), against="OS"):
    """Derive which came first: the event of an endpoint, or death.

    Parameters
    ----------
    endpoints : DataFrame, long
        `patient_id, endpoint, time_mo, event`.
    of : sequence of str
        Endpoints that death censors.
    against : str
        Endpoint of death.

    Returns
    -------
    DataFrame
        `patient_id, endpoint, time_mo, event`, where `event` is ``event``, ``death`` or empty. A
        patient without overall survival counts as alive.

    Notes
    -----
    Death counts when it ends the observation of the endpoint, not when it follows later.

    Examples
    --------
    >>> rows = pd.DataFrame({"patient_id": ["a", "b", "c"] * 2,
    ...                      "endpoint": ["IFPFS"] * 3 + ["OS"] * 3,
    ...                      "time_mo": [3.0, 5.0, 6.0, 9.0, 5.0, 6.0],
    ...                      "event": [True, False, False, True, True, False]})
    >>> derive_competing(rows)["event"].tolist()
    ['event', 'death', '']
    """
    death = endpoints[endpoints["endpoint"] == against].set_index("patient_id")
    died = death["time_mo"].where(death["event"].astype(bool))
    rows = endpoints[endpoints["endpoint"].isin(of)].reset_index(drop=True)
    ended = rows["patient_id"].map(died) <= rows["time_mo"] + SAME_DAY_MO
    cause = np.where(rows["event"].astype(bool), EVENT, np.where(ended, COMPETING, CENSORED))
    return rows.assign(event=cause)[["patient_id", "endpoint", "time_mo", "event"]]


def count_causes(time_mo, cause, of):
    """Count at each distinct time who is at risk, has the cause, and has another."""
    rows = pd.DataFrame({"time_mo": np.asarray(time_mo, float), "own": np.asarray(cause) == of,
                         "other": ~np.isin(np.asarray(cause), [of, CENSORED])})
    table = rows.groupby("time_mo").agg(n=("own", "size"), own=("own", "sum"),
                                        other=("other", "sum")).reset_index()
    table["n_risk"] = table["n"].to_numpy()[::-1].cumsum()[::-1]
    return table


def calculate_incidence(time_mo, cause, of, conf_level):
    """Return the cumulative incidence of one cause in one sample; see `estimate_incidence`."""
    table = count_causes(time_mo, cause, of)
    risk, own, other = (table[c].to_numpy(float) for c in ("n_risk", "own", "other"))
    after = np.cumprod((risk - own - other) / risk)
    before = np.concatenate([[1.0], after[:-1]])
    estimate = np.cumsum(before * own / risk)
    variance = spread_incidence(risk, own, other, before, after, estimate)
    error = np.sqrt(np.maximum(variance, 0))
    z = stats.norm.ppf((1 + conf_level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = z * error / (estimate * np.log(estimate))
        low, high = estimate ** np.exp(-half), estimate ** np.exp(half)
    inside = (estimate > 0) & (estimate < 1)
    whole = pd.DataFrame({"time_mo": table["time_mo"], "n_risk": table["n_risk"],
                          "n_event": table["own"], "estimate": estimate, "std_error": error,
                          "conf_low": np.where(inside, low, np.nan),
                          "conf_high": np.where(inside, high, np.nan)})
    start = pd.DataFrame([[0.0, len(time_mo), 0, 0.0, 0.0, np.nan, np.nan]], columns=whole.columns)
    return pd.concat([start, whole], ignore_index=True)


def spread_incidence(risk, own, other, before, after, estimate):
    """Return the variance of a cumulative incidence, with ties, as R's cmprsk has it.

    Each failure time contributes (jump + (F_j − F(t)) / S_j)² times the variance of its share,
    where the jump is 1 for the own cause and 0 for others.
    """
    def share(failed):
        ties = np.where(failed > 1, 1 - (failed - 1) / np.maximum(risk - 1, 1), 1.0)
        return before**2 * ties * failed / risk**2

    inverse = np.divide(1.0, after, out=np.zeros_like(after), where=after > 0)
    own_share, other_share = share(own), np.where(after > 0, share(other), 0.0)
    own_lever = 1 + estimate * inverse
    other_lever = estimate * inverse
    first = np.cumsum(own_lever**2 * own_share + other_lever**2 * other_share)
    mixed = np.cumsum(inverse * (own_lever * own_share + other_lever * other_share))
    second = np.cumsum(inverse**2 * (own_share + other_share))
    return first + estimate**2 * second - 2 * estimate * mixed


def calculate_naive(time_mo, cause, conf_level):
    """Return one minus Kaplan–Meier with death censored, in the columns of an incidence."""
    curve = calculate_curve(time_mo, np.asarray(cause) == EVENT, "log-log", conf_level)
    return curve.assign(estimate=1 - curve["estimate"], conf_low=1 - curve["conf_high"],
                        conf_high=1 - curve["conf_low"])


def estimate_incidence(competing, covariates=None, by=(), conf_level=0.95):
    """Estimate the cumulative incidence of an event and of death before it.

    Parameters
    ----------
    competing : DataFrame
        From `derive_competing`.
    covariates, by
        As for `kaplan_meier.split_samples`.
    conf_level : float

    Returns
    -------
    DataFrame
        `endpoint, group, level, cause, time_mo, n_risk, n_event, estimate, std_error, conf_low,
        conf_high, conf_level, method`: the share of 0 to 1 who have had the cause by each time;
        ``Aalen–Johansen`` for both causes, and ``1 − Kaplan–Meier`` for the event beside it.

    Notes
    -----
    Ties are exact: all failures of a time share its risk set. The variance is that of R's cmprsk,
    the limits are symmetric on the log-log scale. One minus Kaplan–Meier takes the dead as
    patients who could still have the event, so that it is never below the actual incidence.

    References
    ----------
    Aalen and Johansen 1978; Gray 1988, doi:10.1214/aos/1176350951; Putter, Fiocco and Geskus 2007,
    doi:10.1002/sim.2712.

    Examples
    --------
    One has the event, one dies, one has the event: the last can only add what is left, 1/3.

    >>> rows = pd.DataFrame({"patient_id": list("abc"), "endpoint": "IFPFS",
    ...                      "time_mo": [1.0, 2.0, 3.0], "event": ["event", "death", "event"]})
    >>> found = estimate_incidence(rows).groupby(["method", "cause"])["estimate"].last()
    >>> [round(float(x), 3) for x in found]
    [1.0, 0.333, 0.667]
    """
    found = []
    for names, time, cause in split_samples(competing, covariates, by):
        for of in (EVENT, COMPETING):
            found.append(calculate_incidence(time, cause, of, conf_level).assign(
                **names, cause=of, conf_level=conf_level, method=ACTUAL))
        found.append(calculate_naive(time, cause, conf_level).assign(
            **names, cause=EVENT, method=NAIVE))
    return pd.concat(found, ignore_index=True)[COLUMNS] if found else pd.DataFrame(columns=COLUMNS)


def read_incidence(incidence, times_mo):
    """Read an incidence at given times.

    Parameters
    ----------
    incidence : DataFrame
        From `estimate_incidence`.
    times_mo : sequence of float
        Months.

    Returns
    -------
    DataFrame
        The columns of `incidence` and `reason`, one row per curve and time; NaN beyond the last
        follow-up, unless everybody's fate is known by then.
    """
    rows = []
    last = incidence.groupby([*KEYS, "method", "cause"], sort=False)["estimate"].last()
    settled = last.groupby([*KEYS, "method"]).sum() > 1 - TOLERANCE
    for key, curve in incidence.groupby([*KEYS, "method", "cause"], sort=False):
        for at in times_mo:
            row = curve[curve["time_mo"] <= at].iloc[-1].to_dict()
            row |= {"time_mo": float(at), "reason": "",
                    "n_risk": int(curve.loc[curve["time_mo"] >= at, "n_risk"].max())
                    if (curve["time_mo"] >= at).any() else 0}
            if at > curve["time_mo"].max() and not settled[key[:-1]]:
                row |= {"estimate": np.nan, "std_error": np.nan, "conf_low": np.nan,
                        "conf_high": np.nan, "reason": "beyond the last follow-up"}
            rows.append(row)
    return pd.DataFrame(rows, columns=[*COLUMNS, "reason"])


def plot_incidence(incidence, ax, event="the event", title=""):
    """Draw the incidence of the event, of death before it, and the naive curve beside them.

    Parameters
    ----------
    incidence : DataFrame
        From `estimate_incidence`, one endpoint and one group.
    ax : matplotlib Axes
    event : str
        The event in a word or two, for the label at its curve.
    title : str

    Returns
    -------
    matplotlib Axes
    """
    lines = [(ACTUAL, EVENT, style.BLUE, "-", event),
             (NAIVE, EVENT, style.VERMILLION, "--", "naive"),
             (ACTUAL, COMPETING, style.GREY, "-.", "death first")]
    ends = []
    for method, cause, colour, dashes, name in lines:
        rows = incidence[(incidence["method"] == method) & (incidence["cause"] == cause)]
        share = 100 * rows["estimate"]
        ax.step(rows["time_mo"], share, where="post", color=colour, linestyle=dashes)
        if method == ACTUAL and cause == EVENT:
            ax.fill_between(rows["time_mo"], 100 * rows["conf_low"], 100 * rows["conf_high"],
                            step="post", color=colour, alpha=0.14, linewidth=0)
        ends.append((name, colour, share.iloc[-1]))
    heights = spread_labels([end[2] for end in ends], 100 * LABEL_GAP)
    for (name, colour, _), height in zip(ends, heights, strict=True):
        ax.text(1.02, height, name, color=style.deepen(colour), fontweight="bold", va="center",
                transform=ax.get_yaxis_transform())
    times = choose_times(incidence["time_mo"].max())
    ax.set(xlim=(0, times[-1]), ylim=(0, 100), xticks=times, xlabel="Months",
           ylabel="Patients so far, %")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: number(y, 0)))
    ax.set_title(title, loc="left")
    return ax
