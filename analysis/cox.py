"""Cox tables: hazard ratios of each covariate alone, and of those that enter together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.cox_model import derive_design, explain_columns, fit_model, summarise_tests

UNIVARIABLE, MULTIVARIABLE = "univariable", "multivariable"
COLUMNS = ["endpoint", "model", "term", "level", "n", "n_event", "estimate", "conf_low",
           "conf_high", "p_value", "ties", "reason", "conf_level", "method", "reference",
           "n_level", "n_event_level", "coefficient", "std_error", "p_term"]
TESTS = ["endpoint", "model", "term", "test", "statistic", "df", "p_value", "n", "n_event",
         "n_parameters", "events_per_variable", "concordance", "ties", "reason"]


def join_complete(endpoints, endpoint, covariates, terms):
    """Join one endpoint with its covariates; who misses any of `terms` is left out."""
    rows = endpoints.loc[endpoints["endpoint"] == endpoint, ["patient_id", "time_mo", "event"]]
    return rows.merge(covariates[["patient_id", *terms]], on="patient_id").dropna()


def prepare_model(rows, terms, ties):
    """Fit the columns of a model that can be fitted; return (design, reasons, model or None)."""
    design = derive_design(rows, terms)
    time_mo, event = rows["time_mo"].to_numpy(float), rows["event"].to_numpy(bool)
    reasons = explain_columns(design, time_mo, event)
    usable = [name for name, reason in reasons.items() if not reason]
    if not usable:
        return design, reasons, None
    model = fit_model(time_mo, event, design[usable], ties)
    for name, infinite in zip(usable, model.infinite, strict=True):
        if infinite:
            reasons[name] = explain_infinite(design, name, event)
    return design, reasons, model


def explain_infinite(design, name, event):
    """Say why a coefficient is infinite: a level without event, or separation by several."""
    siblings = design[[other for other in design.columns if other[0] == name[0]]]
    if not event[design[name].to_numpy() == 1].any():
        return "no event in the level"
    if not event[siblings.sum(axis=1).to_numpy() == 0].any():
        return "no event in the reference level"
    return "separation"


def describe_contrast(rows, design, name, model, reasons, z):
    """Return the estimate of one contrast as a dict; NaN where it has a reason."""
    term, level = name
    member = design[name].to_numpy() == 1
    found = {"term": term, "level": level, "reason": reasons[name],
             "reference": rows[term].cat.categories[0], "n_level": int(member.sum()),
             "n_event_level": int(rows["event"][member].sum())}
    beta = error = np.nan
    if not reasons[name]:
        at = model.names.index(name)
        beta, error = model.coefficients[at], np.sqrt(model.covariance[at, at])
    return {**found, "coefficient": beta, "std_error": error, "estimate": np.exp(beta),
            "conf_low": np.exp(beta - z * error), "conf_high": np.exp(beta + z * error),
            "p_value": 2 * stats.norm.sf(abs(beta / error))}


def compare_terms(model, reasons):
    """Return the Wald p value of each term over all its contrasts that can be estimated."""
    if model is None:
        return {}
    p_values = {}
    for term in dict.fromkeys(name[0] for name in model.names):
        at = [i for i, name in enumerate(model.names) if name[0] == term and not reasons[name]]
        if at:
            beta, spread = model.coefficients[at], model.covariance[np.ix_(at, at)]
            p_values[term] = stats.chi2.sf(beta @ np.linalg.solve(spread, beta), len(at))
    return p_values


def fit_terms(endpoints, endpoint, covariates, terms, kind, conf_level, ties):
    """Fit one model; return (rows of contrasts, rows of tests) as lists of dicts."""
    rows = join_complete(endpoints, endpoint, covariates, terms)
    design, reasons, model = prepare_model(rows, terms, ties)
    z = stats.norm.ppf((1 + conf_level) / 2)
    p_terms = compare_terms(model, reasons)
    about = {"endpoint": endpoint, "model": kind, "n": len(rows),
             "n_event": int(rows["event"].sum()), "ties": ties}
    contrasts = [{**about, "conf_level": conf_level, "method": "Wald",
                  **describe_contrast(rows, design, name, model, reasons, z),
                  "p_term": p_terms.get(name[0], np.nan)} for name in design.columns]
    if model is None:
        return contrasts, []
    per_variable = model.n_event / len(model.names)
    tests = [{**about, "term": terms[0] if kind == UNIVARIABLE else "all", **test,
              "n_parameters": len(model.names), "events_per_variable": per_variable,
              "concordance": model.concordance}
             for test in summarise_tests(model).to_dict("records")]
    return contrasts, tests


def list_models(endpoints, covariates, univariable=None, entry_p=None):
    """List the models to fit, as (endpoint, terms): single terms, or those that enter."""
    terms = [c for c in covariates.columns if c != "patient_id"]
    for endpoint in endpoints["endpoint"].unique():
        if univariable is None:
            yield from ((endpoint, [term]) for term in terms)
            continue
        alone = univariable[(univariable["endpoint"] == endpoint)
                            & (univariable["model"] == UNIVARIABLE)
                            & (univariable["p_term"] < entry_p)]["term"].unique()
        if len(alone):
            yield endpoint, list(alone)


def fit_univariable(endpoints, covariates, conf_level=0.95, ties="efron"):
    """Fit a Cox model for each covariate alone.

    Parameters
    ----------
    endpoints : DataFrame, long
        `patient_id, endpoint, time_mo, event`.
    covariates : DataFrame
        `patient_id` and one column of ordered categories per covariate, the reference first.
    conf_level : float
    ties : {"efron", "breslow"}

    Returns
    -------
    DataFrame, one row per endpoint and contrast with the reference
        `endpoint, model, term, level, n, n_event, estimate (hazard ratio), conf_low, conf_high,
        p_value (Wald), ties, reason, conf_level, method, reference, n_level, n_event_level,
        coefficient, std_error, p_term`. `n` and `n_event` are those of the model, `n_level` and
        `n_event_level` those of the level; `p_term` is the Wald test of all contrasts of a term.

    Notes
    -----
    A patient without the covariate is left out of its model. What has no finite estimate is NaN
    with its reason: a constant covariate, no event in a level, no event at all.

    References
    ----------
    Cox 1972, doi:10.1111/j.2517-6161.1972.tb00899.x; Efron 1977,
    doi:10.1080/01621459.1977.10480613.

    Examples
    --------
    Exposed and unexposed fall in turn, e.g. at 1, 2 and 3 months; partial likelihood
    h/(1 + 2h) · 1/(1 + 1) has no maximum, for the exposed patient dies first.

    >>> rows = pd.DataFrame({"patient_id": list("abc"), "endpoint": "OS",
    ...                      "time_mo": [1.0, 2.0, 3.0], "event": [True, True, True]})
    >>> arm = pd.DataFrame({"patient_id": list("abc"),
    ...                     "arm": pd.Categorical(["yes", "no", "no"], ["no", "yes"])})
    >>> fit_univariable(rows, arm)["reason"].tolist()
    ['separation']
    """
    fitted = [row for endpoint, terms in list_models(endpoints, covariates)
              for row in fit_terms(endpoints, endpoint, covariates, terms, UNIVARIABLE,
                                   conf_level, ties)[0]]
    return pd.DataFrame(fitted, columns=COLUMNS)


def fit_multivariable(endpoints, covariates, univariable, entry_p, conf_level=0.95, ties="efron"):
    """Fit per endpoint one Cox model of the covariates that enter.

    Parameters
    ----------
    endpoints, covariates, conf_level, ties
        As for `fit_univariable`.
    univariable : DataFrame
        Result of `fit_univariable`.
    entry_p : float
        A covariate enters when the p value of its term alone is below it. 1 lets every covariate
        in that can be estimated.

    Returns
    -------
    DataFrame
        As `fit_univariable`; an endpoint without entering covariate has no rows.

    Notes
    -----
    A patient who misses any of the covariates is left out. Limits and p values do not know that
    the covariates were chosen on the same data.

    Examples
    --------
    >>> rows = pd.DataFrame({"patient_id": list("abc"), "endpoint": "OS",
    ...                      "time_mo": [1.0, 2.0, 3.0], "event": [True, True, True]})
    >>> arm = pd.DataFrame({"patient_id": list("abc"),
    ...                     "arm": pd.Categorical(["yes", "no", "no"], ["no", "yes"])})
    >>> len(fit_multivariable(rows, arm, fit_univariable(rows, arm), entry_p=0.15))
    0
    """
    fitted = [row for endpoint, terms in list_models(endpoints, covariates, univariable, entry_p)
              for row in fit_terms(endpoints, endpoint, covariates, terms, MULTIVARIABLE,
                                   conf_level, ties)[0]]
    return pd.DataFrame(fitted, columns=COLUMNS)


def fit_cox(endpoints, covariates, entry_p, conf_level=0.95, ties="efron"):
    """Fit each covariate alone, then together those that enter.

    Parameters
    ----------
    endpoints, covariates, entry_p, conf_level, ties
        As for `fit_univariable` and `fit_multivariable`.

    Returns
    -------
    DataFrame
        The rows of `fit_univariable`, then those of `fit_multivariable`.
    """
    alone = fit_univariable(endpoints, covariates, conf_level, ties)
    together = fit_multivariable(endpoints, covariates, alone, entry_p, conf_level, ties)
    return pd.concat([alone, together], ignore_index=True) if len(together) else alone


def compare_models(endpoints, covariates, univariable, entry_p, ties="efron"):
    """Test the multivariable models as a whole, and count events per estimated coefficient.

    Parameters
    ----------
    endpoints, covariates, univariable, entry_p, ties
        As for `fit_multivariable`; the result of `fit_cox` serves as `univariable`.

    Returns
    -------
    DataFrame, three rows per endpoint
        `endpoint, model, term, test, statistic, df, p_value, n, n_event, n_parameters,
        events_per_variable, concordance, ties, reason`; the tests are the likelihood ratio, Wald
        and score test against no covariates, the concordance is Harrell's C.

    References
    ----------
    Harrell 1982, doi:10.1001/jama.1982.03320430047030; on events per variable Peduzzi 1995,
    doi:10.1016/0895-4356(95)00048-8.
    """
    tested = [row for endpoint, terms in list_models(endpoints, covariates, univariable, entry_p)
              for row in fit_terms(endpoints, endpoint, covariates, terms, MULTIVARIABLE, 0.95,
                                   ties)[1]]
    return pd.DataFrame(tested, columns=TESTS)
