"""Sentences that tell one patient's course."""

from __future__ import annotations

from analysis.display import capitalise, escape, link_doi, quote
from analysis.prose.efficacy import WORDS, name_status
from analysis.prose.paper import quote_notes
from analysis.prose.quoted import quote_count


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
    who = {"male": "is a man", "female": "is a woman"}.get(known.get("sex"), "is a person")
    aged = f" aged {tell(case, 'age_years')}" if "age_years" in known else ""
    return [f"The patient {who}{aged} with {escape(study.disease)}.",
            tell_before(study, case, known), tell_treated(case, known),
            tell_after(study, case, known), tell_surgery(case, known)]


def tell(case, attribute, noun=None):
    """Quote what is recorded of one attribute, counted with its noun where it has one."""
    if noun is None:
        return quote(case, "value", attribute=attribute)
    return quote_count(case, "value", noun, attribute=attribute)


def tell_before(study, case, known):
    """Tell what happened on the treatment before."""
    drug = escape(study.prior_treatment)
    began = (f"after {tell(case, 'ici_cycles_before_rt', 'cycle')} of {drug}"
             if "ici_cycles_before_rt" in known else f"on {drug}")
    said = []
    if "response_ici" in known:
        said.append(f"the best response {began} was {WORDS[known['response_ici']]}")
    if "disease_status" in known:
        said.append(f"the disease status before {escape(study.treatment)} was "
                    f"{escape(name_status(study, known['disease_status']))}")
    return capitalise(", and ".join(said)) + "." if said else ""


def tell_treated(case, known):
    """Tell how many of the lesions were irradiated."""
    if not {"lesion_count", "irradiated_lesion_count"} <= set(known):
        return ""
    verb = "was" if known["irradiated_lesion_count"] == 1 else "were"
    return (f"Of {tell(case, 'lesion_count', 'lesion')}, "
            f"{tell(case, 'irradiated_lesion_count')} {verb} irradiated.")


def tell_after(study, case, known):
    """Tell what the index treatment brought."""
    if "response_rt" not in known:
        return ""
    more = (f", with {tell(case, 'ici_cycles_after_rt', 'further cycle')} of systemic treatment"
            if "ici_cycles_after_rt" in known else "")
    return (f"After {escape(study.treatment)}{more}, the best response was "
            f"{WORDS[known['response_rt']]}.")


def tell_surgery(case, known):
    """Tell how long the patient was free of disease after surgery."""
    if "dfs_mo" not in known:
        return "Surgery followed." if known.get("downstaging_surgery") else ""
    lasted = f"{quote(case, 'value', 1, attribute='dfs_mo')} months"
    if known["dfs_event"]:
        return f"Surgery followed, and freedom from disease lasted {lasted}."
    return ("Surgery followed, and the patient was still free of disease at the last follow-up "
            f"{lasted} later.")


def point_to_pictures(study, case):
    """Say where the pictures of the case stand, and what is noted of its printed numbers."""
    if case.empty or not study.reference:
        return ""
    notes = quote_notes(study, "efficacy", "case")
    return ("Scans and histology of the case are not reproduced here; they stand in the paper, "
            f"{link_doi(study.reference)}. {notes}".strip())
