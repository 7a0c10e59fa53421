"""The one door for data: read a study folder, check it, derive its endpoints.

What a study folder holds is read by `intake`; nothing else in `analysis` reads files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from analysis.checks import check_across
from analysis.delimited import decode
from analysis.endpoints import derive_endpoints
from analysis.findings import FINDING, finding, has_error
from analysis.intake import keep_known, read_tables
from analysis.schema import OF_PAPER, TABLES, columns
from analysis.settings import Settings, read_settings
from analysis.variables import list_wanted, settle_variables
from analysis.visits import settle_visits
from analysis.withheld import read_cells
from analysis.yml import read_yaml


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
    radiotherapy, adverse_events, laboratory, screening, published, alternatives
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
    alternatives: pd.DataFrame | None
    endpoints: pd.DataFrame

    def __getattr__(self, key):
        """Offer each key of study.yml as an attribute of the study."""
        if key in Settings.__dataclass_fields__:
            return getattr(self.settings, key)
        raise AttributeError(key)


def read_settings_file(folder):
    """Read study.yml; return (Settings or None, findings)."""
    source = folder / "study.yml"
    try:
        if not source.is_file():
            return None, [finding("study.yml", "", "", "", f"no such file in {folder.name}",
                                  "create it: python -m report init FOLDER")]
        text, found = decode(source.read_bytes(), "study.yml")
    except OSError as error:
        return None, [finding("study.yml", "", "", "", f"cannot be read: {error.strerror}",
                              "make the file readable")]
    if has_error(found):
        return None, found
    try:
        mapping = read_yaml(text.removeprefix("\ufeff"))
    except ValueError as error:
        return None, [*found, finding("study.yml", "", "", "", f"not YAML: {error}",
                                      "correct the line that it names")]
    settings, errors = read_settings(mapping)
    return settings, found + [finding("study.yml", "", e.key, e.value, e.problem, e.remedy)
                              for e in errors]


def drop_empty(frame, table, wanted):
    """Return a table without the optional columns that no row fills; dates say that none came."""
    known = columns(table)
    empty = [c for c in frame if c in known and not known[c].required and known[c].kind != "date"
             and c not in wanted and frame[c].isna().all()]
    whole = table in OF_PAPER or frame.empty
    return (frame if whole else frame.drop(columns=empty)).reset_index(drop=True)


def load_study(path):
    """Read whatever can be read of a study folder; return (Study or None, findings)."""
    folder = Path(path)
    settings, found = read_settings_file(folder)
    if settings is None:
        return None, found
    tables, left_out, wrong = read_tables(folder, settings)
    found += wrong
    if "patients" not in tables or tables["patients"].frame.empty:
        return None, found
    settings, wrong = settle_variables(settings, tables)
    found += wrong
    tables = keep_known(tables, left_out)
    if "laboratory" in tables:
        rows, wrong = settle_visits(tables["laboratory"], tables["patients"].frame,
                                    settings.visits)
        tables["laboratory"] = replace(tables["laboratory"], frame=rows)
        found += wrong
    known = {(f["file"], f["row"], f["column"]) for f in found}
    found += [f for f in check_across(tables, settings, left_out)
              if (f["file"], f["row"], f["column"]) not in known or f["severity"] == "error"]
    if has_error(found):
        return None, found
    frames = {table: drop_empty(tables[table].frame, table, list_wanted(settings))
              if table in tables else None for table in TABLES}
    study = Study(name=folder.resolve().name, settings=settings,
                  endpoints=derive_endpoints(frames["patients"]), **frames)
    return study, found


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
        By chapter and name; withheld cells are withheld again, and text as it was.
    """
    found = {}
    for path in sorted(Path(out_dir, "results").glob("*/*.csv")):
        try:
            found[path.parent.name, path.stem] = read_cells(pd.read_csv(path))
        except pd.errors.EmptyDataError:
            found[path.parent.name, path.stem] = pd.DataFrame()
    return found
