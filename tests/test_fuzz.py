"""A study folder mutated at every place: the result is the same, or the place is named."""

import os
import random

import mutations as m
import pandas as pd
import pytest
from conftest import write_study

from analysis.study import check_study, read_study

SEED = 20221120


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


@pytest.mark.parametrize(("mutate", "columns"), plan(m.HARMLESS))
def test_what_means_the_same_reads_the_same(tmp_path, whole, mutate, columns):
    rng = random.Random(SEED)
    tables = dict(m.TABLES)
    left = list(columns)
    while left:
        planted = plant(tables, left, mutate, rng)
        left = [c for c in left if c not in planted]
    study = read_study(write_study(tmp_path / "mutated", tables, m.STUDY))
    m.assert_same(study, whole)


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
    m.assert_same(read_study(folder), whole)


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


def test_of_many_findings_in_a_million_rows_the_first_are_told(tmp_path):
    folder = write_study(tmp_path / "long", m.TABLES, m.STUDY)
    body = "".join(f"A{1 + i % 6},Term {i % 50},{1 + i % 5},{i % 80}\n" for i in range(1_000_000))
    (folder / "adverse_events.csv").write_text("patient_id,term,grade,onset_day\n" + body)
    found = check_study(folder)
    assert set(found["severity"]) == {"warning"}
    bad = "".join(f"A{1 + i % 6},Term,7,soon\n" for i in range(200_000))
    (folder / "adverse_events.csv").write_text("patient_id,term,grade,onset_day\n" + bad)
    found = check_study(folder)
    told = found[found["problem"].str.contains("rows more")]
    assert {"grade", "onset_day"} <= set(told["column"])
    assert found.loc[found["column"] == "grade", "row"].is_monotonic_increasing
