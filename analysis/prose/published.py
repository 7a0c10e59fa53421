"""Sentences and printed tables on how the recomputed numbers stand to the printed ones."""

from __future__ import annotations

import string

import pandas as pd

from analysis.display import capitalise, count, escape, listing, of_total
from analysis.ledger import STATUSES, score

FIRM = ["exact", "close", "off"]


def describe_score(ledger):
    """Say how many printed numbers there are and how each stands."""
    if ledger.empty:
        return "No printed number is recomputed here."
    n = ledger["status"].value_counts()
    said = [f"{n[s]} {s}" for s in STATUSES if n.get(s, 0)]
    return f"Of {count(len(ledger), 'printed number')}, {listing(said)}."


def describe_chapter(ledger, chapter):
    """Say the score of one chapter's own numbers, and name those that are off."""
    own = ledger[(ledger["chapter"] == chapter) & (ledger["kind"] == "result")]
    if own.empty:
        return ""
    off = own[own["status"] == "off"]
    worst = (f" Off: {listing(off['where'].drop_duplicates())}." if len(off) else "")
    return (f"**Held against the paper.** {describe_score(own)}{worst} "
            "The chapter on the published numbers lists every one.")


def takeaways(ledger):
    """Return the points to take away from the whole ledger."""
    results = ledger[ledger["kind"] == "result"]
    recomputed = results[results["status"].isin(FIRM)]
    exact = (recomputed["status"] == "exact").sum()
    near = recomputed["status"].isin(["exact", "close"]).sum()
    contradicted = (results["status"] == "contradicted").sum()
    points = [
        f"Of the results that can be recomputed, {of_total(exact, len(recomputed))} agree with "
        "print at every printed decimal.",
        f"{capitalise(of_total(near, len(recomputed)))} agree within one unit of the last printed "
        "digit or 5%."]
    if contradicted:
        verb = "does" if contradicted == 1 else "do"
        points.append(f"{count(contradicted, 'printed number')} {verb} not agree as printed with "
                      "another printed number; the notes give the arithmetic.")
    return points


def score_table(ledger):
    """Return the score by place of print, with a total, as printed cells."""
    scored = score(ledger)
    total = scored.drop(columns="where").sum()
    scored = pd.concat([scored, total.to_frame().T.assign(where="All")], ignore_index=True)
    shown = scored.astype(str).mask(scored.eq(0), "·")
    return shown.rename(columns={"where": "Place", "n": "Numbers"} |
                        {s: capitalise(s) for s in STATUSES})


def list_inexact(ledger):
    """List every number that is not exact, with the letter of its note."""
    rows = ledger[(ledger["status"] != "exact") & (ledger["kind"] != "restatement")]
    notes = rows["note"].mask(rows["note"] == "")
    letters = string.ascii_lowercase
    return rows.assign(letter=[letters[k % len(letters)] * (1 + k // len(letters))
                               if k >= 0 else "" for k in pd.factorize(notes)[0]])


def inexact_table(ledger):
    """Return every number that is not exact, with both values, as printed cells."""
    cells = [(r.where, r.id, r.printed, r.shown or "–", r.status, r.letter)
             for r in list_inexact(ledger).itertuples()]
    return pd.DataFrame(cells, columns=["Place", "Number", "Printed", "Recomputed", "Status",
                                        "Note"])


def describe_notes(ledger):
    """Give the notes of `inexact_table` by their letters."""
    noted = list_inexact(ledger).query("letter != ''").drop_duplicates("letter")
    return [f"**{r.letter}** {escape(r.note)}" for r in noted.itertuples()]


def whole_table(ledger):
    """Return the whole ledger as printed cells."""
    cells = [(r.where, r.id, r.printed, r.shown or "–", r.status) for r in ledger.itertuples()]
    return pd.DataFrame(cells, columns=["Place", "Number", "Printed", "Recomputed", "Status"])
