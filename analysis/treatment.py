"""Radiotherapy as given: sites, courses, biologically effective dose, agents, departures."""

from __future__ import annotations

import pandas as pd

from analysis.cohort import BASELINE, count_levels, summarise_number
from analysis.schema import SITES, TECHNIQUES

LIVER_TARGETS = ("liver only", "liver and extrahepatic")
COURSE = ["technique", "fractions", "dose_gy"]
DOSES = ["dose_gy", "fractions", "dose_per_fraction_gy", "bed10_gy", "eqd2_gy"]


def derive_bed(radiotherapy, alpha_beta_gy=10.0):
    """Add dose per fraction, biologically effective dose (BED) and its equivalent in 2 Gy.

    Parameters
    ----------
    radiotherapy : DataFrame
        Rows with `fractions` (n) and `dose_gy` (total, D, Gy).
    alpha_beta_gy : float, default 10
        α/β ratio of the tissue, Gy.

    Returns
    -------
    DataFrame
        The same rows with `dose_per_fraction_gy` (d = D/n), `bed10_gy` (D·(1 + d/(α/β))),
        `eqd2_gy` (BED/(1 + 2/(α/β))), all in Gy, and `alpha_beta_gy`. `bed10_gy` keeps its name
        for another α/β; `alpha_beta_gy` says which was used.

    Raises
    ------
    ValueError
        If `alpha_beta_gy` is not above zero.

    Notes
    -----
    Linear-quadratic model without a term for repopulation or overall time. A row without dose or
    fractions keeps NaN.

    References
    ----------
    Fowler JF. Br J Radiol 1989;62:679-94. doi:10.1259/0007-1285-62-740-679

    Examples
    --------
    >>> import pandas as pd
    >>> derive_bed(pd.DataFrame({"fractions": [11.0], "dose_gy": [27.5]}))["bed10_gy"].tolist()
    [34.375]
    """
    if not alpha_beta_gy > 0:
        raise ValueError(f"alpha_beta_gy must be above 0 Gy, not {alpha_beta_gy}")
    given = radiotherapy.reindex(columns=["fractions", "dose_gy"]).astype(float)
    per_fraction = given["dose_gy"] / given["fractions"]
    bed = given["dose_gy"] * (1 + per_fraction / alpha_beta_gy)
    return radiotherapy.assign(dose_per_fraction_gy=per_fraction, bed10_gy=bed,
                               eqd2_gy=bed / (1 + 2 / alpha_beta_gy),
                               alpha_beta_gy=float(alpha_beta_gy))


def derive_courses(patients, radiotherapy, alpha_beta_gy=10.0):
    """Reduce the rows per site group to the one course that stands for each patient.

    Parameters
    ----------
    patients : DataFrame
        One row per patient; a patient without a radiotherapy row stays, with everything missing.
    radiotherapy : DataFrame
        One row per irradiated site group.
    alpha_beta_gy : float, default 10
        α/β ratio, Gy.

    Returns
    -------
    DataFrame
        One row per patient: `patient_id, technique, fractions, dose_gy, dose_per_fraction_gy,
        bed10_gy, eqd2_gy, alpha_beta_gy, n_course` (different courses with a known dose),
        `completed`.

    Notes
    -----
    Site groups irradiated together repeat their course, so equal rows are one course and doses are
    never added up. Where the rows differ, the course with the highest BED stands for the patient;
    a row without dose counts only when the patient has no other. `completed` is false when any row
    is false, and missing when none is false and any is missing.
    """
    rows = derive_bed(radiotherapy.reindex(
        columns=radiotherapy.columns.union([*COURSE, "completed"], sort=False)), alpha_beta_gy)
    best = (rows.sort_values("bed10_gy", ascending=False, na_position="last", kind="stable")
            .drop_duplicates("patient_id"))
    grouped = rows.groupby("patient_id")
    known = rows.dropna(subset="bed10_gy").drop_duplicates(["patient_id", *COURSE])
    courses = best[["patient_id", *COURSE, *DOSES[2:], "alpha_beta_gy"]].assign(
        n_course=lambda f: f["patient_id"].map(known["patient_id"].value_counts()),
        completed=lambda f: f["patient_id"].map(
            grouped["completed"].agg(lambda c: c.astype("boolean").all(skipna=False))))
    courses = patients[["patient_id"]].merge(courses, on="patient_id", how="left")
    return courses.astype({"completed": "boolean"})


def count_named(variable, values, order):
    """Count those levels of `order` that anybody has, one value per patient."""
    present = [level for level in order if (values == level).any()]
    return count_levels(pd.Series(pd.Categorical(values, categories=present, ordered=True)),
                        variable)


def count_sites(patients, radiotherapy):
    """Count patients per irradiated site group; a patient with two groups stands in both.

    Returns
    -------
    DataFrame
        Rows of the summary: `site`, and `liver_target`, which splits the patients with irradiated
        liver lesions by whether a site outside the liver was irradiated as well.
    """
    if "site" not in radiotherapy:
        return pd.DataFrame(columns=BASELINE)
    known = radiotherapy.dropna(subset="site")
    sites = known.groupby("patient_id")["site"].agg(set)
    counts = known.groupby("site")["patient_id"].nunique().reindex(SITES).dropna()
    table = pd.DataFrame({"variable": "site", "level": counts.index,
                          "n": counts.to_numpy(dtype=int), "total": len(patients),
                          "percent": 100 * counts.to_numpy() / len(patients),
                          "missing": len(patients) - len(sites)}, columns=BASELINE)
    liver = sites[sites.map(lambda s: "liver" in s).astype(bool)]
    outside = {"bone_soft_tissue", "lymph_node", "other"}
    target = liver.map(lambda s: "liver and extrahepatic" if s & outside else "liver only")
    return stack([table, count_named("liver_target", target, LIVER_TARGETS)])


def stack(tables):
    """Put summary tables under each other."""
    rows = [row for table in tables for row in table.to_dict("records")]
    return pd.DataFrame(rows, columns=BASELINE)


def count_treatment(patients, radiotherapy, courses):
    """Summarise the radiotherapy: sites, doses, technique, completion.

    Parameters
    ----------
    patients, radiotherapy : DataFrame
        Tables of the contract.
    courses : DataFrame
        From `derive_courses`.

    Returns
    -------
    DataFrame
        `variable, level, n, total, percent, median, low, high, missing`; doses in Gy. An attribute
        that no patient has is left out.

    Notes
    -----
    As in Table 1, `total` are all patients and `missing` those of them without a value; only
    `liver_target` is of the patients with irradiated liver lesions.
    """
    completed = courses["completed"].map({True: "completed", False: "stopped early"})
    several = courses["n_course"].gt(1).map({True: "several", False: "one"}).where(
        courses["n_course"].notna())
    parts = [count_sites(patients, radiotherapy),
             *(summarise_number(courses[name], name) for name in DOSES),
             count_named("technique", courses["technique"], TECHNIQUES),
             count_named("completed", completed, ["completed", "stopped early"]),
             count_named("courses", several, ["one", "several"])]
    return stack([part for part in parts if part["n"].sum() > 0])
