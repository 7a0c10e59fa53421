"""What the printed numbers pin down and what they leave open: other cohorts that fit them too."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import style
from analysis.cox_model import fit_model
from analysis.curves import choose_times
from analysis.kaplan_meier import estimate_curve
from analysis.schema import DAYS_PER_MONTH
from analysis.survival import estimate_medians, estimate_rates

#: step of BED whose hazard ratio is compared
DOSE_STEP_GY = 10.0


def derive_times(cohorts):
    """Derive PFS and OS of every cohort.

    Parameters
    ----------
    cohorts : DataFrame
        The contract's table `alternatives`.

    Returns
    -------
    tuple of (DataFrame, DataFrame)
        Endpoints in the long form of `Study.endpoints`, and `patient_id, cohort` as a grouping;
        `patient_id` is made unique by the cohort's number.
    """
    names = cohorts["cohort"].map("{:.0f}".format) + ":" + cohorts["patient_id"]
    long = [pd.DataFrame({"patient_id": names, "endpoint": endpoint.upper(),
                          "time_mo": cohorts[f"{endpoint}_days"] / DAYS_PER_MONTH,
                          "event": cohorts[f"{endpoint}_event"].astype(bool)})
            for endpoint in ("pfs", "os")]
    levels = pd.Categorical(cohorts["cohort"].map("{:.0f}".format),
                            [f"{c:.0f}" for c in sorted(cohorts["cohort"].unique())], ordered=True)
    return (pd.concat(long, ignore_index=True),
            pd.DataFrame({"patient_id": names.to_numpy(), "cohort": levels}))


def estimate_courses(cohorts, endpoint="OS"):
    """Estimate the Kaplan–Meier curve of one endpoint in every cohort.

    Parameters
    ----------
    cohorts : DataFrame or None
        The contract's table `alternatives`; none gives no rows.
    endpoint : {"OS", "PFS"}

    Returns
    -------
    DataFrame
        The columns of `kaplan_meier.estimate_curve`; `level` is the cohort.
    """
    if cohorts is None:
        return pd.DataFrame()
    endpoints, groups = derive_times(cohorts)
    curves = estimate_curve(endpoints[endpoints["endpoint"] == endpoint], groups, ["cohort"])
    return curves[curves["group"] == "cohort"].reset_index(drop=True)


def compare_cohorts(cohorts, times_mo=(12, 24, 36)):
    """Compute the same statistics in every cohort.

    Parameters
    ----------
    cohorts : DataFrame or None
        The contract's table `alternatives`; none gives no rows.
    times_mo : sequence of float
        Months at which survival is read off.

    Returns
    -------
    DataFrame
        `cohort, statistic, value`: medians (months), survival (per cent), patients with both a
        poor performance status and progression of existing lesions, hazard ratio of PFS for
        10 Gy more of BED. What a cohort does not give is NaN.
    """
    if cohorts is None:
        return pd.DataFrame(columns=["cohort", "statistic", "value"])
    endpoints, groups = derive_times(cohorts)
    medians = estimate_medians(endpoints, groups, ["cohort"], methods=("log-log",))
    rates = estimate_rates(endpoints, list(times_mo), groups, ["cohort"])
    rows = [(r.level, f"median {r.endpoint}, months", r.estimate)
            for r in medians[medians["group"] == "cohort"].itertuples()]
    rows += [(r.level, f"{r.endpoint} at {r.time_mo:g} months, %", 100 * r.estimate)
             for r in rates[rates["group"] == "cohort"].itertuples()]
    for cohort, patients in cohorts.groupby("cohort"):
        rows += [(f"{cohort:.0f}", name, value) for name, value in describe_joint(patients)]
    return pd.DataFrame(rows, columns=["cohort", "statistic", "value"])


def describe_joint(patients):
    """Return (statistic, value) pairs of one cohort that depend on two columns at once."""
    found = []
    if {"ecog", "disease_status"} <= set(patients.columns):
        both = patients["ecog"].fillna(False) & (patients["disease_status"] == "PEL")
        found.append(("ECOG at or above the cut and PEL, patients", int(both.sum())))
    if "bed10_gy" in patients:
        found.append((f"hazard ratio of PFS for {DOSE_STEP_GY:g} Gy more of BED10",
                      fit_dose(patients)))
    return found


def fit_dose(patients):
    """Fit the hazard ratio of PFS for a step of BED in one cohort; NaN where it has none."""
    known = patients.dropna(subset="bed10_gy")
    if known["bed10_gy"].nunique() < 2 or not known["pfs_event"].any():
        return np.nan
    design = pd.DataFrame({("bed10_gy", "step"): known["bed10_gy"] / DOSE_STEP_GY})
    model = fit_model(known["pfs_days"].to_numpy() / DAYS_PER_MONTH,
                      known["pfs_event"].to_numpy(bool), design)
    return float(np.exp(model.coefficients[0]))


def summarise_spread(compared):
    """Summarise how far the cohorts lie apart, statistic by statistic.

    Parameters
    ----------
    compared : DataFrame
        From `compare_cohorts`.

    Returns
    -------
    DataFrame
        `statistic, n, median, low, high`: cohorts with a value, their median and range.
    """
    grouped = compared.groupby("statistic", sort=False)["value"]
    return grouped.agg(n="count", median="median", low="min", high="max").reset_index()


def plot_courses(courses, ax, own=None):
    """Draw the curves of all cohorts thin, and this book's own cohort bold above them.

    Parameters
    ----------
    courses : DataFrame
        From `estimate_courses`.
    ax : Axes
    own : DataFrame, optional
        The curve of the book's cohort, same columns.

    Returns
    -------
    Axes
    """
    cohorts = courses.groupby("level", observed=True)
    for i, (_, curve) in enumerate(cohorts):
        ax.step(curve["time_mo"], 100 * curve["estimate"], where="post", color=style.GREY,
                linewidth=0.8, alpha=0.5, label=f"{len(cohorts)} cohorts" if i == 0 else None)
    if own is not None and len(own):
        ax.step(own["time_mo"], 100 * own["estimate"], where="post", color=style.BLUE,
                linewidth=2.2, label="this book's cohort")
    times = choose_times(courses["time_mo"].max())
    ax.set(xlabel="Months", ylabel="Alive, %", ylim=(0, 102), xlim=(0, times[-1]), xticks=times)
    ax.figure.legend(loc="outside lower center", ncols=2)
    return ax
