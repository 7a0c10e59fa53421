"""The one figure of the front page: what happened to the whole cohort."""

from __future__ import annotations

from analysis.kaplan_meier import estimate_curve
from analysis.survival import estimate_medians

SHOWN = ("PFS", "OS")


def estimate_overview(endpoints, conf_level=0.95):
    """Estimate progression-free and overall survival of the whole cohort, to be drawn together.

    Parameters
    ----------
    endpoints : DataFrame
        Long: `patient_id, endpoint, time_mo, event`.
    conf_level : float

    Returns
    -------
    DataFrame
        As `kaplan_meier.estimate_curve`, with the endpoint as `level`; empty without both.
    """
    shown = endpoints[endpoints["endpoint"].isin(SHOWN)]
    curves = estimate_curve(shown, conf_level=conf_level)
    return curves.assign(group="endpoint", level=curves["endpoint"])


def estimate_overview_medians(endpoints, conf_level=0.95):
    """Estimate the median of each curve of the overview.

    Parameters
    ----------
    endpoints, conf_level
        As for `estimate_overview`.

    Returns
    -------
    DataFrame
        As `survival.estimate_medians`, with the endpoint as `level`.
    """
    medians = estimate_medians(endpoints[endpoints["endpoint"].isin(SHOWN)], conf_level=conf_level)
    return medians.assign(group="endpoint", level=medians["endpoint"])
