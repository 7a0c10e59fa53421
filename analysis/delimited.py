"""CSV files as people have them: any encoding, any separator, and not always rectangular."""

from __future__ import annotations

import codecs
import csv
import io
from itertools import islice

import pandas as pd
from charset_normalizer import from_bytes

from analysis.findings import MOST, WARNING, finding
from analysis.layout import FIRST, count_known, guess_header, report_header

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"))
SEPARATORS = ",;\t|"
#: characters of a line that tell its separator
LINE = 100_000
OFFICE = ["cp1252", "cp1250", "cp1251", "mac_roman"]


def decode(data, file, encoding=None):
    """Decode the bytes of a text file.

    Parameters
    ----------
    data : bytes
    file : str
        Name for the findings.
    encoding : str, optional
        Declared encoding. Else a byte order mark decides, then UTF-8, then the most likely of the
        encodings that office programs write, which is a warning.

    Returns
    -------
    tuple of (str or None, list of dict)
        Text and findings.
    """
    marked = next((name for bom, name in BOMS if data.startswith(bom)), None)
    if marked is None and encoding is None and data[:200].count(b"\0") * 3 > len(data[:200]):
        marked = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    chosen = marked or encoding or "utf-8"
    try:
        return data.decode(chosen), []
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        row = data[:start].count(b"\n") + 1
        shown = data[max(0, start - 10):start + 10].decode("ascii", "replace")
    if marked or encoding:
        return None, [finding(file, row, "", shown, f"not {chosen}", "save it as UTF-8")]
    best = from_bytes(data, cp_isolation=OFFICE).best()
    chosen = best.encoding if best else "cp1252"
    if data.decode("cp1252", "replace") == data.decode(chosen, "replace"):
        chosen = "cp1252"
    return data.decode(chosen, "replace"), [
        finding(file, row, "", shown, f"not UTF-8: read as {chosen}",
                f"save it as UTF-8, or declare encoding: {chosen} in study.yml", WARNING)]


def sniff(text):
    """Return the separator of a CSV text: the one that makes most columns of its header.

    Where that has hardly any columns, a title may stand above it, and the next lines count too.
    """
    first = list(islice((line[:LINE] for line in io.StringIO(text, newline=None) if line.strip()),
                        FIRST))
    if first and first[0].lower().startswith("sep=") and len(first[0].strip()) == 5:
        return first[0].strip()[4]

    split = {mark: [next(csv.reader([line], delimiter=mark), []) for line in first]
             for mark in SEPARATORS}
    best = max(SEPARATORS, key=lambda mark: len(split[mark][0]) if first else 0)
    if not first or count_known(split[best][0]) > 1:
        return best
    # twice, since one line of prose may hold many commas
    often = {mark: sorted(map(len, lines))[-2:][0] for mark, lines in split.items()}
    below = max(SEPARATORS, key=often.get)
    return below if often[below] > 2 * len(split[best][0]) else best


def read_records(text, file):
    """Read the records of a CSV text.

    Returns
    -------
    tuple of (list of list of str, list of int, list of dict)
        Records, the line of the file on which each begins, and findings. Blank records are left
        out.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sniff(text), strict=True)
    records, lines, begin = [], [], 1
    try:
        for record in reader:
            if any(record) and any(cell.strip() for cell in record):
                records.append(record)
                lines.append(begin)
            begin = reader.line_num + 1
    except csv.Error as error:
        return records, lines, [finding(file, begin, "", "", f"not CSV: {error}",
                                        "look for a quotation mark without its partner")]
    if records and len(records[0]) <= 2 and records[0][0].lower().startswith("sep="):
        records, lines = records[1:], lines[1:]
    return records, lines, []


def drop_lines(text, n):
    """Return a text without its first lines."""
    stream = io.StringIO(text, newline="")
    for _ in range(n):
        stream.readline()
    return stream.read() if n else text


def level(records, lines, file):
    """Give every record the header's number of cells; report those that differ.

    Surplus cells are no harm where they are empty.
    """
    header = records[0]
    while header and not header[-1].strip() and all(
            len(r) < len(header) or not r[len(header) - 1].strip() for r in records):
        header = header[:-1]
    width, found, kept, rows = len(header), [], [], []
    for record, row in zip(records[1:], lines[1:], strict=True):
        if len(record) != width:
            if len(record) < width or any(cell.strip() for cell in record[width:]):
                column = header[min(len(record), width - 1)] if width else ""
                found.append(finding(file, row, column, "", f"{len(record)} cells; the header "
                                     f"has {width}", "look for a missing or surplus separator"))
                continue
            record = record[:width]
        kept.append(record)
        rows.append(row)
    return header, kept, rows, found[:MOST]


def read_delimited(data, file, encoding=None, header=None, table="patients"):
    """Read a CSV file as text.

    Parameters
    ----------
    data : bytes
    file : str
        Name for the findings.
    encoding : str, optional
        Declared encoding.
    header : int, optional
        Declared line of the header.
    table : str
        Name for the findings.

    Returns
    -------
    tuple of (DataFrame or None, list of dict)
        Cells as text, indexed by the line of the file; and findings.
    """
    text, found = decode(data, file, encoding)
    if text is None:
        return None, found
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        row = text[:text.index("\0")].count("\n") + 1
        return None, [*found, finding(file, row, find_column(text), "", "holds a NUL byte",
                                      "the file is damaged, or not text: save it anew as UTF-8")]
    above = (header or 1) - 1
    records, lines, wrong = read_records(drop_lines(text, above), file)
    lines = [line + above for line in lines]
    wrong = [f | {"row": f["row"] + above} for f in wrong]
    if not records:
        return None, [*found, *(wrong or [finding(file, 1, "", "", "empty file",
                                                  "write a header and rows, or delete it")])]
    guess = None if header else guess_header(list(zip(lines, records, strict=True))[:FIRST])
    if guess:
        return None, [*found, report_header(file, table, guess, records[lines.index(guess)])]
    header, kept, rows, ragged = level(records, lines, file)
    frame = pd.DataFrame(kept, columns=header, index=rows, dtype=object)
    return frame, found + wrong + ragged


def find_column(text):
    """Name the column in which a text's first NUL byte stands."""
    before = text[:text.index("\0")]
    header = before.split("\n")[0].rstrip("\r").split(sniff(text.replace("\0", "")))
    here = before.rsplit("\n", 1)[-1].count(sniff(text.replace("\0", "")))
    return header[here] if "\n" in before and here < len(header) else ""
