"""Systemic agents beside the radiotherapy, and departures from what was planned."""

from __future__ import annotations

import pandas as pd

from analysis import style

AGENTS = ("ici_agent", "antiangiogenic_agent")
DEPARTURES = ["departure", "n", "total", "percent", "median", "low", "high", "unknown"]
LIMITS = {"dose_gy": "dose", "fractions": "fractions"}


def count_agents(patients):
    """Count patients per agent of each class.

    Parameters
    ----------
    patients : DataFrame
        With `ici_agent`, `antiangiogenic_agent` or both.

    Returns
    -------
    DataFrame
        `class` (one of `AGENTS`), `agent, n, total, percent, missing`, the most frequent first.
        `total` are all patients, `missing` those of them without a value.
    """
    rows = [{"class": column, "agent": agent, "n": n, "total": len(patients),
             "percent": 100 * n / len(patients), "missing": int(patients[column].isna().sum())}
            for column in AGENTS if column in patients
            for agent, n in rank_agents(patients[column]).items()]
    return pd.DataFrame(rows, columns=["class", "agent", "n", "total", "percent", "missing"])


def rank_agents(agents):
    """Return the patients of each agent, the most frequent first, equal ones by name."""
    return agents.value_counts().sort_index().sort_values(ascending=False, kind="stable")


def count_combinations(patients):
    """Count patients per pair of agents, one of each class.

    Returns
    -------
    DataFrame
        `ici_agent, antiangiogenic_agent, n, total, percent, missing`, the most frequent first;
        empty when the study records only one of the two. A patient without either is `missing`.
    """
    columns = [*AGENTS, "n", "total", "percent", "missing"]
    if not set(AGENTS) <= set(patients.columns):
        return pd.DataFrame(columns=columns)
    counts = patients.groupby(list(AGENTS)).size().rename("n").reset_index()
    counts = counts.assign(total=len(patients), percent=100 * counts["n"] / len(patients),
                           missing=len(patients) - counts["n"].sum())
    return counts.sort_values("n", ascending=False, kind="stable", ignore_index=True)[columns]


def derive_outside(courses, protocol):
    """Say for each patient whether dose or fractions lie outside the protocol of the technique.

    Parameters
    ----------
    courses : DataFrame
        One row per patient, from `treatment.derive_courses`.
    protocol : dict
        `{technique: {"dose_gy": [low, high], "fractions": [low, high]}}`; limits count as inside.

    Returns
    -------
    DataFrame
        `patient_id, dose_gy, fractions`, nullable booleans: True is outside, missing is unknown
        (no dose details, or no range declared for the technique).
    """
    outside = courses[["patient_id"]].copy()
    for column in LIMITS:
        limits = courses["technique"].map(lambda t, c=column: protocol.get(t, {}).get(c))
        low = pd.to_numeric(limits.str[0], errors="coerce")
        high = pd.to_numeric(limits.str[1], errors="coerce")
        known = courses[column].notna() & low.notna() & high.notna()
        beyond = (courses[column] < low) | (courses[column] > high)
        outside[column] = beyond.astype("boolean").where(known)
    return outside


def count_flag(departure, flags, amounts=None):
    """Count one departure from nullable flags; `amounts` are described where the flag is True."""
    flags = flags.astype("boolean")
    n, total = int(flags.sum()), int(flags.notna().sum())
    amounts = pd.Series(dtype=float) if amounts is None else amounts[flags.fillna(False)]
    return {"departure": departure, "n": n, "total": total,
            "percent": 100 * n / total if total else float("nan"), "median": amounts.median(),
            "low": amounts.min(), "high": amounts.max(), "unknown": int(flags.isna().sum())}


def count_departures(patients, courses, protocol=None):
    """Count patients whose treatment departed from the plan.

    Parameters
    ----------
    patients : DataFrame
        With any of `systemic_pause_weeks`, `ici_switched`.
    courses : DataFrame
        One row per patient, from `treatment.derive_courses`.
    protocol : dict, optional
        Declared ranges, see `derive_outside`.

    Returns
    -------
    DataFrame
        `departure` (stopped_early, dose_outside, fractions_outside, paused, switched), `n, total,
        percent, median, low, high, unknown`; median and range are the dose given (Gy) of who
        stopped early, and the weeks of pause of who paused. What the study
        does not record has no row.

    Notes
    -----
    `unknown` patients are in neither `n` nor `total`, except for the pause: its weeks are recorded
    only for who paused, so an empty cell is no pause.
    """
    rows = []
    if courses["completed"].notna().any():
        rows.append(count_flag("stopped_early", ~courses["completed"], courses.get("dose_gy")))
    if protocol:
        outside = derive_outside(courses, protocol)
        rows += [count_flag(f"{name}_outside", outside[column]) for column, name in LIMITS.items()
                 if outside[column].notna().any()]
    if "systemic_pause_weeks" in patients:
        weeks = patients["systemic_pause_weeks"]
        rows.append(count_flag("paused", weeks.fillna(0) > 0, weeks))
    if "ici_switched" in patients:
        rows.append(count_flag("switched", patients["ici_switched"]))
    return pd.DataFrame(rows, columns=DEPARTURES)


def plot_combinations(pairs, ax):
    """Draw who had which combination of agents: a disc per pair, its area the patients.

    Parameters
    ----------
    pairs : DataFrame
        From `count_combinations`.
    ax : matplotlib Axes

    Returns
    -------
    matplotlib Axes
    """
    rows = pairs.groupby("ici_agent")["n"].sum().sort_values(kind="stable")
    columns = pairs.groupby("antiangiogenic_agent")["n"].sum().sort_values(
        ascending=False, kind="stable")
    x = pairs["antiangiogenic_agent"].map({name: i for i, name in enumerate(columns.index)})
    y = pairs["ici_agent"].map({name: i for i, name in enumerate(rows.index)})
    ax.scatter(x, y, s=70 + 180 * pairs["n"] / pairs["n"].max(), color=style.BLUE, zorder=3)
    for i, j, n in zip(x, y, pairs["n"], strict=True):
        ax.annotate(f"{n}", (i, j), ha="center", va="center", color="white", fontsize=style.SMALL,
                    zorder=4)
    ax.grid(color=style.GREY, linewidth=0.4)
    ax.set_axisbelow(True)
    ax.set(xlim=(-0.6, len(columns) - 0.4), ylim=(-0.6, len(rows) - 0.4))
    ax.set_xticks(range(len(columns)), [style.wrap(f"{name} ({n})") for name, n in columns.items()],
                  rotation=90)
    ax.set_yticks(range(len(rows)), [style.wrap(f"{name} ({n})") for name, n in rows.items()])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(length=0)
    return ax
