"""Remarks on the published paper, from the study's own list of printed numbers."""

from __future__ import annotations

from analysis.display import escape


def quote_notes(study, chapter, result):
    """Quote the notes of the printed numbers that one saved result recomputes.

    Parameters
    ----------
    study : Study
    chapter, result : str
        Where the numbers are recomputed.

    Returns
    -------
    str
        Each note once; empty where the study reports no paper, or notes nothing.
    """
    published = study.published
    if published is None or not {"chapter", "result", "note"} <= set(published):
        return ""
    here = published[(published["chapter"] == chapter) & (published["result"] == result)]
    return " ".join(escape(note) for note in here["note"].dropna().drop_duplicates())
