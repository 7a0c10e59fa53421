"""One cell of text as a number, date, boolean or level; what is ambiguous is refused."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata

YES_NO = {"true": True, "false": False, "yes": True, "no": False, "y": True, "n": False,
          "1": True, "0": False, "positive": True, "negative": False, "present": True,
          "absent": False, "checked": True, "unchecked": False}

PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
POINT_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
#: 1,234 and 1.234 are a thousand in one country and one in the other
EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2}[,.][0-9]{3}")

YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})"
                        r"(?:[T ][0-9:.]+(?:Z|[+-][0-9:]+)?)?")
COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})(?:[T ][0-9:.]+)?")
NAMED = re.compile(r"([0-9]{1,2})[- ]?([A-Za-z]{3})[a-z]*[- ,]?\s?([0-9]{4})(?:[: T][0-9:.]+)?")
SHORT_YEAR = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}")
SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?")
PARTIAL = re.compile(r"[0-9]{4}(?:-[0-9]{2})?")
ERROR_OF_SHEET = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)")
OF_SHEET = "is a spreadsheet's error", "correct the formula, or empty the cell"
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
EPOCHS = {"excel": dt.date(1899, 12, 30), "excel-1904": dt.date(1904, 1, 1)}
#: serial numbers of 1990 and 2100, which no other count of days shares with a date of today
SERIALS = (32874, 73051)
YEARS = (1900, 2100)
#: characters that turn the order of all that follows them on a line
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class CellError(ValueError):
    """A cell that cannot be read; `remedy` says how to mend it."""

    def __init__(self, problem, remedy):
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def tidy(text):
    """Return a cell without what cannot be seen: outer and doubled spaces, zero-width signs."""
    if text.isascii() and "  " not in text and "\t" not in text:
        return text.strip()
    text = unicodedata.normalize("NFC", text)
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return re.sub(r"[^\S\r\n]+", " ", text).strip()


def read_number(text, decimal=None):
    """Read a number.

    Parameters
    ----------
    text : str
    decimal : {"point", "comma"}, optional
        Declared decimal mark. Without one a point is it, and a comma where nothing else is meant.

    Returns
    -------
    float

    Raises
    ------
    CellError

    Examples
    --------
    >>> read_number("4.2"), read_number("4,2"), read_number("1,234.5")
    (4.2, 4.2, 1234.5)
    """
    value = read_declared(text, decimal) if decimal else read_undeclared(text)
    if not math.isfinite(value):
        raise CellError("not a number", "write a number that a computer can hold")
    return value


def read_declared(text, decimal):
    """Read a number whose decimal mark study.yml declares."""
    if decimal == "comma":
        if POINT_THOUSANDS.fullmatch(text) and not EITHER.fullmatch(text):
            return float(text.replace(".", "").replace(",", "."))
        if "." in text:
            raise CellError("not a number with a decimal comma", "write 4,2 for four and a fifth")
        text = text.replace(",", ".")
    elif THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    if PLAIN.fullmatch(text):
        return float(text)
    raise explain_number(text)


def read_undeclared(text):
    """Read a number whose decimal mark must be plain from itself."""
    if PLAIN.fullmatch(text):
        return float(text)
    if EITHER.fullmatch(text):
        raise CellError("not a number: thousands or decimals?",
                        "write it without the comma, or declare decimal: point or comma")
    if COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    if THOUSANDS.fullmatch(text):
        return float(text.replace(",", ""))
    raise explain_number(text)


def explain_number(text):
    """Return the error for text that is no number."""
    if re.fullmatch(r"[<>≤≥=~].*", text):
        return CellError("not a number but a limit", "write the number, or empty the cell")
    if re.fullmatch(r"[-+0-9.,]+\s?[^\d\s].*", text):
        return CellError("not a number: a unit or remark stands beside it",
                         "write the number alone; units go to study.yml")
    if ERROR_OF_SHEET.fullmatch(text):
        return CellError(*OF_SHEET)
    if not any(c.isdigit() for c in text):
        return CellError("not a number", "empty the cell, or list the word under `missing`")
    return CellError("not a number", "write a number with a decimal point")


def read_date(text, order=None):
    """Read a day.

    Parameters
    ----------
    text : str
        ISO 8601, a day with a month's English name, or a spreadsheet's serial number; a date that
        ends in the year needs `order`.
    order : {"day-first", "month-first", "excel", "excel-1904"}, optional
        Declared in study.yml.

    Returns
    -------
    date

    Raises
    ------
    CellError

    Examples
    --------
    >>> read_date("25.03.2020", "day-first")
    datetime.date(2020, 3, 25)
    """
    if m := YEAR_FIRST.fullmatch(text) or COMPACT.fullmatch(text):
        parts = [g for g in m.groups() if g.isdigit()]
        return make_date(*parts)
    if m := NAMED.fullmatch(text):
        if m[2].lower() not in MONTH_NAMES:
            raise CellError("not a date: which month?", "write YYYY-MM-DD")
        return make_date(m[3], MONTH_NAMES.index(m[2].lower()) + 1, m[1])
    if m := YEAR_LAST.fullmatch(text):
        return read_year_last(m[1], m[3], m[4], order)
    if (m := SERIAL.fullmatch(text)) and SERIALS[0] <= int(m[1]) <= SERIALS[1]:
        return EPOCHS.get(order, EPOCHS["excel"]) + dt.timedelta(days=int(m[1]))
    if PARTIAL.fullmatch(text):
        raise CellError("not a date: the day is missing", "complete it, or empty the cell")
    if SHORT_YEAR.fullmatch(text):
        raise CellError("not a date: which century?", "write the year in full, YYYY-MM-DD")
    raise CellError("not a date", "write YYYY-MM-DD")


def read_year_last(first, second, year, order):
    """Read a date that ends in the year, in the order that study.yml declares."""
    if order == "day-first":
        return make_date(year, second, first)
    if order == "month-first":
        return make_date(year, first, second)
    doubt = "day or month first?" if int(first) <= 12 and int(second) <= 12 else "order undeclared"
    raise CellError(f"not a date: {doubt}",
                    "declare dates: day-first or month-first in study.yml, or write YYYY-MM-DD")


def make_date(year, month, day):
    """Return a date of this age of the world."""
    try:
        made = dt.date(int(year), int(month), int(day))
    except ValueError:
        raise CellError("not a date: there is no such day", "write YYYY-MM-DD") from None
    if not YEARS[0] <= made.year <= YEARS[1]:
        raise CellError(f"not a date between {YEARS[0]} and {YEARS[1]}", "correct the year")
    return made


def read_boolean(text):
    """Read true or false."""
    word = text.lower().removesuffix(".0")
    if word not in YES_NO:
        raise CellError("not a boolean", "write true or false, or map the word under `values`")
    return YES_NO[word]


def is_control(character):
    """Say whether a character is not read but acts: on a machine, or on the order of its line."""
    return unicodedata.category(character) == "Cc" or character in TURNING


def read_text(text, levels=None):
    """Read text, and a level whatever its case; refuse what no one meant to write."""
    if "\n" in text or "\r" in text:
        raise CellError("holds a line break", "look for a quotation mark without its partner")
    if any(map(is_control, text)):
        raise CellError("holds a control character", "delete it")
    if ERROR_OF_SHEET.fullmatch(text):
        raise CellError(*OF_SHEET)
    if levels and text not in levels:
        same = [level for level in levels if level.lower() == text.lower()]
        if not same:
            raise CellError("not an allowed value",
                            f"write one of {', '.join(levels)}, or map it under `values`")
        return same[0]
    return text
