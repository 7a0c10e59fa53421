"""Adverse events by term, window and grade, each patient counted once in the worst grade."""

from __future__ import annotations

import pandas as pd

from analysis.schema import DAYS_PER_MONTH

WINDOWS = ("acute", "late", "all")
BANDS = ("any", "1-2", "3-4", "5")
COUNTS = ["window", "band", "n", "total", "percent"]


def derive_windows(adverse_events, patients, acute_days=90):
    """Add the day of onset, its window and the grade band to each event.

    Parameters
    ----------
    adverse_events : DataFrame
        One row per event: `patient_id, term, grade` (CTCAE, 1–5) and `onset_day` (days from the
        start of the index treatment) or `onset_date`.
    patients : DataFrame
        One row per patient; `rt_start` where onsets are dates.
    acute_days : float, default 90
        Last day that counts as acute.

    Returns
    -------
    DataFrame
        The events with `onset_day`, `window` (before, acute, late; missing without a known onset)
        and `band` (1-2, 3-4, 5).

    Raises
    ------
    ValueError
        If `acute_days` is below zero.

    Notes
    -----
    A day goes before a date where both are given. Onset on the start day is acute; an event with
    onset before it is kept, marked, and counted in no window.
    """
    if not acute_days >= 0:
        raise ValueError(f"acute_days must be 0 or more, not {acute_days}")
    start = patients.set_index("patient_id").reindex(columns=["rt_start"])["rt_start"]
    events = adverse_events.reindex(
        columns=adverse_events.columns.union(["onset_day", "onset_date"], sort=False))
    begun = pd.to_datetime(events["patient_id"].map(start))
    dated = (pd.to_datetime(events["onset_date"]) - begun).dt.days
    day = events["onset_day"].astype(float).fillna(dated)
    window = pd.cut(day, [-float("inf"), -1e-9, acute_days, float("inf")],
                    labels=["before", "acute", "late"]).astype(object)
    band = pd.cut(events["grade"], [0, 2, 4, 5], labels=list(BANDS[1:])).astype(object)
    return events.drop(columns="onset_date").assign(onset_day=day, window=window, band=band)


def derive_worst(events, keys=("patient_id",)):
    """Keep each patient's worst grade per window, the window `all` included.

    Parameters
    ----------
    events : DataFrame
        From `derive_windows`.
    keys : sequence of str
        What is counted once: `("patient_id",)` for patients, `("patient_id", "term")` for terms.

    Returns
    -------
    DataFrame
        The keys, `window` (acute, late, all), `grade`, `band`. `all` also holds the events without
        a known onset; events before the start are in no window.
    """
    emerged = events[events["window"].ne("before")]
    counted = pd.concat([emerged.dropna(subset="window"), emerged.assign(window="all")])
    return (counted.sort_values("grade", ascending=False, kind="stable")
            .drop_duplicates([*keys, "window"])[[*keys, "window", "grade", "band"]]
            .reset_index(drop=True))


def count_bands(worst, total):
    """Count rows per window and band; every window and band has a row, also with nobody in it."""
    rows = []
    for window in WINDOWS:
        bands = worst.loc[worst["window"] == window, "band"]
        for band in BANDS:
            n = len(bands) if band == "any" else int((bands == band).sum())
            rows.append({"window": window, "band": band, "n": n, "total": total,
                         "percent": 100 * n / total})
    return pd.DataFrame(rows, columns=COUNTS)


def count_adverse_events(events, patients):
    """Count the patients with each term, by window and grade band.

    Parameters
    ----------
    events : DataFrame
        From `derive_windows`.
    patients : DataFrame
        Everybody who was treated: the denominator.

    Returns
    -------
    DataFrame
        `term, window, band, n, total, percent`, the most frequent terms first. A patient counts
        once per term and window, in the worst band; so `any` is the sum of the bands, but `all` is
        not the sum of the windows.

    Notes
    -----
    A patient without a record counts as free of events.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"patient_id": ["a", "b"]})
    >>> events = pd.DataFrame({"patient_id": ["a", "a"], "term": ["Rash", "Rash"],
    ...                        "grade": [1, 3], "onset_day": [5, 20]})
    >>> table = count_adverse_events(derive_windows(events, people), people)
    >>> table.loc[(table.window == "acute") & (table.n > 0), ["band", "n"]].values.tolist()
    [['any', 1], ['3-4', 1]]
    """
    worst = derive_worst(events, ("patient_id", "term"))
    frames = [count_bands(group, len(patients)).assign(term=term)
              for term, group in worst.groupby("term")]
    columns = ["term", *COUNTS]
    if not frames:
        return pd.DataFrame(columns=columns)
    table = pd.concat(frames, ignore_index=True)[columns]
    total = table[(table["window"] == "all")].set_index(["term", "band"])["n"]
    severe = total.unstack()[list(BANDS[2:])].sum(axis=1)
    order = pd.DataFrame({"any": total.xs("any", level="band"), "severe": severe})
    order = order.sort_index().sort_values(["any", "severe"], ascending=False, kind="stable")
    rank = {term: i for i, term in enumerate(order.index)}
    return table.sort_values("term", key=lambda t: t.map(rank), kind="stable", ignore_index=True)


def count_patients(events, patients):
    """Count the patients with any event, by window and worst grade band.

    Returns
    -------
    DataFrame
        `window, band, n, total, percent`.
    """
    return count_bands(derive_worst(events), len(patients))


def count_unplaced(events):
    """Count the events that no window holds, and the others.

    Returns
    -------
    DataFrame
        `reason` (unknown onset; onset before the start; placed: in a window), `n_event`,
        `n_patient`.
    """
    unknown, before = events["window"].isna(), events["window"].eq("before")
    chosen = {"unknown": events[unknown], "before": events[before],
              "placed": events[~unknown & ~before]}
    return pd.DataFrame([{"reason": reason, "n_event": len(found),
                          "n_patient": found["patient_id"].nunique()}
                         for reason, found in chosen.items()])


def count_observed(endpoints, acute_days=90):
    """Count the patients still observed after the acute window, in whom a late event can be seen.

    Parameters
    ----------
    endpoints : DataFrame
        Long: `endpoint, time_mo`; the times of OS are used.
    acute_days : float, default 90
        Last day of the acute window.

    Returns
    -------
    DataFrame
        One row `n, total, percent`; empty where OS is not known.
    """
    days = endpoints.loc[endpoints["endpoint"] == "OS", "time_mo"] * DAYS_PER_MONTH
    if days.empty:
        return pd.DataFrame(columns=["n", "total", "percent"])
    n = int((days > acute_days).sum())
    return pd.DataFrame({"n": [n], "total": len(days), "percent": 100 * n / len(days)})
