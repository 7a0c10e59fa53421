"""Sentences and printed tables of the chapter on adverse events."""

from __future__ import annotations

import pandas as pd

from analysis.display import (
    capitalise,
    count,
    escape,
    level,
    listing,
    number,
    quote,
    select,
)
from analysis.prose.quoted import quote_cell, quote_count, quote_of
from analysis.safety import BANDS, WINDOWS

WHEN = {"acute": "acute", "late": "late", "all": "any time"}
CRITERIA = {"classic": "Classic RILD", "non_classic": "Non-classic RILD"}
RILD_CAPTION = "Patients held against the criteria of radiation-induced liver disease, n (%)."
VERDICTS = {"met": "Met", "progression": "Reached after progression",
            "not_met": "Not met", "unknown": "Cannot be judged"}


def name_band(band):
    """Name a grade band: ``grade 3–4``."""
    return "any grade" if band == "any" else f"grade {band.replace('-', '–')}"


def describe_share(patients, window, band):
    """Say how many patients have a window and band: ``12 of 36 (33.3%)``."""
    return quote_of(patients, window=window, band=band)


def takeaways(study, table, patients, screen):
    """Return the points to take away."""
    return [describe_patients(study, patients), describe_severe(patients),
            describe_frequent(table), " ".join(describe_rild(screen))]


def describe_patients(study, patients):
    """Say how many patients had any event, acute and late."""
    found = select(patients, window="all", band="any")
    if found["n"] == 0:
        return f"No adverse event is recorded for the {count(found['total'], 'patient')} treated."
    acute, late = (f"{quote(patients, 'n', window=w, band='any')} "
                   f"({quote(patients, 'percent', window=w, band='any')})"
                   for w in ("acute", "late"))
    treated = quote_count(patients, "total", "patient", window="all", band="any")
    return (f"Of {treated} who received {escape(study.treatment)}, "
            f"{acute} had an acute event and {late} a late one.")


def describe_severe(patients):
    """Say how many patients had grade 3–4 and grade 5 as their worst grade."""
    if select(patients, window="all", band="any")["n"] == 0:
        return ""
    severe = "Grade 3–4 was nobody's worst grade."
    if select(patients, window="all", band="3-4")["n"]:
        severe = (f"Worst grade 3–4: {describe_share(patients, 'all', '3-4')} at any time, "
                  f"{describe_share(patients, 'acute', '3-4')} acute, "
                  f"{describe_share(patients, 'late', '3-4')} late.")
    fatal = select(patients, window="all", band="5")["n"]
    return severe + (" No event was fatal." if fatal == 0 else
                     f" Fatal (grade 5): {describe_share(patients, 'all', '5')}.")


def describe_frequent(table, n_terms=3):
    """Say the most frequent terms."""
    rows = table[(table["window"] == "all") & (table["band"] == "any")].head(n_terms)
    if rows.empty:
        return ""
    said = [f"{escape(term)} in {quote_of(table, term=term, window='all', band='any')}"
            for term in rows["term"]]
    return f"Most frequent: {listing(said)}."


def describe_overlap(patients):
    """Say why the windows do not add up to the whole."""
    n = {w: select(patients, window=w, band="any")["n"] for w in WINDOWS}
    both = n["acute"] + n["late"] - n["all"]
    if not both > 0:
        return ""
    had, do = ("patient has", "counts") if both == 1 else ("patients have", "count")
    return (f"{number(both)} {had} events in both windows, and {do} in each of them but once in "
            "the last row.")


def describe_unplaced(unplaced):
    """Say which events are in no window."""
    n = unplaced.set_index("reason")
    said = []
    if n.at["unknown", "n_event"]:
        said.append(f"{capitalise(count(n.at['unknown', 'n_event'], 'event'))} without a known "
                    f"onset ({count(n.at['unknown', 'n_patient'], 'patient')}) "
                    f"{'counts' if n.at['unknown', 'n_event'] == 1 else 'count'} at any time, "
                    "neither as acute nor as late.")
    if n.at["before", "n_event"]:
        said.append(f"{capitalise(count(n.at['before', 'n_event'], 'event'))} with onset before "
                    f"the start ({count(n.at['before', 'n_patient'], 'patient')}) "
                    f"{'is' if n.at['before', 'n_event'] == 1 else 'are'} not counted.")
    if said or n.at["placed", "n_event"] == 0:
        return said
    return ["Every event has a known onset after the start."]


def describe_observed(observed, acute_days):
    """Say in how many patients a late event could be seen."""
    if observed.empty:
        return ""
    row = observed.iloc[0]
    rest = "" if row["n"] == row["total"] else "; nobody else could have shown a late event"
    return (f"Still under observation after day {number(acute_days)}: "
            f"{quote_of(observed)}{rest}.")


def patients_table(patients):
    """Return patients by window and worst grade as printed cells."""
    cells = [(capitalise(WHEN[window]), *(quote_some(patients, window=window, band=band)
                                       for band in BANDS))
             for window in WINDOWS]
    return pd.DataFrame(cells, columns=["Onset", *(capitalise(name_band(b)) for b in BANDS)])


def quote_some(result, **row):
    """Quote a count with its percentage beside it, and 0 alone for nobody."""
    return quote_cell(result, **row) if select(result, **row)["n"] else quote(result, "n", **row)


def events_table(table):
    """Return the adverse events as printed cells: a row per term, most frequent first.

    Parameters
    ----------
    table : DataFrame
        From `safety.count_adverse_events`.

    Returns
    -------
    DataFrame of str
        Term, then `n (%)` by window and band; grade 5 only where it occurs.
    """
    fatal = set(table.loc[(table["band"] == "5") & (table["n"] > 0), "window"])
    columns = [(w, b) for w in ("acute", "late") for b in BANDS[1:] if b != "5" or w in fatal]
    columns += [("all", "any")]
    cells = [(term, *(quote_some(rows, term=term, window=w, band=b) for w, b in columns))
             for term, rows in table.groupby("term", sort=False)]
    names = [f"{capitalise(WHEN[w])}, {name_band(b)}" for w, b in columns]
    return pd.DataFrame(cells, columns=["Term", *names])


def butterfly_caption(table, n_terms, acute_days):
    """Name what the butterfly chart shows."""
    terms = table["term"].nunique()
    which = (f"the {number(n_terms)} most frequent of {number(terms)} terms" if terms > n_terms
             else "all terms")
    return (f"Patients with adverse events, {which}: onset up to day {number(acute_days)} to the "
            "left, later to the right. The number at the end of a bar counts its patients, a "
            f"number inside those of {name_band('3-4')} or worse.")


def butterfly_alt(table):
    """Say the butterfly chart in words."""
    said = []
    for window in ("acute", "late"):
        rows = table[(table["window"] == window) & (table["band"] == "any") & (table["n"] > 0)]
        rows = rows.sort_values("n", ascending=False, kind="stable").head(3)
        said.append(f"{capitalise(window)}: " + (listing(
            f"{escape(r.term)} {r.n}" for r in rows.itertuples()) if len(rows) else "none"))
    return ("Bars of patients per term, acute to the left and late to the right, severe grades "
            f"next to the middle. Most frequent, in patients. {'; '.join(said)}.")


def describe_onset(onsets):
    """Say when the first event and the first severe event began."""
    said = []
    for band, words in (("any", "The first event"), ("3-5", "The first event of grade 3 or worse")):
        row = {"scope": "patient", "band": band}
        n = select(onsets, **row)["n"]
        day, low, high = (quote(onsets, f"{c}_day", **row) for c in ("median", "low", "high"))
        if n == 1:
            said.append(f"{words} of the one patient who had any began on day {day}.")
        elif n:
            said.append(f"{words} began on day {day} in the median (range {low} to {high}) of "
                        f"{quote_count(onsets, 'n', 'patient', **row)} who had any.")
    return said or ["No onset is known."]


def onset_caption(n_terms, acute_days):
    """Name what the plot of onsets shows."""
    return (f"Day of the first onset of the most frequent terms (at most {number(n_terms)}), a "
            f"mark per patient and term, graded by shape; the dashed line is day "
            f"{number(acute_days)}.")


def onset_alt(onsets):
    """Say the plot of onsets in words."""
    return "Marks on a line of days per term. " + " ".join(describe_onset(onsets))


def rild_table(screen):
    """Return the screen as printed cells."""
    cells = [(CRITERIA[criterion], *(quote_some(screen, criterion=criterion, verdict=v)
                                     for v in VERDICTS))
             for criterion in screen["criterion"].unique()]
    return pd.DataFrame(cells, columns=["Criterion", *VERDICTS.values()])


def explain_rild(screen):
    """Say what the screen for radiation-induced liver disease asks, where there is one."""
    if screen is None or len(screen) == 0:
        return []
    return ["Radiation-induced liver disease ({term}`RILD`) has two faces "
            "{cite:p}`lawrence1995,pan2010`: the *classic* form is ascites without tumour as its "
            "cause, with a marked rise of alkaline phosphatase; the *non-classic* one is a steep "
            "rise of transaminases.",
            "Both are diagnoses of exclusion, so a rise after documented progression is counted "
            "apart.",
            "The rise of transaminases is measured from the upper limit of normal, or from the "
            "patient's own value where that was above the limit before treatment."]


def describe_rild(screen):
    """Say for each criterion whether anybody met it, and what the data leave open."""
    said = []
    for criterion, rows in screen.groupby("criterion"):
        met, unknown = ({"criterion": criterion, "verdict": v} for v in ("met", "unknown"))
        found, name = select(rows, **met), CRITERIA[criterion]
        if found["n_judged"] == 0:
            said.append(f"{name} cannot be judged in any patient: the values are missing.")
            continue
        who = quote(screen, "n", **met) if found["n"] else "none"
        low, high = (quote(screen, c, 1, **met) for c in ("conf_low", "conf_high"))
        limits = f"{low}% to {high}%" if found["n"] else f"up to {high}%"
        judged = quote_count(screen, "n_judged", "patient", **met)
        gap = (f"; {quote(screen, 'n', **unknown)} cannot be judged"
               if select(rows, **unknown)["n"] else "")
        said.append(f"{name}: {who} of {judged} who can be judged (exact "
                    f"{level(found['conf_level'])} CI {limits}){gap}.")
    return said


def read_addresses(published):
    """Read the addresses of the printed counts of terms: a row each, `term, window, band, …`."""
    rows = published[(published["chapter"] == "safety") & (published["column"] == "n")
                     & (published["result"] == "adverse_events")]
    keys = pd.DataFrame([dict(part.strip().split("=", 1) for part in row.split(";"))
                         for row in rows["row"]], index=rows.index)
    keys = keys.reindex(columns=["term", "window", "band"])
    return rows.reindex(columns=["value", "status", "note"]).join(keys)


def paper_bands(study, n_cases=2):
    """Say why the printed columns of grades cannot be nested, where they cannot.

    A printed count that is compared with grade 1–2 but is smaller than the one of grade 3–4 of the
    same term and window shows that its column does not hold every grade. The notes of counts of
    any grade that are declared contradicted follow.
    """
    published = study.published
    if published is None or not {"chapter", "result", "row", "column"} <= set(published):
        return ""
    printed = read_addresses(published)
    wide = printed.assign(value=pd.to_numeric(printed["value"], errors="coerce")).pivot_table(
        index=["term", "window"], columns="band", values="value", sort=False)
    if not {"1-2", "3-4"} <= set(wide):
        return ""
    text = ("Of the two printed columns of each window, the first is compared with grade 1–2, not "
            "with every grade.")
    smaller = wide[wide["1-2"] < wide["3-4"]].sort_values("3-4", ascending=False, kind="stable")
    if len(smaller):
        cases = listing(f"{escape(term)} ({window}, {number(r['1-2'])} beside {number(r['3-4'])})"
                        for (term, window), r in smaller.head(n_cases).iterrows())
        more = len(smaller) > n_cases
        among = f"in {count(len(smaller), 'row')}, among them " if more else "for "
        text += (" A column of every grade could not hold fewer patients than its severe part, as "
                 f"it would {among}{cases}. Read that way the table does not agree as printed; "
                 "read as grade 1–2 it does.")
    stated = printed[(printed["band"] == "any") & (printed["status"] == "contradicted")]
    return " ".join([text, *(escape(note) for note in stated["note"].dropna().unique())])
