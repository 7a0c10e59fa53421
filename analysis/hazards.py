"""Are hazards proportional: the score test of R's cox.zph, and the effect as it moves in time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.nonparametric.smoothers_lowess import lowess

from analysis import style
from analysis.cox import MULTIVARIABLE, join_complete, list_models, prepare_model
from analysis.curves import choose_times
from analysis.kaplan_meier import calculate_curve

TESTS = ["endpoint", "model", "term", "statistic", "df", "p_value", "n", "n_event", "method",
         "reason"]
EFFECTS = ["endpoint", "term", "level", "time_mo", "effect", "coefficient"]
METHOD = "score test against 1 − Kaplan–Meier time"


def transform_time(time_mo, event):
    """Return one minus the Kaplan–Meier estimate just before each patient's time."""
    curve = calculate_curve(time_mo, event)
    at = np.searchsorted(curve["time_mo"].to_numpy()[1:], time_mo, side="left")
    return 1 - curve["estimate"].to_numpy()[at]


def sum_risk_sets(time_mo, event, x, beta, ties):
    """Sum what each event time tells of the coefficients.

    Parameters
    ----------
    time_mo, event : arrays, length n
    x : array, n × p
    beta : array, length p
    ties : {"efron", "breslow"}

    Returns
    -------
    tuple of (array k, array k × p, array k × p × p, array n × p)
        Distinct event times, score and information at each, and the Schoenfeld residual of each
        patient with event, NaN for the others.
    """
    order = np.argsort(-time_mo, kind="stable")
    time_mo, event, x = time_mo[order], event[order], x[order]
    weight = np.exp(x @ beta - (x @ beta).max(initial=0))
    # columns: weight, weighted x, weighted products of x; summed over all at risk so far
    moments = np.column_stack([weight, weight[:, None] * x,
                               weight[:, None] * np.einsum("ni,nj->nij", x, x).reshape(len(x), -1)])
    at_risk = moments.cumsum(axis=0)
    times = np.unique(time_mo[event])
    p = x.shape[1]
    score, information = np.zeros((len(times), p)), np.zeros((len(times), p, p))
    residual = np.full((len(x), p), np.nan)
    for k, t in enumerate(times):
        last = np.searchsorted(-time_mo, -t, side="right")
        dead = np.flatnonzero((time_mo[:last] == t) & event[:last])
        parts = np.arange(len(dead)) / len(dead) if ties == "efron" else np.zeros(len(dead))
        sums = at_risk[last - 1] - parts[:, None] * moments[dead].sum(axis=0)
        means = sums[:, 1:p + 1] / sums[:, :1]
        squares = (sums[:, p + 1:] / sums[:, :1]).sum(axis=0).reshape(p, p)
        information[k] = squares - means.T @ means
        residual[dead] = x[dead] - means.mean(axis=0)
        score[k] = residual[dead].sum(axis=0)
    in_order = np.empty_like(residual)
    in_order[order] = residual
    return times, score, information, in_order


def score_change(scale, score, information, at):
    """Return the score statistic of a change of the columns `at` in proportion to `scale`.

    Parameters
    ----------
    scale : array, length k
        Transformed event times.
    score, information : arrays, k × p and k × p × p
    at : list of int

    Returns
    -------
    float
    """
    plain = information.sum(axis=0)
    mixed = np.einsum("k,kij->ij", scale, information)[:, at]
    squared = np.einsum("k,kij->ij", scale**2, information)[np.ix_(at, at)]
    u = (scale @ score)[at]
    return float(u @ np.linalg.solve(squared - mixed.T @ np.linalg.solve(plain, mixed), u))


def prepare_test(endpoints, endpoint, covariates, terms, ties):
    """Fit one model; return (rows, model, design array) or a reason in the place of the model."""
    rows = join_complete(endpoints, endpoint, covariates, terms)
    design, _, model = prepare_model(rows, terms, ties)
    if model is None or any(model.infinite):
        return rows, None, "separation" if model else "nothing can be estimated"
    return rows, model, design[model.names].to_numpy()


def compare_terms(rows, model, x):
    """Return the statistic and degrees of freedom of each term and of all, as a list of dicts."""
    time_mo, event = rows["time_mo"].to_numpy(float), rows["event"].to_numpy(bool)
    times, score, information, _ = sum_risk_sets(time_mo, event, x, model.coefficients, model.ties)
    scale = transform_time(time_mo, event)[[np.flatnonzero(time_mo == t)[0] for t in times]]
    scale = scale - scale.mean()
    columns = {}
    for k, (term, _) in enumerate(model.names):
        columns.setdefault(term, []).append(k)
    columns["all"] = list(range(len(model.names)))
    found = []
    for term, at in columns.items():
        try:
            statistic, reason = score_change(scale, score, information, at), ""
        except np.linalg.LinAlgError:
            statistic, reason = np.nan, "events at too few times"
        found.append({"term": term, "statistic": statistic, "df": len(at),
                      "p_value": stats.chi2.sf(statistic, len(at)), "reason": reason})
    return found


