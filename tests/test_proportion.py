"""Proportions: against R, and at the edges."""

import numpy as np
import pytest

from analysis.proportion import estimate_proportion
from tests.oracle import frozen


@pytest.mark.parametrize("method", ["Clopper–Pearson", "Wilson"])
@pytest.mark.parametrize("level", [0.95, 0.90])
def test_limits_are_those_of_r(method, level):
    expected = frozen("proportion").query("method == @method and conf_level == @level")
    got = estimate_proportion(expected["n"], expected["total"], method, level)
    for column in ("conf_low", "conf_high"):
        np.testing.assert_allclose(got[column] / 100, expected[column], rtol=0, atol=1e-8)


def test_nobody_assessed_is_not_estimable():
    row = estimate_proportion(0, 0).iloc[0]
    assert np.isnan(row["percent"])
    assert np.isnan(row["conf_low"])
    assert row["reason"] == "no patients"


def test_a_count_beyond_its_total_is_refused():
    with pytest.raises(ValueError, match="between 0 and its total"):
        estimate_proportion(4, 3)
    with pytest.raises(ValueError, match="Wald"):
        estimate_proportion(1, 3, method="Wald")
