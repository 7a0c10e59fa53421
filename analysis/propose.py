"""Proposals how to read what other people have: columns, words, units and marks."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from rapidfuzz import fuzz, process

from analysis import cells
from analysis.plausible import MISSING
from analysis.schema import UNITS, columns
from analysis.synonyms import SYNONYMS, WORDS, simplify

#: scores from which a proposal is sure, and from which it is worth a question
SURE, WORTH = 0.9, 0.6
#: cells of a column that are looked at
SAMPLE = 500


@dataclass(frozen=True)
class Proposal:
    """One column of theirs for one of the contract.

    Attributes
    ----------
    ours, theirs : str
    name, fit : float
        How like the names are, and which share of the cells can be what the contract says.
    """

    ours: str
    theirs: str
    name: float
    fit: float

    @property
    def score(self):
        """One number to order proposals by."""
        return self.name * (0.4 + 0.6 * self.fit)

    @property
    def sure(self):
        """Whether no one needs to be asked."""
        return self.name >= SURE and self.fit >= SURE


def compare_names(theirs, ours):
    """Return how like a header is to a contract column or its synonyms, 0 to 1."""
    plain = simplify(theirs)
    if plain == simplify(ours) or theirs == ours:
        return 1.0
    if plain in SYNONYMS.get(ours, ()):
        return 0.95
    if len(plain) < 4:
        return 0.0
    best = process.extractOne(plain, [w for w in SYNONYMS.get(ours, ()) if len(w) > 3],
                              scorer=fuzz.ratio)
    return 0.85 * best[1] / 100 if best else 0.0


def can_read(text, column):
    """Say whether a cell can be what a contract column holds, in whatever unit and mark."""
    try:
        if column.kind == "number":
            value = cells.read_number(text, "comma" if "," in text else None)
            factors = UNITS.get(column.name, {"": 1}).values()
            return any((column.low is None or value * f >= column.low)
                       and (column.high is None or value * f <= column.high) for f in factors)
        if column.kind == "date":
            return any(read_any_date(text, order) for order in ("day-first", "month-first"))
        if column.kind == "boolean":
            return text.lower() in WORDS["true"] | WORDS["false"] or cells.read_boolean(text) in (
                True, False)
        return not column.levels or propose_level(text, column) is not None
    except cells.CellError:
        return False


def read_any_date(text, order):
    """Say whether a cell is a date in one order of day and month."""
    try:
        return bool(cells.read_date(text, order))
    except cells.CellError:
        return False


def propose_level(text, column):
    """Return the contract's word for theirs, or None."""
    word = text.lower().strip()
    options = ("true", "false") if column.kind == "boolean" else column.levels
    return next((level for level in options
                 if word == str(level).lower() or word in WORDS.get(level, ())), None)


def find_given(column):
    """Return the unique cells of a column that hold something."""
    tidied = column.drop_duplicates().head(SAMPLE).map(cells.tidy).drop_duplicates()
    return tidied[(tidied != "") & ~tidied.str.fullmatch(MISSING)]


def fit_identifier(column, once):
    """Say how well a column can identify patients: not with one value, nor often twice if `once`.

    A few that stand twice are mistakes, which the check names with their rows.
    """
    given = column[column != ""]
    if given.nunique() < 2 <= len(given):
        return 0.0
    return 0.8 if once and given.duplicated().mean() > 0.2 else 1.0


