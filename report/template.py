"""study.yml as `report init` writes it: commented, and with what is left to decide."""

from __future__ import annotations

import json
import re

from analysis.propose import propose_dates, propose_decimal

#: what Table 1 and the Cox tables begin with, where a study has it
SCREENED = ("sex", "viral_hepatitis", "child_pugh_class", "portal_invasion", "extrahepatic_spread",
            "disease_status")


def quote(value):
    """Return a value as YAML: plain where that is safe, else quoted."""
    text = str(value)
    plain = re.fullmatch(r"[A-Za-zÀ-ÿ_][\wÀ-ÿ./µ-]*( [\wÀ-ÿ./µ-]+)*", text)
    if plain and text.lower() not in ("true", "false", "null", "yes", "no", "on", "off", "y", "n"):
        return text
    return json.dumps(text, ensure_ascii=False)


def spell_dict(pairs):
    """Return a dict as one line of YAML."""
    return "{" + ", ".join(f"{quote(k)}: {quote(v)}" for k, v in pairs.items()) + "}"


def spell_list(items):
    """Return a list as one line of YAML."""
    return "[" + ", ".join(map(quote, items)) + "]"


HEAD = """\
# What this study is called, and what it asks.
title: {title}
# question: Does … help patients with …?
# authors: [A. Author, B. Author]
# reference: 10.1000/xyz                # DOI of the paper, if there is one
synthetic: false                        # true prints a banner on every page
privacy: internal                       # share: small counts are withheld
# data_cutoff: 2022-11-20

# The words that the book's sentences use for this study.
# disease: advanced hepatocellular carcinoma
# treatment: radiotherapy
# treatment_short: RT
# prior_treatment: immune checkpoint inhibitor therapy
# prior_treatment_short: ICI
# response_criteria: RECIST 1.1
# labels: {{PEL: progression of existing lesions}}

"""

FILES = """\
# Where the tables stand, and how they are read: DICTIONARY.md lists all columns.
# tables: {patients: patients.csv, laboratory: book.xlsx#Labs, radiotherapy: rt.parquet}
# tables: {laboratory: {file: redcap.csv, where: {redcap_event_name: [baseline_arm_1]}}}
# tables: {patients: {file: patients.xlsx, header: 3}}   # lines stand above the header
# columns: {patients: {age_years: AGE}}                  # contract name: your name
# values: {patients: {sex: {M: male, F: female}}}        # your value: contract value
# units: {albumin_g_l: g/dL, bilirubin_umol_l: mg/dL}
# missing: [NA, unknown]                                 # words that mean missing
# dates: day-first                                       # 01/03/2020 is 1 March
# decimal: comma                                         # 4,2 is four and a fifth
# drop: {patients: [surname]}                            # columns that are never read
# join:                                                  # columns from further files
#   - {file: adtte.csv, where: {PARAMCD: OS},
#      columns: {patient_id: USUBJID, os_months: AVAL, os_censored: CNSR}}
"""

REST = """\

# Windows of the visits, in days from the start of the index treatment, for laboratory rows that
# have a day and no visit.
# visits: {baseline: [-28, 0], month_1: [14, 60], month_3: [61, 120]}

# What the Cox tables screen, in this order; the first label is the reference.
# covariates:
#   - {name: age, label: Age, column: age_years, cut: 60, labels: [<60 years, ≥60 years]}
#   - {name: sex, label: Sex, column: sex, exposed: [female], labels: [male, female]}

# What Table 1 lists, in this order; without it, the usual.
# baseline:
#   - {name: age, label: Age, column: age_years, unit: years}

# Who was eligible: a criterion is met when any of its columns satisfies it.
# criteria:
#   - {label: Aged 18 years or older, columns: [age_years], min: 18}

# Dose and fraction ranges of the treatment protocol, by technique.
# protocol:
#   SBRT: {dose_gy: [24, 50], fractions: [3, 10]}

# chapters:
#   survival: {entry_p: 0.15}
"""


def spell_source(made):
    """Return the source of a table as YAML."""
    if not made.where and not made.merge and not made.header:
        return quote(made.address)
    header = f", header: {made.header}" if made.header else ""
    where = ", ".join(f"{quote(c)}: {spell_list(v) if len(v) != 1 else quote(v[0])}"
                      for c, v in made.where.items())
    merge = ", merge: true" if made.merge else ""
    where = f", where: {{{where}}}" if made.where else ""
    return f"{{file: {quote(made.address)}{header}{where}{merge}}}"


