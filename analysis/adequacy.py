"""Is there enough: events per coefficient, and what each test weighs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter

from analysis import style
from analysis.curves import choose_times
from analysis.display import number
from analysis.kaplan_meier import calculate_curve
from analysis.logrank import LOGRANK, PETO, compare_logrank

#: the usual minimum of events per coefficient
USUAL_MINIMUM = 10


def compare_weightings(endpoints, covariates, by, strata="", conf_level=0.95):
    """Compare groups by tests that weigh events differently.

    Parameters
    ----------
    endpoints, covariates, by, conf_level
        As for `logrank.compare_logrank`.
    strata : str
        Covariate within whose levels the log-rank test is repeated; none when empty or unknown.

    Returns
    -------
    DataFrame
        The rows of `compare_logrank` by the log-rank test, by that of Peto and Peto, and by the
        stratified log-rank test of each grouping that is not the stratum itself.
    """
    tests = [compare_logrank(endpoints, covariates, by, test, conf_level=conf_level)
             for test in (LOGRANK, PETO)]
    others = [group for group in by if group != strata]
    if strata in covariates and others:
        tests.append(compare_logrank(endpoints, covariates, others, LOGRANK, strata, conf_level))
    return pd.concat([t for t in tests if len(t)] or tests[:1], ignore_index=True)


def derive_weights(endpoints):
    """Derive the weight that each test gives to the events at each time.

    Parameters
    ----------
    endpoints : DataFrame, long
        `patient_id, endpoint, time_mo, event`.

    Returns
    -------
    DataFrame
        `endpoint, test, time_mo, weight`, one row per test and event time: one for the log-rank
        test, the survival of all just before for Peto and Peto.
    """
    found = []
    for endpoint, rows in endpoints.groupby("endpoint", sort=False):
        curve = calculate_curve(rows["time_mo"], rows["event"])
        before = curve["estimate"].shift(1, fill_value=1.0)
        at = curve["n_event"] > 0
        for test, weight in ((LOGRANK, np.ones(at.sum())), (PETO, before[at])):
            found.append(pd.DataFrame({"endpoint": endpoint, "test": test,
                                       "time_mo": curve.loc[at, "time_mo"], "weight": weight}))
    columns = ["endpoint", "test", "time_mo", "weight"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def plot_weights(weights, ax):
    """Draw the weight of each event time by each test, one endpoint.

    Parameters
    ----------
    weights : DataFrame
        From `derive_weights`, one endpoint.
    ax : matplotlib Axes

    Returns
    -------
    matplotlib Axes
    """
    for (test, rows), colour, marker in zip(weights.groupby("test", sort=False), style.GROUPS,
                                            style.MARKERS, strict=False):
        ax.plot(rows["time_mo"], rows["weight"], marker=marker, color=colour, markersize=4)
        ax.annotate(test, (1.02, rows["weight"].iloc[-1]), xycoords=ax.get_yaxis_transform(),
                    color=style.deepen(colour), fontweight="bold", va="center")
    times = choose_times(weights["time_mo"].max())
    ax.set(xlim=(0, times[-1]), ylim=(0, 1.08), xticks=times, xlabel="Months",
           ylabel="Weight of an event")
    return ax


def plot_size(tests, ax):
    """Draw the events per coefficient of each multivariable model, with the usual minimum.

    Parameters
    ----------
    tests : DataFrame
        From `cox.compare_models`.
    ax : matplotlib Axes

    Returns
    -------
    matplotlib Axes
    """
    rows = tests.drop_duplicates("endpoint").iloc[::-1]
    ax.barh(rows["endpoint"], rows["events_per_variable"], height=0.6, color=style.BLUE)
    for y, row in enumerate(rows.itertuples()):
        ax.annotate(f"{number(row.events_per_variable, 1)}  ({row.n_event} / {row.n_parameters})",
                    (1.02, y), xycoords=ax.get_yaxis_transform(), va="center")
    ax.axvline(USUAL_MINIMUM, color=style.VERMILLION, linestyle="--", linewidth=1)
    ax.set(xlim=(0, 1.05 * max(USUAL_MINIMUM, rows["events_per_variable"].max())),
           xlabel="Events per coefficient")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: number(x, 0)))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax
