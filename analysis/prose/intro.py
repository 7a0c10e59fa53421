"""Sentences of the front page: what was asked, and the answers, quoted from the saved results."""

from __future__ import annotations

import pandas as pd

from analysis.display import (
    NOT_REACHED,
    capitalise,
    count,
    decapitalise,
    escape,
    hides_most,
    is_missing,
    level,
    link_doi,
    listing,
    months,
    number,
    percent,
    quote,
)
from analysis.prose.quoted import cite_limits

VISITS = {"baseline": "at baseline", "month_1": "after one month", "month_3": "after three months"}


def find_rows(results, chapter, name, **row):
    """Return the rows of a saved result that answer; an empty frame where there are none."""
    found = results.get((chapter, name), pd.DataFrame())
    for column, value in row.items():
        if column not in found:
            return pd.DataFrame()
        found = found[found[column].astype(str) == value]
    return found


def tell(row, column, *keys):
    """Quote a cell of a result's only row, which the values of `keys` select."""
    return quote(row, column, **{key: row[key].iloc[0] for key in keys})


def describe_question(study):
    """Say what the study asked, and in whom."""
    question = study.question or (
        f"How did patients with {study.disease} fare after {study.treatment}?")
    told = f"{count(len(study.patients), 'patient')} with {escape(study.disease)}"
    return (f"**{escape(' '.join(question.split()))}** The answers below come from {told} who "
            f"received {escape(study.treatment)}.")


def describe_status(study):
    """Say what the data are: made, or a study's own; and which paper reports them."""
    paper = link_doi(study.reference) if study.reference else ""
    if study.synthetic:
        like = (f", made so that the analyses of {paper} come as near to its printed numbers as "
                "the ledger shows") * bool(paper)
        return (f"The patients of this book do not exist: they are synthetic{like}. "
                + "Closeness to printed numbers is not closeness to people. " * bool(paper)
                + "No one should be treated by what is read here.")
    return f"The study is reported in {paper}." if paper else ""


def describe_profile(keeper):
    """Say what is withheld from a book that is shared."""
    if keeper is None:
        return ""
    return (f"This book is made to be shared. Counts of fewer than {keeper.threshold} patients are "
            f"withheld and printed as <{keeper.threshold}; so are counts from which they would "
            f"follow, printed as ≥{keeper.threshold}, and what was estimated from either. Curves "
            "move only where as many patients leave, and single patients are not drawn. Each "
            "chapter's list of what is withheld lies beside its results.".replace("<", "&lt;"))


def tell_share(row, *keys, sure=True):
    """Quote the count of a result's only row in its whole, with its limits where `sure`."""
    found = row.iloc[0]
    said = f"{tell(row, 'n', *keys)} of {tell(row, 'total', *keys)}"
    if pd.isna(found["percent"]):
        return said
    share = tell(row, "percent", *keys)
    if sure:
        unit = "%" * number(found["conf_high"], 1)[-1].isdigit()
        share += f", {level(found['conf_level'])} CI {cite_limits(found, keys)}{unit}"
    return f"{said} ({share})"


def answer_response(study, results):
    """Say how many responded, and in how many the disease was controlled."""
    rates = {c: find_rows(results, "efficacy", "response", assessment="after_rt", category=c)
             for c in ("ORR", "DCR")}
    if any(len(rows) != 1 for rows in rates.values()):
        return ""
    said = {c: tell_share(row, "assessment", "category") for c, row in rates.items()}
    return (f"**Response.** After {escape(study.treatment)} the tumours shrank or vanished in "
            f"{said['ORR']}, and the disease was under control in {said['DCR']}.")


def answer_survival(study, results):
    """Say the medians of progression-free and overall survival."""
    said = []
    for endpoint, words in (("PFS", "progression-free survival"), ("OS", "overall survival")):
        rows = find_rows(results, "survival", "medians", endpoint=endpoint, group="all",
                         method="log-log")
        if len(rows) == 1:
            row = rows.iloc[0]
            limits = cite_limits(row, ("endpoint", "group", "method"), 1, NOT_REACHED)
            median = ("was not reached" if is_missing(row["estimate"]) else
                      f"was {tell(rows, 'estimate', 'endpoint', 'group', 'method')} months")
            said.append(f"median {words} {median} ({level(row['conf_level'])} CI {limits})")
    return f"**Survival.** {capitalise(' and '.join(said))}." if said else ""


