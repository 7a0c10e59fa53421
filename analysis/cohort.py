"""Who was treated: Table 1, eligibility, the flow from screened to analysed, and intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import style, survival
from analysis.attributes import derive_levels
from analysis.display import capitalise, count, months
from analysis.settings import Covariate

BASELINE = ["variable", "level", "n", "total", "percent", "median", "low", "high", "missing"]

#: what Table 1 lists when study.yml does not say
USUAL = ("age_years", "sex", "viral_hepatitis", "ecog", "child_pugh_class", "portal_invasion",
         "extrahepatic_spread", "prior_hepatectomy", "prior_local_treatment", "afp_ng_ml",
         "tumour_diameter_cm", "tumour_number", "disease_status", "ici_line", "interval_mo")
CONTINUOUS = {"age_years": "years", "afp_ng_ml": "ng/mL", "tumour_diameter_cm": "cm",
              "tumour_number": "tumours", "interval_mo": "months"}


def list_variables(study, attributes):
    """List what Table 1 shows: the `baseline` of study.yml, or the usual attributes it has."""
    if study.baseline:
        return [c for c in study.baseline if c.column in attributes]
    covariates = {c.column: c for c in study.covariates}
    return [covariates.get(column) or
            Covariate(column, capitalise(column.rsplit("_", 1)[0].replace("_", " ")
                                         if column in CONTINUOUS else column.replace("_", " ")),
                      column, unit=CONTINUOUS.get(column))
            for column in USUAL if column in attributes]


def is_continuous(covariate):
    """Say whether Table 1 shows a median rather than levels."""
    return covariate.unit is not None and covariate.cut is None and covariate.exposed is None


def count_levels(levels, variable):
    """Count the patients of each level.

    Parameters
    ----------
    levels : Series of ordered categories
        One value per patient; missing is counted in `missing`.
    variable : str
        Name for the column `variable`.

    Returns
    -------
    DataFrame
        `variable, level, n, total, percent, median, low, high, missing`, a row per level.
        `total` is the number of all patients, missing included, as the paper's Table 1 has it.

    Examples
    --------
    >>> sex = pd.Series(pd.Categorical(["male", "male", None], categories=["male", "female"]))
    >>> count_levels(sex, "sex")[["level", "n", "total", "missing"]].values.tolist()
    [['male', 2, 3, 1], ['female', 0, 3, 1]]
    """
    n = levels.value_counts(sort=False)
    total = len(levels)
    return pd.DataFrame({
        "variable": variable, "level": n.index.astype(str), "n": n.to_numpy(), "total": total,
        "percent": 100 * n.to_numpy() / total, "median": np.nan, "low": np.nan, "high": np.nan,
        "missing": levels.isna().sum()})[BASELINE]


def summarise_number(values, variable):
    """Summarise a continuous attribute by its median and range.

    Parameters
    ----------
    values : Series of float
        One value per patient; missing ones are left out and counted.
    variable : str
        Name for the column `variable`.

    Returns
    -------
    DataFrame
        One row of the columns of `count_levels`; `n` have a value, `low` and `high` are the range.

    Examples
    --------
    >>> summarise_number(pd.Series([1.0, 2.0, 9.0, None]), "x")[["n", "median", "high"]].values
    array([[3., 2., 9.]])
    """
    known = values.dropna().astype(float)
    row = {"variable": variable, "level": "", "n": len(known), "total": len(values),
           "percent": 100 * len(known) / len(values), "median": known.median(), "low": known.min(),
           "high": known.max(), "missing": len(values) - len(known)}
    return pd.DataFrame([row], columns=BASELINE)


def count_baseline(attributes, variables):
    """Describe the patients, variable by variable: the paper's Table 1.

    Parameters
    ----------
    attributes : DataFrame
        One row per patient, from `attributes.derive_attributes`.
    variables : list of Covariate
        What to describe, in order; one with a `unit` and no cut is described by its median and
        range, every other one by its levels.

    Returns
    -------
    DataFrame
        `variable, level, n, total, percent, median, low, high, missing`.
    """
    rows = [summarise_number(attributes[v.column], v.name) if is_continuous(v)
            else count_levels(derive_levels(attributes[v.column], v), v.name) for v in variables]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=BASELINE)


def count_eligibility(attributes, criteria):
    """Hold every patient against the eligibility criteria.

    Parameters
    ----------
    attributes : DataFrame
        One row per patient.
    criteria : sequence of Criterion
        A criterion is met when any of its columns satisfies it, unmet when all are known and
        none does, and unknown otherwise.

    Returns
    -------
    DataFrame
        `criterion, n_met, n_unmet, n_unknown`.

    Examples
    --------
    >>> from analysis.settings import Criterion
    >>> adult = Criterion("adult", ("age_years",), min=18)
    >>> count_eligibility(pd.DataFrame({"age_years": [17.0, 18.0, None]}), [adult]).values.tolist()
    [['adult', 1, 1, 1]]
    """
    rows = []
    for criterion in criteria:
        columns = attributes[list(criterion.columns)]
        met = columns.apply(meets, criterion=criterion).any(axis=1)
        unmet = ~met & columns.notna().all(axis=1)
        rows.append((criterion.label, met.sum(), unmet.sum(), (~met & ~unmet).sum()))
    return pd.DataFrame(rows, columns=["criterion", "n_met", "n_unmet", "n_unknown"])


def meets(values, criterion):
    """Say for each value whether it satisfies the rule of a criterion; missing does not."""
    met = values.notna()
    if criterion.levels is not None:
        met &= values.isin(criterion.levels)
    if criterion.min is not None:
        met &= values.astype(float) >= criterion.min
    if criterion.max is not None:
        met &= values.astype(float) <= criterion.max
    return met.astype(bool)


def summarise_intervals(attributes):
    """Summarise the months between the prior and the index treatment.

    Parameters
    ----------
    attributes : DataFrame
        With `pfs1_mo` and `interval_mo` where known.

    Returns
    -------
    DataFrame
        The columns of `count_levels`, one row per interval.
    """
    found = [summarise_number(attributes[c], c) for c in ("pfs1_mo", "interval_mo")
             if c in attributes and attributes[c].notna().any()]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=BASELINE)


def estimate_durations(endpoints):
    """Estimate the median follow-up and the median PFS1.

    Parameters
    ----------
    endpoints : DataFrame
        Long, as `Study.endpoints`.

    Returns
    -------
    DataFrame
        The columns of `survival.estimate_medians`, endpoints `follow-up` and `PFS1`, a row per
        method.
    """
    pfs1 = survival.estimate_medians(endpoints[endpoints["endpoint"] == "PFS1"])
    found = [f for f in (survival.estimate_followup(endpoints), pfs1) if len(f)]
    return pd.concat(found, ignore_index=True) if found else pfs1


def derive_flow_height_mm(screening, per_step=21):
    """Return the height of the flow diagram: every step needs room for its box and an arrow."""
    return per_step * max(len(screening) if screening is not None else 0, 1)


def plot_flow(screening, ax):
    """Draw the flow diagram: kept steps down the middle, exclusions to the right.

    Parameters
    ----------
    screening : DataFrame
        `step, reason, n` in order; a step named excluded leaves the column.
    ax : Axes

    Returns
    -------
    Axes
    """
    above = None
    for i, row in enumerate(screening.itertuples()):
        excluded = str(row.step).startswith("excluded")
        words = row.reason if excluded and pd.notna(row.reason) else capitalise(str(row.step))
        if not excluded and pd.notna(row.reason):
            words = f"{words}: {row.reason}"
        box = draw_box(ax, 0.75 if excluded else 0.27, -i, f"{style.wrap(words, 34)}\n"
                       f"{count(row.n, 'patient')}", excluded)
        if excluded:
            draw_arrow(ax, (0.27, -i), (0.75, -i), None, box)
            continue
        if above is not None:
            draw_arrow(ax, (0.27, above[0]), (0.27, -i), above[1], box)
        above = (-i, box)
    ax.set(xlim=(0, 1), ylim=(0.5 - len(screening), 0.5))
    ax.axis("off")
    return ax


def draw_box(ax, x, y, words, excluded):
    """Write words in a box of the flow diagram, dashed for an exclusion; return the box."""
    edge = {"boxstyle": "round,pad=0.6", "facecolor": "none", "linewidth": 1.2,
            "edgecolor": style.GREY if excluded else style.BLUE,
            "linestyle": "--" if excluded else "-"}
    text = ax.text(x, y, words, ha="center", va="center", bbox=edge, fontsize=9.5)
    return text.get_bbox_patch()


def draw_arrow(ax, start, end, from_box, to_box):
    """Draw an arrow of the flow diagram from edge to edge of its boxes."""
    ax.annotate("", end, start, arrowprops={
        "arrowstyle": "-|>", "color": style.INK, "linewidth": 1.2, "patchA": from_box,
        "patchB": to_box, "shrinkA": 0, "shrinkB": 0})


def plot_intervals(intervals, ax, attributes, labels):
    """Draw the months of each interval, a mark per patient and a line at the median.

    Parameters
    ----------
    intervals : DataFrame
        From `summarise_intervals`; its variables are drawn, in order.
    ax : Axes
    attributes : DataFrame
        With a column per variable, in months.
    labels : dict of str to str
        Variable to its name on the axis.

    Returns
    -------
    Axes
    """
    rng = np.random.default_rng(0)
    names = [labels.get(v, v) for v in intervals["variable"]]
    for i, column in enumerate(intervals["variable"]):
        values = attributes[column].dropna()
        ax.scatter(values, i + rng.uniform(-0.18, 0.18, len(values)), s=22, alpha=0.75,
                   color=style.GROUPS[i], marker=style.MARKERS[i], linewidths=0)
        ax.plot([values.median()] * 2, [i - 0.3, i + 0.3], color=style.INK, linewidth=1.6)
        ax.annotate(f"median {months(values.median())}", (values.median(), i + 0.32),
                    ha="center", va="bottom", fontsize=8.5)
    ax.set(yticks=range(len(names)), yticklabels=names, xlabel="Months",
           ylim=(-0.5, len(names) - 0.35))
    ax.set_xlim(left=0)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    return ax
