"""Sentences of the chapter on running the book again: what this book itself was made from."""

from __future__ import annotations

from analysis.display import capitalise, count, escape, listing
from analysis.schema import TABLES


def takeaways(study, keeper):
    """Return the points to take away."""
    return ["A book is made from a folder: one table per kind of data, and a file that says how to "
            "read them. Only the table of patients is needed.",
            describe_tables(study), describe_mapping(study), describe_keeping(study, keeper)]


def describe_tables(study):
    """Say which tables this book was made from, and which it did without."""
    held = [name for name in TABLES if getattr(study, name) is not None]
    lacks = [name for name in TABLES if name not in held]
    without = f"; it did without {listing(f'`{n}`' for n in lacks)}" if lacks else ""
    return f"This book was made from {listing(f'`{n}`' for n in held)}{without}."


def describe_mapping(study):
    """Say how many names, and how many covariates, study.yml of this book declares."""
    n = sum(len(names) for names in study.columns.values())
    renamed = ("no column had to be renamed" if n == 0 else
               f"{count(n, 'column')} {'has' if n == 1 else 'have'} a name of the study's own")
    return (f"{capitalise(renamed)}, and `study.yml` declares "
            f"{count(len(study.covariates), 'covariate')} for the comparisons.")


def describe_keeping(study, keeper):
    """Say whether this book may leave the house."""
    if keeper is None:
        return "This book is for the house: small counts are told."
    return (f"This book is made to be shared: counts of fewer than {keeper.threshold} patients are "
            "withheld.")


def describe_absent(study):
    """Name the settings that the words of this book come from."""
    return (f"In this book they read: disease “{escape(study.disease)}”, treatment "
            f"“{escape(study.treatment)}”.")