def answer_ratio(study, results):
    """Say in how many progression-free survival outlasted the treatment before."""
    rows = find_rows(results, "efficacy", "ratio", group="all")
    if len(rows) != 1 or not rows["total"].iloc[0]:
        return ""
    return (f"**Gain on the treatment before.** In {tell_share(rows, 'group')} progression-free "
            f"survival outlasted that on {escape(study.prior_treatment)} by the factor that counts "
            "as a benefit.")


def answer_safety(study, results):
    """Say how many had a severe adverse event, and which was commonest."""
    severe = find_rows(results, "safety", "patients", window="all", band="3-4")
    anything = find_rows(results, "safety", "patients", window="all", band="any")
    if len(severe) != 1 or len(anything) != 1:
        return ""
    if anything["n"].iloc[0] == 0:
        return ("**Safety.** No adverse event is recorded for "
                f"{count(anything['total'].iloc[0], 'patient')}.")
    terms = find_rows(results, "safety", "adverse_events", window="all", band="any")
    any_grade, worst = (tell_share(rows, "window", "band", sure=False)
                        for rows in (anything, severe))
    fatal = find_rows(results, "safety", "patients", window="all", band="5")
    died = (f" and of grade 5, fatal, in {tell_share(fatal, 'window', 'band', sure=False)}"
            if len(fatal) == 1 and fatal["n"].iloc[0] else "")
    return (f"**Safety.** {any_grade} had an adverse event; the worst was of grade 3–4 in {worst}"
            f"{died}{name_commonest(terms)}.")


def name_commonest(terms, most=3):
    """Name the commonest adverse event, or the few that share the first place."""
    if terms.empty or hides_most(terms["n"]) or not terms["n"].max() > 0:
        return ""
    first = terms[terms["n"] == terms["n"].max()].sort_values("term")
    share = tell(first.head(1), "percent", "term", "window", "band")
    said = [decapitalise(escape(term)) for term in first["term"]]
    if len(said) > most:
        return ""
    return (f"; the commonest event of any grade was {said[0]} ({share})" if len(said) == 1 else
            f"; the commonest events of any grade were {listing(said)} ({share} each)")


def answer_liver(study, results):
    """Say how many had the best grade of liver function at the first and at the last visit."""
    rows = find_rows(results, "albi", "grades", grade="1")
    test = find_rows(results, "albi", "tests", test="Friedman")
    if rows.empty:
        return ""
    ends = [rows.iloc[[i]] for i in sorted({0, len(rows) - 1})]
    said = [f"{escape(VISITS.get(row['visit'].iloc[0], row['visit'].iloc[0]))} in "
            f"{tell_share(row, 'visit', 'grade', sure=False)}"
            for row in ends if row["total"].iloc[0]]
    change = (f"; over all visits, Friedman's test gives {tell(test, 'p_value', 'test')}"
              if len(test) == 1 and not pd.isna(test["p_value"].iloc[0]) else "")
    return (f"**Liver function.** ALBI grade 1, the best, was found {' and '.join(said)}{change}."
            if said else "")


def answers(study, results):
    """Return the answers, a sentence each, that the saved results allow."""
    tellers = (answer_response, answer_survival, answer_ratio, answer_safety, answer_liver)
    said = [sentence for answer in tellers if (sentence := answer(study, results))]
    return said or ["No chapter of this book has saved a result that answers it yet."]


def overview_caption(curves):
    """Say what the figure shows."""
    words = {"PFS": "progression-free survival ({term}`PFS`)",
             "OS": "overall survival ({term}`OS`)"}
    shown = listing(words[level] for level in curves["level"].unique())
    return (f"Kaplan–Meier estimate of {shown}; a tick marks a patient followed no longer, dotted "
            "lines drop to the medians. NR: not reached.")


def overview_alt(results):
    """Return a function that says in words what the curves show."""
    def tell(curves):
        ends = curves.groupby("level", sort=False).last()
        said = [f"{level} ends at {percent(100 * row['estimate'], 0)} after "
                f"{months(row['time_mo'])}" for level, row in ends.iterrows()]
        medians = answer_survival(None, results).removeprefix("**Survival.** ")
        return f"Survival curves: {listing(said)}. {medians}"

    return tell
