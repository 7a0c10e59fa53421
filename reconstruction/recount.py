"""Recount the patients of the written CSV files: Tables 1 to 3 and the counts of the text."""

from __future__ import annotations

import pandas as pd

MONTH = 30.4375
#: covariate: (label of 0, label of 1)
LABELS = {
    "viral_hepatitis": ("negative", "positive"), "ecog": ("0–1", "2"),
    "afp": ("<400 ng/mL", "≥400 ng/mL"), "child_pugh": ("A", "B"), "albi": ("1", "2"),
    "portal_invasion": ("absent", "present"), "extrahepatic_spread": ("absent", "present"),
    "hepatectomy": ("absent", "present"), "local_treatment": ("absent", "present"),
    "diameter": ("<10 cm", "≥10 cm"), "tumour_number": ("<3", "≥3"), "sex": ("male", "female"),
    "first_line": ("≥2", "1"),
}
OUTSIDE = {"bone_soft_tissue", "lymph_node", "other"}


def share(n, total):
    """Return count, percentage and total as the columns that name them."""
    return {"n": int(n), "percent": 100 * n / total, "total": total}


def describe(values):
    """Return median and range as the columns that name them."""
    return {"median": values.median(), "low": values.min(), "high": values.max(),
            "missing": values.isna().sum()}


def name_cells(key, cells):
    """Yield (key with column, value) for each cell."""
    for column, value in cells.items():
        yield (*key, column), value


def recount_baseline(tables, exposures):
    """Yield (key, value) of Table 1."""
    p, n = tables["patients"], len(tables["patients"])
    for covariate, labels in LABELS.items():
        name = "ici_line" if covariate == "first_line" else covariate
        for level, label in enumerate(labels):
            yield from name_cells((name, label), share((exposures[covariate] == level).sum(), n))
    for column, name in (("disease_status", "disease_status"), ("centre", "centre")):
        for level, count in p[column].value_counts().items():
            yield from name_cells((name, level), share(count, n))
    yield from name_cells(("age",), describe(p["age_years"]) | {"total": n})
    yield from name_cells(("interval",),
                          describe((p["rt_start"] - p["ici_start"]).dt.days / MONTH))


def recount_treatment(tables):
    """Yield (key, value) of Table 2 and of the departures from the plan."""
    rows, n = tables["radiotherapy"], len(tables["patients"])
    sites = rows.groupby("patient_id")["site"].agg(set)
    courses = rows.drop_duplicates("patient_id")
    per_fraction = courses["dose_gy"] / courses["fractions"]
    bed = courses["dose_gy"] * (1 + per_fraction / 10)
    for site in rows["site"].unique():
        yield from name_cells(("site", site), share(sites.map(lambda s, x=site: x in s).sum(), n))
    for name, values in (("dose_gy", courses["dose_gy"]), ("fractions", courses["fractions"]),
                         ("bed10_gy", bed)):
        yield from name_cells((name,), describe(values))
    for technique, count in courses["technique"].value_counts().items():
        yield from name_cells(("technique", technique), share(count, n))
    liver = sites[sites.map(lambda s: "liver" in s)]
    both = liver.map(lambda s: bool(s & OUTSIDE)).sum()
    yield ("liver_target", "liver only", "n"), len(liver) - both
    yield ("liver_target", "liver and extrahepatic", "n"), both
    yield ("completed", "completed", "n"), courses["completed"].sum()
    yield ("completed", "stopped early", "n"), (~courses["completed"]).sum()
    p = tables["patients"]
    yield from name_cells(("stopped_early",), describe(courses.loc[~courses["completed"],
                                                                   "dose_gy"]))
    yield from name_cells(("paused",), describe(p["systemic_pause_weeks"].dropna()))
    yield ("switched", "n"), p["ici_switched"].sum()


def recount_efficacy(tables, times):
    """Yield (key, value) of Table 3, the PFS ratio, disease control and the case."""
    p, n = tables["patients"], len(tables["patients"])
    for name, column in (("before_rt", "response_ici"), ("after_rt", "response_rt")):
        groups = {c: [c] for c in ("CR", "PR", "SD", "PD")} | {
            "ORR": ["CR", "PR"], "DCR": ["CR", "PR", "SD"]}
        for category, members in groups.items():
            yield from name_cells((name, category), share(p[column].isin(members).sum(), n))
    gain = times["PFS"][0] >= 1.3 * times["PFS1"][0]
    for key, mask in ((("all", "all"), gain.notna()),
                      (("disease_status", "PEL or NL"), p["disease_status"] != "RL"),
                      (("response_rt", "PD"), p["response_rt"] == "PD")):
        yield from name_cells((*key,), share(gain[mask].sum(), int(mask.sum())))
    control = p["response_rt"].isin(["CR", "PR", "SD"])
    measures = {"disease_control": control, "disease_free": p["disease_free"],
                "disease_free_after_surgery": p["disease_free"] & p["downstaging_surgery"],
                "disease_control_after_local_treatment": control & p["prior_local_treatment"]}
    groups = {("all", "all"): pd.Series(True, p.index)} | {
        ("disease_status", s): p["disease_status"] == s for s in ("RL", "PEL")}
    for key, mask in groups.items():
        for measure, flags in measures.items():
            yield from name_cells((*key, measure), share(flags[mask].sum(), int(mask.sum())))
    case = p[p["lesion_count"].notna()].iloc[0]
    for attribute in ("age_years", "ici_cycles_before_rt", "ici_cycles_after_rt", "lesion_count",
                      "irradiated_lesion_count"):
        yield (attribute, "value"), case[attribute]
    yield ("dfs_mo", "value"), (case["last_followup"] - case["surgery"]).days / MONTH
