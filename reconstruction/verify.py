"""Recompute every printed number from the written CSV files, with pandas, SciPy and lifelines only.

An independent check: nothing of the search and nothing of the book's own statistics is used.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.exceptions import ConvergenceError
from lifelines.statistics import logrank_test
from scipy.stats import friedmanchisquare

MONTH = 30.4375
ONSET = {"acute": (0, 90), "late": (91, 10**6)}
MODELS = {"PFS": ("ecog", "afp", "albi", "portal_invasion", "hepatectomy", "local_treatment",
                  "pel"), "OS": ("ecog", "afp", "hepatectomy", "local_treatment", "pel")}
COX = ["estimate", "conf_low", "conf_high", "p_value"]


def read_study(folder):
    """Read the tables of a study folder; dates and booleans typed."""
    dates = ["ici_start", "rt_start", "ici_progression", "progression", "infield_progression",
             "outfield_progression", "surgery", "death", "last_followup"]
    tables = {name: pd.read_csv(folder / f"{name}.csv") for name in
              ("radiotherapy", "adverse_events", "laboratory", "screening")}
    tables["patients"] = pd.read_csv(folder / "patients.csv", parse_dates=dates)
    laboratory = tables["laboratory"]
    score = 0.66 * np.log10(laboratory["bilirubin_umol_l"]) - 0.085 * laboratory["albumin_g_l"]
    tables["laboratory"] = laboratory.assign(grade=1 + (score > -2.60) + (score > -1.39))
    return tables


def derive_times(patients):
    """Return months and event flags of each endpoint."""
    def months(end, start):
        return (end - patients[start]).dt.days / MONTH

    def pair(event, start="rt_start"):
        return months(event.fillna(patients["last_followup"]), start), event.notna()

    return {"PFS1": pair(patients["ici_progression"], "ici_start"),
            "PFS": pair(patients[["progression", "death"]].min(axis=1)),
            "OS": pair(patients["death"]), "IFPFS": pair(patients["infield_progression"]),
            "OFPFS": pair(patients["outfield_progression"]),
            "follow-up": (months(patients["last_followup"], "rt_start"),
                          patients["death"].isna())}


def derive_exposures(tables, times):
    """Return the 0/1 covariates of the Cox tables, by the names of study.yml."""
    p = tables["patients"]
    baseline = tables["laboratory"].query("visit == 'baseline'").set_index("patient_id")["grade"]
    interval = (p["rt_start"] - p["ici_start"]).dt.days / MONTH
    return pd.DataFrame({
        "age": p["age_years"] >= 50, "sex": p["sex"] == "female",
        "viral_hepatitis": p["viral_hepatitis"], "ecog": p["ecog"] >= 2,
        "afp": p["afp_ng_ml"] >= 400, "child_pugh": p["child_pugh_class"] != "A",
        "albi": p["patient_id"].map(baseline) >= 2, "portal_invasion": p["portal_invasion"],
        "extrahepatic_spread": p["extrahepatic_spread"], "hepatectomy": p["prior_hepatectomy"],
        "local_treatment": p["prior_local_treatment"], "diameter": p["tumour_diameter_cm"] >= 10,
        "tumour_number": p["tumour_number"] >= 3,
        "disease_control": p["response_ici"].isin(["CR", "PR", "SD"]),
        "pfs1": times["PFS1"][0] >= 4.1, "interval": interval >= 5.0,
        "pel": p["disease_status"] == "PEL", "first_line": p["ici_line"] == 1}).astype(int)


def estimate_median(time, event):
    """Median with limits by the normal approximation, as the README defines it."""
    curve = KaplanMeierFitter().fit(time, event)
    table, s = curve.event_table.iloc[1:], curve.survival_function_.iloc[1:, 0]
    steps = table["observed"] > 0
    s, d, n = s[steps], table["observed"][steps], table["at_risk"][steps]
    middle, low = s[s <= 0.5 + 1e-9], s[s <= 0.45 + 1e-9]
    if middle.empty or low.empty:
        return dict.fromkeys(("estimate", "conf_low", "conf_high"), np.nan)
    high = s[s >= 0.55 - 1e-9]
    start, top = (high.index[-1], high.iloc[-1]) if len(high) else (0.0, 1.0)
    at = middle.index[0]
    greenwood = (d / (n * (n - d)))[:at].sum()
    error = middle.iloc[0] * np.sqrt(greenwood) / ((top - low.iloc[0]) / (low.index[0] - start))
    return {"estimate": at, "conf_low": at - 1.959964 * error, "conf_high": at + 1.959964 * error}


def fit_cox(time, event, exposures):
    """Fit one Cox model (Efron); NaN when a group has no event."""
    frame = exposures.assign(time=time, event=event)
    blank = pd.DataFrame(np.nan, exposures.columns, COX)
    if any(event[exposures[c] == level].sum() == 0 for c in exposures for level in (0, 1)):
        return blank
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = CoxPHFitter().fit(frame, "time", "event",
                                      fit_options={"precision": 1e-10}).summary
    except ConvergenceError:
        return blank
    return pd.DataFrame({"estimate": found["exp(coef)"], "p_value": found["p"],
                         "conf_low": found["exp(coef) lower 95%"],
                         "conf_high": found["exp(coef) upper 95%"]})


def compute_survival(times, exposures):
    """Yield (key, value) of medians, rates, log-rank results and Cox rows."""
    for endpoint, (time, event) in times.items():
        for column, value in estimate_median(time, event).items():
            yield (endpoint, "all", column), value
    time, event = times["PFS"]
    yield ("PFS", "all", "n_event"), event.sum()
    yield ("PFS", "all", "percent_event"), 100 * event.mean()
    for level, name in ((0, "no"), (1, "yes")):
        mine = exposures["pel"] == level
        for column, value in estimate_median(time[mine], event[mine]).items():
            yield ("PFS", "pel", name, column), value
    local = KaplanMeierFitter().fit(*times["IFPFS"])
    for at in (12, 24):
        yield ("IFPFS", "all", str(at), "estimate"), local.predict(at)
    for endpoint, group in (("PFS", "pel"), ("PFS", "ecog"), ("OS", "ecog")):
        time, event = times[endpoint]
        mine = exposures[group] == 1
        test = logrank_test(time[mine], time[~mine], event[mine], event[~mine])
        yield (endpoint, group, "p_value"), test.p_value
        yield (endpoint, group, "ratio"), observed_expected(time, event, mine)
    for endpoint, model in MODELS.items():
        fits = {("univariable", c): fit_cox(*times[endpoint], exposures[[c]]) for c in exposures}
        fits["multivariable", ""] = fit_cox(*times[endpoint], exposures[list(model)])
        for (kind, _), fit in fits.items():
            for term, row in fit.iterrows():
                for column in COX:
                    yield (endpoint, kind, term, column), row[column]


def observed_expected(time, event, mine):
    """Ratio of observed to expected events of a group over that of the rest."""
    expected = 0.0
    for at in time[event].unique():
        there = time >= at
        expected += (event & (time == at)).sum() * (there & mine).sum() / there.sum()
    seen = event[mine].sum()
    return (seen / expected) / ((event.sum() - seen) / (event.sum() - expected))


def compute_events(tables):
    """Yield (key, value) of adverse events: patients by term, window and worst band."""
    events, total = tables["adverse_events"], len(tables["patients"])
    windows = dict(ONSET, all=(-(10**6), 10**6))
    for window, (low, high) in windows.items():
        here = events[events["onset_day"].between(low, high)]
        groups = [(term, here[here["term"] == term]) for term in events["term"].unique()]
        for name, group in [("", here), *groups]:
            worst = group.groupby("patient_id")["grade"].max()
            for band, hit in (("any", worst >= 1), ("1-2", worst <= 2), ("3-4", worst >= 3)):
                yield (name, window, band, "n"), hit.sum()
                yield (name, window, band, "percent"), 100 * hit.sum() / total


def compute_grades(tables):
    """Yield (key, value) of the albumin-bilirubin grades and of Friedman's test on them."""
    wide = tables["laboratory"].pivot(index="patient_id", columns="visit", values="grade")
    for visit in wide:
        for grade in (1, 2, 3):
            yield (visit, str(grade), "n"), (wide[visit] == grade).sum()
            yield (visit, str(grade), "percent"), 100 * (wide[visit] == grade).mean()
    yield ("Friedman",), friedmanchisquare(*(wide[v] for v in wide)).pvalue
