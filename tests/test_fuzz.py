"""A study folder mutated at every place: the result is the same, or the place is named."""

import datetime as dt
import os
import random
import time

import mutations as m
import pandas as pd
import pytest
from conftest import write_study

from analysis.settings import Settings, read_settings
from analysis.study import check_study, read_study

SEED = 20221120


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the study as it is without any mutation."""
    folder = write_study(tmp_path_factory.mktemp("fuzz") / "whole", m.TABLES, m.STUDY)
    assert check_study(folder).empty
    return read_study(folder)


def plant(tables, places, mutate, rng):
    """Mutate a filled cell of each column; return {column: (its file, line and name)}.

    A row is hit once at most, so that each finding is one mutation's own; who finds no row left
    is not planted.
    """
    cells = {table: m.rows(text) for table, text in tables.items()}
    free = {table: list(range(1, len(rows))) for table, rows in cells.items()}
    planted = {}
    for place in places:
        table, column = place.split(".")
        at = cells[table][0].index(column)
        rows = [i for i in free[table] if cells[table][i][at]]
        if rows:
            row = rng.choice(rows)
            free[table].remove(row)
            cells[table][row][at] = mutate(cells[table][row][at])
            planted[place] = table, row, column
    tables |= {table: m.join(rows) for table, rows in cells.items()}
    return {place: (f"{table}.csv", find_line(cells[table], row), column)
            for place, (table, row, column) in planted.items()}


def find_line(cells, row):
    """Return the line of a file on which a row begins; a cell may hold line breaks."""
    return 1 + sum(1 + sum(c.count("\n") + c.count("\r") for c in r) for r in cells[:row])


def plan(kinds):
    """Turn kinds into the parameters of a test."""
    return [pytest.param(mutate, columns, id=kind) for kind, (mutate, columns) in kinds.items()]


def assert_same(study, whole):
    """Compare all tables and endpoints of two studies, whatever the order of their columns."""
    for table in (*m.TABLES, "endpoints"):
        mine, theirs = getattr(study, table), getattr(whole, table)
        pd.testing.assert_frame_equal(mine[theirs.columns], theirs)


@pytest.mark.parametrize(("mutate", "columns"), plan(m.HARMLESS))
def test_what_means_the_same_reads_the_same(tmp_path, whole, mutate, columns):
    rng = random.Random(SEED)
    tables = dict(m.TABLES)
    left = list(columns)
    while left:
        planted = plant(tables, left, mutate, rng)
        left = [c for c in left if c not in planted]
    study = read_study(write_study(tmp_path / "mutated", tables, m.STUDY))
    assert_same(study, whole)


@pytest.mark.parametrize(("mutate", "columns"), plan(m.REPORTED))
def test_what_means_something_else_is_named_with_its_place(tmp_path, mutate, columns):
    rng = random.Random(SEED)
    left = list(columns)
    while left:
        tables = dict(m.TABLES)
        planted = plant(tables, left, mutate, rng)
        left = [c for c in left if c not in planted]
        found = check_study(write_study(tmp_path / "mutated", tables, m.STUDY))
        places = set(zip(found["file"], found["row"], found["column"], strict=True))
        lost = set(planted.values()) - places
        assert not lost, f"{lost} not in\n{found.to_string()}"
        assert (found["remedy"] != "").all()


def count_places(kinds):
    return sum(len(columns) for _, columns in kinds.values())


def test_there_are_enough_kinds_and_places():
    assert count_places(m.HARMLESS) + count_places(m.REPORTED) >= 300
    assert len(m.HARMLESS) + len(m.REPORTED) + len(m.HARMLESS_FILES) + len(m.REPORTED_FILES) >= 120


@pytest.mark.parametrize("kind", m.HARMLESS_FILES)
def test_files_of_other_make_read_the_same(tmp_path, whole, kind):
    folder = write_study(tmp_path / "mutated", m.TABLES, m.STUDY)
    for table, text in m.TABLES.items():
        (folder / f"{table}.csv").write_bytes(m.HARMLESS_FILES[kind](text))
    assert_same(read_study(folder), whole)


@pytest.mark.parametrize("kind", m.REPORTED_FILES)
@pytest.mark.parametrize("table", ["patients", "adverse_events", "laboratory"])
def test_damaged_files_are_named(tmp_path, table, kind):
    mutate, row, column = m.REPORTED_FILES[kind]
    folder = write_study(tmp_path / "mutated", m.TABLES, m.STUDY)
    data = mutate(m.TABLES[table])
    (folder / f"{table}.csv").write_bytes(data)
    found = check_study(folder)
    here = found[found["file"] == f"{table}.csv"]
    if row is not None:
        here = here[here["row"] == (data.decode().rstrip().count("\n") + 1 if row == "last"
                                    else row)]
    if isinstance(column, str):
        here = here[here["column"] == column]
    assert len(here), found.to_string()


def test_what_is_no_file_is_named(tmp_path):
    folder = write_study(tmp_path / "mutated", m.TABLES, m.STUDY)
    for table in ("patients", "laboratory"):
        (folder / f"{table}.csv").unlink()
    (folder / "patients.csv").mkdir()
    (folder / "laboratory.csv").symlink_to("laboratory.csv")
    found = check_study(folder)
    assert {"patients.csv", "laboratory.csv"} <= set(found["file"]), found.to_string()
    (folder / "study.yml").unlink()
    (folder / "study.yml").mkdir()
    assert check_study(folder)["file"].tolist() == ["study.yml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named(tmp_path):
    folder = write_study(tmp_path / "mutated", m.TABLES, m.STUDY)
    (folder / "patients.csv").chmod(0)
    assert "cannot be read" in check_study(folder)["problem"].iloc[0]


def test_a_file_that_fails_while_it_is_read_is_named(tmp_path, monkeypatch):
    from pathlib import Path

    folder = write_study(tmp_path / "mutated", m.TABLES, m.STUDY)

    def fail(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", fail)
    found = check_study(folder)
    assert found["problem"].tolist() == ["cannot be read: Permission denied"]


@pytest.mark.parametrize("order", range(5))
def test_rows_in_any_order_read_the_same(tmp_path, whole, order):
    rng = random.Random(SEED + order)
    tables = {}
    for table, text in m.TABLES.items():
        cells = m.rows(text)
        body = cells[1:]
        rng.shuffle(body)
        tables[table] = m.join([cells[0], *body])
    study = read_study(write_study(tmp_path / "mutated", tables, m.STUDY))
    for table in (*m.TABLES, "endpoints"):
        keys = list(getattr(whole, table).columns)
        mine, theirs = (getattr(s, table).sort_values(keys, ignore_index=True)
                        for s in (study, whole))
        pd.testing.assert_frame_equal(mine, theirs)


def test_a_million_rows_take_bounded_time(tmp_path):
    folder = write_study(tmp_path / "long", m.TABLES, m.STUDY)
    body = "".join(f"A{1 + i % 6},Term {i % 50},{1 + i % 5},{i % 80}\n" for i in range(1_000_000))
    (folder / "adverse_events.csv").write_text("patient_id,term,grade,onset_day\n" + body)
    began = time.process_time()
    found = check_study(folder)
    assert time.process_time() - began < 60
    assert set(found["severity"]) == {"warning"}
    bad = "".join(f"A{1 + i % 6},Term,7,soon\n" for i in range(200_000))
    (folder / "adverse_events.csv").write_text("patient_id,term,grade,onset_day\n" + bad)
    began = time.process_time()
    found = check_study(folder)
    assert time.process_time() - began < 60
    told = found[found["problem"].str.contains("rows more")]
    assert {"grade", "onset_day"} <= set(told["column"])
    assert found.loc[found["column"] == "grade", "row"].is_monotonic_increasing


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
                assert_same(read_study(folder), whole) is None


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
        assert_same(read_study(folder), whole)
