"""Survival curves whose steps are merged until enough patients leave at each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.kaplan_meier import limit_curve


def merge_steps(curves, threshold):
    """Merge the steps of survival curves until as many patients leave as the threshold asks for.

    Parameters
    ----------
    curves : DataFrame
        `time_mo, n_risk, n_event` and more, per sample; from `kaplan_meier.estimate_curve` or a
        cumulative incidence.
    threshold : int
        Patients that leave, with the event or without, before the curve moves again.

    Returns
    -------
    DataFrame
        One row per merged step, at the time of its last patient in tenths of a month, for the day
        would single that patient out; those after the last full step belong to it. A grouping with
        a small sample, or with few events or few without, is left out whole.

    Notes
    -----
    Survival is worked out again from the merged counts, so it departs a little from the exact
    estimate; a cumulative incidence is that at the end of the step. The rule is that of the
    survival tables of ACRO (https://github.com/AI-SDC/ACRO): changes of the risk set below the
    threshold are merged.
    """
    names = [c for c in ("endpoint", "group", "level", "cause") if c in curves]
    above = [c for c in ("endpoint", "group") if c in names] or names
    kept, log = [], []
    for key, grouping in curves.groupby(above, sort=False):
        samples = [rows for _, rows in grouping.groupby(names, sort=False)]
        if all(is_large(rows, threshold) for rows in samples):
            kept += [merge_sample(rows, threshold) for rows in samples]
            log.append((join(above, key), "time_mo", f"steps of fewer than {threshold} merged"))
        else:
            log.append((join(above, key), "all columns", f"a sample of fewer than {threshold}"))
    merged = pd.concat(kept, ignore_index=True) if kept else curves.iloc[:0].copy()
    merged.attrs["withheld"] = log
    return merged


def join(names, key):
    """Name a grouping."""
    return "; ".join(f"{n}={k}" for n, k in zip(names, key, strict=True))


def is_large(rows, threshold):
    """Say whether a sample has enough patients, and none or enough with the event and without."""
    n, events = rows["n_risk"].iloc[0], rows["n_event"].sum()
    return n >= threshold and all(x == 0 or x >= threshold for x in (events, n - events))


def merge_sample(rows, threshold):
    """Merge the steps of one sample."""
    risk = rows["n_risk"].to_numpy()
    leaving = np.append(risk[:-1] - risk[1:], risk[-1])
    block, left, number = [], 0, 0
    for leaves in leaving:
        block.append(number)
        left += leaves
        if left >= threshold or len(block) == 1:
            left, number = 0, number + 1
    if left and number > 1:
        block = [min(b, number - 1) for b in block]
    groups = rows.groupby(np.array(block))
    merged = groups.last()
    for column in [c for c in ("n_event", "n_censored") if c in rows]:
        merged[column] = groups[column].sum()
    merged["n_risk"] = groups["n_risk"].first()
    merged["time_mo"] = merged["time_mo"].round(1)
    return estimate_again(merged[list(rows.columns)]) if "n_censored" in rows else merged[
        list(rows.columns)]


def estimate_again(merged):
    """Estimate survival, and its limits where there are any, from merged counts."""
    died, risk = merged["n_event"].to_numpy(float), merged["n_risk"].to_numpy(float)
    estimate = np.cumprod((risk - died) / risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(died / (risk * (risk - died))))
        merged = merged.assign(estimate=estimate, std_error=estimate * spread)
        low, high = limit_curve(estimate, spread, merged["method"].iloc[0],
                                merged["conf_level"].iloc[0])
    first = merged["n_event"].cumsum() == 0
    return merged.assign(conf_low=np.where(first, 1.0, low), conf_high=np.where(first, 1.0, high))
