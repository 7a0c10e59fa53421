"""Sentences and printed tables of the chapter on the radiotherapy as given."""

from __future__ import annotations

import pandas as pd

from analysis import display
from analysis.display import capitalise, count, escape, interval, listing, quote, select
from analysis.prose.quoted import quote_cell, quote_count, quote_of

SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

#: what the levels of the contract are called where study.yml gives no label
SITES = {"PVTT_HVTT": "tumour thrombus of the portal or hepatic vein", "liver": "liver lesions",
         "bone_soft_tissue": "bone or soft tissue", "lymph_node": "lymph nodes",
         "other": "other sites"}
HEADINGS = {"site": "Irradiated site", "liver_target": "Where liver lesions were irradiated",
            "technique": "Technique", "completed": "Course", "courses": "Courses recorded"}


def name_bed(alpha_beta_gy):
    """Name the biologically effective dose by its α/β, in Gy: ``BED₁₀``."""
    if float(alpha_beta_gy).is_integer():
        return f"BED{display.number(alpha_beta_gy, 0).translate(SUBSCRIPT)}"
    return f"BED (α/β = {alpha_beta_gy:g} Gy)"


def name_doses(alpha_beta_gy):
    """Name the rows of doses."""
    return {"dose_gy": "Total dose, Gy", "fractions": "Fractions",
            "dose_per_fraction_gy": "Dose per fraction, Gy",
            "bed10_gy": f"{name_bed(alpha_beta_gy)}, Gy", "eqd2_gy": "EQD2, Gy"}


def name_level(study, variable, level):
    """Name a site as study.yml does, else as the contract does; other levels name themselves."""
    return study.labels.get(level, SITES.get(level, level)) if variable == "site" else level


def quote_range(result, **row):
    """Quote a median and range, ``48 [24–70]``; the value alone where there is only one."""
    found, middle = select(result, **row), quote(result, "median", **row)
    if found["low"] == found["high"]:
        return middle
    return f"{middle} [{quote(result, 'low', **row)}–{quote(result, 'high', **row)}]"


def has(summary, variable, level=None):
    """Say whether the summary describes a variable, or one of its levels."""
    rows = summary[summary["variable"] == variable]
    return len(rows) > 0 if level is None else (rows["level"] == level).any()


def takeaways(study, summary, departures, alpha_beta_gy):
    """Return the points to take away."""
    return [describe_sites(study, summary), describe_dose(summary, alpha_beta_gy),
            describe_course(study, summary, departures)]


def describe_sites(study, summary):
    """Say which sites were irradiated most often."""
    rows = summary[summary["variable"] == "site"].sort_values("n", ascending=False, kind="stable")
    if rows.empty:
        return "The irradiated sites are not recorded."
    said = [f"{escape(name_level(study, 'site', level))} in "
            f"{quote_of(summary, variable='site', level=level)}" for level in rows["level"][:2]]
    return f"Most often irradiated: {listing(said)}."


def describe_median(summary, variable, unit=""):
    """Say the median and range of a dose; the value alone of a single patient."""
    row = {"variable": variable}
    said = f"{quote(summary, 'median', **row)}{unit}"
    if select(summary, **row)["n"] == 1:
        return said
    return f"{said} (range {quote(summary, 'low', **row)} to {quote(summary, 'high', **row)})"


def describe_dose(summary, alpha_beta_gy):
    """Say the doses by their median and range."""
    if not has(summary, "bed10_gy"):
        return "No patient has both a total dose and a number of fractions on record."
    n = select(summary, variable="bed10_gy")["n"]
    middle = "" if n == 1 else "median "
    known = quote_count(summary, "n", "patient", variable="bed10_gy")
    return (f"In {known} with dose details: {middle}total dose "
            f"{describe_median(summary, 'dose_gy', ' Gy')}, {middle}number of fractions "
            f"{describe_median(summary, 'fractions')}, {middle}{name_bed(alpha_beta_gy)} "
            f"{describe_median(summary, 'bed10_gy', ' Gy')}.")


