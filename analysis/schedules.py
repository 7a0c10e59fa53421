"""Dose against fractions: how many patients had which schedule, and lines of equal BED."""

from __future__ import annotations

import numpy as np

from analysis.treatment import DOSES


def count_schedules(courses):
    """Count the patients of each schedule, without saying who they are.

    Returns
    -------
    DataFrame
        `dose_gy, fractions, dose_per_fraction_gy, bed10_gy, eqd2_gy, alpha_beta_gy, technique, n`,
        by descending BED; patients without dose details are not in it.
    """
    keys = [*DOSES, "alpha_beta_gy", "technique"]
    known = courses.dropna(subset="bed10_gy")
    return (known.groupby(keys, dropna=False).size().rename("n").reset_index()
            .sort_values(["bed10_gy", "fractions"], ascending=[False, True], ignore_index=True))


def derive_isobed(bed_gy, fractions, alpha_beta_gy=10.0):
    """Return the total dose (Gy) that gives `bed_gy` in `fractions`: the positive root of
    D²/(n·α/β) + D = BED.
    """
    scale = np.asarray(fractions, dtype=float) * alpha_beta_gy
    return scale / 2 * (np.sqrt(1 + 4 * bed_gy / scale) - 1)
