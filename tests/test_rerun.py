"""The chapter on your own data: each step does what the chapter says it does."""

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from analysis.prose import rerun
from report.cli import main

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "data" / "example"
CHAPTER = (ROOT / "chapters" / "rerun.md").read_text(encoding="utf-8")


@pytest.fixture
def proposed(tmp_path, monkeypatch, capsys):
    """The folder that the first command writes, and what it answers."""
    shutil.copytree(EXAMPLE, tmp_path / "data" / "example")
    monkeypatch.chdir(tmp_path)
    assert main(["init", "my-study", "--from", "data/example/glioblastoma.csv"]) == 0
    return tmp_path / "my-study", capsys.readouterr().out


def test_init_asks_for_the_patient_and_leaves_what_it_does_not_recognise(proposed):
    folder, said = proposed
    assert "which column holds the patient's identifier?" in said
    assert "Next: python -m report check my-study" in said
    settings = yaml.safe_load((folder / "study.yml").read_text(encoding="utf-8"))
    names = settings["columns"]["patients"]
    assert "Gender" in names.values()
    assert not {"age_years", "patient_id"} & set(names)
    assert {"DICTIONARY.md", "glioblastoma.csv", "study.yml"} == {p.name for p in folder.iterdir()}


def test_the_finished_file_leaves_nothing_to_mend(proposed, capsys):
    folder, _ = proposed
    shutil.copy(EXAMPLE / "study.yml", folder / "study.yml")
    assert main(["check", "my-study", "--strict"]) == 0
    said = capsys.readouterr().out
    assert "nothing wrong" in said
    assert re.search(r"treatment +nothing: the chapter is left out", said)
    assert "In this spreadsheet it finds nothing wrong." in CHAPTER


def test_every_command_of_the_chapter_is_one_and_every_picture_is_there():
    for line in re.findall(r"^python -m report (\w+)", CHAPTER, flags=re.M):
        with pytest.raises(SystemExit) as end:
            main([line, "--help"])
        assert end.value.code == 0
    pictures = re.findall(r"\{figure\} \.\./(\S+)", CHAPTER)
    assert len(pictures) == 5
    assert all((ROOT / path).is_file() for path in pictures)


def test_a_study_of_its_own_columns_is_not_said_to_have_the_books_names():
    study = SimpleNamespace(columns={}, covariates=("stage",))
    assert rerun.describe_mapping(study) == (
        "No column had to be renamed, and `study.yml` declares 1 covariate for the comparisons.")
