"""The flow diagram: from screened to analysed patients, and why the others left."""

from __future__ import annotations

import pandas as pd

from analysis import style
from analysis.display import capitalise, count

#: centre of the patients who stay and of those who leave, share of the width
STAY, LEAVE = 0.25, 0.75
#: room above and below the words of a box, in lines of text
ROOM = 2.4
LINE_MM = 4.2


def derive_boxes(screening, width=20):
    r"""Derive the boxes of a flow diagram.

    Parameters
    ----------
    screening : DataFrame
        `step, reason, n` in order; a step named excluded leaves the column.
    width : int
        Most characters of a line.

    Returns
    -------
    DataFrame
        `words, excluded, x, y`: a row per step, `y` in lines of text from the top down.

    Examples
    --------
    >>> steps = pd.DataFrame({"step": ["screened", "analysed"], "reason": None, "n": [3, 2]})
    >>> derive_boxes(steps)["words"].tolist()
    ['Screened\n3 patients', 'Analysed\n2 patients']
    """
    boxes, top = [], 0.0
    for row in screening.itertuples():
        excluded = str(row.step).startswith("excluded")
        said = [] if excluded and pd.notna(row.reason) else [capitalise(str(row.step))]
        said += [str(row.reason)] if pd.notna(row.reason) else []
        words = f"{style.wrap(': '.join(said), width, 5)}\n{count(row.n, 'patient')}"
        height = words.count("\n") + 1 + ROOM
        boxes.append((words, excluded, LEAVE if excluded else STAY, top + height / 2))
        top += height
    return pd.DataFrame(boxes, columns=["words", "excluded", "x", "y"])


def derive_height_mm(screening):
    """Return the height that gives every box of the flow diagram its room; 30 for none."""
    if screening is None or screening.empty:
        return 30
    boxes = derive_boxes(screening)
    return LINE_MM * (boxes["words"].str.count("\n") + 1 + ROOM).sum()


def plot_flow(screening, ax):
    """Draw the flow diagram: kept steps down the left, exclusions to the right.

    Parameters
    ----------
    screening : DataFrame
        `step, reason, n` in order; a step named excluded leaves the column.
    ax : matplotlib Axes

    Returns
    -------
    matplotlib Axes
    """
    boxes = derive_boxes(screening)
    bottom = boxes["y"].iloc[-1] + (boxes["words"].iloc[-1].count("\n") + 1 + ROOM) / 2
    ax.set(xlim=(0, 1), ylim=(bottom, 0))
    ax.axis("off")
    above = None
    for box in boxes.itertuples():
        drawn = draw_box(ax, box)
        if box.excluded:
            draw_arrow(ax, (STAY, box.y), (LEAVE, box.y), None, drawn)
            continue
        if above is not None:
            draw_arrow(ax, (STAY, above[0]), (STAY, box.y), above[1], drawn)
        above = (box.y, drawn)
    return ax


def draw_box(ax, box):
    """Write the words of a box, dashed for an exclusion; return its patch."""
    edge = {"boxstyle": "round,pad=0.6", "facecolor": "none", "linewidth": 1.2,
            "edgecolor": style.GREY if box.excluded else style.BLUE,
            "linestyle": "--" if box.excluded else "-"}
    text = ax.text(box.x, box.y, box.words, ha="center", va="center", bbox=edge, fontsize=8.5)
    return text.get_bbox_patch()


def draw_arrow(ax, start, end, from_box, to_box):
    """Draw an arrow from edge to edge of its boxes."""
    ax.annotate("", end, start, arrowprops={
        "arrowstyle": "-|>", "color": style.INK, "linewidth": 1.2, "patchA": from_box,
        "patchB": to_box, "shrinkA": 0, "shrinkB": 0})
