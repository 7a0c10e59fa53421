"""The attacker's arithmetic: which withheld counts follow from those that are told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


@dataclass(frozen=True)
class Relation:
    """Parts that add up to a whole, or leave a rest of it.

    Attributes
    ----------
    parts, whole : tuple of cells
        Cells are addressed by row and column; a whole of no cells is a margin told elsewhere.
    rest : {"none", "guarded", "free"}
        Whether parts may leave a rest, and whether a small rest must stay unknown as well.
    """

    parts: tuple
    whole: tuple = ()
    rest: str = "none"


def find_exposed(values, small, relations, threshold, shut=(), told=()):
    """Choose the cells that must be withheld beside the small ones.

    Parameters
    ----------
    values : dict of cell to int
        All counts.
    small : set of cells
        Withheld, and known to be: told as below the threshold.
    relations : list of Relation
    threshold : int
    shut : set of cells
        Withheld already, because they are in another result.
    told : set of cells
        Told already in another result.

    Returns
    -------
    set of cells or None
        Cells told as at least the threshold; None when no choice protects every small count.

    Notes
    -----
    A count is protected when a second whole number fits all that is told. The smallest told count
    in reach is withheld first, so that equal tables lose equal cells.
    """
    system = System(values, small, relations, threshold, told)
    shut = set(shut)
    for cell in system.list_sensitive():
        # what is safe stays so: every further withheld cell only takes knowledge away
        while system.is_known(cell, shut):
            near = system.list_candidates(cell, shut)
            if not near:
                return None
            shut.add(near[0])
    return shut


class System:
    """The sums that an attacker knows to hold."""

    def __init__(self, values, small, relations, threshold, told=()):
        self.values, self.small, self.threshold = dict(values), small, threshold
        everybody = max(values.values(), default=0)
        self.told = {*told, *(c for c, value in values.items() if value == everybody)}
        self.sums, self.rests, self.wholes = [], set(), {"total"}
        for number, relation in enumerate(relations):
            self.add(number, relation)
        self.within = {}
        for terms, _ in self.sums:
            for cell in terms:
                self.within.setdefault(cell, []).append(terms)

    def add(self, number, relation):
        """Write a relation as a sum of signed cells."""
        known = [c for c in (*relation.parts, *relation.whole) if c in self.values]
        if len(known) < len(relation.parts) + len(relation.whole):
            return
        gap = sum(self.values[c] for c in relation.whole) - sum(
            self.values[c] for c in relation.parts)
        terms = {c: 1 for c in relation.parts} | {c: -1 for c in relation.whole}
        if not relation.whole:
            if -gap >= self.threshold:
                self.sums.append((terms, -gap))
        elif relation.rest == "none":
            if gap == 0:
                self.sums.append((terms, 0))
        elif gap >= 0:
            rest = ("rest", number)
            self.values[rest] = gap
            self.sums.append((terms | {rest: 1}, 0))
            if relation.rest == "guarded":
                self.wholes |= {whole[1] for whole in relation.whole
                                if whole[1] not in {part[1] for part in relation.parts}}
            if relation.rest == "guarded" and 0 < gap < self.threshold:
                self.rests.add(rest)

    def list_sensitive(self):
        """List the cells that must not be known."""
        return sorted(self.small | self.rests, key=str)

    def is_unknown(self, cell, shut):
        """Say whether a cell is not told."""
        return cell in self.small or cell in shut or cell[0] == "rest"

    def reach(self, cell, shut):
        """List the sums that bear on a cell: its own, and on through what is not told."""
        queue, seen, found = [cell], {cell}, {}
        while queue:
            for terms in self.within.get(queue.pop(), []):
                if id(terms) not in found:
                    found[id(terms)] = terms
                    fresh = [c for c in terms if self.is_unknown(c, shut) and c not in seen]
                    seen.update(fresh)
                    queue += fresh
        return list(found.values())

    def list_candidates(self, cell, shut):
        """List the told counts near an exposed cell: nearest, parts before wholes, smallest."""
        near = {c for terms in self.within.get(cell, []) for c in terms}
        far = {c for terms in self.reach(cell, shut) for c in terms}
        open_cells = [c for c in near | far if not self.is_unknown(c, shut)
                      and self.values[c] >= self.threshold and c not in self.told]
        return sorted(open_cells, key=lambda c: (c[1] == "total", c not in near,
                                                 c[1] in self.wholes, self.values[c], str(c)))

    def is_known(self, cell, shut):
        """Say whether only one value of a cell fits all that is told."""
        sums = self.reach(cell, shut)
        unknown = sorted({cell, *(c for terms in sums for c in terms
                                  if self.is_unknown(c, shut))}, key=str)
        return not any(self.fits(cell, unknown, sums, step) for step in (1, -1))

    def fits(self, cell, unknown, sums, step):
        """Say whether a value above (1) or below (-1) the true one fits."""
        low, high = np.array([self.bound(c) for c in unknown], float).T
        at, value = unknown.index(cell), self.values[cell]
        if step > 0:
            low[at] = max(low[at], value + 1)
        else:
            high[at] = min(high[at], value - 1)
        if low[at] > high[at]:
            return False
        place = {c: i for i, c in enumerate(unknown)}
        totals = {id(terms): total for terms, total in self.sums}
        matrix, right = np.zeros((len(sums), len(unknown))), np.zeros(len(sums))
        for row, terms in enumerate(sums):
            right[row] = totals[id(terms)]
            for c, sign in terms.items():
                if c in place:
                    matrix[row, place[c]] = sign
                else:
                    right[row] -= sign * self.values[c]
        if not len(sums):
            return True
        return milp(np.zeros(len(unknown)), integrality=np.ones(len(unknown)),
                    bounds=Bounds(low, high),
                    constraints=LinearConstraint(matrix, right, right)).success

    def bound(self, cell):
        """Return the least and the largest value that is known of an untold cell."""
        if cell in self.small:
            return 1, self.threshold - 1
        return (0 if cell[0] == "rest" else self.threshold), np.inf
