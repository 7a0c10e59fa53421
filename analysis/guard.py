"""The guard at the door of a shared book: prose and plots get released results only."""

from __future__ import annotations

import functools

import pandas as pd

from analysis import disclosure
from analysis.attributes import derive_attributes
from analysis.cohort import count_baseline, is_continuous
from analysis.efficacy import estimate_response
from analysis.settings import Covariate
from analysis.withheld import tell


class Guard:
    """Releases results, and remembers which, so that a count is withheld wherever it stands.

    Every chapter releases the levels of all attributes first, so that chapters which know nothing
    of each other withhold the same ones.

    Parameters
    ----------
    study : Study
    """

    def __init__(self, study):
        self.threshold = study.privacy_threshold
        self.known, self.hidden, self.told = [], set(), set()
        self.release(count_margins(study))

    def release(self, result):
        """Return a result as it may be told; a part of one that was told, as it was told."""
        if "withheld" in result.attrs:
            return result
        whole = next((pair for pair in self.known if is_part(result, pair[0])), None)
        if whole and (len(whole[0]) == len(result) or is_refused(whole[1])):
            return whole[1]
        if whole and len(whole[0]) == len(whole[1]):
            return whole[1].loc[result.index]
        released = disclosure.release(result, self.threshold, self.hidden, self.told)
        if len(released) == len(result):
            hidden, told = disclosure.list_counts(result, released)
            self.hidden |= hidden
            self.told |= told - self.hidden
            released.index = result.index
        self.known.append((result, released))
        return released

    def speak_for(self, prose):
        """Return a module of sentences whose functions see released results only."""
        return Spokesman(prose, self)

    def explain(self, released):
        """Say how a drawn result differs from the one that is not shared; or nothing."""
        if not {"n_risk", "n_censored"} <= set(released):
            return ""
        return (f" Steps are merged until at least {self.threshold} patients leave at each, and "
                "the numbers at risk with them.")

    def find_person(self, drawn):
        """Say why what is drawn would show a single patient or a small count; or nothing."""
        frames = [f for f in drawn if isinstance(f, pd.DataFrame) and len(f.columns)]
        if any("patient_id" in f for f in frames):
            return "it shows single patients"
        if any(hides_count(f, self.release(f)) for f in frames):
            return "some of its counts are withheld"
        return ""


class Spokesman:
    """A module of sentences that is silent on single patients and on what is withheld whole."""

    def __init__(self, prose, guard):
        self.prose, self.guard = prose, guard

    def __getattr__(self, name):
        """Return a function of the module that releases the results it is given."""
        function = getattr(self.prose, name)
        if not callable(function):
            return function

        @functools.wraps(function)
        def speak(*given, **named):
            if any(isinstance(x, pd.DataFrame) and "patient_id" in x
                   for x in (*given, *named.values())):
                return ""
            given = [self.open(x) for x in given]
            named = {key: self.open(x) for key, x in named.items()}
            if any(isinstance(x, pd.DataFrame) and is_refused(x)
                   for x in (*given, *named.values())):
                return ""
            return function(*given, **named)

        return speak

    def open(self, given):
        """Release a result; let anything else pass."""
        if isinstance(given, pd.DataFrame) and len(given.columns):
            return self.guard.release(given)
        return given


def is_refused(released):
    """Say whether a result is withheld whole."""
    return released.empty and bool(released.attrs.get("withheld"))


def hides_count(raw, released):
    """Say whether a count or a whole group of a result is withheld."""
    lost = any(set(raw[c]) - set(released[c]) for c in ("endpoint", "group", "level") if c in raw)
    return lost or is_refused(released) or (
        "n" in released and bool(released["n"].map(tell).any()))


def count_margins(study):
    """Count the levels of every attribute that a chapter may divide the patients by."""
    attributes = derive_attributes(study)
    levels = [Covariate(c, c, c) for c in ("response_ici", "response_rt", "disease_status")
              if c in attributes]
    divided = [c for c in (*study.baseline, *study.covariates, *levels)
               if c.column in attributes and not is_continuous(c)]
    margins = [count_baseline(attributes, [c]).assign(variable=str(i))
               for i, c in enumerate(divided)]
    rates = estimate_response(study.patients).rename(
        columns={"assessment": "variable", "category": "level"})
    frames = [m for m in (*margins, rates) if len(m)]
    columns = ["variable", "level", "n", "total", "missing"]
    return pd.concat([f[columns] for f in frames], ignore_index=True) if frames else pd.DataFrame(
        columns=columns)


def is_part(part, whole):
    """Say whether a frame is another one, or rows of it."""
    return (list(part.columns) == list(whole.columns) and len(part) > 0
            and part.index.isin(whole.index).all() and whole.index.is_unique
            and part.equals(whole.loc[part.index]))
