"""The printed numbers as windows: value and half-width of its rounding interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

#: columns that are searched together with the order of events, and those that follow
JOINT = ("sex", "virus", "ecog", "afp", "albi", "portal", "hepx", "local", "pel")
FREE = ("cp", "diam", "dc1", "age", "ehs", "tnum", "pfs1", "interval", "first")
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

    @cached_property
    def marks(self):
        """The four windows as `scale_cox` and `scale_plain` lay them out for the search."""
        return (scale_cox(self.rows), scale_cox(self.models), scale_plain(self.medians),
                scale_plain(self.tests))


def scale_cox(windows):
    """Lay out windows of Cox rows on the scales on which they are compared.

    Parameters
    ----------
    windows : ndarray, shape (..., 4, 2)
        Value and half-width of HR, limits and P.

    Returns
    -------
    ndarray, shape (..., 4, 3)
        Centre, half-width, and half-widths within which a number is near (one unit or 5 %): HR and
        limits as logarithms, P as the z whose two-sided P it is.
    """
    value, half = windows[..., 0], windows[..., 1]
    low, high = np.log(value - half), np.log(value + half)
    low[..., 3], high[..., 3] = (norm.isf((value + s * half)[..., 3] / 2) for s in (1, -1))
    return np.stack([(low + high) / 2, (high - low) / 2, np.maximum(3, 0.05 * value / half)],
                    axis=-1)


def scale_plain(windows):
    """Add to windows the half-widths within which a number is near."""
    value, half = windows[..., 0], windows[..., 1]
    return np.stack([value, half, np.maximum(3, 0.05 * value / half)], axis=-1)


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


def only_joint(targets):
    """Keep the rows of the joint columns."""
    return replace(targets, rows=targets.rows[:len(JOINT)])


def only_curves(targets):
    """Keep medians and log-rank results: no Cox row, no model."""
    return replace(targets, rows=np.full_like(targets.rows, np.nan),
                   models=np.full_like(targets.models, np.nan))