def describe_course(study, summary, departures):
    """Say how many completed their course."""
    if not has(summary, "completed"):
        return ""
    what = capitalise(escape(study.treatment))
    if not has(summary, "completed", "stopped early"):
        return f"{what} was completed by every patient for whom this is recorded."
    return f"{what} was stopped early in {quote_of(departures, departure='stopped_early')}."


def describe_missing_dose(summary):
    """Say how many patients are in no dose because their details are missing."""
    if not has(summary, "bed10_gy"):
        return ""
    row = {"variable": "bed10_gy"}
    if select(summary, **row)["missing"] == 0:
        return "Dose and fractions are known for every patient."
    return (f"Dose or fractions are not recorded for {quote(summary, 'missing', **row)} of "
            f"{quote(summary, 'total', **row)}: in no median and on no mark of the figure, but "
            "counted in every other row.")


def describe_several(summary):
    """Say how many patients had courses that differ."""
    if not has(summary, "courses", "several"):
        return "No patient has two courses that differ."
    n = quote(summary, "n", variable="courses", level="several")
    return (f"Patients with two or more courses that differ: {n}; the course with the highest BED "
            "stands for each of them.")


def summary_table(study, summary, alpha_beta_gy):
    """Return the summary as printed cells: characteristic, value, missing.

    Parameters
    ----------
    study : Study
    summary : DataFrame
        From `treatment.count_treatment`.
    alpha_beta_gy : float
        α/β, for the name of the BED.

    Returns
    -------
    DataFrame of str
    """
    doses = name_doses(alpha_beta_gy)
    cells = []
    for variable, rows in summary.groupby("variable", sort=False):
        keys = [{"variable": variable, "level": level} for level in rows["level"]]
        missing = quote(summary, "missing", **keys[0])
        if variable in doses:
            cells.append((f"{doses[variable]}, median [range]", quote_range(summary, **keys[0]),
                          missing))
        elif variable != "courses" or "several" in set(rows["level"]):
            total = rows["total"].iloc[0]
            whole = "" if total == len(study.patients) else f" (n = {total})"
            cells.append((f"{HEADINGS[variable]}{whole}, n (%)", "", missing))
            cells += [(f"\u2003{name_level(study, variable, key['level'])}",
                       quote_cell(summary, **key), "") for key in keys]
    header = f"All patients (n = {len(study.patients)})"
    return pd.DataFrame(cells, columns=["Characteristic", header, "Missing"])


def describe_schedule(row):
    """Say one schedule: ``48 Gy in 16 fractions``."""
    return f"{display.number(row.dose_gy)} Gy in {count(row.fractions, 'fraction')}"


def describe_schedules(schedules):
    """Say how many schedules there are and which was most frequent."""
    if schedules.empty:
        return ""
    plain = schedules.groupby(["dose_gy", "fractions"], as_index=False)["n"].sum()
    top = plain[plain["n"] == plain["n"].max()]
    many = f"{count(len(plain), 'combination')} of dose and fractions were used"
    if len(plain) == 1:
        return f"All had {describe_schedule(top.iloc[0])} ({count(top['n'].iloc[0], 'patient')})."
    if plain["n"].max() == 1:
        return f"{many}, each in one patient."
    said = listing(describe_schedule(r) for r in top.itertuples())
    each = "each in " if len(top) > 1 else ""
    return f"{many}, most often {said} ({each}{count(top['n'].iloc[0], 'patient')})."


def schedules_alt(schedules):
    """Say the plot of schedules in words."""
    ends = [f"{display.number(x)} Gy" for x in schedules["bed10_gy"].agg(["min", "max"])]
    by = schedules.assign(technique=schedules["technique"].fillna("not recorded"))
    by = by.groupby("technique", sort=False)["n"].sum()
    who = listing(f"{escape(t)} for {count(n, 'patient')}" for t, n in by.items())
    return (f"Total dose against number of fractions, with dashed lines of equal biologically "
            f"effective dose, which is {' to '.join(dict.fromkeys(ends))} in these patients. "
            f"Techniques: {who}. {describe_schedules(schedules)}")


def schedules_caption(schedules):
    """Name what the plot of schedules shows."""
    alpha_beta = schedules["alpha_beta_gy"].iloc[0]
    return (f"Total dose against fractions, with lines of equal {name_bed(alpha_beta)}. A mark is "
            "one schedule and grows with its patients; the number in it counts them.")


