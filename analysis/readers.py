"""Files of every kind as tables of text: CSV, workbooks, Parquet, SAS, SPSS and Stata."""

from __future__ import annotations

import datetime as dt
import numbers
import zipfile
from decimal import Decimal
from pathlib import Path, PurePosixPath

import pandas as pd

from analysis.delimited import read_delimited
from analysis.findings import WARNING, finding
from analysis.layout import FIRST, guess_header, report_header

#: bytes that a workbook may unpack to
LARGEST = 1_000_000_000


def spell_cell(value):
    """Return a typed cell as the text that a CSV file would hold.

    Raises
    ------
    ValueError
        For a cell that holds a list or a record.
    """
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, numbers.Integral)) or type(value).__name__ in ("bool_", "bool"):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, numbers.Real):
        return str(int(value)) if value == int_or_none(value) else str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    raise ValueError(f"a cell holds a {type(value).__name__}")


def int_or_none(value):
    """Return a float as int, or None where it is not finite."""
    return int(value) if abs(value) < 1e15 else None


def spell_frame(frame):
    """Return a typed frame as text, its rows numbered as though below a header."""
    columns = {str(name): [spell_cell(v) for v in frame.iloc[:, i].astype(object)]
               for i, name in enumerate(frame.columns)}
    if len(columns) < frame.shape[1]:
        raise ValueError("two columns have one name")
    return pd.DataFrame(columns, index=range(2, len(frame) + 2), dtype=object)


def read_parquet(path):
    """Read a Parquet file."""
    import pyarrow.parquet as pq

    table = pq.ParquetFile(path).read()
    return pd.DataFrame({name: pd.Series(table.column(i).to_pylist(), dtype=object)
                         for i, name in enumerate(table.column_names)})


def read_statistics(path):
    """Read a SAS transport or data file, or one of SPSS or Stata; codes are kept as codes."""
    import pyreadstat

    reader = {".xpt": pyreadstat.read_xport, ".sas7bdat": pyreadstat.read_sas7bdat,
              ".sav": pyreadstat.read_sav, ".dta": pyreadstat.read_dta}[path.suffix.lower()]
    return reader(str(path))[0]


