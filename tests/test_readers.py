"""Files of other programs as they are written, and as they arrive when they are damaged."""

import gzip
from pathlib import Path

import pytest
from conftest import STUDY, write_study

from analysis.readers import read_file
from analysis.study import check_study


def test_a_file_that_sas_wrote(tmp_path):
    """R's iris data as SAS 9.4 wrote them; from the R package haven (MIT, RStudio)."""
    packed = (Path(__file__).parent / "oracles" / "iris.sas7bdat.gz").read_bytes()
    (tmp_path / "iris.sas7bdat").write_bytes(gzip.decompress(packed))
    frame, found = read_file(tmp_path, "iris.sas7bdat", "patients")
    assert found == []
    assert frame.iloc[0].tolist() == ["5.1", "3.5", "1.4", "0.2", "setosa"]
    assert frame["Species"].value_counts().tolist() == [50, 50, 50]
    assert frame["Sepal_Length"].astype(float).mean() == pytest.approx(5.843333, abs=1e-6)
    assert frame.index[[0, -1]].tolist() == [2, 151]


@pytest.mark.parametrize("name", ["cohort.parquet", "cohort.xlsx", "cohort.xpt", "cohort.sas7bdat",
                                  "cohort.sav", "cohort.dta"])
@pytest.mark.parametrize("data", [b"", b"nonsense" * 99, bytes(range(256))])
def test_damaged_binary_files_are_named(tmp_path, name, data):
    folder = write_study(tmp_path / "x", {}, STUDY | {"tables": {"patients": name}})
    (folder / name).write_bytes(data)
    found = check_study(folder)
    assert found["file"].tolist() == [name]
    assert found["problem"].str.contains("cannot be read").all()
