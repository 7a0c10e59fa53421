"""Print the largest difference to R's frozen numbers, statistic by statistic.

`python -m tests.agreement`; the tests hold the same numbers to the tolerances of the project.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.competing import ACTUAL, COMPETING, EVENT, estimate_incidence
from analysis.cox import compare_models, fit_multivariable, fit_univariable
from analysis.firth import fit_penalised
from analysis.hazards import compare_hazards, derive_effects
from analysis.horizon import estimate_means
from analysis.kaplan_meier import estimate_curve
from analysis.logrank import LOGRANK, PETO, compare_logrank
from analysis.paired import compare_categories, compare_visit_pairs, compare_visits
from analysis.proportion import estimate_proportion
from analysis.survival import estimate_medians, estimate_rates
from tests.oracle import endpoints, frozen, sample
from tests.test_cox import cohort

LIMITS = ["estimate", "conf_low", "conf_high"]


def gap(got, expected):
    """Return the largest absolute difference; missing must be missing on both sides."""
    got, expected = (np.asarray(x, float).ravel() for x in (got, expected))
    if not np.array_equal(np.isnan(got), np.isnan(expected)):
        return np.inf
    return float(np.nanmax(np.abs(got - expected), initial=0))


def compare_kaplan_meier():
    """Yield the differences of curves, medians, rates and restricted means."""
    for (name, method), rows in frozen("km_curves").groupby(["sample", "method"]):
        got = estimate_curve(sample(name), method=method).iloc[1:]
        yield "Kaplan–Meier, limits, standard error", gap(
            got[[*LIMITS, "std_error"]], rows[[*LIMITS, "std_error"]])
    for row in frozen("km_medians").itertuples():
        got = estimate_medians(sample(row.sample), methods=[row.method], conf_level=row.conf_level)
        yield "medians and limits", gap(got[LIMITS], [row.estimate, row.conf_low, row.conf_high])
    for (name, method, level), rows in frozen("km_rates").groupby(
            ["sample", "method", "conf_level"]):
        got = estimate_rates(sample(name), rows["time"], method=method, conf_level=level)
        yield "rates and limits", gap(got[LIMITS], rows[LIMITS])
    for row in frozen("rmst").itertuples():
        got = estimate_means(sample(row.sample), row.horizon)
        yield "restricted mean, standard error", gap(got[["estimate", "std_error"]],
                                                     [row.estimate, row.std_error])


def compare_tests():
    """Yield the differences of tests of groups, repeated measurements and proportions."""
    data = frozen("cohort_lung")
    rows = endpoints(data["time"], data["event"])
    covariates = data[["sex", "ecog", "site"]].assign(patient_id=rows["patient_id"])
    for row in frozen("logrank").fillna({"strata": ""}).itertuples():
        got = compare_logrank(rows, covariates, row.group, [LOGRANK, PETO][row.rho],
                              row.strata or None).iloc[0]
        yield f"{got['test']} χ²", gap(got["chi2"], row.chi2)
    oracle = frozen("paired").set_index(["data", "test"])
    grades = frozen("paired_grades").drop(columns="patient")
    yield "Friedman χ²", gap(compare_visits(grades)["statistic"][0],
                             oracle.loc[("grades", "Friedman"), "statistic"])
    for row in compare_visit_pairs(grades).itertuples():
        yield "sign test P, Holm", gap(
            [row.p_value, row.p_adjusted], [oracle.loc[("grades", row.test), "p_value"],
                                            oracle.loc[("grades", f"{row.test} holm"), "p_value"]])
    counts = np.array([[20, 10, 5], [3, 30, 15], [0, 5, 40]])
    before, after = (pd.Series(np.repeat(axis, counts.ravel())) for axis in
                     (np.indices(counts.shape)[0].ravel(), np.indices(counts.shape)[1].ravel()))
    yield "Stuart–Maxwell χ²", gap(compare_categories(before, after)["statistic"][0],
                                   oracle.loc[("uebersax", "Stuart–Maxwell"), "statistic"])
    for (method, level), part in frozen("proportion").groupby(["method", "conf_level"]):
        got = estimate_proportion(part["n"], part["total"], method, level)
        yield f"{method} limits", gap(got[["conf_low", "conf_high"]] / 100,
                                      part[["conf_low", "conf_high"]])


def compare_cox():
    """Yield the differences of Cox models, their tests, and tests of proportional hazards."""
    coefficients, tests = frozen("cox_coefficients"), frozen("cox_tests")
    columns = ["coefficient", "std_error", "p_value"]
    for name, model, ties in tests[["data", "model", "ties"]].values:
        rows, covariates = cohort(name)
        covariates = covariates[["patient_id", *model.split("+")]]
        alone = fit_univariable(rows, covariates, ties=ties)
        got = fit_multivariable(rows, covariates, alone, 1.1, ties=ties)
        got.index = got["term"] + got["level"].str.replace("True", "TRUE")
        expected = coefficients.query("data == @name and model == @model and ties == @ties")
        expected = expected.set_index("name")
        yield "Cox coefficient, standard error, P", gap(got.loc[expected.index, columns],
                                                        expected[columns])
        whole = tests.query("data == @name and model == @model and ties == @ties").iloc[0]
        found = compare_models(rows, covariates, alone, 1.1, ties)
        yield "Cox tests (LR, Wald, score)", gap(found["statistic"], whole[["lr", "wald", "score"]])
        yield "concordance", gap(found["concordance"].iloc[0], whole["concordance"])
    for (name, ties), expected in frozen("zph").groupby(["data", "ties"], sort=False):
        rows, covariates = cohort(name)
        alone = fit_univariable(rows, covariates, ties=ties)
        got = compare_hazards(rows, covariates, alone, 1.1, ties)
        yield "cox.zph χ²", gap(got["statistic"], expected["statistic"])
        if name == "ovarian":
            effects = derive_effects(rows, covariates, alone, 1.1, ties)
            residuals = frozen("zph_residuals").query("ties == @ties")
            for term in covariates.columns.drop("patient_id"):
                yield "scaled Schoenfeld residuals", gap(
                    effects.loc[effects["term"] == term, "effect"], residuals[term])


def compare_rest():
    """Yield the differences of penalised models and cumulative incidence."""
    for oracle in ("firth", "coxphf"):
        for name, expected in frozen(oracle).groupby("data"):
            data = frozen(f"firth_data_{name}")
            beta, _, limits, p = fit_penalised(
                data["time"].to_numpy(float), data["event"].to_numpy(bool),
                data[list(expected["term"])].to_numpy(float), 0.95)
            yield f"Firth coefficient, log limits, P ({oracle})", max(
                gap(beta, expected["coefficient"]), gap(p, expected["p_value"]),
                gap(limits, np.log(expected[["conf_low", "conf_high"]])))
    for name in ("mgus", "competing"):
        data = frozen(f"sample_{name}")
        rows = endpoints(data["time"], [True] * len(data))
        found = estimate_incidence(rows.assign(event=data["cause"].fillna("")))
        for cause in (EVENT, COMPETING):
            got = found[(found["method"] == ACTUAL) & (found["cause"] == cause)].iloc[1:]
            expected = frozen("incidence").query("sample == @name and cause == @cause")
            yield "cumulative incidence (survival)", gap(got["estimate"], expected["estimate"])
            yield "its variance (cmprsk)", gap(got["std_error"] ** 2, expected["variance"])


def main():
    """Print the table."""
    worst = {}
    for compare in (compare_kaplan_meier, compare_tests, compare_cox, compare_rest):
        for name, difference in compare():
            worst[name] = max(difference, worst.get(name, 0.0))
    for name, difference in worst.items():
        print(f"{difference:9.1e}  {name}")


if __name__ == "__main__":
    main()
