import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from analysis.disclosure import release
from analysis.kaplan_meier import estimate_curve
from analysis.withheld import AT_LEAST, BELOW, SILENT, read_cells, spell_cells, tell, withhold
from report.chapters import read_chapters

ROOT = Path(__file__).parents[1]
THRESHOLD = 5


def known_bounds(cell, most):
    """What is printed of a cell, as bounds."""
    told = tell(cell)
    if told.startswith("<"):
        return 1, THRESHOLD - 1
    return (THRESHOLD, most) if told.startswith("≥") else (int(cell), int(cell))


def attack(cells, sums):
    """Work out by constraint programming which values each withheld cell can have."""
    most = 1000
    model = cp_model.CpModel()
    unknown = [model.new_int_var(*known_bounds(c, most), f"c{i}") for i, c in enumerate(cells)]
    for members, total in sums:
        model.add(sum(unknown[i] for i in members) == total)
    solver, reach = cp_model.CpSolver(), {}
    for i, cell in enumerate(cells):
        if tell(cell):
            ends = []
            for sense in (model.minimize, model.maximize):
                sense(unknown[i])
                assert solver.solve(model) == cp_model.OPTIMAL
                ends.append(solver.value(unknown[i]))
            reach[i] = ends
    return reach


def span(matrix, i):
    """Say whether linear algebra alone determines an unknown."""
    if not matrix.size:
        return False
    _, singular, rows = np.linalg.svd(matrix)
    rank = (singular > 1e-9).sum()
    return np.abs(rows[rank:, i]).max(initial=0) < 1e-9


counts = st.integers(0, 14)


def one_way(values):
    return pd.DataFrame({"variable": "ward", "level": [f"w{i}" for i in range(len(values))],
                         "n": values, "total": sum(values),
                         "percent": [100 * v / max(sum(values), 1) for v in values],
                         "missing": 0})


@settings(max_examples=40, deadline=None)
@given(st.lists(counts, min_size=2, max_size=7).filter(lambda v: sum(v) >= THRESHOLD))
def test_no_small_count_of_a_one_way_table_follows_from_its_total(values):
    released = release(one_way(values), THRESHOLD)
    assert all(tell(c) or c == 0 or c >= THRESHOLD for c in released["n"])
    sums = [(range(len(released)), sum(values))] if len(released) else []
    reach = attack(list(released["n"]), sums)
    for i, (low, high) in reach.items():
        assert low <= values[i] <= high
        assert values[i] >= THRESHOLD or low < high, (values, list(map(tell, released["n"])))
        assert tell(released["percent"].iloc[i])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(counts, min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_small_count_of_a_two_way_table_follows_from_its_margins(values):
    grid = np.array(values)
    cells = [(i, j) for i in range(grid.shape[0]) for j in range(grid.shape[1])]
    table = pd.DataFrame({"stage_from": "a", "level_from": [f"r{i}" for i, _ in cells],
                          "stage_to": "b", "level_to": [f"c{j}" for _, j in cells],
                          "n": [grid[c] for c in cells]})
    released = release(table, THRESHOLD)
    if not released["n"].map(tell).any():
        return
    lines = [[k for k, c in enumerate(cells) if c[axis] == at]
             for axis in (0, 1) for at in range(grid.shape[axis])]
    flat = [int(grid[c]) for c in cells]
    sums = [(line, sum(flat[k] for k in line)) for line in lines
            if sum(flat[k] for k in line) >= THRESHOLD]
    shut = [k for k, c in enumerate(released["n"]) if tell(c)]
    matrix = np.array([[float(k in line) for k in shut] for line, _ in sums])
    for k, (low, high) in attack(list(released["n"]), sums).items():
        assert flat[k] >= THRESHOLD or (low < high and not span(matrix, shut.index(k)))


@settings(max_examples=25, deadline=None)
@given(st.lists(counts, min_size=4, max_size=4), st.integers(0, 14))
def test_rates_do_not_give_their_categories_away(values, rest):
    total = sum(values) + rest
    if total < THRESHOLD:
        return
    names = ["CR", "PR", "SD", "PD", "NE", "ORR", "DCR"]
    n = [*values, rest, sum(values[:2]), sum(values[:3])]
    table = pd.DataFrame({"assessment": "after_rt", "category": names, "n": n, "total": total,
                          "percent": [100 * x / total for x in n]})
    released = release(table, THRESHOLD)
    if released.empty:
        return
    cells = [*released["n"], float(total)]
    sums = [((0, 1, 2, 3, 4), total)]
    model_cells = cells[:7]
    known = [c for c in (5, 6) if not tell(model_cells[c])]
    sums += [((0, 1), n[5])] * (5 in known) + [((0, 1, 2), n[6])] * (6 in known)
    for i, (low, high) in attack(model_cells, sums).items():
        assert n[i] >= THRESHOLD or low < high, (n, list(map(tell, released["n"])))


def test_the_complement_of_a_small_group_is_withheld_with_it():
    table = one_way([33, 3])
    assert [tell(c) for c in release(table)["n"]] == ["≥5", "<5"]
    assert [tell(c) for c in release(table.iloc[:1])["n"]] == ["≥5"]


def test_what_another_result_withholds_is_withheld():
    table = one_way([12, 12, 10])
    assert not release(table)["n"].map(tell).any()
    assert tell(release(table, hidden={("w2", 10)})["n"].iloc[2]) == "≥5"


def test_nought_and_large_counts_are_told():
    released = release(one_way([0, 15, 21]))
    assert list(released["n"]) == [0, 15, 21]
    assert released.attrs["withheld"] == []


def test_medians_and_ranges_of_small_groups_go():
    table = pd.DataFrame({"variable": ["a", "b"], "level": "", "n": [4, 20], "total": [24, 24],
                          "median": 1.0, "low": 0.0, "high": 2.0, "missing": [20, 4]})
    released = release(table)
    assert [tell(x) for x in released.loc[0, ["median", "low", "high"]]] == ["withheld"] * 3
    assert released.loc[1, "median"] == 1


def test_rows_of_patients_never_come_out():
    assert release(pd.DataFrame({"patient_id": ["P1"], "n": [9]})).empty
    assert release(pd.DataFrame({"attribute": ["age"], "value": [54]})).empty


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(10, 120))
def test_a_released_curve_moves_only_where_enough_patients_leave(seed, n):
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"patient_id": range(n), "endpoint": "OS",
                         "time_mo": rng.exponential(10, n).round(1) + 0.1,
                         "event": rng.random(n) < 0.6})
    curve = release(estimate_curve(rows), THRESHOLD)
    if curve.empty:
        assert min(rows["event"].sum(), (~rows["event"]).sum()) < THRESHOLD
        return
    steps = curve[curve["time_mo"] > 0]
    assert ((steps["n_event"] + steps["n_censored"]) >= THRESHOLD).all()
    assert (steps["n_event"] + steps["n_censored"]).sum() == n
    assert (curve["time_mo"] == curve["time_mo"].round(1)).all()
    assert (curve["estimate"].diff().dropna() <= 0).all()


