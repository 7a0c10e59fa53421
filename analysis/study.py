"""The one door for data: read a study folder, check it, derive its endpoints.

The only module of `analysis` that reads files.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd
import pandera.errors
import yaml

from analysis.checks import FINDING, check_across, finding, line
from analysis.endpoints import derive_endpoints
from analysis.schema import TABLES, kind
from analysis.settings import SHARED_UNITS, Settings, check_columns, read_settings

YES_NO = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False,
          "positive": True, "negative": False, "present": True, "absent": False}


class StudyError(Exception):
    """A study folder that cannot be used; `findings` holds everything wrong with it at once."""

    def __init__(self, findings):
        self.findings = findings
        lines = [f"{r.file}:{r.row} {r.column} {r.value!r}: {r.problem}; {r.remedy}"
                 for r in findings.itertuples()]
        super().__init__("\n".join(lines))


@dataclass(frozen=True)
class Study:
    """A checked study.

    Attributes
    ----------
    name : str
        Name of its folder.
    settings : Settings
        What study.yml says.
    patients : DataFrame
        One row per patient, typed as the contract says.
    radiotherapy, adverse_events, laboratory, screening, published : DataFrame or None
        The other tables; None where the study has none.
    endpoints : DataFrame
        Long: `patient_id, endpoint, time_mo, event`.
    """

    name: str
    settings: Settings
    patients: pd.DataFrame
    radiotherapy: pd.DataFrame | None
    adverse_events: pd.DataFrame | None
    laboratory: pd.DataFrame | None
    screening: pd.DataFrame | None
    published: pd.DataFrame | None
    endpoints: pd.DataFrame

    def __getattr__(self, key):
        """Offer each key of study.yml as an attribute of the study."""
        if key in Settings.__dataclass_fields__:
            return getattr(self.settings, key)
        raise AttributeError(key)


def read_table(path):
    """Read a CSV file as text; an empty cell is missing."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def convert_column(cells, column_kind, file, column):
    """Convert text cells to one kind of the contract.

    Parameters
    ----------
    cells : Series of str
        Text as read; empty is missing.
    column_kind : {"text", "number", "boolean", "date"}
        Kind to convert to.
    file, column : str
        Where the cells stand, for the findings.

    Returns
    -------
    tuple of (Series, list of dict)
        The typed column and a finding for each cell that does not convert.
    """
    cells = cells.str.strip()
    given = cells != ""
    if column_kind == "number":
        typed = pd.to_numeric(cells.where(given), errors="coerce").astype(float)
        remedy = "write a number with a decimal point"
    elif column_kind == "date":
        typed = pd.to_datetime(cells.where(given), format="%Y-%m-%d", errors="coerce")
        remedy = "write YYYY-MM-DD"
    elif column_kind == "boolean":
        typed = cells.str.lower().map(YES_NO).astype("boolean")
        remedy = "write true or false"
    else:
        return cells.where(given), []
    wrong = given & typed.isna()
    return typed, [finding(file, line(i), column, cells[i], f"not a {column_kind}", remedy)
                   for i in cells.index[wrong]]


def convert_table(raw, table, settings, file):
    """Name, translate and type the columns of a raw table; return (frame, findings)."""
    renamed = {theirs: ours for ours, theirs in settings.columns.get(table, {}).items()}
    found = [finding(file, 1, theirs, "", "no such column", "correct `columns` in study.yml")
             for theirs in renamed if theirs not in raw.columns]
    frame = raw.rename(columns=renamed)
    known = TABLES[table].to_schema().columns
    for column in frame.columns[frame.columns.duplicated()]:
        found.append(finding(file, 1, column, "", "column stands twice", "rename one of them"))
    frame = frame.loc[:, ~frame.columns.duplicated()].copy()
    for column in frame.columns:
        translate = settings.values.get(table, {}).get(column, {})
        frame[column] = frame[column].replace({str(k): str(v) for k, v in translate.items()})
        if column in known:
            frame[column], wrong = convert_column(frame[column], kind(table, column), file, column)
            found += wrong
        else:
            found += check_unknown(column, known, file)
            frame[column] = convert_freely(frame[column])
        if column in settings.units:
            frame[column] *= SHARED_UNITS[column][settings.units[column]]
    return frame, found


def check_unknown(column, known, file):
    """Warn of a column whose name is nearly one of the contract's."""
    close = get_close_matches(column, known, n=1, cutoff=0.8)
    return [finding(file, 1, column, "", "not a column of the contract",
                    f"did you mean {close[0]}?", "warning")] if close else []


def convert_freely(cells):
    """Type a column that the contract does not know: numbers where all cells are, else text."""
    given = cells.str.strip().replace("", pd.NA)
    numbers = pd.to_numeric(given, errors="coerce")
    return numbers.astype(float) if numbers.notna().equals(given.notna()) else given