def name_class(study, name):
    """Name a class of agents as study.yml does, else by the treatment that it belongs to."""
    own = {"ici_agent": f"{study.prior_treatment_short} agent",
           "antiangiogenic_agent": "antiangiogenic agent"}
    return capitalise(study.labels.get(name, own[name]))


def describe_agents(study, agents):
    """Say the most frequent agent of each class."""
    said = []
    for name, rows in agents.groupby("class", sort=False):
        top = rows.iloc[0]
        gap = f"; not recorded for {count(top['missing'], 'patient')}" if top["missing"] else ""
        share = quote_of(agents, **{"class": name, "agent": top["agent"]})
        which = escape(name_class(study, name))
        said.append(f"{which}: {escape(top['agent'])} in {share}, the most frequent of "
                    f"{len(rows)}{gap}." if len(rows) > 1 else
                    f"{which}: only {escape(top['agent'])}, in {share}{gap}.")
    return said


def agents_table(study, agents):
    """Return the agents as printed cells."""
    cells = []
    for name, rows in agents.groupby("class", sort=False):
        keys = [{"class": name, "agent": agent} for agent in rows["agent"]]
        cells.append((f"{name_class(study, name)}, n (%)", "",
                      quote(agents, "missing", **keys[0])))
        cells += [(f"\u2003{key['agent']}", quote_cell(agents, **key), "") for key in keys]
    return pd.DataFrame(cells, columns=["Agent", "Patients", "Missing"])


def combinations_alt(pairs):
    """Say the chart of combinations in words."""
    top = pairs[pairs["n"] == pairs["n"].max()]
    said = listing(f"{escape(r.ici_agent)} with {escape(r.antiangiogenic_agent)}"
                   for r in top.itertuples())
    return (f"A grid with a disc for each combination of agents that occurs, {len(pairs)} in all; "
            f"most frequent: {said} ({count(top['n'].iloc[0], 'patient')}"
            f"{' each' if len(top) > 1 else ''}).")


def name_departures(study):
    """Name the departures in the words of the study."""
    short = study.prior_treatment_short
    return {"stopped_early": f"{study.treatment} stopped early",
            "dose_outside": "total dose outside the range planned for the technique",
            "fractions_outside": "fractions outside the range planned for the technique",
            "paused": "systemic treatment paused", "switched": f"{short} interrupted and switched"}


def departures_table(study, departures):
    """Return the departures as printed cells."""
    names = name_departures(study)
    units = {"stopped_early": "Gy", "paused": "weeks"}
    cells = [(capitalise(names[r.departure]), quote_of(departures, departure=r.departure),
              "" if pd.isna(r.median) else
              f"{quote_range(departures, departure=r.departure)} {units[r.departure]}",
              quote(departures, "unknown", departure=r.departure))
             for r in departures.itertuples()]
    header = ["Departure", "Patients", "Given or paused, median [range]", "Not known"]
    table = pd.DataFrame(cells, columns=header)
    return table if (table[header[2]] != "").any() else table.drop(columns=header[2])


def describe_departures(study, departures):
    """Say which departure was most frequent, and which did not occur."""
    if departures.empty:
        return []
    names = name_departures(study)
    seen = departures[departures["n"] > 0]
    none = [escape(names[d]) for d in departures.loc[departures["n"] == 0, "departure"]]
    said = []
    if len(seen):
        top = seen.loc[seen["n"].idxmax()]
        said.append(f"Most frequent: {escape(names[top['departure']])}, in "
                    f"{quote_of(departures, departure=top['departure'])}.")
    if none:
        said.append(f"In nobody: {listing(none)}.")
    if not study.protocol:
        said.append("The study declares no ranges of dose and fractions, so none is checked.")
    return said


def describe_protocol(study):
    """Say the declared ranges of each technique."""
    units = {"dose_gy": "Gy", "fractions": "fractions"}
    said = [f"{escape(technique)}: " + listing(
        f"{interval(*limits, None)} {units[column]}" for column, limits in ranges.items())
        for technique, ranges in study.protocol.items()]
    return f"Declared ranges. {'; '.join(said)}." if said else ""
