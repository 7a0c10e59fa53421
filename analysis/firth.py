"""Firth's penalised Cox model: finite hazard ratios where the likelihood has no maximum."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from firthmodels import FirthCoxPH
from sklearn.exceptions import ConvergenceWarning

from analysis.cox import COLUMNS, MULTIVARIABLE, UNIVARIABLE, join_complete, list_models
from analysis.cox_model import derive_design, explain_columns

#: what the infinite ratios of `cox` are called
INFINITE = ("separation", "no event in the level", "no event in the reference level")


def fit_penalised(time_mo, event, design, conf_level):
    """Return (coefficients, standard errors, limits p × 2, p values) of one penalised model.

    Parameters
    ----------
    time_mo, event : arrays, length n
    design : array, n × p, without redundant columns
    conf_level : float

    Returns
    -------
    tuple of arrays
        All NaN where the fit does not converge.

    Notes
    -----
    Firth's penalty on the partial likelihood, ties after Breslow as in R's coxphf; limits and p
    values by the profile of the penalised likelihood.
    """
    model = FirthCoxPH(backend="numpy", max_iter=500, gtol=1e-6, xtol=1e-7, max_step=1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(design, (event, time_mo))
        if not model.converged_:
            return tuple(np.full(shape, np.nan) for shape in
                         (design.shape[1], design.shape[1], (design.shape[1], 2), design.shape[1]))
        limits = model.conf_int(1 - conf_level, "pl", max_iter=500, tol=1e-8)
        model.lrt()
    return model.coef_, model.bse_, limits, model.lrt_pvalues_


def fit_terms(endpoints, endpoint, covariates, terms, kind, conf_level):
    """Fit one penalised model; return its contrasts as a list of dicts."""
    rows = join_complete(endpoints, endpoint, covariates, terms)
    time_mo, event = rows["time_mo"].to_numpy(float), rows["event"].to_numpy(bool)
    design = derive_design(rows, terms)
    reasons = explain_columns(design, time_mo, event)
    usable = [name for name, reason in reasons.items() if not reason]
    if not usable:
        return []
    beta, error, limits, p = fit_penalised(time_mo, event, design[usable].to_numpy(), conf_level)
    about = {"endpoint": endpoint, "model": kind, "n": len(rows), "n_event": int(event.sum()),
             "ties": "breslow", "conf_level": conf_level,
             "method": "Firth's penalised likelihood, profile"}
    found = []
    for k, (term, level) in enumerate(usable):
        member = design[term, level].to_numpy() == 1
        reason = ("did not converge" if np.isnan(beta[k]) else
                  "a limit did not converge" if np.isnan(limits[k]).any() else "")
        found.append({**about, "term": term, "level": level, "reason": reason,
                      "reference": rows[term].cat.categories[0], "n_level": int(member.sum()),
                      "n_event_level": int(event[member].sum()), "coefficient": beta[k],
                      "std_error": error[k], "estimate": np.exp(beta[k]),
                      "conf_low": np.exp(limits[k, 0]), "conf_high": np.exp(limits[k, 1]),
                      "p_value": p[k], "p_term": np.nan})
    return found


def select_infinite(penalised, cox):
    """Select the penalised ratios that stand in for an infinite one.

    Parameters
    ----------
    penalised : DataFrame
        From `fit_firth`.
    cox : DataFrame
        The table that it stands beside.

    Returns
    -------
    DataFrame
    """
    keys = ["endpoint", "model", "term", "level"]
    infinite = cox.loc[cox["reason"].isin(INFINITE), keys]
    return penalised.merge(infinite, on=keys, how="inner")


def fit_firth(endpoints, covariates, cox, entry_p, conf_level=0.95):
    """Fit Firth's model beside every model of a Cox table that has an infinite ratio.

    Parameters
    ----------
    endpoints, covariates
        As for `cox.fit_univariable`.
    cox : DataFrame
        Results of `fit_univariable` and `fit_multivariable`, together.
    entry_p : float
        As given to `fit_multivariable`.
    conf_level : float

    Returns
    -------
    DataFrame
        The columns of the Cox table, one row per contrast of each model that is fitted; empty
        where no ratio is infinite.

    Notes
    -----
    The penalty adds half the logarithm of the information's determinant, which pulls a ratio
    towards one by about as much as half an event would, and makes it finite. Limits are those of
    the profile likelihood: they are wide and lopsided, for little is known.

    References
    ----------
    Firth 1993, doi:10.1093/biomet/80.1.27; Heinze and Schemper 2001,
    doi:10.1111/j.0006-341X.2001.00114.x.

    Examples
    --------
    The exposed patient of three dies first; the ratio is finite after all.

    >>> from analysis.cox import fit_univariable
    >>> rows = pd.DataFrame({"patient_id": list("abc"), "endpoint": "OS",
    ...                      "time_mo": [1.0, 2.0, 3.0], "event": [True, True, True]})
    >>> arm = pd.DataFrame({"patient_id": list("abc"),
    ...                     "arm": pd.Categorical(["yes", "no", "no"], ["no", "yes"])})
    >>> alone = fit_univariable(rows, arm)
    >>> bool(np.isfinite(fit_firth(rows, arm, alone, entry_p=0.15)["estimate"][0]))
    True
    """
    infinite = cox[cox["reason"].isin(INFINITE)]
    univariable = cox[cox["model"] == UNIVARIABLE]
    found = []
    for row in infinite[infinite["model"] == UNIVARIABLE].drop_duplicates(
            ["endpoint", "term"]).itertuples():
        found += fit_terms(endpoints, row.endpoint, covariates, [row.term], UNIVARIABLE, conf_level)
    together = set(infinite.loc[infinite["model"] == MULTIVARIABLE, "endpoint"])
    for endpoint, terms in list_models(endpoints, covariates, univariable, entry_p):
        if endpoint in together:
            found += fit_terms(endpoints, endpoint, covariates, terms, MULTIVARIABLE, conf_level)
    return pd.DataFrame(found, columns=COLUMNS)
