"""How the files of a folder map to the contract: tables, columns, words, units, what is open."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis import propose
from analysis.cells import tidy
from analysis.identity import recognise
from analysis.propose import Proposal
from analysis.schema import ENDPOINTS, columns

TABLES = ("patients", "radiotherapy", "adverse_events", "laboratory", "screening")
CDISC = {"adsl": "patients", "adae": "adverse_events", "adlb": "laboratory"}
EVENT, INSTRUMENT = "redcap_event_name", "redcap_repeat_instrument"


@dataclass
class Mapping:
    """What study.yml will say of one table, or of one file joined to the patients.

    Attributes
    ----------
    table, address : str
        Table of the contract; file, and sheet.
    sure, unsure : list of Proposal
    where : dict of str to list of str
    header : int or None
        Row of the header, where it is not the first.
    merge : bool
    values : dict of str to dict
        Contract column: {their word: the contract's}.
    units : dict of str to str
    drop : list of str
        Columns that look like a person's particulars.
    missing : list of str
    texts : dict of str to list of str
        Cells by kind, for marks and orders of dates.
    questions : list of str
        What is left to decide.
    joined : bool
        Whether its columns are joined to the patients.
    """

    table: str
    address: str
    sure: list = field(default_factory=list)
    unsure: list = field(default_factory=list)
    where: dict = field(default_factory=dict)
    header: int | None = None
    merge: bool = False
    values: dict = field(default_factory=dict)
    units: dict = field(default_factory=dict)
    drop: list = field(default_factory=list)
    missing: list = field(default_factory=list)
    texts: dict = field(default_factory=dict)
    questions: list = field(default_factory=list)
    joined: bool = False


def choose_table(raw, address):
    """Choose the table that a file holds: by its name, else by its columns; None for no table."""
    sheet = address.rsplit("#", 1)[-1].rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()
    named = next((t for t in TABLES if sheet in (t, t.rstrip("s"), t.replace("_", ""))),
                 CDISC.get(sheet))
    if named:
        return named
    scores = {t: sum(p.score for p in propose.propose_columns(raw, t) if p.ours != "patient_id")
              for t in TABLES}
    best = max(scores, key=scores.get)
    return best if scores[best] > 0.9 else None


def map_table(raw, table, address, repeated=False):
    """Propose how one file or sheet maps to a table.

    Parameters
    ----------
    raw : DataFrame of str
    table, address : str
    repeated : bool
        Whether a patient has several rows.

    Returns
    -------
    Mapping
    """
    made = Mapping(table, address)
    for proposal in propose.propose_columns(raw, table, repeated):
        (made.sure if proposal.sure else made.unsure).append(proposal)
    made.questions += [ask(p, made, raw) for p in made.unsure]
    for proposal in made.sure:
        describe_column(made, raw, proposal)
    used = {p.theirs for p in (*made.sure, *made.unsure)}
    made.drop = [c for i, c in enumerate(raw.columns)
                 if c and c not in used and recognise(c, raw.iloc[:, i])]
    made.missing = propose.find_missing_words(raw, [p for p in made.sure if p.ours != "patient_id"])
    if "patient_id" in columns(table) and "patient_id" not in {p.ours for p in made.sure}:
        made.questions.append(f"{address}: which column holds the patient's identifier?")
    return made


def ask(proposal, made, raw):
    """Return the question whether an unsure proposal is right."""
    _, words = propose.propose_words(raw, proposal, columns(made.table)[proposal.ours])
    mapped = f"; map {', '.join(words[:10])} under values" if words else ""
    return (f"{made.address}: is {proposal.theirs} the {made.table} column {proposal.ours}? "
            f"({proposal.fit:.0%} of its cells can be{mapped})")


def describe_column(made, raw, proposal):
    """Add the words, unit and cells of one column to its mapping."""
    column = columns(made.table)[proposal.ours]
    words, open_ = propose.propose_words(raw, proposal, column)
    if words:
        made.values[proposal.ours] = words
    options = column.levels or ("true", "false")
    made.questions += [f"{made.address}: what is {proposal.theirs} {word!r}? One of "
                       f"{', '.join(map(str, options))}; write it under values.{made.table}."
                       f"{proposal.ours}" for word in open_[:20]]
    unit = propose.propose_unit(raw, proposal, column) if column.kind == "number" else None
    if unit:
        made.units[proposal.ours] = unit
    given = list(propose.find_given(raw[proposal.theirs]))
    made.texts.setdefault(column.kind, []).extend(given)


def map_adtte(raw, address):
    """Propose the joins of a CDISC time-to-event file: one for each endpoint that it names."""
    found, present = [], sorted(set(raw["PARAMCD"]))
    for endpoint in ENDPOINTS:
        if endpoint in present:
            prefix = endpoint.lower()
            made = Mapping("patients", address, where={"PARAMCD": [endpoint]}, joined=True)
            made.sure = [Proposal("patient_id", "USUBJID", 1, 1),
                         Proposal(f"{prefix}_months", "AVAL", 1, 1),
                         Proposal(f"{prefix}_censored", "CNSR", 1, 1)]
            found.append(made)
    others = [p for p in present if p not in ENDPOINTS]
    if found and others:
        found[0].questions.append(f"{address}: PARAMCD {', '.join(others)} are not read; join them "
                                  "as an endpoint if one is meant")
    if found and "AVALU" not in raw:
        found[0].questions.append(f"{address}: in which unit is AVAL? Write units: {{os_months: "
                                  "days}")
    return found


def map_adrs(raw, address):
    """Propose the join of a CDISC response file: the parameter with one row per patient."""
    once = [p for p, rows in raw.groupby("PARAMCD") if not rows["USUBJID"].duplicated().any()]
    best = [p for p in once if "B" in p.upper()] or once
    made = Mapping("patients", address, where={"PARAMCD": best[:1]}, joined=True)
    if not best:
        made.questions.append(f"{address}: no PARAMCD has one row per patient; join one yourself")
        return []
    made.sure = [Proposal("patient_id", "USUBJID", 1, 1), Proposal("response_rt", "AVALC", 1, 1)]
    made.questions.append(f"{address}: PARAMCD {best[0]} is taken for the best response after "
                          f"treatment; there are {', '.join(sorted(set(raw['PARAMCD'])))}")
    return [made]


def map_redcap(raw, address):
    """Propose how the events of a REDCap export map to tables."""
    found = []
    for table in ("patients", "radiotherapy", "adverse_events", "laboratory"):
        made = map_table(raw, table, address, repeated=True)
        mine = [p for p in made.sure if p.ours not in ("patient_id", "visit")]
        if not mine or not made.sure:
            continue
        filled = (raw[[p.theirs for p in mine]].map(tidy) != "").any(axis=1)
        made.where = {EVENT: sorted(set(raw.loc[filled, EVENT]))}
        if INSTRUMENT in raw:
            made.where[INSTRUMENT] = sorted(set(raw.loc[filled, INSTRUMENT]))
        made.merge = table == "patients"
        made.unsure = [p for p in made.unsure if (raw.loc[filled, p.theirs] != "").any()
                       and p.theirs != EVENT]
        made.questions = [q for q in made.questions if ": is " not in q]
        made.questions += [ask(p, made, raw) for p in made.unsure]
        if table == "laboratory":
            name_visits(made, raw, filled)
        found.append(made)
    return found


def name_visits(made, raw, filled):
    """Take the visit of laboratory rows from the event of a REDCap export."""
    made.sure = [p for p in made.sure if p.ours not in ("visit", "day")]
    made.sure.append(Proposal("visit", EVENT, 1, 1))
    column = columns("laboratory")["visit"]
    events = sorted(set(raw.loc[filled, EVENT]))
    levels = {e: propose.propose_level(e, column) or propose.propose_level(
        e.rsplit("_arm", 1)[0].replace("_", " "), column) for e in events}
    made.values["visit"] = {e: level for e, level in levels.items() if level}
    known = [e for e, level in levels.items() if level]
    made.where[EVENT] = known or events
    made.questions += [f"{made.address}: event {e} is no visit of the contract and is not read"
                       for e, level in levels.items() if not level]


def map_files(raws):
    """Propose how the files of a folder map to the contract.

    Parameters
    ----------
    raws : dict of str to DataFrame of str
        By address.

    Returns
    -------
    list of Mapping
        One per table, and those to be joined to the patients.
    """
    found, questions = {}, []
    joined = []
    for address, raw in raws.items():
        headers = set(raw.columns)
        if {"PARAMCD", "AVAL", "CNSR"} <= headers:
            joined += map_adtte(raw, address)
        elif {"PARAMCD", "AVALC"} <= headers and "USUBJID" in headers and "LB" not in address:
            joined += map_adrs(raw, address)
        elif EVENT in headers:
            found |= {made.table: made for made in map_redcap(raw, address)}
        else:
            table = choose_table(raw, address)
            made = map_table(raw, table, address) if table else None
            if made is None:
                questions.append(f"{address}: which table is it? It is not read")
            elif table in found:
                questions.append(f"{address}: looks like {table}, as {found[table].address} does; "
                                 "name one under `tables`, or join it to the patients")
            else:
                found[table] = made
    made = [found[t] for t in TABLES if t in found] + joined
    if made:
        made[0].questions = questions + made[0].questions
    if "patients" in found:
        given = {p.ours for join in joined for p in join.sure} - {"patient_id"}
        given |= {c.replace("_censored", "_event") for c in given}
        found["patients"].sure = [p for p in found["patients"].sure if p.ours not in given]
    return made


