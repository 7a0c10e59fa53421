"""`report init`: a study folder to be filled, or one that maps the data that there are."""

from __future__ import annotations

from pathlib import Path

from analysis.layout import ABOVE
from analysis.readers import SUFFIXES, WORKBOOKS, list_sheets, read_file
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


def put_new(path, data):
    """Write a file whole or not at all, and never over another that holds something else."""
    if path.exists():
        if path.is_file() and path.read_bytes() == data:
            return
        raise InitError(f"{path} stands already; it is left as it is. Move it, or map it: "
                        f"init {path.parent} --from {path.parent}")
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(data)
    part.rename(path)


def take_back(folder, before):
    """Remove what a failed init has written; `before` is what stood there, None for no folder."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path not in (before or ()):
            path.unlink()
    if folder.is_dir() and before is None:
        folder.rmdir()


def write_empty(folder):
    """Write the folder of a study that has no data yet; return what to do next."""
    for table in TABLES:
        if table not in OF_PAPER:
            header = [c for c in columns(table) if not c.endswith("_censored")]
            put_new(folder / f"{table}.csv", (",".join(header) + "\n").encode())
    put_new(folder / "study.yml", spell_empty(folder.resolve().name).encode())
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


def list_addresses(folder, name):
    """List the file, or its sheets that can be seen; return (addresses, questions)."""
    if Path(name).suffix.lower() not in WORKBOOKS:
        return [name], []
    try:
        sheets = list_sheets(folder / name)
    except Exception:  # a damaged workbook may raise what it likes
        raise InitError(f"{name}: cannot be read as a workbook") from None
    hidden = [sheet for sheet, is_hidden in sheets.items() if is_hidden]
    questions = [f"{name}: the hidden sheet {sheet} is not read" for sheet in hidden]
    return [f"{name}#{sheet}" for sheet in sheets if sheet not in hidden], questions


def read_raws(folder, names):
    """Read all sheets of all files as text.

    Returns
    -------
    tuple of (dict of str to DataFrame, dict of str to int, list of str)
        The frames by address, the rows of headers that are not the first, and questions.
    """
    raws, headers, questions = {}, {}, []
    for name in names:
        addresses, hidden = list_addresses(folder, name)
        questions += hidden
        for address in addresses:
            raw, found = read_file(folder, address, "patients")
            guess = next((f["row"] for f in found if f["problem"] == ABOVE), None)
            if guess:
                headers[address] = guess
                questions.append(f"{address}: row {guess} is taken for the header; what stands "
                                 "above it is not read")
                raw, found = read_file(folder, address, "patients", header=guess)
            kinds = {(f["problem"], f["column"]): f for f in found[::-1]
                     if f["problem"] != "empty sheet"}
            questions += [f"{f['file']} {f['row']}: {f['problem']}; {f['remedy']}"
                          for f in list(kinds.values())[::-1][:20]]
            if raw is not None:
                raw.columns = [str(c).strip() for c in raw.columns]
                raws[address] = raw.loc[:, ~raw.columns.duplicated()]
    return raws, headers, questions


def write_mapped(folder, source):
    """Copy data into a study folder and write how they are read; return what is left to decide."""
    files = find_files(source)
    for path in files:
        if path.parent.resolve() != folder.resolve():
            put_new(folder / path.name, path.read_bytes())
    raws, headers, questions = read_raws(folder, [p.name for p in files])
    made = map_files(raws)
    for mapping in made:
        mapping.header = headers.get(mapping.address)
    if not any(m.sure or m.unsure for m in made):
        raise InitError(f"{source}: no column is like one of the contract's; see DICTIONARY.md")
    text, more = spell_mapped(folder.resolve().name, made, questions)
    questions += [q for m in made for q in m.questions] + more
    put_new(folder / "study.yml", text.encode())
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
        before = set(folder.iterdir()) if folder.is_dir() else None
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InitError(f"{error.filename or folder}: {error.strerror or error}") from None
    try:
        told = write_mapped(folder, source) if source else write_empty(folder)
        (folder / "DICTIONARY.md").write_text(write_dictionary(), encoding="utf-8")
    except OSError as error:
        take_back(folder, before)
        raise InitError(f"{error.filename or folder}: {error.strerror or error}") from None
    except InitError:
        take_back(folder, before)
        raise
    return f"{folder}/study.yml written.\n{told}\nNext: python -m report check {folder}"