def check_contract(frame, table, file):
    """Hold a typed table against its pandera model; return findings."""
    try:
        TABLES[table].validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        return [describe_failure(case, file) for case in errors.failure_cases.itertuples()]
    return []


def describe_failure(case, file):
    """Turn one pandera failure into a finding."""
    if case.check == "column_in_dataframe":
        return finding(file, 1, case.failure_case, "", "column is missing", "add the column")
    check = str(case.check)
    if check == "not_nullable":
        problem, remedy = "empty", "fill the cell"
    elif check == "field_uniqueness":
        problem, remedy = "stands twice", "give each patient its own row and identifier"
    elif check.startswith("isin"):
        problem, remedy = "not an allowed value", f"write one of {check[6:-2]}"
    else:
        problem, remedy = f"outside its range: {check}", "correct the value, or declare its unit"
    row = "" if pd.isna(case.index) else line(case.index)
    return finding(file, row, case.column, case.failure_case, problem, remedy)


def load_study(path):
    """Read whatever can be read of a study folder; return (Study or None, findings)."""
    folder = Path(path)
    source = folder / "study.yml"
    if not source.is_file():
        return None, [finding(str(source), "", "", "", "no such file", "create study.yml")]
    try:
        mapping = yaml.safe_load(source.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return None, [finding("study.yml", "", "", "", f"not YAML: {' '.join(str(error).split())}",
                              "correct the line that it names")]
    settings, errors = read_settings(mapping)
    found = [finding("study.yml", "", e.key, e.value, e.problem, e.remedy) for e in errors]
    if settings is None:
        return None, found
    tables, files, wrong = load_tables(folder, settings)
    found += wrong
    if "patients" not in tables:
        return None, found
    found += [finding("study.yml", "", e.key, e.value, e.problem, e.remedy)
              for e in check_columns(settings, tables["patients"])]
    if any(f["severity"] == "error" for f in found):
        return None, found
    found += check_across(files, tables, settings.data_cutoff)
    study = Study(name=folder.resolve().name, settings=settings,
                  endpoints=derive_endpoints(tables["patients"]),
                  **{table: tables.get(table) for table in TABLES})
    return study, found


def load_tables(folder, settings):
    """Read, type and check each table on its own; return (tables, file names, findings)."""
    tables, files, found = {}, {}, []
    for table in TABLES:
        file = files[table] = settings.tables.get(table, f"{table}.csv")
        path = folder / file
        if not path.is_file():
            if table == "patients" or table in settings.tables:
                found.append(finding(file, "", "", "", "no such file",
                                     "add the file or correct `tables` in study.yml"))
            continue
        try:
            raw = read_table(path)
        except (ValueError, OSError) as error:
            found.append(finding(file, "", "", "", f"cannot be read as CSV: {error}",
                                 "save it as a UTF-8 CSV file with commas"))
            continue
        frame, wrong = convert_table(raw, table, settings, file)
        found += wrong or check_contract(frame, table, file)
        if wrong and not any(f["severity"] == "error" for f in wrong):
            found += check_contract(frame, table, file)
        if table == "patients" and frame.empty:
            found.append(finding(file, 1, "patient_id", "", "no patients", "add at least one row"))
        tables[table] = frame
    return tables, files, found


def check_study(path):
    """List everything that is wrong with a study folder.

    Parameters
    ----------
    path : str or Path
        The study folder.

    Returns
    -------
    DataFrame
        `file, row, column, value, problem, remedy, severity`, one row per finding; `row` is the
        line of the file, `severity` is error or warning.
    """
    return pd.DataFrame(load_study(path)[1], columns=FINDING)


def read_study(path):
    """Read and check a study folder.

    Parameters
    ----------
    path : str or Path
        Folder with study.yml and one CSV file per table.

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        With all findings, when any of them is an error.
    """
    study, found = load_study(path)
    findings = pd.DataFrame(found, columns=FINDING)
    if (findings["severity"] == "error").any():
        raise StudyError(findings)
    return study


def read_results(out_dir):
    """Read the results that the chapters of a build have saved.

    Parameters
    ----------
    out_dir : str or Path
        Folder of the build; results lie in `results/CHAPTER/NAME.csv`.

    Returns
    -------
    dict of (str, str) to DataFrame
        By chapter and name; text columns keep empty cells empty.
    """
    found = {}
    for path in sorted(Path(out_dir, "results").glob("*/*.csv")):
        try:
            found[path.parent.name, path.stem] = pd.read_csv(path)
        except pd.errors.EmptyDataError:
            found[path.parent.name, path.stem] = pd.DataFrame()
    return found
