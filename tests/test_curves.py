"""What the survival figures draw: the numbers of the results, each in its place."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis import adequacy, competing, curves, forest, hazards, horizon, ratio_curve, style
from analysis.confounding import estimate_e_values, plot_e_values
from analysis.cox import fit_cox, fit_univariable
from analysis.kaplan_meier import count_at_risk, estimate_curve
from analysis.survival import estimate_medians
from tests.oracle import endpoints
from tests.test_cox import cohort

ROWS = endpoints([2, 5, 9, 9, 14, 20], [True, False, True, True, False, True])
ARM = pd.DataFrame({"patient_id": ROWS["patient_id"],
                    "arm": pd.Categorical(list("abbaab"), ["a", "b"], ordered=True)})


@pytest.fixture
def ax():
    figure, axes = style.new_figure("column", 90)
    yield axes
    plt.close(figure)


def texts(ax):
    return [t.get_text() for t in ax.texts]


def test_numbers_at_risk_are_those_counted(ax):
    curve = estimate_curve(ROWS, ARM, "arm")
    curves.plot_curves(curves.select_sample(curve, "OS", "arm"), ax)
    times = curves.choose_times(20)
    counted = count_at_risk(ROWS, times, ARM, "arm").query("group == 'arm'")["n_risk"].tolist()
    drawn = [int(t) for t in texts(ax) if t.isdigit()]
    assert drawn == counted
    assert list(ax.get_xticks()) == times


def test_medians_drop_where_they_are(ax):
    curve, medians = estimate_curve(ROWS), estimate_medians(ROWS)
    curves.plot_curves(curve, ax, medians=medians)
    dropped = [line for line in ax.lines if line.get_linestyle() == ":"]
    assert len(dropped) == 1
    assert dropped[0].get_xdata()[1] == medians["estimate"].iloc[0]


@pytest.mark.parametrize("heights", [[0.5, 0.5, 0.5], [0.9, 0.1, 0.12], [0.3]])
def test_labels_keep_their_distance_and_order(heights):
    moved = curves.spread_labels(heights, gap=0.1)
    assert (np.diff(np.sort(moved)) >= 0.1 - 1e-12).all()
    assert (np.argsort(moved, kind="stable") == np.argsort(heights, kind="stable")).all()


def test_a_forest_says_not_estimable_where_it_is(ax):
    rows = endpoints(range(1, 7), [True, False] * 3)
    arm = pd.DataFrame({"patient_id": rows["patient_id"],
                        "x <y>": pd.Categorical(list("bababa"), ["a", "b"])})
    cox = fit_univariable(rows, arm)
    forest.plot_forest(cox, ax)
    assert "NE: no event in the reference level" in texts(ax)
    ax.figure.draw_without_rendering()


def test_a_forest_prints_the_numbers_of_its_rows(ax):
    rows, covariates = cohort("ovarian")
    cox = fit_cox(rows, covariates, entry_p=0.5)
    forest.plot_forest(cox, ax)
    shown = "\n".join(texts(ax))
    for row in cox.itertuples():
        assert f"{row.estimate:.2f} ({row.conf_low:.2f}–{row.conf_high:.2f})" in shown


def test_every_other_figure_draws(ax):
    rows, covariates = cohort("ovarian")
    cox = fit_cox(rows, covariates, entry_p=1.1)
    drawn = [
        (horizon.plot_means, horizon.estimate_means(rows, 300, covariates, "rx"),
         {"endpoints": rows, "covariates": covariates}),
        (hazards.plot_effects, hazards.derive_effects(rows, covariates, cox, 1.1), {}),
        (adequacy.plot_weights, adequacy.derive_weights(rows), {}),
        (plot_e_values, estimate_e_values(cox), {}),
        (competing.plot_incidence, competing.estimate_incidence(
            rows.assign(event=np.where(rows["event"], "event", "death"))), {}),
        (ratio_curve.plot_ratio_curve, ratio_curve.estimate_ratio_curve(pd.DataFrame(
            {"patient_id": rows["patient_id"], "ratio": rows["time_mo"] / 300,
             "pfs2_event": rows["event"]})), {"cut": 1.3})]
    for draw, result, options in drawn:
        figure, fresh = style.new_figure("column", 120)
        draw(result, fresh, **options).figure.draw_without_rendering()
        plt.close(figure)
