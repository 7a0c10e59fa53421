"""The PFS ratio: did the index treatment hold longer than the treatment before it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from analysis.efficacy import derive_groups
from analysis.proportion import estimate_proportion
from analysis.schema import DISEASE_STATUS
from analysis.style import GREY, GROUPS, INK, MARKERS, SMALL
from analysis.survival import estimate_rates

#: a ratio this near the cut lies on it: a division of days is not exact in binary
TOLERANCE = 1e-9
COLUMNS = ["patient_id", "pfs1_mo", "pfs1_event", "pfs2_mo", "pfs2_event", "ratio", "standing",
           "reason"]
UNKNOWN = "not recorded"
REACHED, BELOW, OPEN = "reached", "below", "open"


def derive_pfs_ratio(patients, endpoints, cut=1.3):
    """Derive each patient's PFS2/PFS1, and whether it is known to reach the cut.

    Parameters
    ----------
    patients : DataFrame, one row per patient
        Whose ratio is asked.
    endpoints : DataFrame
        Long: `patient_id, endpoint, time_mo, event`. PFS1 is the endpoint of that name, PFS2 is
        the endpoint PFS.
    cut : float
        Ratio from which the treatment is said to have brought a benefit.

    Returns
    -------
    DataFrame
        `patient_id, pfs1_mo, pfs1_event, pfs2_mo, pfs2_event, ratio, standing, reason`, one row
        per patient, in their order. Empty where the study has no PFS1 or no PFS.

    Notes
    -----
    `ratio` divides the observed times. `standing` says what is known of the true ratio: `reached`
    when the observed ratio reaches the cut and PFS1 ended in progression (a censored PFS2 can only
    grow), `below` when it does not and PFS2 ended in an event (a censored PFS1 could only lower
    it), `open` otherwise. Without both times, or with a PFS1 of zero, the ratio is missing, the
    standing is `open` and `reason` says why.

    References
    ----------
    Von Hoff et al. 2010, doi:10.1200/JCO.2009.26.5983

    Examples
    --------
    >>> long = pd.DataFrame({"patient_id": list("aabbcc"), "endpoint": ["PFS1", "PFS"] * 3,
    ...                      "time_mo": [4, 8, 4, 5, 4, 5],
    ...                      "event": [True, True, True, True, True, False]})
    >>> ratio = derive_pfs_ratio(pd.DataFrame({"patient_id": list("abc")}), long)
    >>> ratio["ratio"].tolist(), ratio["standing"].tolist()
    ([2.0, 1.25, 1.25], ['reached', 'below', 'open'])
    """
    if not {"PFS1", "PFS"} <= set(endpoints["endpoint"]):
        return pd.DataFrame(columns=COLUMNS)
    ratio = patients[["patient_id"]]
    for endpoint, name in (("PFS1", "pfs1"), ("PFS", "pfs2")):
        times = endpoints.loc[endpoints["endpoint"] == endpoint, ["patient_id", "time_mo", "event"]]
        times = times.rename(columns={"time_mo": f"{name}_mo", "event": f"{name}_event"})
        ratio = ratio.merge(times.astype({f"{name}_event": "boolean"}), on="patient_id", how="left",
                            validate="one_to_one")
    ratio.index = patients.index
    zero = ratio["pfs1_mo"] <= 0
    value = ratio["pfs2_mo"] / ratio["pfs1_mo"].where(~zero)
    long_enough = value >= cut - TOLERANCE
    reached = long_enough & ratio["pfs1_event"].fillna(False).astype(bool)
    below = value.notna() & ~long_enough & ratio["pfs2_event"].fillna(False).astype(bool)
    unknown = ratio["pfs1_mo"].isna() | ratio["pfs2_mo"].isna()
    return ratio.assign(
        ratio=value, standing=np.select([reached, below], [REACHED, BELOW], OPEN),
        reason=np.select([unknown, zero], ["PFS1 or PFS2 not recorded", "PFS1 of zero"], ""))


def estimate_ratio(ratios, patients, cut=1.3, conf_level=0.95):
    """Estimate the share of patients whose PFS2/PFS1 reaches the cut, overall and by group.

    Parameters
    ----------
    ratios : DataFrame
        From `derive_pfs_ratio`, in the order of `patients`.
    patients : DataFrame, one row per patient
        With `disease_status` and `response_rt` where recorded.
    cut : float
        As given to `derive_pfs_ratio`.
    conf_level : float
        Level of the limits.

    Returns
    -------
    DataFrame
        `group, level, n, total, percent, conf_low, conf_high, conf_level, method, reason, n_open,
        n_open_reached, missing`, in per cent.

    Notes
    -----
    `n` counts observed times: a PFS2 that is censored counts as if it had ended there, so that a
    patient censored below the cut counts as not reaching it. Those are counted in `n_open`, with
    everyone else whose standing is open; `n_open_reached` of them are in `n`, for their PFS1 is
    censored. The denominator is every patient of the group; `missing` of them have no ratio.
    Limits are those of Clopper and Pearson.
    """
    keys, extra = ["group", "level"], ["n_open", "n_open_reached", "missing"]
    if ratios.empty:
        return pd.DataFrame(columns=[*keys, "n", "total", "percent", "conf_low", "conf_high",
                                     "conf_level", "method", "reason", *extra])
    reaches = ratios["ratio"] >= cut - TOLERANCE
    unsettled, missing = ratios["standing"] == OPEN, ratios["ratio"].isna()
    counts = pd.DataFrame(
        [(group, level, *(int(x[mask].sum()) for x in
                          (reaches, unsettled, unsettled & reaches, missing, mask)))
         for group, level, mask in derive_groups(patients)],
        columns=[*keys, "n", *extra, "total"])
    shares = estimate_proportion(counts["n"], counts["total"], conf_level=conf_level)
    return pd.concat([counts[keys], shares.assign(method="observed times, exact"),
                      counts[extra]], axis=1)


def estimate_ratio_censored(ratios, patients, cut=1.3, conf_level=0.95):
    """Estimate the share whose PFS2/PFS1 reaches the cut, with respect for a censored PFS2.

    Parameters
    ----------
    ratios, patients, cut, conf_level
        As for `estimate_ratio`.

    Returns
    -------
    DataFrame
        `group, level, n, n_event, percent, conf_low, conf_high, conf_level, method, reason`, in
        per cent; `n` patients have a ratio, `n_event` of them an observed PFS2.

    Notes
    -----
    The Kaplan–Meier estimate of the ratio just below the cut: the ratio takes the place of the
    time, and is censored where PFS2 is. A PFS1 without observed progression is taken as it stands.
    Limits are log-log, missing where the estimate is 0 or 100. Right if censoring tells nothing of
    the ratio that would have come.

    References
    ----------
    Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452
    """
    found = []
    known = ratios[ratios["ratio"].notna()]
    for group, level, mask in derive_groups(patients) if len(known) else []:
        here = known[mask.reindex(known.index)]
        if len(here):
            scaled = pd.DataFrame({"patient_id": here["patient_id"], "endpoint": "PFS2/PFS1",
                                   "time_mo": here["ratio"].astype(float),
                                   "event": here["pfs2_event"].astype(bool)})
            rate = estimate_rates(scaled, [cut - TOLERANCE], conf_level=conf_level)
            found.append(rate.assign(group=group, level=level, n_event=scaled["event"].sum()))
    columns = ["group", "level", "n", "n_event", "percent", "conf_low", "conf_high", "conf_level",
               "method", "reason"]
    if not found:
        return pd.DataFrame(columns=columns)
    rates = pd.concat(found, ignore_index=True)
    in_percent = {c: 100 * rates[s] for c, s in (("percent", "estimate"), ("conf_low", "conf_low"),
                                                  ("conf_high", "conf_high"))}
    certain = rates["estimate"].isin([0.0, 1.0])
    in_percent |= {c: in_percent[c].mask(certain) for c in ("conf_low", "conf_high")}
    rates["reason"] = rates["reason"].mask(certain, "no limits where none or all reach the cut")
    return rates.assign(**in_percent, method="Kaplan–Meier of the ratio, log-log")[columns]


def plot_ratio(ratios, ax, patients, cut=1.3):
    """Draw PFS2 against PFS1, a mark per patient, with the line at which the ratio is the cut.

    Parameters
    ----------
    ratios : DataFrame
        From `derive_pfs_ratio`.
    ax : matplotlib Axes
    patients : DataFrame, one row per patient, in the order of `ratios`
        Marks differ by `disease_status` where it is recorded.
    cut : float
        As given to `derive_pfs_ratio`.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    An open mark is a PFS2 that is censored: its true place is higher. Both axes are logarithmic,
    so that a ratio is a distance; patients without a ratio, or with a PFS2 of zero, are not drawn.
    """
    drawn = ratios[ratios["ratio"].gt(0)]
    status = patients.reindex(columns=["disease_status"])["disease_status"].astype(object)
    groups = status.reindex(drawn.index).fillna(UNKNOWN)
    for i, group in enumerate(g for g in (*DISEASE_STATUS, UNKNOWN) if (groups == g).any()):
        here = drawn[groups == group]
        colour, marker = GROUPS[i % len(GROUPS)], MARKERS[i % len(MARKERS)]
        event = here["pfs2_event"].astype(bool)
        ax.scatter(here["pfs1_mo"], here["pfs2_mo"], s=34, marker=marker, linewidth=1.3,
                   facecolor=[colour if e else "none" for e in event], edgecolor=colour, zorder=3)
        ax.scatter([], [], s=34, marker=marker, color=colour, label=group)
    ax.scatter([], [], s=34, marker="o", facecolor="none", edgecolor=INK, label="PFS2 censored")
    times = drawn[["pfs1_mo", "pfs2_mo"]].to_numpy(float)
    ends = np.array([times.min(initial=1) / 1.4, times.max(initial=1) * 1.4])
    for slope, dash, side, off in ((cut, "-", "bottom", 1.5), (1, ":", "top", -1.5)):
        ax.plot(ends, slope * ends, color=GREY, linewidth=1.1, linestyle=dash)
        start = 1.25 * ends[0] * max(1, 1 / slope)
        ax.annotate(f"ratio {slope:g}", (start, slope * start), (-off, off), va=side, rotation=45,
                    textcoords="offset points", rotation_mode="anchor", fontsize=SMALL)
    ax.set(xscale="log", yscale="log", xlim=ends, ylim=ends, xlabel="PFS1, months (log scale)",
           ylabel="PFS2, months (log scale)", aspect="equal")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_minor_formatter(NullFormatter())
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2)
    return ax
