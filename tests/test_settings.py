"""What study.yml says wrongly is named with its key; whatever it says, nothing breaks."""

import datetime as dt

import mutations as m
import pytest
from conftest import write_study

from analysis.settings import Settings, read_settings
from analysis.study import check_study, read_study

WRONG = [5, 1.5, True, "x", "no, yes", [], [5], ["x"], [None], [[1]], [{}], {}, {"a": 1},
         {"a": {"b": 1}}, {"patients": 5}, {"patients": {"a": 5}}, {5: 5}, {"a": None},
         "2022-11-20", "a\nb", "\x07", "x" * 10_000, -1, 1e308, float("nan"), float("inf")]
#: keys whose values are words of the book or words of cells: what they may be changes no table
WORDS = ("title", "question", "authors", "disease", "treatment", "treatment_short",
         "prior_treatment", "prior_treatment_short", "labels", "chapters", "missing", "synthetic")


@pytest.mark.parametrize("key", Settings.__dataclass_fields__)
def test_wrong_types_in_study_yml_never_break(tmp_path, whole, key):
    for value in WRONG:
        settings, errors = read_settings(m.STUDY | {"data_cutoff": None, key: value})
        assert all(e.key.split(".")[0].split("[")[0] == key and e.remedy for e in errors)
        assert (settings is None) == bool(errors)
        if settings is not None and key not in WORDS and value not in ([], {}):
            folder = write_study(tmp_path / "mutated", m.TABLES, m.STUDY | {key: value})
            found = check_study(folder)
            assert (found["severity"] == "error").any() or \
                m.assert_same(read_study(folder), whole) is None


def covariate(**more):
    return {"covariates": [{"name": "a", "label": "A", "column": "age_years", "cut": 60} | more]}


