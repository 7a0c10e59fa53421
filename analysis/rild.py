"""Screen for radiation-induced liver disease (RILD) from laboratory values."""

from __future__ import annotations

import pandas as pd

from analysis.proportion import estimate_proportion
from analysis.schema import DAYS_PER_MONTH

VERDICTS = ("met", "progression", "not_met", "unknown")
VALUES = ["alp_u_l", "alt_u_l", "ast_u_l", "ascites"]
RILD = ["criterion", "verdict", "n", "total", "percent", "n_judged", "conf_low", "conf_high",
        "conf_level", "method"]


def select_laboratory(laboratory, radiotherapy):
    """Return the laboratory values to be screened: none where nobody is known to be irradiated."""
    return laboratory if radiotherapy is not None and len(radiotherapy) else None


def derive_visit_days(laboratory):
    """Return the day of each laboratory row: `day`, else the month in the name of its visit."""
    frame = laboratory.reindex(columns=["visit", "day"])
    month = frame["visit"].astype("string").str.extract(r"^month_(\d+)$")[0].astype(float)
    nominal = (month * DAYS_PER_MONTH).where(frame["visit"].ne("baseline"), 0.0)
    return frame["day"].astype(float).fillna(nominal)


def derive_pretreatment(laboratory):
    """Return each patient's values before treatment: visit baseline, else the last day up to 0."""
    before = laboratory[laboratory["visit"].eq("baseline")
                        | (laboratory["visit"].isna() & (laboratory["day"] <= 0))]
    return before.sort_values("day").drop_duplicates("patient_id", keep="last").set_index(
        "patient_id")


def derive_expected(patients, laboratory):
    """Return one row per patient and visit after baseline, also where nothing was measured."""
    after = laboratory[laboratory["visit"].ne("baseline").fillna(True) & (
        laboratory["visit"].notna() | (laboratory["day"] > 0))]
    named = after.dropna(subset="visit")
    grid = patients[["patient_id"]].merge(named[["visit"]].drop_duplicates(), how="cross")
    grid = grid.merge(named, on=["patient_id", "visit"], how="left")
    unnamed = after[after["visit"].isna()]
    nothing = patients.loc[~patients["patient_id"].isin([*grid["patient_id"],
                                                         *unnamed["patient_id"]]), ["patient_id"]]
    return pd.concat([f for f in (grid, unnamed, nothing) if len(f)], ignore_index=True)


def derive_rild(patients, laboratory, alp_fold=2.0, transaminase_fold=5.0, alt_uln_u_l=40.0,
                ast_uln_u_l=40.0):
    """Hold each patient's values after treatment against the criteria of RILD.

    Parameters
    ----------
    patients : DataFrame
        One row per patient; `rt_start` and `progression` where known.
    laboratory : DataFrame or None
        `patient_id`, `visit` or `day`, and any of `alp_u_l, alt_u_l, ast_u_l` (U/L), `ascites`.
    alp_fold : float, default 2
        Classic: ascites, and alkaline phosphatase at least this multiple of the value before.
    transaminase_fold : float, default 5
        Non-classic: ALT or AST at least this multiple of the upper limit of normal, or of the
        value before treatment where that was above the limit already.
    alt_uln_u_l, ast_uln_u_l : float, default 40
        Upper limits of normal, U/L.

    Returns
    -------
    DataFrame
        `patient_id, criterion` (classic, non_classic), `verdict`: met; progression (reached, but
        progression was documented by then); not_met; unknown. Empty without laboratory table.

    Notes
    -----
    Missing values are carried by three-valued logic: a visit is not met when one measured value
    rules the criterion out, else unknown. A patient is met when any visit is, else unknown when any
    visit that the study has is unknown.

    References
    ----------
    Pan CC et al. Int J Radiat Oncol Biol Phys 2010;76:S94-100. doi:10.1016/j.ijrobp.2009.06.092
    """
    if laboratory is None:
        return pd.DataFrame(columns=["patient_id", "criterion", "verdict"])
    frame = laboratory.reindex(
        columns=["patient_id", "visit", "day", *VALUES]).assign(day=derive_visit_days(laboratory))
    frame["ascites"] = frame["ascites"].astype("boolean")
    after = derive_expected(patients, frame)
    before = derive_pretreatment(frame).reindex(after["patient_id"])
    classic = after["ascites"].astype("boolean") & exceeds(
        after["alp_u_l"], alp_fold * before["alp_u_l"])
    raised = [exceeds(after[name], transaminase_fold * before[name].clip(lower=uln),
                      transaminase_fold * uln)
              for name, uln in (("alt_u_l", alt_uln_u_l), ("ast_u_l", ast_uln_u_l))]
    progressed = derive_progressed(patients, after)
    return pd.concat([judge(after["patient_id"], reached, progressed).assign(criterion=criterion)
                      for criterion, reached in (("classic", classic),
                                                 ("non_classic", raised[0] | raised[1]))],
                     ignore_index=True)[["patient_id", "criterion", "verdict"]]


