"""A study whose every word tries to act: on a page, a figure, a spreadsheet, a PDF."""

import numpy as np
import pandas as pd
from conftest import write_study

#: what would act, and what would break a line, a table or a figure
MARKS = [
    "</title><script>acted()</script>", "</svg><script>acted()</script>",
    "<img src=x onerror=acted()>",
    "]]></style><!--", "$\\LaTeX$ \\frac{1}{2} $$x$$", "`tick` ``two``",
    "{doc}`intro` {number}`7 <column=n>`", "::: {danger} ::: <column=n>`", "a | pi | pe",
    "[go](javascript:acted())", "https://acted.example/x <https://acted.example>",
    "![i](http://acted.example/i.png)", "=cmd|'/C calc'!A0", "@SUM(A1)", "+1 -1", "&lt;b&gt; &amp;",
    "{{ jinja }} {% raw %}", "- item > quote *** # head", "(target)= H~2~ x^2^ [^1]",
    "\"quoted\" it's \\", "قسم الأورام", "🫀 👩‍⚕️", "Donau" * 20,
]
COLUMN = "ward | <b>`x`</b> $y$"


def write_hostile(folder, n=46):
    """Write a study with every table but `alternatives` and markup wherever text may stand."""
    rng = np.random.default_rng(3)
    ids = [f"H{i:02}" for i in range(n)]
    time = rng.exponential(10, n).round(1) + 0.2
    event = rng.integers(0, 2, n)
    pick = [MARKS[i % len(MARKS)] for i in range(n)]
    patients = pd.DataFrame({
        "patient_id": ids, "centre": pick, "age_years": rng.integers(40, 80, n),
        "stage": rng.choice(MARKS[:3], n), COLUMN: rng.choice(MARKS[4:7], n),
        "ici_agent": rng.choice(MARKS[:9], n), "antiangiogenic_agent": rng.choice(MARKS[9:12], n),
        "response_ici": rng.choice(["PR", "SD", "PD"], n), "disease_status": rng.choice(
            ["RL", "PEL", "NL"], n), "response_rt": rng.choice(["CR", "SD", "NE"], n),
        "pfs1_months": 4, "pfs1_event": 1, "pfs_months": (time * 0.6).round(2), "pfs_event": event,
        "os_months": time, "os_event": event})
    radiotherapy = pd.DataFrame({"patient_id": ids, "site": "other", "technique": "IMRT",
                                 "fractions": 10, "dose_gy": rng.choice([30, 40], n)})
    events = pd.DataFrame({"patient_id": rng.choice(ids, 2 * len(MARKS)), "term": 2 * MARKS,
                           "grade": rng.integers(1, 5, 2 * len(MARKS)), "onset_day": 9})
    visits = pd.DataFrame([(i, v, 40 - k, 9 + 4 * k) for i in ids
                           for k, v in enumerate(["baseline", "month_1"])],
                          columns=["patient_id", "visit", "albumin_g_l", "bilirubin_umol_l"])
    screening = pd.DataFrame({"step": ["screened", *["excluded"] * 3, "analysed"],
                              "reason": [None, *MARKS[:5:2], None], "n": [n + 3, 1, 1, 1, n]})
    published = pd.DataFrame([
        {"id": MARKS[0], "where": MARKS[5], "value": 12, "decimals": 0, "chapter": "safety",
         "result": "adverse_events", "row": f"term={MARKS[0]}; window=all; band=any",
         "column": "n", "note": " ".join(MARKS)}])
    tables = {"patients": patients, "radiotherapy": radiotherapy, "adverse_events": events,
              "laboratory": visits, "screening": screening, "published": published}
    return write_study(folder, {k: v.to_csv(index=False) for k, v in tables.items()}, SETTINGS)


SETTINGS = {
    "title": " ".join(MARKS[:10]), "question": " ".join(MARKS), "authors": [MARKS[0], MARKS[4]],
    "reference": "10.1234/a(b)<script>acted()</script>", "synthetic": True,
    "data_cutoff": "2022-06-30",
    "disease": " ".join(MARKS[3:9]), "treatment": " ".join(MARKS[9:15]),
    "treatment_short": MARKS[0],
    "prior_treatment": MARKS[4], "prior_treatment_short": MARKS[6], "response_criteria": MARKS[0],
    "labels": {"RL": MARKS[0], "PEL": MARKS[4], "other": MARKS[5], "ici_agent": MARKS[2]},
    "covariates": [
        {"name": "stage", "label": MARKS[0], "column": "stage", "reference": MARKS[1]},
        {"name": "ward", "label": MARKS[4], "column": COLUMN},
        {"name": "age", "label": MARKS[8], "column": "age_years", "cut": 60,
         "labels": [MARKS[1], MARKS[12]]}],
    "baseline": [{"name": "age", "label": MARKS[6], "column": "age_years", "unit": MARKS[0]},
                 {"name": "centre", "label": MARKS[9], "column": "centre"}],
    "criteria": [{"label": mark, "columns": ["age_years"], "min": 50} for mark in MARKS],
    "protocol": {"IMRT": {"dose_gy": [30, 35]}}, "case": {"patient_id": "H03"},
    "chapters": {"survival": {"groups": ["stage", "age"]}},
}
