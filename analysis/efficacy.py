"""Did it work: response before and after the index treatment, and control of the disease."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.paired import compare_categories, compare_yes_no
from analysis.proportion import estimate_proportion
from analysis.schema import DISEASE_STATUS, RESPONSES

#: assessment: the column of `patients` that holds it
ASSESSMENTS = {"before_rt": "response_ici", "after_rt": "response_rt"}
OBJECTIVE, CONTROL = ("CR", "PR"), ("CR", "PR", "SD")
CATEGORIES = {**{r: (r,) for r in RESPONSES}, "ORR": OBJECTIVE, "DCR": CONTROL}
PROGRESSED = ("PEL", "NL")


def has_values(frame, *columns):
    """Say whether each of the columns is there and holds a value."""
    return all(c in frame.columns and frame[c].notna().any() for c in columns)


def derive_groups(patients):
    """List the groups in which efficacy is reported.

    Parameters
    ----------
    patients : DataFrame, one row per patient

    Returns
    -------
    list of (group, level, mask)
        The whole cohort (`all`, `all`), each disease status, those that had progressed together,
        and each response after the index treatment; only levels that occur. `mask` is a boolean
        Series on the rows of `patients`.
    """
    groups = [("all", "all", pd.Series(True, index=patients.index))]
    sets = [("disease_status", status, (status,)) for status in DISEASE_STATUS]
    sets.append(("disease_status", " or ".join(PROGRESSED), PROGRESSED))
    sets += [("response_rt", response, (response,)) for response in RESPONSES]
    for column, level, members in sets:
        if column in patients and set(members) <= set(patients[column].dropna()):
            groups.append((column, level, patients[column].isin(members)))
    return groups


def estimate_response(patients, conf_level=0.95):
    """Estimate how many responded before and after the index treatment.

    Parameters
    ----------
    patients : DataFrame, one row per patient
        With `response_ici` or `response_rt` or both (CR, PR, SD, PD, NE; whole body, mRECIST).
    conf_level : float
        Level of the limits.

    Returns
    -------
    DataFrame
        `assessment, category, n, total, percent, conf_low, conf_high, conf_level, method, reason,
        missing`, in per cent: seven categories (CR PR SD PD NE ORR DCR) per assessment on record.

    Notes
    -----
    The denominator is every patient treated. Who is not evaluable (NE) or has no response on
    record (counted with NE, and in `missing`) stays in it as one who did not respond. Limits are
    those of Clopper and Pearson.

    References
    ----------
    Llovet and Lencioni 2020, doi:10.1016/j.jhep.2019.09.026 (mRECIST).

    Examples
    --------
    >>> three = pd.DataFrame({"response_rt": ["PR", "SD", "NE"]})
    >>> result = estimate_response(three).set_index("category")
    >>> result.loc[["ORR", "DCR"], ["n", "total"]].values.tolist()
    [[1, 3], [2, 3]]
    """
    rows = []
    for assessment, column in ASSESSMENTS.items():
        if has_values(patients, column):
            response = patients[column].fillna("NE")
            missing = int(patients[column].isna().sum())
            rows += [(assessment, category, int(response.isin(members).sum()), missing)
                     for category, members in CATEGORIES.items()]
    counts = pd.DataFrame(rows, columns=["assessment", "category", "n", "missing"])
    return estimate_shares(counts, len(patients), conf_level)


def estimate_shares(counts, total, conf_level):
    """Put share and exact limits beside the count `n` of each row, `missing` behind them."""
    shares = estimate_proportion(counts["n"], total, conf_level=conf_level)
    keys = [c for c in counts.columns if c not in ("n", "missing")]
    return pd.concat([counts[keys], shares, counts["missing"]], axis=1)


def compare_response(patients, conf_level=0.95):
    """Compare the response after the index treatment with the one before, in the same patients.

    Parameters
    ----------
    patients : DataFrame, one row per patient
        With `response_ici` and `response_rt`.
    conf_level : float
        Level of the limits.

    Returns
    -------
    DataFrame
        `test, outcome, n_gained, n_lost, difference, conf_low, conf_high, conf_level,
        statistic, df, p_value, n, n_missing, method, reason`: all categories by Stuart and
        Maxwell's test; objective response and disease control by McNemar's exact test, with
        `difference`, the change in per cent of `n`, and its limits. Empty without both columns.

    Notes
    -----
    The categories are compared in those who were evaluable both times. In objective response and
    disease control NE is no response, as in the rates; only an unrecorded response is left out. The
    limits are Wald's after half a patient is added to each cell.

    References
    ----------
    Agresti and Min 2005, doi:10.1002/sim.1781 (limits). Stuart 1955, doi:10.1093/biomet/42.3-4.412.
    McNemar 1947, doi:10.1007/BF02295996.
    """
    columns = ["test", "outcome", "n_gained", "n_lost", "difference", "conf_low", "conf_high",
               "conf_level", "statistic", "df", "p_value", "n", "n_missing", "method", "reason"]
    if not has_values(patients, *ASSESSMENTS.values()):
        return pd.DataFrame(columns=columns)
    before, after = (patients[column] for column in ASSESSMENTS.values())
    shifts = [compare_categories(before, after, RESPONSES[:-1]).assign(outcome="category")]
    for outcome, members in (("ORR", OBJECTIVE), ("DCR", CONTROL)):
        yes_no = (r.isin(members).astype("boolean").mask(r.isna()) for r in (before, after))
        shifts.append(compare_yes_no(*yes_no).assign(outcome=outcome))
    result = pd.concat(shifts, ignore_index=True)
    return result.join(estimate_difference(result, conf_level))[columns]


def estimate_difference(pairs, conf_level):
    """Estimate the paired differences, in per cent, from `n_gained`, `n_lost` and `n`."""
    n = pairs["n"].where(pairs["n"] > 0)
    gained, lost = pairs["n_gained"] + 0.5, pairs["n_lost"] + 0.5
    centre = (gained - lost) / (n + 2)
    error = np.sqrt(gained + lost - (gained - lost) ** 2 / (n + 2)) / (n + 2)
    half = stats.norm.ppf((1 + conf_level) / 2) * error
    return pd.DataFrame({"difference": 100 * (gained - lost) / n,
                         "conf_low": 100 * (centre - half).clip(lower=-1),
                         "conf_high": 100 * (centre + half).clip(upper=1),
                         "conf_level": conf_level})


def derive_control(patients):
    """Derive what came of the index treatment, beside response: yes, no or missing.

    Parameters
    ----------
    patients : DataFrame, one row per patient
        With any of `response_rt`, `disease_free`, `downstaging_surgery`, `prior_local_treatment`.

    Returns
    -------
    DataFrame, one row per patient
        Boolean columns, those whose data are there: `disease_control` (CR, PR or SD afterwards),
        `disease_free`, `downstaging_surgery`, `disease_free_after_surgery` (both),
        `disease_control_after_local_treatment` (disease control in who had local treatment
        before).
    """
    measures = pd.DataFrame(index=patients.index)
    known = {c: patients[c].astype("boolean") for c in
             ("disease_free", "downstaging_surgery", "prior_local_treatment")
             if has_values(patients, c)}
    if has_values(patients, "response_rt"):
        control = patients["response_rt"].isin(CONTROL).astype("boolean")
        measures["disease_control"] = control.mask(patients["response_rt"].isna())
    for name in ("disease_free", "downstaging_surgery"):
        if name in known:
            measures[name] = known[name]
    if {"disease_free", "downstaging_surgery"} <= set(known):
        measures["disease_free_after_surgery"] = (known["disease_free"]
                                                  & known["downstaging_surgery"])
    if "disease_control" in measures and "prior_local_treatment" in known:
        measures["disease_control_after_local_treatment"] = (measures["disease_control"]
                                                             & known["prior_local_treatment"])
    return measures


def estimate_control(patients, conf_level=0.95):
    """Estimate disease control, freedom from disease and surgery, overall and by disease status.

    Parameters
    ----------
    patients : DataFrame, one row per patient
        As for `derive_control`.
    conf_level : float
        Level of the limits.

    Returns
    -------
    DataFrame
        `group, level, measure, n, total, percent, conf_low, conf_high, conf_level, method, reason,
        missing`, in per cent; `measure` is a column of `derive_control`.

    Notes
    -----
    The denominator is every patient of the group; the `missing` of them count as no.
    """
    measures = derive_control(patients)
    counts = pd.DataFrame(
        [(group, level, measure, int(measures.loc[mask, measure].fillna(False).sum()),
          int(mask.sum()), int(measures.loc[mask, measure].isna().sum()))
         for group, level, mask in derive_groups(patients) if group != "response_rt"
         for measure in measures],
        columns=["group", "level", "measure", "n", "total", "missing"])
    return estimate_shares(counts.drop(columns="total"), counts["total"], conf_level)
