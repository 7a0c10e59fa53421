"""Endpoints: months and events, from dates or from month/event pairs."""

from __future__ import annotations

import pandas as pd

from analysis.schema import DAYS_PER_MONTH, ENDPOINTS

COLUMNS = ["patient_id", "endpoint", "time_mo", "event"]


def derive_from_dates(patients, endpoint):
    """Derive one endpoint from its dates.

    The clock starts at the endpoint's start and stops at the first of its event dates, else at
    `last_followup` (PFS1: at `rt_start`, when the next treatment begins). A patient without start
    or without any stop is left out: the endpoint is unknown.

    Parameters
    ----------
    patients : DataFrame
        One row per patient, with the dates that the endpoint needs.
    endpoint : str
        A key of `schema.ENDPOINTS`.

    Returns
    -------
    DataFrame
        `patient_id, endpoint, time_mo, event`, one row per patient with a known time.
    """
    _, start, events = ENDPOINTS[endpoint]
    dates = patients.reindex(columns=sorted({start, *events, "rt_start", "last_followup"}))
    dates = dates.apply(pd.to_datetime)
    first_event = dates[list(events)].min(axis=1)
    censored_at = dates["rt_start"] if endpoint == "PFS1" else dates["last_followup"]
    time = (first_event.fillna(censored_at) - dates[start]).dt.days / DAYS_PER_MONTH
    long = pd.DataFrame({"patient_id": patients["patient_id"], "endpoint": endpoint,
                         "time_mo": time, "event": first_event.notna()})
    return long.dropna(subset="time_mo").reset_index(drop=True)


def derive_from_pair(patients, endpoint):
    """Take one endpoint from its pair of columns, `<endpoint>_months` and `<endpoint>_event`."""
    prefix = endpoint.lower()
    long = pd.DataFrame({"patient_id": patients["patient_id"], "endpoint": endpoint,
                         "time_mo": patients[f"{prefix}_months"],
                         "event": patients[f"{prefix}_event"]}).dropna()
    return long.astype({"time_mo": float, "event": bool}).reset_index(drop=True)


def is_paired(patients, prefix):
    """Say whether any patient has a month/event pair; columns left empty are none."""
    pair = [f"{prefix}_months", f"{prefix}_event"]
    return set(pair) <= set(patients.columns) and bool(patients[pair].notna().all(axis=1).any())


def is_dated(patients, endpoint):
    """Say whether the columns for deriving `endpoint` from dates are there.

    The start and a stop for those without event are needed, and one event date column; OS asks
    for `last_followup` and `death`.
    """
    _, start, events = ENDPOINTS[endpoint]
    stop = "rt_start" if endpoint == "PFS1" else "last_followup"
    return {start, stop, events[0]} <= set(patients.columns)


def derive_endpoints(patients):
    """Derive every endpoint that the columns of `patients` allow.

    A month/event pair, where present, goes before the dates.

    Parameters
    ----------
    patients : DataFrame
        The contract's table `patients`, typed.

    Returns
    -------
    DataFrame
        Long: `patient_id, endpoint, time_mo (months of 30.4375 days), event (bool)`, ordered by
        endpoint and patient.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.Timestamp("2020-01-01")
    >>> derive_endpoints(pd.DataFrame({
    ...     "patient_id": ["a"], "rt_start": [day], "death": [pd.NaT],
    ...     "last_followup": [day + pd.Timedelta(days=487)]}))["time_mo"].tolist()
    [16.0]
    """
    found = []
    for endpoint in ENDPOINTS:
        prefix = endpoint.lower()
        if is_paired(patients, prefix):
            found.append(derive_from_pair(patients, endpoint))
        elif is_dated(patients, endpoint):
            found.append(derive_from_dates(patients, endpoint))
    if not found:
        return pd.DataFrame({"patient_id": pd.Series(dtype=str), "endpoint": pd.Series(dtype=str),
                             "time_mo": pd.Series(dtype=float), "event": pd.Series(dtype=bool)})
    return pd.concat(found, ignore_index=True)[COLUMNS]