def list_sheets(path):
    """List the sheets of a workbook that hold cells, and which of them are hidden.

    Returns
    -------
    dict of str to bool
        Name: whether it is hidden.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True)
    except AttributeError:  # a chart on a sheet of its own is beyond the quick reader
        book = openpyxl.load_workbook(path)
    return {sheet.title: sheet.sheet_state != "visible" for sheet in book.worksheets}


def choose_sheet(sheets, sheet, table):
    """Choose a sheet: the named one, the only one that can be seen, or the one named as a table."""
    seen = [name for name, hidden in sheets.items() if not hidden]
    return sheet or (seen[0] if len(seen) == 1 else table)


def read_sheet(path, sheet, table, file, header=None):
    """Read a sheet of a workbook; return (text frame or None, findings).

    A workbook of several sheets needs the name of one, or a sheet named like the table.
    """
    import openpyxl

    with zipfile.ZipFile(path) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST:
            return None, [finding(file, "", "", "", "workbook too large", "save it as CSV")]
    book = openpyxl.load_workbook(path, data_only=True)
    sheets = {s.title: s.sheet_state != "visible" for s in book.worksheets}
    chosen = choose_sheet(sheets, sheet, table)
    if chosen not in sheets:
        return None, [finding(file, "", "", sheet or "", "no such sheet" if sheet else
                              "which sheet?", f"write {path.name}#SHEET; there are: "
                              f"{', '.join(sheets)}")]
    page = book[chosen]
    grid = [[spell_cell(cell) for cell in row] for row in page.iter_rows(values_only=True)]
    filled = [(i, row) for i, row in enumerate(grid, start=1)
              if i >= (header or 1) and any(cell.strip() for cell in row)]
    if not filled:
        return None, [finding(file, header or 1, "", "", "empty sheet", "write a header and rows")]
    guess = None if header else guess_header(filled[:FIRST])
    if guess:
        return None, [report_header(file, table, guess, grid[guess - 1])]
    top, names = filled[0]
    found = check_page(page, openpyxl.load_workbook(path)[chosen], file, top, names)
    width = max(i + 1 for _, row in filled for i, cell in enumerate(row) if cell.strip())
    frame = pd.DataFrame([row[:width] for _, row in filled[1:]], columns=names[:width],
                         index=[i for i, _ in filled[1:]], dtype=object)
    if book.epoch == openpyxl.utils.datetime.CALENDAR_MAC_1904:
        frame.attrs["dates"] = "excel-1904"
    return frame, found


def check_page(page, formulas, file, top, names):
    """Find what a sheet shows and a table cannot hold: merged cells, hidden rows, formulas.

    Parameters
    ----------
    page, formulas : Worksheet
        The sheet with its values, and with its formulas.
    file : str
    top : int
        Row of the header.
    names : list of str
        The header.

    Returns
    -------
    list of dict
        Findings.
    """
    found = [finding(file, max(r.min_row, top), names[r.min_col - 1], str(r), "merged cells",
                     "unmerge them and fill every cell")
             for r in page.merged_cells.ranges if r.max_row >= top and r.min_col <= len(names)]
    hidden = [row for row, shape in page.row_dimensions.items()
              if shape.hidden and top < row <= page.max_row]
    if hidden:
        found.append(finding(file, hidden[0], "", "", f"hidden rows ({len(hidden)}): they are read "
                             "like the others", "unhide them, or delete them if they are not of "
                             "the study", WARNING))
    for r, row in enumerate(formulas.iter_rows(values_only=True), start=1):
        found += [finding(file, r, names[c], cell, "a formula without its value",
                          "open and save the workbook in its program, or paste the values")
                  for c, cell in enumerate(row)
                  if r > top and isinstance(cell, str) and cell.startswith("=")
                  and page.cell(r, c + 1).value is None]
    return found


DELIMITED = (".csv", ".tsv", ".txt", ".tab", "")
WORKBOOKS = (".xlsx", ".xlsm")
TYPED = {".parquet": read_parquet, ".xpt": read_statistics, ".sas7bdat": read_statistics,
         ".sav": read_statistics, ".dta": read_statistics}
REFUSED = {".xls": "save it as .xlsx", ".xlsb": "save it as .xlsx", ".ods": "save it as .xlsx",
           ".numbers": "save it as .xlsx", ".rds": "save it as CSV or Parquet",
           ".rdata": "save it as CSV or Parquet", ".zip": "unpack it"}

SUFFIXES = {*DELIMITED, *WORKBOOKS, *TYPED, *REFUSED} - {"", ".txt", ".zip"}


def locate(folder, address):
    """Split a table's address into (path, sheet or None); no path outside `folder`."""
    name, _, sheet = address.partition("#")
    if "#" in address and Path(folder, address).is_file():
        name, sheet = address, ""
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[:1]:
        return None, None
    return Path(folder, *parts.parts), sheet or None


def read_file(folder, address, table, encoding=None, header=None):
    """Read one table of a study folder as text.

    Parameters
    ----------
    folder : Path
        The study folder.
    address : str
        File within it, or `file.xlsx#Sheet`.
    table : str
        Name of the table, for a workbook whose sheets are named so.
    encoding : str, optional
        Declared encoding of text files.
    header : int, optional
        Declared row of the header of a text file or sheet.

    Returns
    -------
    tuple of (DataFrame or None, list of dict)
        Cells as text, indexed by the row of the file; missing is empty. And findings.
    """
    path, sheet = locate(folder, address)
    if path is None:
        return None, [finding(address, "", "", "", "lies outside the study folder",
                              "copy it into the study folder")]
    try:
        if path.is_dir():
            return None, [finding(address, "", "", "", "a folder, not a file",
                                  "correct `tables` in study.yml")]
        if not path.is_file():
            return None, [finding(address, "", "", "", "no such file",
                                  "add the file or correct `tables` in study.yml")]
        return read_kind(path, sheet, table, address, encoding, header)
    except OSError as error:
        return None, [finding(address, "", "", "", f"cannot be read: {error.strerror or error}",
                              "make the file readable")]
    except Exception as error:  # a reading library raises what it likes on a damaged file
        said = " ".join(str(error).split())
        return None, [finding(address, "", "", "", f"cannot be read as {path.suffix}: {said}",
                              "save it anew, or as UTF-8 CSV")]


def read_kind(path, sheet, table, file, encoding, header):
    """Read a file by its suffix; return (text frame or None, findings)."""
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS:
        return read_sheet(path, sheet, table, file, header)
    if sheet:
        return None, [finding(file, "", "", sheet, f"{suffix} files have no sheets",
                              f"write {path.name}")]
    if suffix in TYPED:
        return spell_frame(TYPED[suffix](path)), []
    if suffix in DELIMITED:
        return read_delimited(path.read_bytes(), file, encoding, header, table)
    return None, [finding(file, "", "", "", f"{suffix} files are not read",
                          REFUSED.get(suffix, "save it as CSV, xlsx or Parquet"))]
