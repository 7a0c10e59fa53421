"""`report init`: the folder that it writes is a study, or says what is left to decide."""

import pandas as pd
import pytest
import test_intake as intake
from conftest import write_study
from small_book import run_limited

from analysis.propose import propose_columns, propose_dates, propose_decimal
from analysis.study import check_study, read_study
from report.cli import main


def test_an_empty_folder_says_what_to_fill(tmp_path, capsys):
    folder = tmp_path / "my-study"
    assert main(["init", str(folder)]) == 0
    assert "Next: python -m report check" in capsys.readouterr().out
    found = check_study(folder)
    assert found.loc[found["severity"] == "error", "problem"].tolist() == ["no patients"]
    header = (folder / "patients.csv").read_text().strip().split(",")
    assert {"patient_id", "os_months", "rt_start"} <= set(header)
    words = (folder / "DICTIONARY.md").read_text()
    assert "| `albumin_g_l` | number | g/L | 10–70 | serum albumin |" in words
    assert "albumin_g_l`: g/L, g/dL" in words


def test_the_template_is_valid_when_it_is_filled(tmp_path):
    folder = tmp_path / "my-study"
    main(["init", str(folder)])
    header = (folder / "patients.csv").read_text().strip().split(",")
    rows = [{"patient_id": f"A{i}", "sex": "male", "os_months": i + 1, "os_event": i % 2}
            for i in range(6)]
    pd.DataFrame(rows, columns=header).to_csv(folder / "patients.csv", index=False)
    study = read_study(folder)
    assert {"patient_id", "sex"} <= set(study.patients)
    assert "ecog" not in study.patients
    assert set(study.endpoints["endpoint"]) == {"OS"}


def test_every_commented_key_of_the_template_is_a_key(tmp_path):
    folder = tmp_path / "my-study"
    main(["init", str(folder)])
    text = (folder / "study.yml").read_text()
    lines = [line.removeprefix("# ") for line in text.splitlines() if ": " in line]
    keys = [line for line in lines if line.split(":")[0].isidentifier()]
    for line in keys:
        (folder / "study.yml").write_text(f"title: x\n{line.replace('…', 'x')}\n"
                                          if not line.startswith("title") else line)
        assert not (check_study(folder)["problem"] == "unknown key").any(), line


def test_an_earlier_study_is_left_as_it_is(tiny_study, capsys):
    before = (tiny_study / "study.yml").read_bytes()
    assert main(["init", str(tiny_study)]) == 2
    assert "stands already" in capsys.readouterr().out
    assert (tiny_study / "study.yml").read_bytes() == before


@pytest.mark.parametrize("make", [
    lambda p: p / "nowhere", lambda p: p,
    lambda p: p / "x.csv" if (p / "x.csv").write_text("") == 0 else None,
    lambda p: (p / "x.xlsx").write_text("no") and p / "x.xlsx",
    lambda p: (p / "x.csv").write_text("a,b\n1,2\n") and p / "x.csv"])
def test_what_cannot_be_mapped_is_one_line(tmp_path, make, capsys):
    source = make(tmp_path)
    assert main(["init", str(tmp_path / "new"), "--from", str(source)]) == 2
    assert "Traceback" not in capsys.readouterr().out


def test_a_workbook_of_somebody_else(tmp_path, capsys):
    patients = pd.DataFrame({
        "Pat-Nr": [101, 102, 103, 104, 105, 106], "Geschlecht": list("mwmmwm"),
        "Nachname": ["Doe", "Roe", "Poe", "Moe", "Loe", "Zoe"], "Alter": [61, 48, 70, 55, None, 66],
        "Tumour size (mm)": [45, 75, 55, 35, 65, 95],
        "Child-Pugh": ["A5", "A6", "B7", "A", "A", "B"],
        "RT start": pd.to_datetime(["2020-06-01", "2020-08-01", "2020-07-01", "2020-09-01",
                                    "2020-11-01", "2020-10-01"]),
        "Date of death": ["25.06.2021", "", "24.12.2020", "", "02.02.2021", ""],
        "Last follow-up": ["25.06.2021", "15.01.2022", "24.12.2020", "01.03.2022", "02.02.2021",
                           "30.04.2022"],
        "Best response": ["PR", "complete response", "PD", "n/a", "NE", "partial response"]})
    labs = pd.DataFrame({"ID": [101, 101, 102, 103], "Zeitpunkt": ["BL", "M1", "BL", "BL"],
                         "Albumin g/dL": [4.2, 4.0, 3.8, 3.4], "Bilirubin": [0.7, 0.8, 0.5, 1.2]})
    intake.write_workbook(tmp_path / "book.xlsx", {"Patients": patients, "Labs": labs})
    folder = tmp_path / "mapped"
    assert main(["init", str(folder), "--from", str(tmp_path / "book.xlsx")]) == 0
    told = capsys.readouterr().out
    assert "mm, albumin_g_l: g/dL, bilirubin_umol_l: mg/dL} is proposed" in told
    study = read_study(folder)
    assert study.patients["sex"].tolist()[:2] == ["male", "female"]
    assert study.patients["tumour_diameter_cm"].tolist()[0] == 4.5
    assert study.patients["response_rt"].isna().sum() == 1
    assert study.laboratory["albumin_g_l"].tolist() == pytest.approx([42, 40, 38, 34])
    assert study.laboratory["visit"].tolist() == ["baseline", "month_1", "baseline", "baseline"]
    assert "Nachname" not in study.patients
    assert study.endpoints["event"].sum() == 3


