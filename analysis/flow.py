"""Flow of patients through stages: counted as a tidy table, drawn as ribbons between blocks."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
from matplotlib import rcParams
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from analysis import style

#: who has no level at a stage
MISSING = "none"
COLUMNS = ["stage_from", "level_from", "stage_to", "level_to", "n"]
#: width of a block, as a share of the distance between two stages
BLOCK = 0.46
#: space between two blocks of a stage, as a share of all patients
GAP = 0.04
NEUTRAL = "#BDBDBD"


def count_flow(assignments, stages):
    """Count the patients that pass from each level of a stage to each level of the next.

    Parameters
    ----------
    assignments : DataFrame, one row per patient
        One column per stage with the level that the patient has there.
    stages : dict of str to sequence
        Stages in order; of each, its levels in the order in which they are drawn.

    Returns
    -------
    DataFrame
        `stage_from, level_from, stage_to, level_to, n`, levels as text, only passages that occur,
        in drawing order.

    Raises
    ------
    ValueError
        If a patient has a level that its stage does not list.

    Notes
    -----
    A missing level is the level `none`, the last of its stage: every patient is counted in
    every passage, so that the counts of each passage add to the number of patients.

    Examples
    --------
    >>> three = pd.DataFrame({"before": ["SD", "SD", "PD"], "after": ["PR", "PD", None]})
    >>> count_flow(three, {"before": ["SD", "PD"], "after": ["PR", "PD"]})["n"].tolist()
    [1, 1, 1]
    """
    levels = {stage: [*map(str, known), MISSING] for stage, known in stages.items()}
    text = assignments[list(stages)].astype(object)
    text = text.where(text.notna(), MISSING).astype(str)
    for stage in stages:
        unknown = sorted(set(text[stage]) - set(levels[stage]))
        if unknown:
            raise ValueError(f"levels of {stage!r} that are not listed: {', '.join(unknown)}")
        text[stage] = pd.Categorical(text[stage], levels[stage], ordered=True)
    names = list(stages)
    passages = [count_passage(text, *pair) for pair in pairwise(names)]
    return pd.concat(passages, ignore_index=True) if passages else pd.DataFrame(columns=COLUMNS)


def count_passage(text, stage_from, stage_to):
    """Count one passage of `count_flow`, from one stage to the next."""
    pairs = text.groupby([stage_from, stage_to], observed=True).size().rename("n")
    pairs = pairs.rename_axis(["level_from", "level_to"]).reset_index()
    pairs = pairs.sort_values(["level_from", "level_to"])
    pairs = pairs.assign(stage_from=stage_from, stage_to=stage_to)
    return pairs.astype({"level_from": str, "level_to": str})[COLUMNS]


def count_blocks(flow, stages):
    """Count the patients of each level of each stage from the passages of a flow.

    Parameters
    ----------
    flow : DataFrame
        From `count_flow`.
    stages : dict of str to sequence
        As given to `count_flow`.

    Returns
    -------
    DataFrame
        `stage, level, n`, only levels that occur, in drawing order.
    """
    leaving = flow.groupby(["stage_from", "level_from"])["n"].sum()
    arriving = flow.groupby(["stage_to", "level_to"])["n"].sum()
    n = arriving.rename_axis(["stage", "level"])
    n = leaving.rename_axis(["stage", "level"]).combine_first(n).astype(int)
    order = [(stage, level) for stage, known in stages.items()
             for level in [*map(str, known), MISSING] if (stage, level) in n.index]
    return n.reindex(pd.MultiIndex.from_tuples(order, names=["stage", "level"])).reset_index()


def derive_layout(blocks):
    """Place the blocks of each stage from the top down, each stage centred on zero.

    Parameters
    ----------
    blocks : DataFrame
        From `count_blocks`.

    Returns
    -------
    DataFrame
        `blocks` with `x` (number of its stage) and `top`, in patients.
    """
    placed = blocks.assign(x=pd.factorize(blocks["stage"])[0])
    by_stage = placed.groupby("x")["n"]
    gap = GAP * by_stage.transform("sum")
    height = by_stage.transform("sum") + gap * (by_stage.transform("size") - 1)
    above = by_stage.cumsum() - placed["n"] + gap * by_stage.cumcount()
    return placed.assign(top=height / 2 - above)


def derive_ribbons(flow, layout):
    """Add to each passage where its ribbon leaves (`y_from`) and arrives (`y_to`), upper edges."""
    x_of = layout.drop_duplicates("stage").set_index("stage")["x"]
    top = layout.set_index(["stage", "level"])["top"]
    order = pd.Series(range(len(top)), index=top.index)
    ribbons = flow.assign(x=flow["stage_from"].map(x_of))
    for side, other in (("from", "to"), ("to", "from")):
        ends = pd.MultiIndex.from_frame(ribbons[[f"stage_{other}", f"level_{other}"]])
        ribbons = ribbons.assign(order=order.reindex(ends).to_numpy()).sort_values("order")
        key = [f"stage_{side}", f"level_{side}", f"stage_{other}"]
        before = ribbons.groupby(key)["n"].cumsum() - ribbons["n"]
        start = top.reindex(pd.MultiIndex.from_frame(ribbons[key[:2]])).to_numpy()
        ribbons[f"y_{side}"] = start - before
    return ribbons.drop(columns="order").sort_index()


def draw_ribbon(ax, ribbon, colour, line_height):
    """Draw one ribbon between two blocks, with its count where it leaves."""
    left, right = ribbon.x + BLOCK / 2, ribbon.x + 1 - BLOCK / 2
    middle = (left + right) / 2
    upper, lower = (ribbon.y_from, ribbon.y_to), (ribbon.y_from - ribbon.n, ribbon.y_to - ribbon.n)
    points = [(left, upper[0]), (middle, upper[0]), (middle, upper[1]), (right, upper[1]),
              (right, lower[1]), (middle, lower[1]), (middle, lower[0]), (left, lower[0])]
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3]
    ax.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.45, linewidth=0))
    if ribbon.n >= line_height:
        ax.text(left + 0.03, ribbon.y_from - ribbon.n / 2, str(ribbon.n), va="center_baseline")


def draw_block(ax, block, colour, label, line_height):
    """Draw one block with its label and count, on two lines where there is room."""
    ax.add_patch(Rectangle((block.x - BLOCK / 2, block.top - block.n), BLOCK, block.n,
                           facecolor=colour, linewidth=0))
    words = f"{label}\n{block.n}" if block.n >= 3.2 * line_height else f"{label}: {block.n}"
    if block.n >= line_height:
        ax.text(block.x, block.top - block.n / 2, words, ha="center", va="center",
                color=style.ink(colour))


def measure_line(ax):
    """Measure how many units of the y axis the height of a line of text takes."""
    ax.figure.draw_without_rendering()
    size = rcParams["font.size"]
    per_unit = ax.transData.transform((0, 1))[1] - ax.transData.transform((0, 0))[1]
    return 0.8 * size * ax.figure.dpi / 72 / per_unit


def plot_flow(flow, ax, stages, colours, titles=None, labels=None):
    """Draw a flow: a column of blocks per stage, ribbons with counts between them.

    Parameters
    ----------
    flow : DataFrame
        From `count_flow`.
    ax : matplotlib Axes
    stages : dict of str to sequence
        As given to `count_flow`.
    colours : dict of str to colour
        Colour of the blocks of a level; a level without one is grey.
    titles, labels : dict of str to str, optional
        Words above each stage and in the blocks of each level, their names otherwise.

    Returns
    -------
    matplotlib Axes

    Notes
    -----
    Height is patients: a ribbon is as thick as its count. A count for which its ribbon is too thin
    is left out of the drawing and stays in the table. A ribbon has the colour of the block that it
    leaves or, where that is grey, of the one that it enters.
    """
    titles, labels = titles or {}, labels or {}
    layout = derive_layout(count_blocks(flow, stages))
    half = layout["top"].max()
    ax.set(xlim=(-BLOCK / 2, layout["x"].max() + BLOCK / 2), ylim=(-half, half))
    ax.set_axis_off()
    for stage in layout.drop_duplicates("stage").itertuples():
        ax.text(stage.x, half, titles.get(stage.stage, stage.stage), ha="center", va="bottom",
                fontweight="bold")
    line_height = measure_line(ax)
    for ribbon in derive_ribbons(flow, layout).itertuples():
        colour = colours.get(ribbon.level_from) or colours.get(ribbon.level_to, NEUTRAL)
        draw_ribbon(ax, ribbon, colour, line_height)
    for block in layout.itertuples():
        draw_block(ax, block, colours.get(block.level, NEUTRAL),
                   labels.get(block.level, block.level), line_height)
    return ax
