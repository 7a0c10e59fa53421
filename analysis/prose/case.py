"""Sentences that tell one patient's course."""

from __future__ import annotations

from analysis.display import capitalise, count, escape, months, number, quote
from analysis.prose.efficacy import WORDS, name_status


def tell_case(study, case):
    """Tell one patient's course in sentences.

    Parameters
    ----------
    study : Study
    case : DataFrame
        From `case.derive_case`.

    Returns
    -------
    list of str
        A sentence for each thing that is recorded.
    """
    if case.empty:
        return ["The study names no case to be told."]
    known = dict(case.itertuples(index=False))
    who = {"male": "a man", "female": "a woman"}.get(known.get("sex"), "a patient")
    aged = f" aged {quote(case, 'value', attribute='age_years')}" if "age_years" in known else ""
    return [f"The patient is {who}{aged} with {escape(study.disease)}.",
            tell_before(study, known), tell_treated(study, known), tell_after(study, known),
            tell_surgery(known)]


def tell_before(study, known):
    """Tell what happened on the treatment before."""
    cycles = known.get("ici_cycles_before_rt")
    drug = escape(study.prior_treatment)
    began = f"after {count(cycles, 'cycle')} of {drug}" if cycles else f"on {drug}"
    response, status = known.get("response_ici"), known.get("disease_status")
    said = []
    if response:
        said.append(f"the best response {began} was {WORDS[response]}")
    if status:
        said.append(f"the disease status before {escape(study.treatment)} was "
                    f"{escape(name_status(study, status))}")
    return capitalise(", and ".join(said)) + "." if said else ""


def tell_treated(study, known):
    """Tell how many of the lesions were irradiated."""
    lesions, treated = known.get("lesion_count"), known.get("irradiated_lesion_count")
    if lesions is None or treated is None:
        return ""
    return (f"Of {count(lesions, 'lesion')}, {number(treated)} "
            f"{'was' if treated == 1 else 'were'} irradiated.")


def tell_after(study, known):
    """Tell what the index treatment brought."""
    if "response_rt" not in known:
        return ""
    cycles = known.get("ici_cycles_after_rt")
    more = f", with {count(cycles, 'further cycle')} of systemic treatment" if cycles else ""
    return (f"After {escape(study.treatment)}{more}, the best response was "
            f"{WORDS[known['response_rt']]}.")


def tell_surgery(known):
    """Tell how long the patient was free of disease after surgery."""
    if "dfs_mo" not in known:
        return ("Surgery followed." if known.get("downstaging_surgery") else "")
    lasted = months(known["dfs_mo"])
    if known["dfs_event"]:
        return f"Surgery followed, and freedom from disease lasted {lasted}."
    return (f"Surgery followed, and the patient was still free of disease at the last follow-up "
            f"{lasted} later.")


def point_to_pictures(study, case):
    """Say where the pictures of the case stand; nothing without a case or a reference."""
    if case.empty or not study.reference:
        return ""
    return ("Scans and histology of the case are not reproduced here; they stand in the paper, "
            f"[doi:{study.reference}](https://doi.org/{study.reference}).")
