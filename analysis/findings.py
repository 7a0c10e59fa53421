"""What is wrong with a study folder: findings, each with its place and its remedy."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

FINDING = ["file", "row", "column", "value", "problem", "remedy", "severity"]
ERROR, WARNING = "error", "warning"
#: cells with one problem of one column that are listed; how many more there are is said
MOST = 10_000


def finding(file, row, column, value, problem, remedy, severity=ERROR):
    """Return one finding as a mapping; `row` is the line of the file, the header being line 1."""
    shown = "" if value is None or value is pd.NA else str(value)
    shown = shown if len(shown) <= 80 else shown[:79] + "…"
    return dict(zip(FINDING, (file, row, str(column), shown, problem, remedy, severity),
                    strict=True))


def has_error(found):
    """Say whether any finding is an error."""
    return any(f["severity"] == ERROR for f in found)


@dataclass(frozen=True)
class Table:
    """A table with the places where its cells stand.

    Attributes
    ----------
    frame : DataFrame
        Indexed by the row of the file, the header being row 1.
    file : str
        File, and sheet, that holds the rows.
    names : dict of str to str
        Contract name to the name that stands in the file, where they differ.
    origins : dict of str to tuple of (str, Series)
        Column that another file gave: that file, and its row for each row of the table.
    raw : DataFrame of str, optional
        The cells as they stand in the file.
    """

    frame: pd.DataFrame
    file: str
    names: dict = field(default_factory=dict)
    origins: dict = field(default_factory=dict)
    raw: pd.DataFrame | None = None

    def show(self, i, column):
        """Return a cell as it stands in the file, where that is known."""
        if pd.isna(i) or column not in self.frame:
            return ""
        return show((self.frame if self.raw is None or column not in self.raw
                     else self.raw).at[i, column])

    def finding(self, i, column, value, problem, remedy, severity=ERROR):
        """Return a finding at row `i` of the frame; a header's where `i` is None."""
        file, rows = self.origins.get(column, (self.file, None))
        row = 1 if i is None else i if rows is None else rows.get(i)
        row = "" if row is None or pd.isna(row) else int(row)
        return finding(file, row, self.names.get(column, column), value, problem, remedy, severity)

    def findings(self, wrong, column, problem, remedy, severity=ERROR):
        """Return a finding for each row that a boolean Series marks.

        `problem` and `remedy` are texts, or are made from the row number.
        """
        rows = wrong.index[wrong.fillna(False).astype(bool)]
        made = [self.finding(i, column, self.show(i, column),
                             *(t(i) if callable(t) else t for t in (problem, remedy)), severity)
                for i in rows[:MOST]]
        if len(rows) > MOST:
            made.append(self.finding(rows[MOST], column, "", f"and {len(rows) - MOST} rows more",
                                     "as above", severity))
        return made


def show(value):
    """Return a typed cell as a finding prints it."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)
