"""One patient's course, told from the tables."""

from __future__ import annotations

import pandas as pd

from analysis.schema import DAYS_PER_MONTH

#: what is told, where it is recorded
ATTRIBUTES = ("age_years", "sex", "prior_hepatectomy", "disease_status", "response_ici",
              "response_rt", "ici_cycles_before_rt", "ici_cycles_after_rt", "lesion_count",
              "irradiated_lesion_count", "downstaging_surgery", "disease_free")


def derive_case(patients, patient_id):
    """Derive what is told of one patient.

    Parameters
    ----------
    patients : DataFrame, one row per patient
    patient_id : str or None
        The patient.

    Returns
    -------
    DataFrame
        `attribute, value`: the recorded `ATTRIBUTES`; `dfs_mo`, months of 30.4375 days from surgery
        to the first progression or death after it, else to the last follow-up; `dfs_event`, whether
        one of them came. Empty where nobody, or nobody of the cohort, is named.

    Notes
    -----
    A progression on or before the day of surgery is what led to it, and does not end the time.

    Examples
    --------
    >>> day = pd.Timestamp("2020-01-01")
    >>> three = pd.DataFrame({"patient_id": list("abc"), "age_years": [50.0, 60.0, 70.0],
    ...                       "surgery": [pd.NaT, day, day],
    ...                       "last_followup": day + pd.Timedelta(days=487)})
    >>> derive_case(three, "b").iloc[1:].values.tolist()
    [['dfs_mo', 16.0], ['dfs_event', False]]
    """
    named = patients[patients["patient_id"].astype(str) == str(patient_id)]
    if patient_id is None or named.empty:
        return pd.DataFrame(columns=["attribute", "value"])
    patient = named.iloc[0]
    told = {a: patient[a] for a in ATTRIBUTES if a in patient and pd.notna(patient[a])}
    told |= derive_disease_free_survival(patient)
    return pd.DataFrame(list(told.items()), columns=["attribute", "value"])


def derive_disease_free_survival(patient):
    """Derive `dfs_mo` and `dfs_event` of one patient's row; nothing without surgery and an end."""
    dates = pd.to_datetime(patient.reindex(
        ["surgery", "progression", "infield_progression", "outfield_progression", "death",
         "last_followup"]))
    after = dates.iloc[1:5][dates.iloc[1:5] > dates["surgery"]]
    end = after.min() if len(after) else dates["last_followup"]
    if pd.isna(dates["surgery"]) or pd.isna(end):
        return {}
    return {"dfs_mo": (end - dates["surgery"]).days / DAYS_PER_MONTH, "dfs_event": len(after) > 0}