#: change of study.yml, the key that a finding must name
SETTINGS = [
    (covariate(cut="x"), "covariates[1].cut"),
    (covariate(cut=True), "covariates[1].cut"),
    (covariate(cut=float("inf")), "covariates[1].cut"),
    (covariate(cut=200), "covariates.a.cut"),
    (covariate(column="sex"), "covariates.a.cut"),
    (covariate(column="viral_hepatitis"), "covariates.a.cut"),
    (covariate(column="rt_start", cut=None), "covariates.a"),
    (covariate(column="patient_id", cut=None), "covariates.a"),
    (covariate(column="nothing"), "covariates.a"),
    (covariate(column=5), "covariates.a"),
    (covariate(column="afp_ng_ml", cut=None), "covariates.a.column"),
    (covariate(labels="no, yes"), "covariates[1].labels"),
    (covariate(labels=["one"]), "covariates.a.labels"),
    (covariate(labels=["a", "b", "c"]), "covariates.a.labels"),
    (covariate(labels=["a", "a"]), "covariates.a.labels"),
    (covariate(labels=[["a"], "b"]), "covariates[1].labels[1]"),
    (covariate(labels=[None, "b"]), "covariates[1].labels[1]"),
    (covariate(labels=["", "b"]), "covariates[1].labels[1]"),
    (covariate(name=""), "covariates[1].name"),
    (covariate(name=["a"]), "covariates[1].name"),
    (covariate(label={"a": 1}), "covariates[1].label"),
    (covariate(exposed=["x"]), "covariates.a.exposed"),
    (covariate(column="disease_status", cut=None, exposed="XX"), "covariates.a.exposed"),
    (covariate(column="disease_status", cut=None, exposed=["PEL", "RL", "NL"]),
     "covariates.a.exposed"),
    (covariate(column="disease_status", cut=None, exposed={}), "covariates[1].exposed"),
    (covariate(column="disease_status", cut=None, exposed=[]), "covariates[1].exposed"),
    (covariate(column="disease_status", cut=None, labels=["a", "b"]), "covariates.a.labels"),
    (covariate(column="disease_status", cut=None, reference="XX"), "covariates.a.reference"),
    (covariate(column="viral_hepatitis", cut=None, labels=["a"]), "covariates.a.labels"),
    (covariate(column="viral_hepatitis", cut=None, exposed=["perhaps"]), "covariates.a.exposed"),
    (covariate(column="sex", cut=None, unit="years"), "covariates.a.unit"),
    (covariate(column="albi_grade", cut="2"), "covariates[1].cut"),
    (covariate(column="disease_control_ici", cut=None), "covariates.a"),
    (covariate(colour="red"), "covariates[1].colour"),
    ({"covariates": 5}, "covariates"),
    ({"covariates": {"name": "a"}}, "covariates"),
    ({"covariates": [5]}, "covariates[1]"),
    ({"covariates": [None]}, "covariates[1]"),
    ({"covariates": [{"name": "a"}]}, "covariates[1].label"),
    ({"covariates": covariate()["covariates"] + covariate()["covariates"]}, "covariates"),
    ({"baseline": [{"name": "a", "label": "A", "column": "sex", "unit": "years"}]},
     "baseline.a.unit"),
    ({"criteria": [{"label": "adult"}]}, "criteria[1].columns"),
    ({"criteria": [{"label": "adult", "columns": ["age_years"]}]}, "criteria.adult.label"),
    ({"criteria": [{"label": "adult", "columns": ["age"], "min": 18}]}, "criteria.adult"),
    ({"criteria": [{"label": "adult", "columns": ["sex"], "min": 18}]}, "criteria.adult.min"),
    ({"criteria": [{"label": "adult", "columns": ["age_years"], "min": "18"}]}, "criteria[1].min"),
    ({"criteria": [{"label": "adult", "columns": ["age_years"], "min": 18, "max": 8}]},
     "criteria.adult.min"),
    ({"criteria": [{"label": "men", "columns": ["sex"], "levels": ["man"]}]},
     "criteria.men.levels"),
    ({"criteria": [{"label": "hep", "columns": ["viral_hepatitis"], "levels": ["C"]}]},
     "criteria.hep.levels"),
    ({"units": ["albumin_g_l"]}, "units"),
    ({"units": {"albumin_g_l": "g/dl"}}, "units.albumin_g_l"),
    ({"units": {"albumin": "g/dL"}}, "units.albumin"),
    ({"units": {"albumin_g_l": 5}}, "units.albumin_g_l"),
    ({"visits": {"week_1": [1, 2]}}, "visits.week_1"),
    ({"visits": {"month_1": [60, 14]}}, "visits.month_1"),
    ({"visits": {"month_1": [14]}}, "visits.month_1[2]"),
    ({"visits": {"month_1": [14, 60], "month_3": [60, 120]}}, "visits.month_3"),
    ({"columns": {"patients": {"age_years": "AGE"}}}, "AGE"),
    ({"columns": {"patients": {"age": "AGE"}}}, "columns.patients.age"),
    ({"columns": {"patient": {"age_years": "AGE"}}}, "columns.patient"),
    ({"columns": {"patients": {"age_years": "ecog", "ecog": "ecog"}}}, "columns.patients"),
    ({"columns": {"patients": {"age_years": "afp_ng_ml"}}}, "age_years"),
    ({"values": {"patients": {"sex": {"M": "male"}}}}, "values.patients.sex"),
    ({"values": {"patients": {"sex": {"male": "man"}}}}, "sex"),
    ({"values": {"patients": {"sex": ["male"]}}}, "values.patients.sex"),
    ({"tables": {"patients": "nowhere.csv"}}, ""),
    ({"tables": {"patients": "../patients.csv"}}, ""),
    ({"tables": {"patients": "/etc/passwd"}}, ""),
    ({"tables": {"patients": "."}}, ""),
    ({"tables": {"patients": "patients.csv#Sheet"}}, ""),
    ({"tables": {"patients": "x\0y.csv"}}, "tables.patients.file"),
    ({"tables": {"patients": "x" * 5000 + ".csv"}}, ""),
    ({"tables": {"patients": {"file": "patients.csv", "where": {"sex": "man"}}}}, "sex"),
    ({"tables": {"patients": {"file": "patients.csv", "where": {"gender": "man"}}}}, "gender"),
    ({"tables": {"patients": {"file": "patients.csv", "wher": {}}}}, "tables.patients.wher"),
    ({"tables": {"lab": "laboratory.csv"}}, "tables.lab"),
    ({"join": [{"file": "laboratory.csv", "columns": {"os_months": "day"}}]},
     "join[1].columns.patient_id"),
    ({"join": [{"file": "laboratory.csv",
                "columns": {"patient_id": "patient_id", "lesion_count": "alt_u_l"}}]},
     "patient_id"),
    ({"data_cutoff": "soon"}, "data_cutoff"),
    ({"data_cutoff": 20221120}, "data_cutoff"),
    ({"data_cutoff": dt.date(2021, 1, 1)}, "last_followup"),
    ({"encoding": "klingon"}, "encoding"),
    ({"encoding": "hex"}, "encoding"),
    ({"dates": "day first"}, "dates"),
    ({"decimal": ","}, "decimal"),
    ({"privacy": "secret"}, "privacy"),
    ({"privacy_threshold": 0}, "privacy_threshold"),
    ({"reference": "doi:10.1/x"}, "reference"),
    ({"case": {"patient_id": "Z9"}}, "case.patient_id"),
    ({"case": {"patient": "A1"}}, "case.patient"),
    ({"protocol": {"IMRT": {"dose": [1, 2]}}}, "protocol.IMRT.dose"),
    ({"protocol": {"IMRT": {"dose_gy": [70, 30]}}}, "protocol.IMRT.dose_gy"),
    ({"drop": {"patients": ["nothing"]}}, "nothing"),
    ({"titel": "x"}, "titel"), ({5: "x"}, "5"), ({"title": None}, "title"),
    ({"title": ""}, "title"),
]


