"""Cohorts for tests: as few columns as a question needs."""

import pandas as pd
from hypothesis import strategies as st

from analysis.schema import DISEASE_STATUS, RESPONSES

RESPONSE = st.sampled_from([*RESPONSES, None])
STATUS = st.sampled_from([*DISEASE_STATUS, None])
COHORTS = st.lists(st.tuples(RESPONSE, STATUS, RESPONSE), min_size=1, max_size=30)


def build(rows):
    """Return patients from (response before, disease status, response after) of each."""
    patients = pd.DataFrame(rows, columns=["response_ici", "disease_status", "response_rt"])
    return patients.assign(patient_id=[f"p{i}" for i in range(len(rows))])


def times(*rows):
    """Return (patients, endpoints) from (PFS1, its event, PFS2, its event) of each patient."""
    patients = pd.DataFrame({"patient_id": [f"p{i}" for i in range(len(rows))]})
    long = [(f"p{i}", endpoint, time, event) for i, row in enumerate(rows)
            for endpoint, time, event in (("PFS1", *row[:2]), ("PFS", *row[2:]))
            if time is not None]
    return patients, pd.DataFrame(long, columns=["patient_id", "endpoint", "time_mo", "event"])
