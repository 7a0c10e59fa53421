"""E-values: the published examples, and where they do not exist."""

import numpy as np
import pandas as pd
import pytest

from analysis.confounding import approximate_risk_ratio, calculate_e_value, estimate_e_values


def test_published_examples():
    # VanderWeele and Ding 2017: risk ratio 3.9 with limits from 1.8
    assert calculate_e_value(3.9) == pytest.approx(7.26, abs=0.005)
    assert calculate_e_value(1.8) == pytest.approx(3.0, abs=0.005)
    # a protective ratio is turned over
    assert calculate_e_value(1 / 3.9) == pytest.approx(7.26, abs=0.005)
    assert calculate_e_value(1.0) == pytest.approx(1.0)


def test_a_common_outcome_is_turned_into_a_risk_ratio():
    assert approximate_risk_ratio(1.0) == pytest.approx(1.0)
    assert 1 < approximate_risk_ratio(2.0) < 2.0
    assert approximate_risk_ratio(2.0) == pytest.approx(1 / approximate_risk_ratio(0.5))


def test_limits_that_hold_one_need_no_confounder():
    cox = pd.DataFrame({"endpoint": "OS", "model": "univariable", "term": ["a", "b", "c"],
                        "level": "yes", "n": 100, "n_event": [10, 10, 10],
                        "estimate": [2.0, 0.4, np.nan], "conf_low": [0.9, 0.2, np.nan],
                        "conf_high": [4.0, 0.8, np.nan], "conf_level": 0.95,
                        "reason": ["", "", "separation"]})
    got = estimate_e_values(cox)
    assert got["e_value_limit"].iloc[0] == 1
    assert got["e_value_limit"].iloc[1] == pytest.approx(calculate_e_value(0.8))
    assert got[["e_value", "e_value_limit"]].iloc[2].isna().all()