def exceeds(value, limit, least=None):
    """Say whether `value` reaches `limit`: missing when either is, but False below `least`."""
    value = value.astype(float).reset_index(drop=True)
    limit = limit.astype(float).reset_index(drop=True)
    reached = (value >= limit).astype("boolean").where(value.notna() & limit.notna())
    return reached if least is None else reached.mask(value < least, False)


def derive_progressed(patients, after):
    """Say for each row of `after` whether progression was documented by its day."""
    dates = patients.set_index("patient_id").reindex(columns=["rt_start", "progression"])
    days = (pd.to_datetime(dates["progression"]) - pd.to_datetime(dates["rt_start"])).dt.days
    return after["patient_id"].map(days) <= after["day"]


def judge(patient_id, reached, progressed):
    """Reduce the visits of each patient to one verdict."""
    verdict = reached.map({True: "met", False: "not_met"}).fillna("unknown").astype(object)
    verdict = verdict.mask((verdict == "met") & progressed.to_numpy(), "progression")
    order = {"met": 0, "unknown": 1, "progression": 2, "not_met": 3}
    visits = pd.DataFrame({"patient_id": patient_id.to_numpy(), "verdict": verdict.to_numpy()})
    return (visits.sort_values("verdict", key=lambda v: v.map(order), kind="stable")
            .drop_duplicates("patient_id").sort_values("patient_id", ignore_index=True))


def count_rild(verdicts, conf_level=0.95):
    """Count patients per criterion and verdict.

    Parameters
    ----------
    verdicts : DataFrame
        From `derive_rild`.
    conf_level : float, default 0.95
        Level of the limits.

    Returns
    -------
    DataFrame
        `criterion, verdict, n, total, percent, n_judged, conf_low, conf_high, conf_level, method`;
        every verdict has a row. `n_judged` leaves out the unknown; the exact limits are those of
        `met` among the judged, in per cent, and NaN on the other rows.
    """
    rows = []
    for criterion, group in verdicts.groupby("criterion"):
        counts = group["verdict"].value_counts().reindex(list(VERDICTS), fill_value=0)
        rows.append(pd.DataFrame({
            "criterion": criterion, "verdict": counts.index, "n": counts.to_numpy(),
            "total": len(group), "percent": 100 * counts.to_numpy() / len(group),
            "n_judged": len(group) - counts["unknown"]}))
    if not rows:
        return pd.DataFrame(columns=RILD)
    table = pd.concat(rows, ignore_index=True)
    met = table["verdict"] == "met"
    limits = estimate_proportion(table.loc[met, "n"], table.loc[met, "n_judged"],
                                 conf_level=conf_level)
    for column in RILD[-4:]:
        table.loc[met, column] = limits[column].to_numpy()
    return table[RILD]
