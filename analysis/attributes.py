"""Attributes of a patient, and the levels into which a covariate divides them."""

from __future__ import annotations

import pandas as pd

from analysis import albi
from analysis.display import number

DISEASE_CONTROL = ("CR", "PR", "SD")


def derive_attributes(study):
    """Derive what Table 1 and the Cox tables need beside the columns of `patients`.

    Parameters
    ----------
    study : Study

    Returns
    -------
    DataFrame
        The columns of `patients` and those of `schema.DERIVED` for which the study has data;
        months are of 30.4375 days, and what a patient lacks is missing.
    """
    patients = study.patients
    derived = {}
    pfs1 = study.endpoints.query("endpoint == 'PFS1'").set_index("patient_id")["time_mo"]
    derived["pfs1_mo"] = patients["patient_id"].map(pfs1).astype(float)
    if {"ici_start", "rt_start"} <= set(patients.columns):
        days = (patients["rt_start"] - patients["ici_start"]).dt.days
        derived["interval_mo"] = days / 30.4375
    if "response_ici" in patients:
        response = patients["response_ici"]
        known = response.notna() & (response != "NE")
        derived["disease_control_ici"] = (
            response.isin(DISEASE_CONTROL).astype("boolean").where(known))
    laboratory = study.laboratory
    if laboratory is not None and {"visit", "albumin_g_l", "bilirubin_umol_l"} <= set(laboratory):
        graded = albi.derive_albi_grade(laboratory)
        baseline = graded[graded["visit"] == "baseline"].set_index("patient_id")
        for column in ("albi_score", "albi_grade"):
            derived[column] = patients["patient_id"].map(baseline[column])
    return patients.assign(**derived)


def derive_levels(values, covariate):
    """Divide a column of attributes into the levels of a covariate.

    Parameters
    ----------
    values : Series
        One value per patient.
    covariate : Covariate
        With `cut` (values at or above it are the second level), `exposed` (its values are the
        second level), or neither: then the column's own values are the levels, `reference` first.

    Returns
    -------
    Series of ordered categories
        The reference level first; what is missing stays missing. Text and booleans only are
        divided without `cut` or `exposed`; a number becomes a level of its own.

    Examples
    --------
    >>> from analysis.settings import Covariate
    >>> afp = Covariate("afp", "AFP", "afp_ng_ml", cut=400, labels=("low", "high"))
    >>> derive_levels(pd.Series([399.9, 400.0, None]), afp).tolist()
    ['low', 'high', nan]
    """
    if covariate.cut is not None:
        second = (values.astype(float) >= covariate.cut).astype("boolean").where(values.notna())
        labels = covariate.labels or (f"<{number(covariate.cut)}", f"≥{number(covariate.cut)}")
        return name_levels(second, (False, True), labels)
    if covariate.exposed is not None:
        exposed = {str(level_name(v)) for v in covariate.exposed}
        second = values.map(level_name, na_action="ignore").isin(exposed).astype("boolean")
        labels = covariate.labels or ("no", "yes")
        return name_levels(second.where(values.notna()), (False, True), labels)
    if pd.api.types.is_bool_dtype(values.dtype):
        return name_levels(values, (False, True), covariate.labels or ("no", "yes"))
    named = values.map(level_name, na_action="ignore")
    present = sorted(named.dropna().unique())
    first = [v for v in present if v == str(covariate.reference)]
    order = first + [v for v in present if v not in first]
    return name_levels(named, order, covariate.labels or order)


def level_name(value):
    """Return the name of a level: a whole number without its decimal point."""
    return number(value) if isinstance(value, (int, float)) else str(value)


def name_levels(values, order, labels):
    """Return `values` as ordered categories that carry `labels`."""
    labels = [str(label) for label in labels]
    if len(labels) != len(order):
        labels = [str(level) for level in order]
    named = values.map(dict(zip(order, labels, strict=True)), na_action="ignore")
    return pd.Series(pd.Categorical(named, categories=labels, ordered=True), index=values.index)


def derive_covariates(study):
    """Derive the covariates that the Cox tables screen.

    Parameters
    ----------
    study : Study

    Returns
    -------
    DataFrame
        `patient_id` and one column of ordered categories per covariate, the reference first.
    """
    attributes = derive_attributes(study)
    levels = {c.name: derive_levels(attributes[c.column], c)
              for c in study.covariates if c.column in attributes}
    return pd.DataFrame({"patient_id": attributes["patient_id"], **levels})
