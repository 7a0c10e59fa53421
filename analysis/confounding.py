"""Unmeasured confounding: how strong it would have to be."""

from __future__ import annotations

import numpy as np
import pandas as pd

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
