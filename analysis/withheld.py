"""Cells that a shared book does not tell: a NaN whose payload says why, as R's NA is one.

A withheld cell behaves as a missing number everywhere; only `tell` sees the difference.
"""

from __future__ import annotations

import math
import re
import struct

import pandas as pd

BELOW, AT_LEAST, SILENT = 1, 2, 3
WORDS = {BELOW: "<{}", AT_LEAST: "≥{}", SILENT: "withheld"}
TOLD = re.compile(r"<\d+|≥\d+|withheld")
#: the mark that keeps a spreadsheet from taking text for a formula
FORMULA = re.compile(r"^'(?=[=+@\t\r-])")
QUIET_NAN = 0x7FF8 << 48
#: columns that name a row; what looks withheld there is a label of the study
NAMES = {"level", "level_from", "level_to", "reference", "grade", "band", "term", "group",
         "variable", "criterion", "category", "reason", "method", "agent"}


def withhold(kind, threshold=0):
    """Return a NaN that is told as ``<5`` (BELOW), ``≥5`` (AT_LEAST) or ``withheld`` (SILENT)."""
    return struct.unpack("<d", struct.pack("<Q", QUIET_NAN | kind << 16 | threshold))[0]


def tell(x):
    """Return what is printed in the place of a withheld cell; nothing for any other value.

    Examples
    --------
    >>> [tell(x) for x in (withhold(BELOW, 5), withhold(SILENT), float("nan"), 3)]
    ['<5', 'withheld', '', '']
    """
    if not isinstance(x, float) or not math.isnan(x):
        return ""
    bits = struct.unpack("<Q", struct.pack("<d", x))[0] & 0xFFFFFF
    return WORDS.get(bits >> 16, "").format(bits & 0xFFFF)


def spell_cells(frame):
    """Return a frame in which withheld cells are the words that are told."""
    spelt = frame.copy()
    for column in frame.columns[[str(d).startswith(("float", "object")) for d in frame.dtypes]]:
        words = frame[column].map(tell)
        if words.ne("").any():
            spelt[column] = frame[column].astype(object).where(words == "", words)
    return spelt


def read_cells(frame):
    """Return a saved frame in which withheld cells are withheld again, and text is as it was."""
    for column in frame.select_dtypes(object):
        frame[column] = [FORMULA.sub("", c) if isinstance(c, str) else c for c in frame[column]]
        told = frame[column].astype(str).str.fullmatch(TOLD.pattern)
        rest = pd.to_numeric(frame[column].where(~told), errors="coerce")
        if told.any() and column not in NAMES and rest.notna().equals(
                frame[column].where(~told).notna()):
            frame[column] = [read_word(c) if t else r
                             for c, t, r in zip(frame[column], told, rest, strict=True)]
    return frame


def read_word(word):
    """Return the withheld cell that is told as a word."""
    kind = {"<": BELOW, "≥": AT_LEAST}.get(word[0], SILENT)
    return withhold(kind, int(word[1:]) if kind != SILENT else 0)
