"""What a study does not hold leaves no trace in its book but one line that says so."""

from __future__ import annotations

import re

import nbformat

from analysis.display import listing

#: begins the line that stands for a part which is not shown
NOT_SHOWN = ("*Not shown", "*Not drawn", "*Not told")
READING = re.compile(r"\*\*How to read this\.\*\*.*?(?=\n\n|\Z)\n*", re.S)
HEADING = re.compile(r"^#{2,} ", re.M)


def unlink(text, absent):
    """Point links at executed chapters; those to absent ones become words, or their row goes."""
    for chapter in absent:
        name, title = re.escape(chapter.name), chapter.title
        text = re.sub(rf"^\|.*\{{doc\}}`[^`<]*\b{name}` \|\n?", "", text, flags=re.M)
        text = re.sub(rf"\[([^\]]+)\]\((?:[^)\s]*/)?{name}\.(?:md|ipynb)[^)]*\)", r"\1", text)
        text = re.sub(rf"\{{doc\}}`([^`<]+) <[^`>]*\b{name}>`", r"\1", text)
        text = re.sub(rf"\{{doc\}}`[^`]*\b{name}`", f"“{title}”", text)
        text = re.sub(rf"\{{(?:num)?ref\}}`(?:[^`<]+<)?{name}-[^`]*`",
                      f"the chapter “{title}” (not in this book)", text)
    return re.sub(r"(\]\((?:[\w./-]*/)?\w+)\.md(#[^)]*)?\)", r"\1.ipynb\2)", text)


def say_absent(absent):
    """List the chapters that are left out and the columns that would bring them back."""
    lines = [f"- **{chapter.title}** needs {spell(needs)}." for chapter, needs in absent.items()]
    return "\n".join(["## Chapters left out", "",
                      "The study folder does not hold what these chapters describe.", "", *lines])


def spell(needs):
    """Spell needs, ``table.column`` as a column of a table; a table is named once in a row."""
    parts = [[n.strip().split(".") for n in need.split(" or ")] for need in needs]
    tables = {table for part in parts for table, _ in part}
    if len(tables) == 1 and all(len(part) == 1 for part in parts):
        return f"{listing(f'`{part[0][1]}`' for part in parts)} in the table `{tables.pop()}`"
    return ", and ".join(map(spell_need, parts))


def spell_need(part):
    """Spell one need, whose alternatives are pairs of table and column."""
    by_table = {}
    for table, column in part:
        by_table.setdefault(table, []).append(f"`{column}`")
    return " or ".join(f"{listing(columns, 'or')} in the table `{table}`"
                       for table, columns in by_table.items())


def list_outputs(cell):
    """List what a cell of an executed chapter prints."""
    return [o["data"].get("text/markdown", "") for o in cell.get("outputs", []) if "data" in o]


def trim(notebook):
    """Leave out what speaks of results that are not shown.

    Advice on reading goes where no table or figure stands above it, or the last was not shown. Of
    a section that shows nothing its heading stays, with the line that says what it needs; of one
    that has nothing to say, nothing.
    """
    sections = list_sections(split_sections(notebook.cells))
    notebook.cells = [cell for section in sections for cell in trim_section(section)]
    return notebook


def trim_section(cells):
    """Return the cells of a section that are left."""
    printed = [text for cell in cells for text in list_outputs(cell)]
    speaks = any("page.say(" in c.source for c in cells if c.cell_type == "code")
    if speaks and not printed and HEADING.match(cells[0].source):
        return [c for c in cells if "remove-cell" in c.metadata.get("tags", [])]
    shows = not printed or not all(text.startswith(NOT_SHOWN) for text in printed)
    kept, seen = [], []
    for cell in without_repeats(cells):
        if cell.cell_type == "markdown" and not shows:
            cell = cut(cell, cell.source.partition("\n")[0] if HEADING.match(cell.source) else "")
        elif cell.cell_type == "markdown":
            if not any(map(is_shown, seen)) or (
                    seen[-1].startswith(NOT_SHOWN) and not is_shown(seen[-1])):
                cell = cut(cell, READING.sub("", cell.source).strip())
            seen = []
        elif outputs := list_outputs(cell):
            seen.append("".join(outputs))
        kept.append(cell)
    return [c for c in kept if c.cell_type != "markdown" or c.source.strip()]


def without_repeats(cells):
    """Return cells of a section in which each line on what is not shown stands once."""
    said, kept = set(), []
    for cell in cells:
        if cell.cell_type == "code":
            outputs = []
            for output in cell.outputs:
                text = output.get("data", {}).get("text/markdown", "")
                if text not in said:
                    outputs.append(output)
                if text.startswith(NOT_SHOWN):
                    said.add(text)
            cell = nbformat.from_dict(cell | {"outputs": outputs})
        kept.append(cell)
    return kept


def is_shown(text):
    """Say whether a table or figure is in what a cell prints."""
    return ":::{table}" in text or ":::{figure}" in text


def cut(cell, source):
    """Return a cell with a shorter text."""
    return nbformat.from_dict(cell | {"source": source})


def split_sections(cells):
    """Divide cells of text so that each section begins a cell of its own."""
    divided = []
    for cell in cells:
        parts = [cell.source] if cell.cell_type != "markdown" else \
            [p for p in re.split(r"(?m)^(?=#{2,} )", cell.source) if p.strip()]
        for i, part in enumerate(parts):
            piece = cell.copy()
            piece["source"] = part
            if i:
                piece["id"] = f"{cell['id']}-{i}"
            divided.append(piece)
    return divided


def list_sections(cells):
    """List the sections of a chapter, each as its cells; what stands before the first is one."""
    sections = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and HEADING.match(cell.source):
            sections.append([])
        sections[-1].append(cell)
    return sections
