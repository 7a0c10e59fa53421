"""The printed numbers as windows: value and half-width of its rounding interval."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

#: columns that are searched together with the order of events, and those that follow
JOINT = ("sex", "virus", "ecog", "afp", "cp", "albi", "portal", "hepx", "local", "diam", "dc1",
         "pel")
FREE = ("age", "ehs", "tnum", "pfs1", "interval", "first")
ALONE = ("sex", "virus", "cp", "diam", "dc1")  # joint columns that are in no model
MODELS = (("ecog", "afp", "albi", "portal", "hepx", "local", "pel"),
          ("ecog", "afp", "hepx", "local", "pel"))
PARTS = ("hr", "lo", "hi", "p")
MEDIANS = ("pfs", "pel1", "pel0", "os", "fu")
PUBLISHED = Path("data/ning2023/published.csv")


@dataclass(frozen=True)
class Targets:
    """Windows of the survival results; each array has value and half-width on its last axis.

    Attributes
    ----------
    rows : ndarray, shape (columns, 2, 4, 2)
        Univariable HR, limits and P of each column of `names` for PFS and OS; NaN is not printed.
    models : ndarray, shape (2, 7, 4, 2)
        The same for the multivariable models.
    medians : ndarray, shape (5, 3, 2)
        Median and limits in months, in the order of `MEDIANS`.
    tests : ndarray, shape (4, 2)
        HR and P of PEL, P of ECOG for PFS and OS.
    """

    rows: np.ndarray
    models: np.ndarray
    medians: np.ndarray
    tests: np.ndarray


def read_published(path=PUBLISHED):
    """Read the printed numbers as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def window(printed, name):
    """Return value and half-width of a printed number; NaN when it is not estimable."""
    row = printed.get(name)
    if row is None or row[0] == "NE":
        return np.nan, np.nan
    return float(row[0]), 0.5 * 10.0 ** -int(row[1])


def read_targets(names, path=PUBLISHED):
    """Read the windows of the survival results for the columns `names`."""
    table = read_published(path)
    printed = {r.id: (r.value, r.decimals) for r in table.itertuples()}

    def cox(prefix, name):
        return [window(printed, f"{prefix}.{name}.{part}") for part in PARTS]

    rows = np.array([[cox("t4.u", n), cox("t5.u", n)] for n in names])
    models = np.full((2, 7, 4, 2), np.nan)
    for k, (prefix, model) in enumerate(zip(("t4.m", "t5.m"), MODELS, strict=True)):
        models[k, :len(model)] = [cox(prefix, n) for n in model]
    medians = np.array([[window(printed, f"tx.{m}.{part}") for part in ("med", "lo", "hi")]
                        for m in MEDIANS])
    tests = np.array([window(printed, f"tx.{t}")
                      for t in ("fig3c.hr", "fig3c.p", "ecog.lr.pfs", "ecog.lr.os")])
    return Targets(rows, models, medians, tests)
