"""Every figure of the chapters, drawn for one study without the press, and what its text does."""

import contextlib
import os
from itertools import combinations
from pathlib import Path
from unittest import mock

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import yaml
from matplotlib.text import Text

from analysis.page import Page
from analysis.study import read_study
from analysis.style import new_figure
from report.chapters import find_missing, read_chapters, settle_parameters, write_parameters

ROOT = Path(__file__).parents[1]
#: texts that share less than this, in points, do not yet touch
TOUCH_PT = 0.7
SCREENING = """\
step,reason,n
screened,,1200
excluded,"no measurable lesion, or one that was not measured a second time",500
excluded,another malignancy within five years,80
eligible,,620
excluded,no follow-up,300
excluded,consent not given,20
analysed,,{n}
"""


def enlarge_study(source, folder, n=300, seed=1):
    """Write a study with `n` patients drawn from another study's, with all that they had."""
    rng = np.random.default_rng(seed)
    patients = pd.read_csv(source / "patients.csv")
    drawn = pd.DataFrame({"patient_id": rng.choice(patients["patient_id"], n),
                          "new_id": [f"L{i:03d}" for i in range(n)]})
    folder.mkdir(parents=True)
    for table in ("patients", "radiotherapy", "adverse_events", "laboratory"):
        rows = pd.read_csv(source / f"{table}.csv", dtype=str, keep_default_na=False)
        rows = drawn.merge(rows, on="patient_id").drop(columns="patient_id")
        rows.rename(columns={"new_id": "patient_id"}).to_csv(folder / f"{table}.csv", index=False)
    (folder / "screening.csv").write_text(SCREENING.format(n=n))
    settings = yaml.safe_load((source / "study.yml").read_text(encoding="utf-8"))
    known = {key: value for key, value in settings.items() if key not in {"tables", "case"}}
    (folder / "study.yml").write_text(yaml.safe_dump(known, allow_unicode=True, sort_keys=False),
                                      encoding="utf-8")
    return folder


def draw_book(study_dir, out_dir, keep):
    """Run the code of every chapter that a study can fill; give `keep` each figure it saves.

    `keep` is called with the chapter, the name, the figure, its caption and its alternative text.
    """
    study = read_study(study_dir)
    chapters = [c for c in read_chapters(ROOT) if not find_missing(c, study)]
    settled = settle_parameters(read_chapters(ROOT), study.chapters, [])
    save = Page.figure

    def figure(page, drawn, name, caption, alt):
        keep(page.chapter, name, getattr(drawn, "figure", drawn), caption, alt)
        save(page, drawn, name, caption, alt)

    given = {"study_dir": str(study_dir), "out_dir": str(out_dir)}
    with mock.patch.object(Page, "figure", figure), mock.patch("analysis.page.show"), \
            contextlib.chdir(ROOT / "chapters"):
        for chapter in sorted(chapters, key=lambda c: c.late):
            known = {}
            for cell in chapter.notebook.cells:
                if cell.cell_type == "code":
                    source = cell.source
                    if "parameters" in cell.metadata.get("tags", []):
                        source = write_parameters(source, given | settled[chapter.name])
                    exec(compile(source, os.fspath(chapter.file), "exec"), known)
    plt.close("all")


def measure_text(figure):
    """Draw a figure; return its (words, extent in points) for each text that is really drawn."""
    found = []
    draw = Text.draw

    def record(text, renderer, *args, **kwargs):
        draw(text, renderer, *args, **kwargs)
        if text.get_visible() and text.get_text().strip():
            extent = Text.get_window_extent(text, renderer)
            if text.get_rotation() % 90 == 0:
                found.append((text.get_text(), extent.frozen()))

    with mock.patch.object(Text, "draw", record):
        figure.canvas.draw()
    scale = 72 / figure.dpi
    return [(words, box.transformed(plt.matplotlib.transforms.Affine2D().scale(scale)))
            for words, box in found]


def find_collisions(figure):
    """List what of a figure's text runs over other text or over the edge of the figure."""
    texts = measure_text(figure)
    width, height = 72 * figure.get_size_inches()
    out = [words for words, box in texts
           if box.x0 < -TOUCH_PT or box.y0 < -TOUCH_PT
           or box.x1 > width + TOUCH_PT or box.y1 > height + TOUCH_PT]
    return out + [(one, other) for (one, a), (other, b) in combinations(texts, 2)
                  if min(a.x1, b.x1) - max(a.x0, b.x0) > TOUCH_PT
                  and min(a.y1, b.y1) - max(a.y0, b.y0) > TOUCH_PT]


def draw_sample(path):
    """Save a figure with all that a drawing of the book has: steps, hatches, marks, turned text."""
    figure, ax = new_figure("column")
    ax.step([0, 1, 2, 3], [1, 0.8, 0.8, 0.123456789], label="Median 7.4 months")
    ax.fill_between([0, 3], 0.1, 0.2, hatch="//")
    ax.scatter([1, 2], [0.5, 0.6], marker="s")
    ax.legend(title="Legend")
    ax.set_ylabel("Turned by 90°")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