def compare_hazards(endpoints, covariates, univariable, entry_p, ties="efron"):
    """Test the multivariable models for proportional hazards.

    Parameters
    ----------
    endpoints, covariates, univariable, entry_p, ties
        As for `cox.fit_multivariable`.

    Returns
    -------
    DataFrame
        `endpoint, model, term, statistic, df, p_value, n, n_event, method, reason`: a row per term
        and one for all together under the term ``all``.

    Notes
    -----
    The test of R's survival from version 3 on: the score test of coefficients that change with
    1 − Kaplan–Meier time. A model with an infinite ratio is not tested, and says so in one row.

    References
    ----------
    Grambsch and Therneau 1994, doi:10.1093/biomet/81.3.515.
    """
    found = []
    for endpoint, terms in list_models(endpoints, covariates, univariable, entry_p):
        rows, model, x = prepare_test(endpoints, endpoint, covariates, terms, ties)
        about = {"endpoint": endpoint, "model": MULTIVARIABLE, "method": METHOD, "n": len(rows),
                 "n_event": int(rows["event"].sum())}
        tested = compare_terms(rows, model, x) if model else [
            {"term": "all", "statistic": np.nan, "df": 0, "p_value": np.nan, "reason": x}]
        found += [{**about, **row} for row in tested]
    return pd.DataFrame(found, columns=TESTS)


def derive_effects(endpoints, covariates, univariable, entry_p, ties="efron"):
    """Derive what each event says of each coefficient: scaled Schoenfeld residuals.

    Parameters
    ----------
    endpoints, covariates, univariable, entry_p, ties
        As for `cox.fit_multivariable`.

    Returns
    -------
    DataFrame
        `endpoint, term, level, time_mo, effect, coefficient`: a row per event and contrast;
        `effect` scatters about the log hazard ratio at that time, `coefficient` is the fitted one.

    References
    ----------
    Grambsch and Therneau 1994, doi:10.1093/biomet/81.3.515.
    """
    found = []
    for endpoint, terms in list_models(endpoints, covariates, univariable, entry_p):
        rows, model, x = prepare_test(endpoints, endpoint, covariates, terms, ties)
        if model is None:
            continue
        time_mo, event = rows["time_mo"].to_numpy(float), rows["event"].to_numpy(bool)
        beta = model.coefficients
        *_, residual = sum_risk_sets(time_mo, event, x, beta, ties)
        scaled = residual[event] @ model.covariance * event.sum() + beta
        for k, (term, level) in enumerate(model.names):
            found.append(pd.DataFrame({
                "endpoint": endpoint, "term": term, "level": level, "time_mo": time_mo[event],
                "effect": scaled[:, k], "coefficient": beta[k]}).sort_values("time_mo"))
    return pd.concat(found, ignore_index=True)[EFFECTS] if found else pd.DataFrame(columns=EFFECTS)


def select_strongest(effects, tests, endpoint, most=3):
    """Select the effects of the terms of one endpoint whose hazards look least proportional."""
    here = tests[(tests["endpoint"] == endpoint) & (tests["term"] != "all")]
    terms = here.dropna(subset="p_value").sort_values("p_value").head(most)["term"]
    return effects[(effects["endpoint"] == endpoint) & effects["term"].isin(terms)]


def derive_height_mm(effects, per_panel=46, rest=12):
    """Return the height of a figure with one panel per contrast."""
    return rest + per_panel * max(len(effects[["term", "level"]].drop_duplicates()), 1)


def plot_effects(effects, ax, names=None):
    """Draw how log hazard ratios move in time, a panel per contrast.

    Parameters
    ----------
    effects : DataFrame
        From `derive_effects`, one endpoint.
    ax : matplotlib Axes
        Gives way to the panels in its figure.
    names : dict, optional
        Printed name of each term.

    Returns
    -------
    matplotlib Axes
        The first panel.

    Notes
    -----
    A point per event, a locally weighted line through them, and the fitted coefficient as a dashed
    level: the line would lie on it if hazards were proportional.
    """
    figure = ax.figure
    ax.remove()
    contrasts = list(effects[["term", "level"]].drop_duplicates().itertuples(index=False))
    panels = figure.subplots(len(contrasts), 1, squeeze=False, sharex=True)[:, 0]
    for panel, (term, level) in zip(panels, contrasts, strict=True):
        rows = effects[(effects["term"] == term) & (effects["level"] == level)]
        panel.axhline(0, color=style.PALE, linewidth=0.8)
        panel.axhline(rows["coefficient"].iloc[0], color=style.GREY, linestyle="--", linewidth=1)
        panel.plot(rows["time_mo"], rows["effect"], "o", color=style.BLUE, markersize=3.5,
                   alpha=0.7)
        if rows["time_mo"].nunique() > 4:
            smooth = lowess(rows["effect"], rows["time_mo"], frac=0.8)
            panel.plot(smooth[:, 0], smooth[:, 1], color=style.VERMILLION)
        panel.set_title(f"{(names or {}).get(term, term)}: {level}", loc="left",
                        fontsize=9)
        panel.set_ylabel("Log hazard ratio")
    panels[-1].set(xlabel="Months", xlim=(0, None), xticks=choose_times(effects["time_mo"].max()))
    return panels[0]
