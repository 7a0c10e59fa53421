"""The chapters of the book: which there are, what they may be told, and what they need."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import jupytext
import yaml

GIVEN = ("study_dir", "out_dir")


class ParameterError(ValueError):
    """A chapter or parameter that does not exist, or a value of the wrong type."""


@dataclass(frozen=True)
class Chapter:
    """One notebook of the book.

    Attributes
    ----------
    name : str
        Stem of its file.
    file : str
        Path within the book, without suffix, as the contents list it.
    text : str
        The MyST text that people review.
    needs : tuple of str
        Columns without which it says nothing: `table.column`, alternatives joined by ` or `.
    late : bool
        Whether it reads the saved results of the others and so runs after them.
    """

    name: str
    file: str
    text: str
    needs: tuple[str, ...] = ()
    late: bool = False

    @property
    def notebook(self):
        """The chapter as a new notebook without outputs."""
        return jupytext.reads(self.text, fmt="md:myst")

    @property
    def title(self):
        """Its first heading."""
        return next(line.lstrip("# ") for line in self.text.splitlines() if line.startswith("# "))

    @property
    def defaults(self):
        """Its parameters with their default values."""
        cells = [c for c in self.notebook.cells if "parameters" in c.metadata.get("tags", [])]
        return read_parameters(cells[0].source) if cells else {}


def read_parameters(source):
    """Read the assignments of a parameters cell; return a dict of name: default value."""
    return {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(source).body}


def write_parameters(source, values):
    """Put other values into a parameters cell, and keep its comments."""
    lines = source.splitlines()
    for node in reversed(ast.parse(source).body):
        name = node.targets[0].id
        if name in values:
            first, last = node.value.lineno - 1, node.value.end_lineno - 1
            before = lines[first].encode()[:node.value.col_offset].decode()
            after = lines[last].encode()[node.value.end_col_offset:].decode()
            lines[first:last + 1] = [f"{before}{values[name]!r}{after}"]
    return "\n".join(lines)


def read_contents(book_dir):
    """List the files of the book in order, without suffix, the root first."""
    contents = yaml.safe_load((Path(book_dir) / "_toc.yml").read_text(encoding="utf-8"))

    def walk(entry):
        if isinstance(entry, list):
            return [file for item in entry for file in walk(item)]
        here = [str(entry[key]) for key in ("root", "file") if key in entry]
        below = [walk(entry.get(key, [])) for key in ("parts", "chapters", "sections")]
        return here + [file for files in below for file in files]

    return walk(contents)


def read_chapters(book_dir):
    """Read the notebooks of a book, in the order of its contents.

    Parameters
    ----------
    book_dir : str or Path
        Folder with `_toc.yml` and the chapters' texts.

    Returns
    -------
    list of Chapter
        Plain pages, which have no kernel, are left out.
    """
    chapters = []
    for file in read_contents(book_dir):
        path = Path(book_dir) / f"{file}.md"
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        metadata = jupytext.reads(text, fmt="md:myst").metadata
        if "kernelspec" in metadata:
            press = metadata.get("press", {})
            chapters.append(Chapter(path.stem, file, text, tuple(press.get("needs", ())),
                                    press.get("reads") == "results"))
    return chapters


def find_missing(chapter, study):
    """List what of a chapter's needs a study does not hold."""
    return [need for need in chapter.needs
            if not any(holds_column(n, study) for n in need.split(" or "))]


def holds_column(need, study):
    """Say whether a study holds `table.column`: filled, or of a table that says there was none."""
    table, column = need.strip().split(".")
    frame = getattr(study, table, None)
    if frame is None or column not in frame:
        return False
    return frame.empty or bool(frame[column].notna().any())


def suggest(word, known):
    """Name the nearest known word, or all of them."""
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(sorted(known))}"


def convert(value, default, name):
    """Give a value the type of a parameter's default.

    Raises
    ------
    ParameterError
        When the value cannot have that type.
    """
    if isinstance(value, str) and not isinstance(default, str):
        try:
            value = yaml.safe_load(value)
        except yaml.YAMLError:
            raise ParameterError(f"{name}: {value!r} cannot be read") from None
        if isinstance(default, (list, tuple)) and not isinstance(value, list):
            value = [yaml.safe_load(part) for part in str(value).split(",")]
    kind = type(default)
    if kind in (int, float) and isinstance(value, (int, float)) and not isinstance(value, bool):
        if kind(value) == value:
            return kind(value)
    elif kind in (list, tuple) and isinstance(value, (list, tuple)):
        return kind(value)
    elif default is None or (value is not None and type(value) is kind):
        return value
    raise ParameterError(f"{name}: {value!r} is not of the type of its default {default!r}")


def settle_parameters(chapters, from_study, from_user):
    """Decide the parameters of each chapter: its defaults, then the study's, then the user's.

    Parameters
    ----------
    chapters : list of Chapter
    from_study : dict
        The `chapters` part of study.yml: chapter: {name: value}.
    from_user : list of str
        `chapter.name=value`.

    Returns
    -------
    dict
        chapter: {name: value}, without those that the press itself gives.

    Raises
    ------
    ParameterError
        Naming the nearest chapter or parameter that exists.
    """
    asked = [(f"{chapter}.{name}", value) for chapter, values in (from_study or {}).items()
             for name, value in (values or {}).items()]
    for text in from_user:
        address, equals, value = text.partition("=")
        if not equals or "." not in address:
            raise ParameterError(f"{text!r}: write chapter.name=value")
        asked.append((address, value))
    known = {c.name: {k: v for k, v in c.defaults.items() if k not in GIVEN} for c in chapters}
    settled = {name: dict(defaults) for name, defaults in known.items()}
    for address, value in asked:
        chapter, name = address.split(".", 1)
        if chapter not in known:
            raise ParameterError(f"{address}: no chapter {chapter!r}; {suggest(chapter, known)}")
        if name not in known[chapter]:
            hint = suggest(name, known[chapter]) if known[chapter] else "it has none"
            raise ParameterError(f"{address}: no parameter {name!r} in {chapter}; {hint}")
        settled[chapter][name] = convert(value, known[chapter][name], address)
    return settled
