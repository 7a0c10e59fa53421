"""The PFS ratio as a survival curve: how many patients reach any ratio, censored ones included."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import FuncFormatter

from analysis import style
from analysis.display import number
from analysis.kaplan_meier import estimate_curve

#: the curve is drawn up to this ratio; beyond it few patients are left
WIDEST = 6.0


def estimate_ratio_curve(ratios, conf_level=0.95):
    """Estimate the share of patients whose PFS ratio lies above each value.

    Parameters
    ----------
    ratios : DataFrame
        From `ratio.derive_pfs_ratio`: `patient_id, ratio, pfs2_event`.
    conf_level : float

    Returns
    -------
    DataFrame
        As `kaplan_meier.estimate_curve`, with the ratio in the column `ratio` in the place of the
        time. Empty where no patient has a ratio.

    Notes
    -----
    The ratio of a patient whose PFS2 is censored is censored at the same value: it can only grow.
    This is fair when censoring tells nothing about the ratio, which the time scale makes doubtful
    when PFS1 varies much. A patient without ratio is left out.

    References
    ----------
    Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452; Mick, Crowley and Carroll 2000,
    doi:10.1016/S0197-2456(00)00058-1.

    Examples
    --------
    >>> ratios = pd.DataFrame({"patient_id": list("abc"), "ratio": [0.5, 1.0, 2.0],
    ...                        "pfs2_event": [True, False, True]})
    >>> [round(float(s), 3) for s in estimate_ratio_curve(ratios)["estimate"]]
    [1.0, 0.667, 0.667, 0.0]
    """
    known = ratios[ratios["ratio"].notna()] if len(ratios) else ratios
    rows = pd.DataFrame({"patient_id": known["patient_id"], "endpoint": "PFS2/PFS1",
                         "time_mo": known["ratio"].astype(float),
                         "event": known["pfs2_event"].astype(bool)})
    return estimate_curve(rows, conf_level=conf_level).rename(columns={"time_mo": "ratio"})


def plot_ratio_curve(curve, ax, cut):
    """Draw the share of patients whose ratio lies above each value, with the cut.

    Parameters
    ----------
    curve : DataFrame
        From `estimate_ratio_curve`.
    ax : matplotlib Axes
    cut : float
        Ratio from which the treatment is said to have brought a benefit.

    Returns
    -------
    matplotlib Axes
    """
    share = 100 * curve["estimate"]
    ax.step(curve["ratio"], share, where="post", color=style.BLUE)
    ax.fill_between(curve["ratio"], 100 * curve["conf_low"], 100 * curve["conf_high"], step="post",
                    color=style.BLUE, alpha=0.14, linewidth=0)
    lost = curve["n_censored"] > 0
    ax.plot(curve.loc[lost, "ratio"], share[lost], "|", color=style.BLUE, markersize=6)
    ax.axvline(cut, color=style.VERMILLION, linestyle="--", linewidth=1)
    ax.annotate(f"cut {cut:g}", (cut, 100), (4, 0), textcoords="offset points", va="top",
                color=style.deepen(style.VERMILLION))
    ax.set(xlim=(0, max(min(curve["ratio"].max(), WIDEST), 1.1 * cut)), ylim=(0, 104),
           xlabel="PFS2/PFS1", ylabel="Patients with a larger ratio, %")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: number(y, 0)))
    return ax
