"""When adverse events begin: days from the start of the index treatment."""

from __future__ import annotations

import pandas as pd

ONSET = ["scope", "term", "band", "n", "median_day", "low_day", "high_day"]


def derive_first(events, keys=("patient_id", "term")):
    """Keep each patient's first event per key, the worse one where two begin on the same day.

    Parameters
    ----------
    events : DataFrame
        From `safety.derive_windows`. Events without known onset or before the start are left out.

    Returns
    -------
    DataFrame
        The rows kept, by day.
    """
    known = events[events["onset_day"] >= 0]
    return (known.sort_values(["onset_day", "grade"], ascending=[True, False], kind="stable")
            .drop_duplicates(list(keys)).reset_index(drop=True))


def estimate_onset(events):
    """Describe the day of first onset, over all terms and for each term.

    Parameters
    ----------
    events : DataFrame
        From `safety.derive_windows`.

    Returns
    -------
    DataFrame
        `scope` (patient: first event of any term; term: first event of that term), `term` (empty
        for scope patient), `band` (any, or 3-5: first event of grade 3 or higher), `n` patients,
        `median_day, low_day, high_day`; nobody gives n 0 and NaN.

    Notes
    -----
    Only patients with the event enter: this is not an estimate of how long a patient stays free
    of it, which would need the follow-up of the others.
    """
    severe = events[events["grade"] >= 3]
    groups = [("patient", "", "any", derive_first(events, ["patient_id"])),
              ("patient", "", "3-5", derive_first(severe, ["patient_id"]))]
    groups += [("term", term, "any", first) for term, first in derive_first(events).groupby("term")]
    rows = [dict(zip(ONSET, (scope, term, band, len(first), first["onset_day"].median(),
                             first["onset_day"].min(), first["onset_day"].max()), strict=True))
            for scope, term, band, first in groups]
    return pd.DataFrame(rows, columns=ONSET)
