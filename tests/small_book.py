"""A book of three chapters, small enough to watch the press at work."""

import subprocess
import sys
from pathlib import Path

import conftest

ROOT = Path(__file__).parents[1]

HEAD = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
{press}---

"""

PARAMETERS = """\
```{code-cell} ipython3
:tags: [parameters, hide-input]

study_dir = "../data/ning2023"  # the study folder
out_dir = "../_build/ning2023"  # receives figures and results
conf_level = 0.95  # level of the limits
endpoints = ["PFS", "OS"]  # which endpoints
show_note = False  # whether to show the note
```

```{code-cell} ipython3
:tags: [remove-input]

import pandas as pd
from analysis.page import Page
from analysis.study import read_study, read_results
from analysis.style import new_figure

study = read_study(study_dir)
page = Page(PAGE, study, out_dir)
```

"""

COUNTING = """\
# Counting

A formula $x^2$, a term {term}`PFS`, a citation {cite:p}`one2000`, the chapter {doc}`liver`,
[told](liver.md) again, and {numref}`liver-patients-table`. See also [the second](second.md).

""" + PARAMETERS.replace("PAGE", '"counting"') + """\
```{code-cell} ipython3
page.say(f"The level is {conf_level} for {endpoints}.")
sexes = study.patients["sex"].value_counts().rename("n").reset_index()
page.table(sexes, "patients", "Who.")
page.save(patients=sexes)
figure, ax = new_figure("column")
line = ax.plot([1, 2], [3, 4])
page.figure(figure, "line", "A line.", "A rising line.")
```
"""

SECOND = "# Second\n\n" + PARAMETERS.replace("PAGE", '"second"') + """\
```{code-cell} ipython3
page.say("Nothing more.")
```
"""

LIVER = "# Liver\n\n" + PARAMETERS.replace("PAGE", '"liver"') + """\
```{code-cell} ipython3
page.table(study.laboratory[["visit"]].drop_duplicates(), "patients", "When.")
```
"""

INTRO = """\
# In brief

```{code-cell} ipython3
:tags: [parameters, remove-input]

study_dir = "data/ning2023"  # the study folder
out_dir = "_build/ning2023"  # holds the saved results
```

```{code-cell} ipython3
from analysis.study import read_results

print(sorted(read_results(out_dir)))
```
"""

FILES = {
    "_config.yml": """\
title: A book
author: Nobody
exclude_patterns: ["**.ipynb"]
bibtex_bibfiles: [references.bib]
sphinx:
  recursive_update: true
  extra_extensions: [report.offline, report.launch]
  config:
    nb_render_markdown_format: myst
    nb_mime_priority_overrides: [["*", "text/markdown", 0]]
""",
    "_toc.yml": """\
format: jb-book
root: intro
parts:
  - caption: The report
    chapters:
      - file: chapters/counting
      - file: chapters/second
  - caption: The liver
    chapters:
      - file: chapters/liver
  - caption: For reference
    chapters:
      - file: glossary
      - file: made
""",
    "references.bib": "@book{one2000, author={One}, title={Once}, year={2000}, publisher={P}}\n",
    "glossary.md": "# Glossary\n\n:::{glossary}\nPFS\n  Progression-free survival.\n:::\n\n"
                   "```{bibliography}\n```\n",
    "made.md": (Path(__file__).parents[1] / "made.md").read_text(encoding="utf-8"),
    "intro.md": HEAD.format(press="press:\n  reads: results\n") + INTRO,
    "chapters/counting.md": HEAD.format(press="") + COUNTING,
    "chapters/second.md": HEAD.format(press="") + SECOND,
    "chapters/liver.md": HEAD.format(
        press="press:\n  needs: [laboratory.albumin_g_l or laboratory.albi_grade]\n") + LIVER,
}


def write_book(folder):
    """Write the small book; return its folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def change(path, old, new):
    """Put one text in the place of another in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


LIMITED = "import resource, sys\nfrom report.cli import main\n" \
          "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)\n" \
          "sys.exit(main(sys.argv[2:]))\n"


def run_limited(size, *arguments):
    """Run a command that can write no file larger than `size`, as on a disk that is full."""
    return subprocess.run([sys.executable, "-c", LIMITED, str(size), *map(str, arguments)],
                          cwd=ROOT, capture_output=True, text=True, check=False)


def build_tiny(folder, *options):
    """Build the small book on the tiny study: `tiny`, `book` and `out` stand in the folder."""
    from report.cli import main

    tables = {name: getattr(conftest, name.upper())
              for name in ("patients", "radiotherapy", "adverse_events", "laboratory")}
    study = conftest.write_study(folder / "tiny", tables, conftest.STUDY)
    assert main(["build", str(study), "--book", str(write_book(folder / "book")),
                 "--out", str(folder / "out"), "--no-pdf", *options]) == 0
    return folder