def test_withheld_cells_survive_a_file(tmp_path):
    frame = pd.DataFrame({"level": ["<3", "≥3"], "n": [withhold(BELOW, 5), withhold(AT_LEAST, 5)],
                          "percent": [withhold(SILENT), 40.5], "x": [np.nan, 1.0]})
    spell_cells(frame).to_csv(tmp_path / "a.csv", index=False)
    again = read_cells(pd.read_csv(tmp_path / "a.csv"))
    assert [tell(x) for x in again["n"]] == ["<5", "≥5"]
    assert [tell(x) for x in again["percent"]] == ["withheld", ""]
    assert [tell(x) for x in again["x"]] == ["", ""]
    assert list(again["level"]) == ["<3", "≥3"]


def list_speakers(argument):
    """Name the modules whose functions give what is printed."""
    if isinstance(argument, (ast.List, ast.Starred)):
        return [n for part in ast.iter_child_nodes(argument) for n in list_speakers(part)]
    called = isinstance(argument, ast.Call) and isinstance(argument.func, ast.Attribute)
    return [argument.func.value.id] if called else []


@pytest.mark.parametrize("chapter", [c for c in read_chapters(ROOT) if not c.late],
                         ids=lambda c: c.name)
def test_every_module_of_sentences_is_guarded(chapter):
    """Whatever a chapter says comes through the guard."""
    tree = ast.parse("\n".join(c.source for c in chapter.notebook.cells if c.cell_type == "code"))
    spoken = {a.asname or a.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
              and node.module == "analysis.prose" for a in node.names}
    guarded = {node.args[0].id for node in ast.walk(tree) if isinstance(node, ast.Call)
               and isinstance(node.func, ast.Attribute) and node.func.attr == "guard"}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)
             and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
             and node.func.value.id == "page"
             and node.func.attr in {"say", "table", "points", "takeaways", "paper"}]
    told = {name for call in calls for argument in call.args for name in list_speakers(argument)}
    assert told <= spoken | guarded
    assert spoken - guarded <= {"paper", "methods"}  # they see the study's print and no result
