"""Sentences of the survival chapter: true for any cohort, never a crash."""

import re

import pandas as pd
import pytest

from analysis import (
    adequacy,
    competing,
    confounding,
    cox,
    firth,
    hazards,
    horizon,
    logrank,
    ratio,
    survival,
)
from analysis.attributes import derive_covariates
from analysis.display import plain
from analysis.prose import beyond, beyond_tables, methods, survival_tables
from analysis.prose import survival as prose
from analysis.study import read_study
from tests.conftest import STUDY, write_study

EVENTS = ("ici_progression", "progression", "infield_progression", "outfield_progression", "death")


def speak(folder):
    """Compute what the chapter computes, and say everything that it says."""
    study = read_study(folder)
    rows, covariates = survival.select_endpoints(study.endpoints), derive_covariates(study)
    groups = survival.choose_groups(covariates)
    medians = survival.estimate_medians(rows, covariates, groups)
    rates = survival.estimate_rates(rows, [6, 12, 24], covariates, groups)
    tests = logrank.compare_logrank(rows, covariates, groups)
    ratios = cox.fit_cox(rows, covariates, 1.1)
    models = cox.compare_models(rows, covariates, ratios, 1.1)
    times = competing.read_incidence(
        competing.estimate_incidence(competing.derive_competing(rows)), [6, 12, 24])
    means = horizon.estimate_means(rows, 6, covariates, groups)
    later, by_then = horizon.derive_landmark(rows, 3)
    infinite = firth.select_infinite(firth.fit_firth(rows, covariates, ratios, 1.1), ratios)
    zph = hazards.compare_hazards(rows, covariates, ratios, 1.1)
    pfs = ratio.derive_pfs_ratio(study.patients, study.endpoints)
    said = [prose.takeaways(study, medians, rates, ratios), prose.describe_limit_methods(medians),
            prose.describe_entry(ratios, 0.15), beyond.describe_landmark(study, later, by_then, 3),
            beyond.describe_landmark_test(logrank.compare_logrank(later, by_then, "landmark")),
            beyond.describe_weightings(
                adequacy.compare_weightings(rows, covariates, groups, "".join(groups[-1:]))),
            beyond.describe_firth(study, infinite), beyond.describe_sizes(models),
            beyond.describe_e_values(
                study, confounding.select_clear(confounding.estimate_e_values(ratios)), models),
            beyond.describe_ratio(ratio.estimate_ratio(pfs, study.patients),
                                  ratio.estimate_ratio_censored(pfs, study.patients), 1.3),
            methods.explain_gray(rows)]
    for e in ("PFS", "OS", "IFPFS", "OFPFS"):
        said += [prose.describe_median(medians, e), prose.describe_rates(rates, e),
                 prose.describe_logrank(study, tests, e), prose.describe_model(study, ratios, e),
                 prose.describe_not_estimable(study, ratios, e), prose.describe_size(models, e),
                 beyond.incidence_alt(times, e), beyond.explain_incidence(times, e),
                 beyond.describe_means(means, e), beyond.describe_hazards(study, zph, e),
                 beyond.describe_differences(study, horizon.compare_means(means), e)]
    tables = [survival_tables.medians_table(study, medians),
              survival_tables.rates_table(study, rates),
              survival_tables.logrank_table(study, tests),
              survival_tables.cox_table(study, ratios, "OS"), survival_tables.tests_table(models),
              beyond_tables.incidence_table(times), beyond_tables.hazards_table(study, zph),
              beyond_tables.firth_table(study, infinite), methods.methods_table(study)]
    flat = [text for part in said for text in ([part] if isinstance(part, str) else part) if text]
    return [plain(text) for text in flat], tables


@pytest.fixture(params=["tiny", "one", "no event", "all at once", "no follow-up", "hostile"])
def odd_study(request, tmp_path, tiny_tables):
    lines = tiny_tables["patients"].splitlines()
    rows = pd.DataFrame([line.split(",") for line in lines[1:]], columns=lines[0].split(","))
    settings = dict(STUDY)
    if request.param == "one":
        rows = rows.iloc[:1]
    elif request.param == "no event":
        rows[list(EVENTS)] = ""
    elif request.param == "all at once":
        rows = rows.assign(rt_start="2020-12-01", progression="2021-03-01", death="2021-03-01",
                           last_followup="2021-03-01", infield_progression="",
                           outfield_progression="")
    elif request.param == "no follow-up":
        rows[[e for e in EVENTS if e != "ici_progression"]] = ""
        rows["last_followup"] = rows["rt_start"]
    elif request.param == "hostile":
        settings["covariates"] = [{"name": "age", "label": "A|ge *<b>* $x$ [y](z)",
                                   "column": "age_years", "cut": 60,
                                   "labels": ["<60 `{number}`", "≥60 | _old_"]}]
    return write_study(tmp_path / "odd", {"patients": rows.to_csv(index=False)}, settings)


def test_every_sentence_can_be_said_of_an_odd_cohort(odd_study):
    said, tables = speak(odd_study)
    for text in said:
        assert text.rstrip().endswith((".", "?")), text
        assert not re.search(r"\bnan\b|\binf\b|None|\bthe no\b|  ", text), text
        assert not re.search(r"(?<![.\d])1 (patients|events|covariates) ", text), text
    for table in tables:
        assert not table.astype(str).apply(lambda c: c.str.contains(r"\bnan\b")).any(axis=None)


def test_a_study_with_nothing_but_survival_pairs(minimal_study):
    said, _ = speak(minimal_study)
    assert any("overall survival" in text for text in said)
    assert not any("in-field" in text and "Estimated" in text for text in said)
