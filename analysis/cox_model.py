"""One Cox model: its design, whether it can be estimated, its fit and its tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from lifelines.utils import concordance_index
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg

from analysis.separation import find_infinite

#: a coefficient beyond this (a hazard ratio of 160,000) is running to infinity
RUNAWAY = 12.0
#: Newton steps at most; a coefficient without maximum grows by about one a step
STEPS = 25


@dataclass(frozen=True)
class CoxModel:
    """A fitted Cox model.

    Attributes
    ----------
    names : list of tuple (term, level), length p
    coefficients : array, length p
    covariance : array, p × p
    loglik, loglik_null : float
        Partial log likelihood at the maximum and at zero.
    score : float
        Score statistic at zero, on p degrees of freedom.
    concordance : float
        Harrell's C of the linear predictor.
    n, n_event : int
    ties : str
    infinite : tuple of bool, length p
        Coefficients without a finite maximum.
    """

    names: list
    coefficients: np.ndarray
    covariance: np.ndarray
    loglik: float
    loglik_null: float
    score: float
    concordance: float
    n: int
    n_event: int
    ties: str
    infinite: tuple


def derive_design(covariates, terms):
    """Code categories as indicators of each level but the first.

    Parameters
    ----------
    covariates : DataFrame
        One column of categories per term, the reference first; none missing.
    terms : sequence of str

    Returns
    -------
    DataFrame of float
        Columns are tuples (term, level).
    """
    columns = {(term, level): (covariates[term] == level).astype(float)
               for term in terms for level in list(covariates[term].cat.categories)[1:]}
    design = pd.DataFrame(columns, index=covariates.index)
    design.columns = pd.Index(list(columns), tupleize_cols=False)
    return design


def explain_columns(design, time_mo, event):
    """Say of each column of a design why it cannot be estimated; "" where it can.

    Parameters
    ----------
    design : DataFrame of float, n × p
        From `derive_design`.
    time_mo, event : arrays, length n

    Returns
    -------
    dict of (term, level) to str

    Notes
    -----
    Whoever leaves before the first event is never at risk and tells a Cox model nothing.
    """
    reasons, kept = {}, []
    known = time_mo >= min(time_mo[event], default=np.inf)
    for name in design.columns:
        column = design[name].to_numpy()
        siblings = design[[other for other in design.columns if other[0] == name[0]]].to_numpy()
        reference = 1 - siblings.sum(axis=1)
        if not event.any():
            reasons[name] = "no event"
        elif (np.column_stack([reference, siblings]).any(axis=0)).sum() < 2:
            reasons[name] = "constant covariate"
        elif not column.any():
            reasons[name] = "no patient in the level"
        elif not reference.any():
            reasons[name] = "no patient in the reference level"
        elif not column[known].any() or not reference[known].any():
            reasons[name] = "no event while both levels are at risk"
        else:
            reasons[name] = explain_overlap(column[known], design.loc[known, kept])
        if not reasons[name]:
            kept.append(name)
    return reasons


def explain_overlap(column, others):
    """Say whether an indicator carries nothing that the `others` do not; "" where it does."""
    for name, other in others.items():
        if np.array_equal(other, column) or np.array_equal(1 - other, column):
            return f"divides the patients as {name[0]} does"
    basis = np.column_stack([np.ones(len(column)), others.to_numpy(), column])
    whole = np.linalg.matrix_rank(basis) == basis.shape[1]
    return "" if whole else "follows from the other covariates"


def climb(model, p):
    """Maximise the partial likelihood of a PHReg model by Newton steps, halved until they rise.

    statsmodels' own steps are not halved, and leave the range of numbers where a coefficient is
    infinite.
    """
    beta, reached = np.zeros(p), model.loglike(np.zeros(p))
    for _ in range(STEPS):
        step = np.linalg.pinv(-model.hessian(beta), hermitian=True) @ model.score(beta)
        step *= min(1, 2 / np.abs(step).max(initial=1e-300))
        for _ in range(20):
            tried = model.loglike(beta + step)
            if tried >= reached - 1e-12 * abs(reached):
                break
            step /= 2
        beta, reached = beta + step, tried
        if np.abs(step).max() < 1e-10:
            break
    return beta


def fit_model(time_mo, event, design, ties="efron"):
    """Fit one Cox model by partial likelihood.

    Parameters
    ----------
    time_mo : array of float, length n
        Months.
    event : array of bool, length n
    design : DataFrame, n × p
        Columns that `explain_columns` has no reason against.
    ties : {"efron", "breslow"}

    Returns
    -------
    CoxModel

    Raises
    ------
    ValueError
        If `ties` is neither.

    References
    ----------
    Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x; Efron 1977,
    doi:10.1080/01621459.1977.10480613.
    """
    if ties not in ("efron", "breslow"):
        raise ValueError(f"ties {ties!r} is neither efron nor breslow")
    time_mo, event = np.asarray(time_mo, float), np.asarray(event, bool)
    x = design.to_numpy(float)
    infinite = find_infinite(time_mo, event, x)
    model = PHReg(time_mo, x, status=event, ties=ties)
    beta, zero = climb(model, x.shape[1]), np.zeros(x.shape[1])
    information, start = -model.hessian(beta), -model.hessian(zero)
    slope = model.score(zero)
    infinite |= np.abs(beta) > RUNAWAY
    return CoxModel(
        names=list(design.columns), coefficients=beta,
        covariance=np.linalg.pinv(information, hermitian=True),
        loglik=float(model.loglike(beta)), loglik_null=float(model.loglike(zero)),
        score=float(slope @ np.linalg.pinv(start, hermitian=True) @ slope),
        concordance=measure_concordance(time_mo, event, x @ beta),
        n=len(x), n_event=int(event.sum()), ties=ties, infinite=tuple(bool(f) for f in infinite))


def measure_concordance(time_mo, event, predictor):
    """Return Harrell's C; NaN where no two patients can be ranked."""
    try:
        return float(concordance_index(time_mo, -predictor, event))
    except ZeroDivisionError:
        return np.nan


def summarise_tests(model):
    """Return the three tests of a model against none, one row each.

    Parameters
    ----------
    model : CoxModel

    Returns
    -------
    DataFrame
        `test, statistic, df, p_value, reason`. With an infinite coefficient the Wald test is
        NaN, for its standard error is infinite too; the other two stand.
    """
    df = len(model.coefficients)
    wald = np.nan if any(model.infinite) else float(
        model.coefficients @ np.linalg.pinv(model.covariance, hermitian=True)
        @ model.coefficients)
    rows = pd.DataFrame({"test": ["likelihood ratio", "Wald", "score"],
                         "statistic": [2 * (model.loglik - model.loglik_null), wald, model.score],
                         "df": df})
    rows["p_value"] = stats.chi2.sf(rows["statistic"], df)
    return rows.assign(reason=np.where(rows["statistic"].isna(), "separation", ""))
