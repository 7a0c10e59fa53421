"""The table of methods: estimator, limits, ties, software and source of every result."""

from __future__ import annotations

from importlib.metadata import version

import pandas as pd

COLUMNS = ["Result", "Estimator; limits", "Ties, missing values", "Software", "DOI"]
#: computed by a few lines of this book, which its tests hold against R
OWN = "this book, held against R"
PUBLISHED = "this book, held against its published example"

#: result, estimator, limits, ties and missing values, software, DOI
METHODS = [
    ("Follow-up", "reverse Kaplan–Meier", "log-log; normal", "death censors", OWN,
     "10.1016/0197-2456(96)00075-X"),
    ("Survival curves, rates", "Kaplan–Meier", "Greenwood, log-log",
     "events before censoring", OWN, "10.1080/01621459.1958.10501452"),
    ("Medians, from the curve", "first time at one half, midpoint where exactly one half",
     "Brookmeyer–Crowley on the log-log band", "as the curve", OWN, "10.2307/2530286"),
    ("Medians, normal", "first time at one half or below", "median ± z · SE/density",
     "as the curve", OWN, "10.1201/b18041"),
    ("Groups compared", "log-rank, χ²", "–", "hypergeometric variance", OWN,
     "10.1136/bmj.328.7447.1073"),
    ("Ratio of observed to expected", "(O₁/E₁)/(O₀/E₀)", "Wald on the logarithm, 1/E₀ + 1/E₁",
     "as log-rank", OWN, "10.1002/sim.4780100510"),
    ("Early differences", "Peto–Peto", "–", "weights: survival just before", OWN,
     "10.2307/2344317"),
    ("Hazard ratios", "Cox partial likelihood", "Wald", "Efron; complete cases of a model",
     "statsmodels", "10.1111/j.2517-6161.1972.tb00899.x"),
    ("Separation", "linear programme over risk sets", "–", "–", "scipy",
     "10.1111/j.0006-341X.2001.00114.x"),
    ("Concordance", "Harrell's C", "–", "tied predictions count one half", "lifelines",
     "10.1001/jama.1982.03320430047030"),
    ("Penalised hazard ratios", "Firth's penalty", "profile likelihood", "Breslow",
     "firthmodels", "10.1093/biomet/80.1.27"),
    ("Proportional hazards", "score test against 1 − Kaplan–Meier time", "–",
     "as the model", OWN, "10.1093/biomet/81.3.515"),
    ("Competing risks", "Aalen–Johansen", "log-log, variance as in R's cmprsk",
     "exact: one risk set per time", OWN, "10.1002/sim.2712"),
    ("Restricted mean", "area under Kaplan–Meier", "Wald, Greenwood", "as the curve", OWN,
     "10.1186/1471-2288-13-152"),
    ("Landmark", "log-rank from the landmark on", "–", "who left before is left out", OWN,
     "10.1200/JCO.1983.1.11.710"),
    ("Unmeasured confounding", "E-value of the approximate risk ratio", "that of the limit", "–",
     PUBLISHED, "10.7326/M16-2607"),
    ("PFS ratio", "count of observed ratios", "Clopper–Pearson", "censored below counts as below",
     "scipy", "10.1200/JCO.2009.26.5983"),
    ("PFS ratio, censored", "Kaplan–Meier of the ratio", "Greenwood, log-log",
     "no ratio is left out", OWN, "10.1016/S0197-2456(00)00058-1"),
    ("Response and other proportions", "n / treated", "Clopper–Pearson",
     "not evaluable counts as none", "scipy", "10.1093/biomet/26.4.404"),
    ("Response before and after", "exact McNemar; Stuart–Maxwell", "–",
     "both assessments needed", "scipy", "10.1007/BF02295996"),
    ("ALBI over visits", "Friedman", "–", "corrected for ties; every visit needed", "scipy",
     "10.1080/01621459.1937.10503522"),
    ("ALBI, pairs of visits", "exact sign test, Holm", "–", "both visits needed", "statsmodels",
     "10.1080/01621459.1946.10501898"),
]


def methods_table(study):
    """Return the methods of a study's book, with the versions of the libraries that compute them.

    Methods of results for which the study has no data are left out.
    """
    rows = [(result, estimator if limits == "–" else f"{estimator}; {limits}", ties,
             name_software(software), doi)
            for result, estimator, limits, ties, software, doi in METHODS
            if is_used(study, result)]
    return pd.DataFrame(rows, columns=COLUMNS)


def is_used(study, result):
    """Say whether a study has the data that a result of the table is computed from."""
    endpoints = set(study.endpoints["endpoint"])
    data = {"ALBI": study.laboratory is not None,
            "PFS ratio": {"PFS1", "PFS"} <= endpoints,
            "Response before": {"response_ici", "response_rt"} <= set(study.patients),
            "Competing": bool({"IFPFS", "OFPFS"} & endpoints),
            "Landmark": {"PFS", "OS"} <= endpoints}
    return next((held for name, held in data.items() if result.startswith(name)), True)


def name_software(software):
    """Name a library with its version."""
    return software if software in (OWN, PUBLISHED) else f"{software} {version(software)}"


def explain_gray(endpoints):
    """Say which test of cumulative incidences is not here, and what stands in for it."""
    if not endpoints["endpoint"].isin(["IFPFS", "OFPFS"]).any():
        return ""
    return ("Gray's test of cumulative incidences between groups is not given: no maintained "
            "library that has it works with the versions on which this book stands. The log-rank "
            "tests of in-field and out-of-field progression above compare the rates at which these "
            "befall those still at risk, which is another question.")