def spell_tables(made):
    """Return `tables`, `columns`, `values` and `drop` of study.yml as lines."""
    own = [m for m in made if not m.joined]
    lines = ["tables:"] if own else []
    lines += [f"  {m.table}: {spell_source(m)}" for m in own]
    lines += ["columns:                               # contract name: your name"] if own else []
    for m in own:
        pairs = [p for p in m.sure if p.ours != p.theirs]
        lines += [f"  {m.table}:" + ("" if pairs else " {}")]
        lines += [f"    {p.ours}: {quote(p.theirs)}" for p in pairs]
        lines += [f"    # {p.ours}: {quote(p.theirs)}   # unsure: {p.fit:.0%} of its cells can be"
                  for p in m.unsure]
    valued = [m for m in own if m.values]
    if valued:
        lines.append("values:                                # your value: contract value")
    for m in valued:
        lines += [f"  {m.table}:"]
        lines += [f"    {column}: {spell_dict(words)}" for column, words in m.values.items()]
    drops = {m.table: m.drop for m in own if m.drop}
    lines += ["drop:                                  # never read: they look like particulars"] \
        if drops else []
    lines += [f"  {table}: {spell_list(names)}" for table, names in drops.items()]
    return lines


def spell_joins(made):
    """Return `join` of study.yml as lines."""
    lines = ["join:"] if any(m.joined for m in made) else []
    for m in [m for m in made if m.joined]:
        where = ", ".join(f"{quote(c)}: {quote(v[0])}" for c, v in m.where.items())
        pairs = {p.ours: p.theirs for p in m.sure}
        lines += [f"  - file: {quote(m.address)}", f"    where: {{{where}}}",
                  f"    columns: {spell_dict(pairs)}"]
    return lines


def spell_marks(made):
    """Return `units`, `missing`, `dates` and `decimal` of study.yml as lines, and questions."""
    lines, questions = [], []
    units = {c: u for m in made for c, u in m.units.items()}
    if units:
        lines.append(f"units: {spell_dict(units)}")
        questions.append(f"units: {spell_dict(units)} is proposed from headers and values")
    missing = sorted({w for m in made for w in m.missing})
    if missing:
        lines.append(f"missing: {spell_list(missing)}")
        questions.append(f"missing: {spell_list(missing)} is read as empty")
    order, sure = propose_dates([t for m in made for t in m.texts.get("date", ())])
    if order:
        lines.append(f"{'' if sure else '# '}dates: {order}" + ("" if sure else "   # unsure"))
        if not sure:
            questions.append("dates: day-first, month-first or excel? The dates themselves do not "
                             "tell")
    decimal = propose_decimal([t for m in made for t in m.texts.get("number", ())])
    if decimal:
        lines.append(f"decimal: {decimal}")
    return lines, questions


def spell_covariates(made):
    """Return a first `covariates` of study.yml as lines."""
    held = {p.ours for m in made if m.table == "patients" for p in m.sure}
    chosen = [c for c in SCREENED if c in held]
    lines = ["covariates:"] if chosen else []
    return lines + [f"  - {{name: {c}, label: {c.replace('_', ' ').capitalize()}, column: {c}}}"
                    for c in chosen]


def spell_empty(title):
    """Return the study.yml of a study that has no data yet."""
    return HEAD.format(title=quote(title)) + FILES + REST


def spell_mapped(title, made, questions):
    """Return the study.yml of a study whose files are mapped.

    Parameters
    ----------
    title : str
    made : list of Mapping
    questions : list of str
        What is left to decide beside the mappings' own questions.

    Returns
    -------
    tuple of (str, list of str)
        The text, and questions about marks and units.
    """
    marks, more = spell_marks(made)
    asked = [*questions, *(q for m in made for q in m.questions), *more]
    lines = [*(f"# decide: {' '.join(q.split())}" for q in asked), *spell_tables(made),
             *spell_joins(made), *marks, "", *spell_covariates(made)]
    return HEAD.format(title=quote(title)) + "\n".join(lines) + "\n" + REST, more
