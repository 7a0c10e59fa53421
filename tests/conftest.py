"""A tiny study, made here, on which every door and every chapter is tried."""

import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from filelock import FileLock

ROOT = Path(__file__).parents[1]

PATIENTS = """\
patient_id,centre,age_years,sex,ecog,disease_status,response_ici,response_rt,ici_start,rt_start,ici_progression,progression,infield_progression,outfield_progression,death,last_followup
A1,North,61,male,0,PEL,SD,PR,2020-01-01,2020-06-01,2020-05-01,2021-01-10,2021-01-10,,2021-06-01,2021-06-01
A2,North,48,female,1,NL,PR,CR,2020-02-01,2020-08-01,2020-07-15,,,,,2022-01-15
A3,South,70,male,2,PEL,PD,PD,2020-03-01,2020-07-01,2020-06-01,2020-08-15,,2020-08-15,2020-12-24,2020-12-24
A4,South,55,male,0,RL,SD,SD,2020-04-01,2020-09-01,2020-08-20,2021-06-05,2021-07-01,2021-06-05,,2022-03-01
A5,South,,female,1,NL,NE,NE,2020-05-01,2020-11-01,2020-10-10,,,,2021-02-02,2021-02-02
A6,North,66,male,1,PEL,SD,PR,2020-05-20,2020-10-01,2020-09-01,2021-09-09,2021-09-09,,,2022-04-30
"""

RADIOTHERAPY = """\
patient_id,site,technique,fractions,dose_gy,completed
A1,liver,SBRT,5,40,true
A2,PVTT_HVTT,IMRT,25,50,true
A3,liver,IMRT,11,27.5,false
A3,lymph_node,IMRT,11,27.5,false
A4,bone_soft_tissue,SBRT,3,24,true
A5,liver,IMRT,,,true
A6,PVTT_HVTT,IMRT,20,60,true
"""

ADVERSE_EVENTS = """\
patient_id,term,grade,onset_day
A1,Diarrhea,1,10
A1,Diarrhea,3,12
A1,Rash,2,120
A2,Rash,1,5
A4,Fatigue,2,90
A4,Fatigue,4,91
"""

LABORATORY = """\
patient_id,visit,albumin_g_l,bilirubin_umol_l,alp_u_l,alt_u_l,ast_u_l
A1,baseline,42,10,90,30,31
A1,month_1,40,12,95,33,30
A1,month_3,36,15,99,41,40
A2,baseline,38,9,80,22,25
A2,month_1,37,9,81,25,24
A2,month_3,36,11,85,28,29
A3,baseline,34,20,120,60,70
A3,month_1,31,24,260,310,90
A4,baseline,41,14,70,33,30
A4,month_1,41,13,70,31,30
A4,month_3,40,13,72,35,33
A6,baseline,44,8,66,20,21
A6,month_1,43,9,66,20,22
A6,month_3,30,30,90,60,66
"""

SCREENING = """\
step,reason,n
screened,,9
excluded,no measurable lesion,3
analysed,,6
"""

STUDY = {
    "title": "A tiny study", "synthetic": True, "data_cutoff": "2022-06-30",
    "disease": "liver cancer", "treatment": "radiotherapy", "treatment_short": "RT",
    "prior_treatment": "immunotherapy", "prior_treatment_short": "ICI",
    "covariates": [
        {"name": "age", "label": "Age", "column": "age_years", "cut": 60},
        {"name": "sex", "label": "Sex", "column": "sex", "reference": "male"},
        {"name": "pel", "label": "PEL", "column": "disease_status", "exposed": ["PEL"]},
    ],
}


def write_study(folder, tables, settings):
    """Write a study folder from CSV texts and a mapping for study.yml."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tables.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    text = text.replace("'2022-06-30'", "2022-06-30")
    (folder / "study.yml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def tiny_tables():
    """Return the CSV texts of the tiny study, to be changed before they are written."""
    return {"patients": PATIENTS, "radiotherapy": RADIOTHERAPY, "adverse_events": ADVERSE_EVENTS,
            "laboratory": LABORATORY, "screening": SCREENING}


@pytest.fixture
def tiny_study(tmp_path, tiny_tables):
    """Return the folder of a study of six patients with every table but `published`."""
    return write_study(tmp_path / "tiny", tiny_tables, STUDY)


@pytest.fixture
def minimal_study(tmp_path):
    """Return the folder of a study with survival pairs, sex and age, and nothing else."""
    rows = pd.DataFrame({"patient_id": [f"M{i}" for i in range(8)],
                         "os_months": [1.5, 3, 4, 6, 8, 9.5, 12, 20],
                         "os_event": [1, 0, 1, 1, 0, 1, 1, 0],
                         "sex": ["male", "female"] * 4, "age_years": range(40, 80, 5)})
    covariates = [{"name": "sex", "label": "Sex", "column": "sex"}]
    return write_study(tmp_path / "minimal", {"patients": rows.to_csv(index=False)},
                       {"title": "A minimal study", "covariates": covariates})


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """Return the study of `mutations` as it is without any mutation."""
    import mutations

    from analysis.study import check_study, read_study

    folder = write_study(tmp_path_factory.mktemp("whole") / "whole", mutations.TABLES,
                         mutations.STUDY)
    assert check_study(folder).empty
    return read_study(folder)


@pytest.fixture(scope="session")
def common(tmp_path_factory, worker_id):
    """Return a function that makes a folder by its name once, for all processes of a run."""
    base = tmp_path_factory.getbasetemp()
    root = base if worker_id == "master" else base.parent

    def make(name, fill):
        place = root / "common" / name
        place.parent.mkdir(exist_ok=True)
        done = place.with_suffix(".done")
        with FileLock(place.with_suffix(".lock")):
            if not done.is_file():
                shutil.rmtree(place, ignore_errors=True)
                place.mkdir()
                fill(place)
                done.touch()
        return place

    return make


@pytest.fixture(scope="session")
def shelf(common):
    """Return a function that gives the built book of a study from its writer, built once.

    It stands in a folder `out` beside the study's, with its PDF where Pango is there.
    """
    from report.cli import main

    def take(write):
        name = write.__name__.removeprefix("write_")

        def fill(place):
            folder = write(place / name)
            assert main(["build", str(folder), "--out", str(place / "out")]) == 0

        place = common(name, fill)
        return place / name, place / "out"

    return take


def pytest_configure(config):
    """Name the marker of tests that build a whole book."""
    config.addinivalue_line("markers", "slow: builds a whole book")


@pytest.fixture(scope="session")
def demonstration(common):
    """Return the folder of the book of the demonstration study, built once.

    The environment variable BOOK names one that stands built already.
    """
    from report.cli import main

    if built := os.environ.get("BOOK"):
        return Path(built)

    def fill(place):
        assert main(["build", str(ROOT / "data" / "ning2023"), "--out", str(place)]) == 0

    return common("demonstration", fill)
