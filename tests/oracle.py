"""The frozen numbers of R, and the samples they were computed on."""

from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "oracles"


def frozen(name):
    """Read one frozen table."""
    return pd.read_csv(FOLDER / f"{name}.csv")


def endpoints(time, event, name="OS"):
    """Make the long frame of endpoints of one sample."""
    return pd.DataFrame({"patient_id": [f"P{i}" for i in range(len(time))], "endpoint": name,
                         "time_mo": pd.Series(list(time), dtype=float),
                         "event": pd.Series(list(event), dtype=bool)})


def sample(name):
    """Read a sample of the oracles as endpoints."""
    rows = frozen(f"sample_{name}")
    return endpoints(rows["time"], rows["event"])
