"""What a chapter writes: sentences, tables, figures as MyST Markdown, and saved results."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display as show

from analysis import display, style
from analysis.guard import Guard
from analysis.ledger import join
from analysis.notebook import picture, render
from analysis.prose import published
from analysis.vector import squeeze
from analysis.withheld import spell_cells


class Page:
    """The page of one chapter.

    Parameters
    ----------
    chapter : str
        Name of the chapter.
    study : Study
        The study that the page reports.
    out_dir : str or Path
        Folder that receives `results/CHAPTER/NAME.csv` and `figures/CHAPTER/NAME.svg`. A file
        `profile` in it goes before the study's own `privacy`.
    """

    def __init__(self, chapter, study, out_dir):
        self.chapter = chapter
        self.study = study
        self.out_dir = Path(out_dir)
        self.saved = {}
        asked = self.out_dir / "profile"
        profile = asked.read_text() if asked.is_file() else study.privacy
        self.keeper = Guard(study) if profile == "share" else None

    def guard(self, prose):
        """Return a module of sentences as this page may use it.

        In a book that is shared its functions get results with small counts withheld, and are
        silent where they are given single patients (see `guard.Spokesman`).
        """
        return self.keeper.speak_for(prose) if self.keeper else prose

    def release(self, result):
        """Return a result as this page may tell it; see `disclosure.release`."""
        return self.keeper.release(result) if self.keeper and result is not None else result

    def say(self, text):
        """Print a sentence, or a list of them as one paragraph; nothing for nothing."""
        sentences = [text] if isinstance(text, str) else [t for t in text if t]
        if any(sentences):
            emit(" ".join(sentences))

    def points(self, sentences):
        """Print sentences as a list; nothing for none."""
        self.say("\n".join(f"- {s}" for s in sentences if s))

    def takeaways(self, sentences):
        """Print the chapter's takeaways in a box."""
        lines = "\n".join(f"- {s}" for s in sentences if s)
        if lines:
            emit(f":::{{admonition}} Takeaways\n:class: tip\n\n{lines}\n:::")

    def paper(self, text):
        """Print a remark on the published paper, if the study reports one; nothing for nothing."""
        if self.study.published is not None and text:
            emit(f":::{{admonition}} Beside the paper\n:class: note\n\n{text}\n:::")

    def question(self, question, answer):
        """Print a question with its answer folded."""
        emit(f":::{{dropdown}} {question}\n:icon: question\n\n{answer}\n:::")

    def table(self, frame, name, caption, align=None, needs=""):
        """Print a frame of printed cells as a numbered table; one line for an empty one.

        Parameters
        ----------
        frame : DataFrame
            Cells as printed.
        name : str
            Name within the chapter; the reference target is `CHAPTER-NAME-table`.
        caption : str
        align : str, optional
            See `display.table`.
        needs : str
            Tables or columns that would bring an empty table back.
        """
        if isinstance(frame, str):  # the guard has silenced the function that makes the table
            emit("*Not told in a book that is shared: it would give small counts away.*")
            return
        if frame is None or len(frame) == 0:
            self.lacks(needs)
            return
        body = display.table(frame, align)
        emit(f":::{{table}} {caption}\n:name: {self.chapter}-{name}-table\n:align: left\n\n"
             f"{body}\n:::")

    def figure(self, figure, name, caption, alt):
        """Save a figure as SVG and print it as a numbered figure.

        Parameters
        ----------
        figure : Figure or Axes
            What was drawn; it is closed.
        name : str
            Name within the chapter; the reference target is `CHAPTER-NAME-figure`.
        caption : str
        alt : str
            What the figure shows, for those who do not see it; Markdown is made plain.
        """
        figure = getattr(figure, "figure", figure)
        path = self.out_dir / "figures" / self.chapter / f"{name}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None})
        path.write_text(squeeze(drawn.getvalue()), encoding="utf-8")
        plt.close(figure)
        kind = "wide" if figure.get_figwidth() > style.WIDTH_IN["column"] else "narrow"
        alt = display.plain(alt)
        inert = json.dumps(alt, ensure_ascii=False)
        emit(f":::{{figure}} {os.path.relpath(path)}\n:name: {self.chapter}-{name}-figure\n"
             f":alt: {inert}\n:figclass: {kind}\n\n{caption}\n:::", picture(path, alt, caption))

    def plot(self, draw, result, name, caption, alt, needs="", width="page", height_mm=90,
             **options):
        """Draw a tidy result and print the figure; one line says what is missing for an empty one.

        Parameters
        ----------
        draw : callable
            A room's `plot_` function: takes the result and `ax`.
        result : DataFrame or None
        name : str
            As for `figure`.
        caption, alt : str or callable
            A callable is given the result.
        needs : str
            Tables or columns that would bring the figure back.
        width, height_mm
            See `style.new_figure`.
        **options
            Passed to `draw`.
        """
        if self.keeper and (why := self.keeper.find_person([result, *options.values()])):
            emit(f"*Not drawn in a book that is shared: {why}.*")
            return
        if result is None or len(result) == 0:
            self.lacks(needs)
            return
        result = self.release(result)
        options = {key: self.release(value) if isinstance(value, pd.DataFrame) else value
                   for key, value in options.items()}
        _, ax = style.new_figure(width, height_mm)
        ax = draw(result, ax, **options)
        caption, alt = (text(result) if callable(text) else text for text in (caption, alt))
        self.figure(ax, name, caption + (self.keeper.explain(result) if self.keeper else ""), alt)

    def lacks(self, needs):
        """Say in one line what a study would need for a part that is not shown, if anything."""
        if needs:
            emit(f"*Not shown for this study: it needs {needs}.*")

    def save(self, **results):
        """Save tidy results by name under `results/CHAPTER/`, unrounded; None is left out.

        Cells that a spreadsheet would take for a formula are made text. In a book that is shared
        `suppressed.csv` lists what is withheld.

        Raises
        ------
        ValueError
            For a result that has rows of single patients.
        """
        folder = self.out_dir / "results" / self.chapter
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in results.items():
            if frame is None:
                continue
            if "patient_id" in frame:
                raise ValueError(f"{name} holds rows of single patients")
            self.saved[self.chapter, name] = self.release(frame)
            write_table(self.saved[self.chapter, name], folder / f"{name}.csv")
        if self.keeper:
            log = [(name, *entry) for (_, name), frame in self.saved.items()
                   for entry in frame.attrs.get("withheld", [])]
            write_table(pd.DataFrame(log, columns=["result", "row", "column", "why"]),
                        folder / "suppressed.csv")

    def score(self):
        """Print how this chapter's saved results stand to the printed numbers, if there are any."""
        if self.study.published is not None and not self.keeper:
            ledger = join(self.study.published, self.saved)
            self.say(published.describe_chapter(ledger, self.chapter))


def write_table(frame, path):
    """Write a result as CSV; words stand for withheld cells, and no text begins a formula."""
    told = spell_cells(frame)
    for column in told.select_dtypes(object):
        told[column] = told[column].map(lambda c: f"'{c}" if display.is_formula(c) else c)
    told.to_csv(path, index=False, lineterminator="\n")


def emit(markdown, alone=None):
    """Hand Markdown to the book, and HTML to a notebook that is read by itself."""
    show({"text/markdown": markdown, "text/plain": markdown,
          "text/html": alone or render(markdown)}, raw=True)
