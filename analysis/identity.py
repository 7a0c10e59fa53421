"""Columns that would tell who a patient is: names, addresses, telephone and record numbers."""

from __future__ import annotations

import re

from analysis.findings import finding

#: what a header's words give away
WORDS = {
    "a name": r"(first|last|full|family|given|sur|middle|maiden|patient|pat|subject)[ _-]*names?"
              r"|names?|initials?|vorname|nachname|nom|prenom|apellidos?|nombre",
    "an address": r"(home|street|postal|mail)?[ _-]*address|street|addr|adresse|stra(ß|ss)e"
                  r"|(post|postal|zip)[ _-]*(code)?|plz|postcode|city|town|geburtsort",
    "a telephone number": r"(tele)?phone[ _-]*(no|number|nr)?|mobile|cell[ _-]*phone|fax|tel"
                          r"|telefon(nummer)?|handy",
    "an e-mail address": r"e[ _-]*mail([ _-]*address)?",
    "a record number": r"mrn|(medical|hospital|patient|health)[ _-]*record[ _-]*(no|number|nr|id)"
                       r"|record[ _-]*(no|number|nr)"
                       r"|hospital[ _-]*(no|number|nr|id)|nhs([ _-]*(no|number))?|ssn"
                       r"|social[ _-]*security.*|insurance[ _-]*(no|number|nr|id)|passport.*"
                       r"|national[ _-]*id|case[ _-]*(no|number)|accession[ _-]*(no|number)",
    "a date of birth": r"dob|birth[ _-]*(date|day)|date[ _-]*of[ _-]*birth|brthdtc?|geburtsdatum",
}
HEADERS = {what: re.compile(pattern) for what, pattern in WORDS.items()}

#: what most cells of a column look like
CELLS = {
    "an e-mail address": re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.I),
    "a telephone number": re.compile(r"(\+[0-9]{1,3}|\(?0[0-9]{1,5}\)?)[ ./()-]*[0-9]"
                                     r"[0-9 ./()-]{5,13}[0-9]"),
    "a name": re.compile(r"[A-ZÀ-Þ][a-zß-ÿ'’-]+, ?[A-ZÀ-Þ][a-zß-ÿ'’.-]*( [A-ZÀ-Þ][a-zß-ÿ.]*)?"
                         r"|(Mrs?|Ms|Dr|Herr|Frau)\.? [A-ZÀ-Þ].*"),
    "an address": re.compile(r"[0-9]{1,5}[a-z]? [A-ZÀ-Þ].*(street|st|road|rd|avenue|ave|lane)\.?"
                             r"|.*(stra(ß|ss)e|str\.|weg|platz) [0-9]{1,4}[a-z]?", re.I),
    "a record number": re.compile(r"[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{3} [0-9]{4}"),
}


def recognise(header, cells):
    """Say what a column gives away about a person, or None.

    Parameters
    ----------
    header : str
    cells : Series of str
        Empty ones do not count; of the others four of five must look alike.

    Returns
    -------
    str or None

    Examples
    --------
    >>> import pandas as pd
    >>> recognise("Surname", pd.Series(["x"])), recognise("note", pd.Series(["a.b@clinic.org"]))
    ('a name', 'an e-mail address')
    """
    word = re.sub(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])", "_", str(header).strip()).lower()
    for what, pattern in HEADERS.items():
        if pattern.fullmatch(word):
            return what
    given = cells[cells.str.strip() != ""].head(200)
    for what, pattern in CELLS.items():
        if len(given) and given.str.strip().str.fullmatch(pattern).mean() >= 0.8:
            return what
    return None


def check_identity(raw, used, table, file):
    """Refuse columns that look like a person's particulars and are not mapped to the contract.

    Parameters
    ----------
    raw : DataFrame of str
    used : set of str
        Their columns that study.yml maps, or that the contract names, or that are dropped.
    table, file : str
        For the findings; the cells themselves are not shown.

    Returns
    -------
    list of dict
        Findings.
    """
    found = []
    for i, header in enumerate(raw.columns):
        what = None if header in used else recognise(header, raw.iloc[:, i])
        if what:
            found.append(finding(file, 1, header, "", f"looks like {what}",
                                 f"delete the column, list it as drop: {{{table}: [{header}]}}, "
                                 "or map it under `columns`"))
    return found
