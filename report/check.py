"""What is wrong with a study folder, and what its book will be able to show."""

from __future__ import annotations

import json

import pandas as pd
from rich.table import Table

from analysis.findings import FINDING, finding
from analysis.study import load_study
from report.chapters import (
    ParameterError,
    find_missing,
    holds_column,
    read_chapters,
    settle_parameters,
)

CLEAN, STRICT, BAD = 0, 1, 2
COVERAGE = ["chapter", "part", "shown", "needs"]
#: findings of one kind that are printed; `--json` lists all
MOST = 50

OS, PFS, PFS1 = "endpoint OS", "endpoint PFS", "endpoint PFS1"
IFPFS, OFPFS = "endpoint IFPFS", "endpoint OFPFS"
LIVER = ("laboratory.visit", "laboratory.albumin_g_l", "laboratory.bilirubin_umol_l")

#: chapter: {part: what all of it needs; alternatives are joined by ` or `}
PARTS = {
    "cohort": {"Table 1": (), "flow diagram": ("screening.step",),
               "eligibility": ("setting criteria",), "follow-up": (f"{OS} or {PFS1}",),
               "intervals": ("patients.ici_start",
                             "patients.ici_progression or patients.rt_start")},
    "treatment": {"sites": ("radiotherapy.site",),
                  "dose and fractions": ("radiotherapy.dose_gy", "radiotherapy.fractions"),
                  "agents": ("patients.ici_agent or patients.antiangiogenic_agent",),
                  "completion": ("radiotherapy.completed",),
                  "protocol departures": ("setting protocol",)},
    "efficacy": {"response before": ("patients.response_ici",),
                 "response after": ("patients.response_rt",),
                 "flow of response": ("patients.response_ici", "patients.response_rt"),
                 "ratio of PFS to PFS1": (PFS, PFS1), "swimmer plot": (OS,),
                 "disease control by status": ("patients.disease_status",),
                 "the case": ("setting case",)},
    "survival": {"OS": (OS,), "PFS": (PFS,), "in-field PFS": (IFPFS,), "out-of-field PFS": (OFPFS,),
                 "Cox tables": ("setting covariates", f"{OS} or {PFS} or {IFPFS}")},
    "safety": {"events by grade": ("adverse_events.term",),
               "acute and late": ("adverse_events.onset_day or adverse_events.onset_date",),
               "liver disease by laboratory": ("laboratory.alt_u_l or laboratory.alp_u_l",
                                               "radiotherapy.patient_id")},
    "albi": {"grades by visit": LIVER},
    "published": {"ledger": ("published.id",)},
}

#: what brings an endpoint back
ENDPOINT_COLUMNS = {
    "OS": "os_months and os_event, or rt_start, death and last_followup",
    "PFS": "pfs_months and pfs_event, or rt_start, progression and last_followup",
    "PFS1": "pfs1_months and pfs1_event, or ici_start, ici_progression and rt_start",
    "IFPFS": "ifpfs_months and ifpfs_event, or rt_start, infield_progression and last_followup",
    "OFPFS": "ofpfs_months and ofpfs_event, or rt_start, outfield_progression and last_followup",
}


def holds(need, study):
    """Say whether a study holds one need: `table.column`, `endpoint X` or `setting x`."""
    word, _, name = need.partition(" ")
    if word == "endpoint":
        return (study.endpoints["endpoint"] == name).any()
    if word == "setting":
        return bool(getattr(study, name))
    return holds_column(need, study)


def spell_need(need):
    """Return a need as what a user must add."""
    word, _, name = need.partition(" ")
    if word == "endpoint":
        return ENDPOINT_COLUMNS[name]
    return f"`{name}` in study.yml" if word == "setting" else need


def list_coverage(study, chapters):
    """List what each chapter of a book will show of a study.

    Parameters
    ----------
    study : Study
    chapters : list of Chapter

    Returns
    -------
    DataFrame
        `chapter, part, shown, needs`: a part is shown or left out, and then `needs` says what
        would bring it back. A chapter without parts of its own is one row.
    """
    rows = []
    for chapter in chapters:
        left_out = find_missing(chapter, study)
        parts = PARTS.get(chapter.name, {"whole chapter": ()})
        for part, needs in parts.items():
            missing = [n for n in needs if not any(holds(a, study) for a in n.split(" or "))]
            words = [" or ".join(map(spell_need, n.split(" or "))) for n in missing]
            words = words or (list(left_out) if left_out else [])
            rows.append((chapter.name, part, not words, "; ".join(words)))
    return pd.DataFrame(rows, columns=COVERAGE)


def check_folder(study_dir, book_dir):
    """Check a study folder and what a book can make of it.

    Parameters
    ----------
    study_dir, book_dir : str or Path

    Returns
    -------
    tuple of (DataFrame, DataFrame or None)
        All findings; and the coverage, None where the folder has an error.
    """
    study, found = load_study(study_dir)
    if study is None:
        return pd.DataFrame(found, columns=FINDING), None
    chapters = read_chapters(book_dir)
    try:
        settle_parameters(chapters, study.chapters, [])
    except ParameterError as error:
        problem, _, remedy = str(error).partition("; ")
        found.append(finding("study.yml", "", "chapters", "", problem,
                             remedy or "correct the value"))
    coverage = list_coverage(study, chapters)
    return pd.DataFrame(found, columns=FINDING), coverage


def judge(findings, strict=False):
    """Return the exit status: 0 clean, 1 warnings where they count, 2 errors."""
    if (findings["severity"] == "error").any():
        return BAD
    return STRICT if strict and len(findings) else CLEAN


def spell_json(study_dir, findings, coverage, status):
    """Return findings and coverage as JSON text."""
    return json.dumps({
        "study": str(study_dir), "status": status,
        "findings": findings.to_dict("records"),
        "chapters": None if coverage is None else coverage.to_dict("records"),
    }, ensure_ascii=False, indent=2, default=int)


def draw_findings(findings):
    """Return the findings as a table for the console, long lists of one kind cut short."""
    table = Table(*findings.columns, box=None, pad_edge=False, header_style="bold")
    kinds = findings.groupby(["file", "column", "problem"], sort=False, dropna=False)
    place = kinds.cumcount()
    size = kinds["row"].transform("size")
    for row, i, n in zip(findings.itertuples(index=False), place, size, strict=True):
        if i < MOST:
            table.add_row(*(str(cell) for cell in row))
        elif i == MOST:
            table.add_row(row.file, "…", row.column, "", f"{n - MOST} more of the same",
                          "see --json", row.severity)
    return table


def draw_coverage(coverage):
    """Return what each chapter shows as a table for the console."""
    table = Table("chapter", "shows", "left out", "needs", box=None, pad_edge=False,
                  header_style="bold")
    for chapter, parts in coverage.groupby("chapter", sort=False):
        shown = ", ".join(parts.loc[parts["shown"], "part"]) or "nothing: the chapter is left out"
        absent = parts[~parts["shown"]]
        table.add_row(chapter, shown, "", "")
        for row in absent.itertuples():
            table.add_row("", "", row.part, row.needs)
    return table
