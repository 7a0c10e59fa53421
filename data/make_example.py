"""Make the small second study of the chapter `rerun`: `python data/make_example.py`.

Nobody in it exists: 60 patients with a glioblastoma, drawn at random with a fixed seed, written as
the spreadsheet that a clinic would keep, with its own names and marks. CC0.
"""

from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent / "example"
SEED, PATIENTS = 20240531, 60


def draw(rng):
    """Draw the patients: an unmethylated promoter and a high age shorten survival."""
    age = rng.normal(61, 10, PATIENTS).clip(28, 82).round()
    methylated = rng.random(PATIENTS) < 0.42
    extent = rng.choice(["complete", "partial", "biopsy"], PATIENTS, p=[0.4, 0.4, 0.2])
    hazard = 0.05 * np.exp(0.025 * (age - 61) - 0.6 * methylated + 0.5 * (extent == "biopsy"))
    death = rng.weibull(2.2, PATIENTS) / hazard
    progression = np.minimum(rng.weibull(2.2, PATIENTS) * 0.6 / hazard, death)
    seen = rng.uniform(12, 40, PATIENTS)
    return pd.DataFrame({
        "Pat.": [f"G{i:03d}" for i in range(1, PATIENTS + 1)], "Age at surgery": age.astype(int),
        "Gender": rng.choice(["m", "f"], PATIENTS, p=[0.6, 0.4]),
        "KPS": rng.choice([60, 70, 80, 90, 100], PATIENTS, p=[0.1, 0.2, 0.25, 0.3, 0.15]),
        "MGMT": np.where(methylated, "methylated", "unmethylated"), "Extent": extent,
        "OS (mo)": np.minimum(death, seen).round(1).clip(0.1),
        "Dead": np.where(death <= seen, "yes", "no"),
        "PFS (mo)": np.minimum(progression, seen).round(1).clip(0.1),
        "Progressed": np.where(progression <= seen, "yes", "no")})


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    patients = draw(np.random.default_rng(SEED))
    patients.loc[[7, 31], "MGMT"] = ""
    patients.to_csv(FOLDER / "glioblastoma.csv", index=False, sep=";", decimal=",",
                    lineterminator="\n")