def test_cdisc_files(tmp_path, capsys):
    source = tmp_path / "adam"
    source.mkdir()
    for name in ("adsl", "adtte", "adrs", "adae"):
        (source / f"{name}.csv").write_text(getattr(intake, name.upper()))
    folder = tmp_path / "mapped"
    assert main(["init", str(folder), "--from", str(source)]) == 0
    assert "TNE are not read" in capsys.readouterr().out
    assert not (check_study(folder)["severity"] == "error").any()
    study = read_study(folder)
    assert study.endpoints["event"].tolist() == [True, False, False, True]
    assert study.adverse_events["onset_day"].tolist() == [0, -3, 90, 1]
    assert study.patients["response_rt"].tolist()[:3] == ["PR", "CR", "PD"]


def test_a_redcap_export(tmp_path, capsys):
    (tmp_path / "export.csv").write_text(
        intake.REDCAP.replace(",sex,", ",gender,")
        .replace("rt,death,last", "rt_start_date,death_date,last_fu")
        .replace("alb,bili,ae,grade,onset", "albumin,bilirubin,ae_term,ae_grade,ae_onset"))
    folder = tmp_path / "mapped"
    assert main(["init", str(folder), "--from", str(tmp_path / "export.csv")]) == 0
    assert "map 1, 2 under values" in capsys.readouterr().out
    study = read_study(folder)
    assert len(study.patients) == 2
    assert study.laboratory["visit"].tolist() == ["baseline", "month_1", "baseline"]
    assert "sex" not in study.patients


def test_a_study_of_the_contract_maps_to_itself(tmp_path, tiny_study):
    source = tmp_path / "source"
    tables = {p.stem: p.read_text() for p in tiny_study.glob("*.csv")}
    write_study(source, tables, {"title": "x"})
    (source / "study.yml").unlink()
    assert main(["init", str(source), "--from", str(source)]) == 0
    study, plain = read_study(source), read_study(tiny_study)
    for table in ("patients", "laboratory", "adverse_events", "radiotherapy", "endpoints"):
        pd.testing.assert_frame_equal(getattr(study, table), getattr(plain, table))


def test_unsure_names_are_questions():
    raw = pd.DataFrame({"patient_id": ["1", "2"], "gender": ["1", "2"], "agee_at_rt": ["61", "48"]})
    found = {p.ours: p for p in propose_columns(raw, "patients")}
    assert found["patient_id"].sure
    assert not found["sex"].sure
    assert not found["age_years"].sure


def test_dates_and_marks_are_proposed_only_when_they_tell():
    assert propose_dates(["25/03/2020", "01/02/2020"]) == ("day-first", True)
    assert propose_dates(["03/25/2020"]) == ("month-first", True)
    assert propose_dates(["01/02/2020"]) == ("day-first", False)
    assert propose_dates(["2020-01-01"]) == (None, True)
    assert propose_decimal(["1,5"]) == "comma"
    assert propose_decimal(["1.5", "1,234"]) is None


@pytest.mark.parametrize("size", [0, 2_000])
def test_a_full_disk_leaves_nothing_half_written(tmp_path, tiny_study, size):
    for more in ([], ["--from", tiny_study]):
        done = run_limited(size, "init", tmp_path / "new", *more)
        assert done.returncode == 2
        assert len(done.stdout.splitlines()) == 1
        assert "File too large" in done.stdout
        assert not (tmp_path / "new").exists()


def test_what_stands_in_the_folder_is_never_written_over(tmp_path, tiny_study, capsys):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "patients.csv").write_text("patient_id,age_years\n1,50\n")
    for more in ([], ["--from", str(tiny_study)]):
        assert main(["init", str(folder), *more]) == 2
        assert "patients.csv stands already" in capsys.readouterr().out
        assert [p.name for p in folder.iterdir()] == ["patients.csv"]
        assert (folder / "patients.csv").read_text() == "patient_id,age_years\n1,50\n"