@pytest.mark.parametrize(("change", "key"), SETTINGS)
def test_what_study_yml_cannot_mean_is_named_with_its_key(tmp_path, change, key):
    folder = write_study(tmp_path / "mutated", m.TABLES, m.STUDY | change)
    found = check_study(folder)
    assert key in set(found["column"]), found.to_string()


TEXTS = {
    "bomb": "a: &a [x, x]\nb: &b [*a, *a]\ntitle: *b", "tag": "title: !!python/object:os.system x",
    "python": "title: !!python/object/apply:os.system ['true']", "anchor": "title: &t x",
    "merge": "title: x\n<<: {a: b}", "twice": "title: a\ntitle: b", "deep": "title: " + "[" * 5000,
    "list": "- a\n- b", "scalar": "5", "nothing": "", "tab": "title:\n\tx", "open": "title: [x",
    "two": "title: a\n---\ntitle: b", "date": "title: x\ndata_cutoff: 2022-13-45",
    "complex key": "? [a]\n: b", "mapping key": "{{a: b}: c}", "NUL": "title: a\0b",
    "binary": "\x89PNG\r\n\x1a\n", "long": "title: " + "x" * 2_000_000,
    "colon": "title: a: b", "set": "title: !!set {a}", "true key": "true: x\ntitle: y",
    "null key": "~: x\ntitle: y", "date key": "2022-01-01: x\ntitle: y",
    "float key": "1.5: x\ntitle: y",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_odd_yaml_is_refused_in_words(tmp_path, text):
    folder = write_study(tmp_path / "mutated", m.TABLES, m.STUDY)
    (folder / "study.yml").write_text(text)
    found = check_study(folder)
    assert found["file"].tolist()[:1] == ["study.yml"]
    assert (found["severity"] == "error").any()


def test_yaml_in_other_encodings_reads_the_same(tmp_path, whole):
    folder = write_study(tmp_path / "mutated", m.TABLES, m.STUDY)
    text = (folder / "study.yml").read_text(encoding="utf-8")
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le"):
        (folder / "study.yml").write_bytes(text.encode(encoding))
        m.assert_same(read_study(folder), whole)