def propose_columns(raw, table, repeated=False):
    """Propose which column of a file is which of a contract table.

    Parameters
    ----------
    raw : DataFrame of str
    table : str
    repeated : bool
        Whether a patient may have several rows in `patients`, as in a REDCap export.

    Returns
    -------
    list of Proposal
        The best for each column on either side, the surest first.

    Examples
    --------
    >>> raw = pd.DataFrame({"Pat.ID": ["1"], "Gender": ["f"], "Alter": ["61"]})
    >>> [(p.ours, p.theirs, p.sure) for p in propose_columns(raw, "patients")]
    [('patient_id', 'Pat.ID', True), ('age_years', 'Alter', True), ('sex', 'Gender', True)]
    """
    found = []
    given = {theirs: find_given(raw[theirs]) for theirs in raw.columns}
    for ours, column in columns(table).items():
        for theirs, texts in given.items():
            name = compare_names(theirs, ours)
            if name < WORTH:
                continue
            fit = texts.map(lambda t, c=column: can_read(t, c)).mean() if len(texts) else 0.5
            if ours == "patient_id":
                fit = fit_identifier(raw[theirs], table == "patients" and not repeated)
            found.append(Proposal(ours, theirs, name, float(fit)))
    found.sort(key=lambda p: (-p.score, list(columns(table)).index(p.ours)))
    taken, chosen = set(), []
    for proposal in found:
        sides = {("ours", proposal.ours), ("theirs", proposal.theirs)}
        # a name that is sure is worth the question whatever its cells hold
        if (proposal.score >= WORTH or proposal.name >= SURE) and not sides & taken:
            taken |= sides
            chosen.append(proposal)
    return chosen


def propose_words(raw, proposal, column):
    """Propose the contract's words for theirs in one column.

    Returns
    -------
    tuple of (dict of str to str, list of str)
        What is to be written under `values`, and the words that must be decided.
    """
    if not (column.levels or column.kind == "boolean") or column.kind == "number":
        return {}, []
    words, open_ = {}, []
    for text in sorted(find_given(raw[proposal.theirs])):
        readable = (text.lower() in cells.YES_NO if column.kind == "boolean"
                    else text.lower() in [str(v).lower() for v in column.levels])
        if not readable:
            ours = propose_level(text, column)
            if ours is None:
                open_.append(text)
            else:
                words[text] = ours
    return words, open_


def propose_unit(raw, proposal, column):
    """Propose the unit of a column by its header, else by its values; None for the contract's."""
    units = UNITS.get(column.name, {})
    header = proposal.theirs.lower().replace(" ", "")
    for unit in sorted(units, key=len, reverse=True):
        if len(unit) > 2 and header.endswith((unit.lower(), unit.lower().replace("/", ""),
                                              f"({unit.lower()})", f"[{unit.lower()}]")):
            return None if units[unit] == 1 else unit
    if column.name in ("onset_day", "day"):
        return "study day" if header.upper().endswith("DY") else None
    if not column.usual:
        return None
    values = [cells.read_number(t, "comma" if "," in t else None)
              for t in find_given(raw[proposal.theirs]) if can_read(t, column)]
    low, high = column.usual

    def share(factor):
        return sum(low <= v * factor <= high for v in values) / max(len(values), 1)

    best = max(units, key=lambda u: share(units[u]), default=None)
    return best if best and share(1) < 0.8 and share(units[best]) >= 0.9 else None


def propose_dates(texts):
    """Propose the order of day and month of dates that end in the year.

    Returns
    -------
    tuple of (str or None, bool)
        `dates` of study.yml, and whether it is sure.
    """
    parts = [m for m in map(cells.YEAR_LAST.fullmatch, texts) if m]
    if any(cells.SERIAL.fullmatch(t) for t in texts) and not parts:
        return "excel", False
    if not parts:
        return None, True
    day_first = any(int(m[1]) > 12 for m in parts)
    month_first = any(int(m[3]) > 12 for m in parts)
    if day_first == month_first:
        return "day-first", False
    return ("day-first" if day_first else "month-first"), True


def propose_decimal(texts):
    """Propose the decimal mark of numbers: comma where one cannot be anything else."""
    sure = [t for t in texts if cells.COMMA.fullmatch(t) and not cells.EITHER.fullmatch(t)]
    return "comma" if sure else None


def find_missing_words(raw, proposals):
    """Return the words of mapped columns that stand for missing."""
    found = pd.concat([raw[p.theirs].map(cells.tidy) for p in proposals] or [pd.Series(dtype=str)])
    words = set(found[found.str.fullmatch(MISSING).astype(bool)])
    return sorted(word for word in words if not word.startswith("#"))  # errors of a spreadsheet
