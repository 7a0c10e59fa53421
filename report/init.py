"""`report init`: a study folder to be filled, or one that maps the data that there are."""

from __future__ import annotations

import shutil
from pathlib import Path

from analysis.readers import SUFFIXES, WORKBOOKS, read_file
from analysis.schema import DERIVED, EMPTY_TELLS, OF_PAPER, TABLES, UNITS, columns
from report.mapping import map_files
from report.template import spell_empty, spell_mapped


class InitError(Exception):
    """A folder that cannot be written, or data that cannot be read."""


def write_dictionary():
    """Return the data dictionary as Markdown, from the contract."""
    lines = ["# Data dictionary", "",
             "Every column is optional, but for those marked *needed*. Empty means missing.", "",
             "Every table but `patients` is optional: delete the file of one that nobody recorded.",
             *(f"`{table}` with a header and no rows says that {told}."
               for table, told in EMPTY_TELLS.items()),
             "Any other without rows reads as not recorded.", ""]
    for table, model in TABLES.items():
        if table in OF_PAPER:
            continue
        lines += [f"## {table}", "", model.__doc__.strip(), "",
                  "| column | kind | unit or levels | range | meaning |", "|---|---|---|---|---|"]
        for column in columns(table).values():
            what = ", ".join(map(str, column.levels)) or column.unit or ""
            ends = [f"{end:g}" if end is not None else "" for end in (column.low, column.high)]
            meaning = ("*needed*: " if column.required else "") + column.description
            lines.append(f"| `{column.name}` | {column.kind} | {what} | "
                         f"{'–'.join(ends) if any(ends) else ''} | {meaning} |")
        lines.append("")
    lines += ["## Derived", "", "Columns that covariates and Table 1 may name as well.", ""]
    lines += [f"- `{name}`: {meaning}" for name, meaning in DERIVED.items()]
    lines += ["", "## Units that are converted", ""]
    lines += [f"- `{column}`: {', '.join(units)}" for column, units in UNITS.items()]
    return "\n".join(lines) + "\n"


def write_empty(folder):
    """Write the folder of a study that has no data yet; return what to do next."""
    for table in TABLES:
        if table not in OF_PAPER:
            header = [c for c in columns(table) if not c.endswith("_censored")]
            (folder / f"{table}.csv").write_text(",".join(header) + "\n", encoding="utf-8")
    (folder / "study.yml").write_text(spell_empty(folder.resolve().name), encoding="utf-8")
    return ("Fill patients.csv, and of the others what you have; delete the rest: "
            "adverse_events.csv without rows says that nobody had one. "
            "DICTIONARY.md says what each column means.")


def find_files(source):
    """List the data files of a file or folder."""
    path = Path(source)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InitError(f"{source}: no such file or folder")
    found = [p for p in sorted(path.iterdir()) if p.is_file() and p.suffix.lower() in SUFFIXES]
    if not found:
        raise InitError(f"{source}: no data file in it ({', '.join(sorted(SUFFIXES))})")
    return found


def read_raws(folder, names):
    """Read all sheets of all files as text; return (dict of address to frame, questions)."""
    raws, questions = {}, []
    for name in names:
        addresses = [name]
        if Path(name).suffix.lower() in WORKBOOKS:
            addresses = [f"{name}#{sheet}" for sheet in list_sheets(folder / name)]
        for address in addresses:
            raw, found = read_file(folder, address, "patients")
            questions += [f"{f['file']} {f['row']}: {f['problem']}; {f['remedy']}" for f in found]
            if raw is not None:
                raw.columns = [str(c).strip() for c in raw.columns]
                raws[address] = raw.loc[:, ~raw.columns.duplicated()]
    return raws, questions


def list_sheets(path):
    """List the sheets of a workbook, none for one that cannot be read."""
    import zipfile

    import openpyxl

    try:
        return openpyxl.load_workbook(path, read_only=True).sheetnames
    except (zipfile.BadZipFile, OSError, KeyError, ValueError):
        raise InitError(f"{path.name}: cannot be read as a workbook") from None


def write_mapped(folder, source):
    """Copy data into a study folder and write how they are read; return what is left to decide."""
    files = find_files(source)
    for path in files:
        if path.parent.resolve() != folder.resolve():
            shutil.copyfile(path, folder / path.name)
    raws, questions = read_raws(folder, [p.name for p in files])
    made = map_files(raws)
    if not made:
        raise InitError(f"{source}: no column is like one of the contract's; see DICTIONARY.md")
    text, more = spell_mapped(folder.resolve().name, made, questions)
    questions += [q for m in made for q in m.questions] + more
    (folder / "study.yml").write_text(text, encoding="utf-8")
    return describe(folder, made, questions)


def describe(folder, made, questions):
    """Return in words what was mapped and what is left to decide."""
    from analysis.study import check_study

    told = [f"{m.address}: {m.table}{' (joined)' if m.joined else ''}, {len(m.sure)} columns mapped"
            for m in made]
    told += [f"decide: {q}" for q in questions]
    found = check_study(folder)
    wrong = found[found["severity"] == "error"].drop_duplicates(["file", "column", "problem"])
    told += [f"mend: {r.file}:{r.row} {r.column} {r.value}: {r.problem}; {r.remedy}"
             for r in wrong.head(20).itertuples()]
    if len(wrong) > 20:
        told.append(f"and {len(wrong) - 20} errors more")
    return "\n".join(told or ["nothing is left to decide"])


def write_folder(study, source=None):
    """Write a study folder.

    Parameters
    ----------
    study : str or Path
        The folder; it must not hold a study.yml.
    source : str or Path, optional
        File or folder with data to be mapped.

    Returns
    -------
    str
        What was done and what is left to do.

    Raises
    ------
    InitError
    """
    folder = Path(study)
    if (folder / "study.yml").exists():
        raise InitError(f"{folder}/study.yml stands already; it is left as it is")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "DICTIONARY.md").write_text(write_dictionary(), encoding="utf-8")
        told = write_mapped(folder, source) if source else write_empty(folder)
    except OSError as error:
        raise InitError(f"{folder}: {error.strerror or error}") from None
    return f"{folder}/study.yml written.\n{told}\nNext: python -m report check {folder}"


