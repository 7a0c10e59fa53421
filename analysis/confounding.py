"""Unmeasured confounding: how strong it would have to be."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis import style
from analysis.cox import MULTIVARIABLE

COLUMNS = ["endpoint", "model", "term", "level", "estimate", "conf_low", "conf_high", "e_value",
           "e_value_limit", "conf_level", "method", "reason"]
#: above this share with an event a hazard ratio is no longer near a risk ratio
RARE = 0.15


def approximate_risk_ratio(hazard_ratio):
    """Return the risk ratio that a hazard ratio stands for when the outcome is common."""
    return (1 - 0.5 ** np.sqrt(hazard_ratio)) / (1 - 0.5 ** np.sqrt(1 / hazard_ratio))


def calculate_e_value(risk_ratio):
    """Return the E-value of a risk ratio.

    Examples
    --------
    The published example: a risk ratio of 3.9.

    >>> round(float(calculate_e_value(3.9)), 2)
    7.26
    """
    above = np.maximum(risk_ratio, 1 / np.asarray(risk_ratio, float))
    return above + np.sqrt(above * (above - 1))


def estimate_e_values(cox):
    """Estimate the E-value of each hazard ratio and of its limit nearer to one.

    Parameters
    ----------
    cox : DataFrame
        Rows of `fit_univariable` or `fit_multivariable`.

    Returns
    -------
    DataFrame
        `endpoint, model, term, level, estimate, conf_low, conf_high, e_value, e_value_limit,
        conf_level, method, reason`; `e_value_limit` is 1 where the limits hold 1.

    Notes
    -----
    The smallest risk ratio that an unmeasured confounder would need with both the covariate and
    the outcome to explain the ratio away. Where more than 15% of the patients have the event the
    hazard ratio is turned into an approximate risk ratio first.

    References
    ----------
    VanderWeele and Ding 2017, doi:10.7326/M16-2607.
    """
    known = cox["reason"] == ""
    common = cox["n_event"] > RARE * cox["n"]
    ratio = {c: np.where(common, approximate_risk_ratio(cox[c].where(known)), cox[c].where(known))
             for c in ("estimate", "conf_low", "conf_high")}
    nearer = np.where(ratio["estimate"] >= 1, ratio["conf_low"], ratio["conf_high"])
    holds_one = (cox["conf_low"] <= 1) & (cox["conf_high"] >= 1)
    limit = np.where(holds_one, 1.0, calculate_e_value(nearer))
    return pd.DataFrame(cox).assign(
        e_value=calculate_e_value(ratio["estimate"]),
        e_value_limit=np.where(known, limit, np.nan),
        method=np.where(common, "E-value, common outcome", "E-value, rare outcome"))[COLUMNS]


def select_clear(e_values):
    """Select the hazard ratios of multivariable models whose limits leave one out, furthest first.

    Parameters
    ----------
    e_values : DataFrame
        From `estimate_e_values`.

    Returns
    -------
    DataFrame
    """
    clear = e_values[(e_values["reason"] == "") & (e_values["e_value_limit"] > 1)
                     & (e_values["model"] == MULTIVARIABLE)]
    return clear.sort_values("e_value_limit", ascending=False, kind="stable")


def derive_height_mm(e_values, per_row=7.6, rest=24):
    """Return the height of a figure with one row per hazard ratio."""
    return rest + per_row * max(len(e_values), 1)


def plot_e_values(e_values, ax, names=None):
    """Draw the E-value of each hazard ratio, and that of its limit nearer to one.

    Parameters
    ----------
    e_values : DataFrame
        From `select_clear`.
    ax : matplotlib Axes
    names : dict, optional
        Printed name of each term.

    Returns
    -------
    matplotlib Axes
    """
    rows = e_values.iloc[::-1]
    y = np.arange(len(rows))
    ax.hlines(y, rows["e_value_limit"], rows["e_value"], color=style.PALE, linewidth=2)
    ax.plot(rows["e_value_limit"], y, "s", color=style.VERMILLION, label="limit")
    ax.plot(rows["e_value"], y, "o", color=style.BLUE, label="estimate")
    for at, row in zip(y, rows.itertuples(), strict=True):
        name = (names or {}).get(row.term, row.term)
        shown = name if row.level in ("yes", "present") else f"{name}: {row.level}"
        ax.text(0, at + 0.3, style.shorten(f"{row.endpoint}, {shown}", 46), fontsize=style.SMALL,
                transform=ax.get_yaxis_transform(), va="bottom")
    ax.set_xscale("log")
    ax.set(ylim=(-0.6, len(rows) - 0.1), yticks=[],
           xlabel="Risk ratio that a confounder would need (log scale)")
    ticks = [1, 2, 3, 5, 10, 20, 50, 100, 1000]
    high = rows["e_value"].max() * 1.15
    ax.set(xlim=(1, high))
    ax.xaxis.set_major_locator(FixedLocator([t for t in ticks if t <= high]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    ax.spines["left"].set_visible(False)
    ax.figure.legend(loc="outside upper left", ncols=2)
    return ax
