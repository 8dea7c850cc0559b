"""Who may still be chosen beside those who are: the oracle that every search asks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from spark.optimise.wish import Wish


class Room:
    """What a wish leaves open while people are chosen one by one.

    Who is left out breaks a limit, costs too much, or would take the place or the money that is owed to a group of
    which at least so many must be chosen. With one grouping that has such a minimum, and without people who are kept
    apart, whatever is chosen can be completed; else it may turn out that something stays `owed`.

    Attributes
    ----------
    picks : how many more may be chosen. left : what they may cost.
    owed : int64[rows]; how many of each row of the limits must still be chosen.
    """

    def __init__(self, wish: Wish, chosen: Iterable[int] = ()) -> None:
        self._wish, self._limits = wish, wish.limits
        self._open = wish.allowed != 0
        self.picks = wish.most
        self.left = np.inf if wish.costs is None else float(wish.budget or 0)
        rows = () if self._limits is None else self._limits.rows
        self._room = np.array([row.most for row in rows], np.int64)
        self.owed = np.array([row.least for row in rows], np.int64)
        for at, row in enumerate(rows):
            if row.most == 0:
                self._open[rows[at].people] = False
        for v in chosen:
            self.take(v)

    def fits(self) -> NDArray[np.bool_]:
        """Who may be chosen next, bool[n]."""
        if self.picks <= 0:
            return np.zeros(self._open.size, bool)
        fits: NDArray[np.bool_] = self._open.copy()
        costs = self._wish.costs
        if costs is not None:
            fits &= costs <= self.left
        if self.owed.any() and self._limits is not None:
            for family in self._limits.families.values():
                owed = [at for at in family if self.owed[at]]
                if owed:
                    self._keep(fits, owed)
        return fits

    def take(self, v: int) -> None:
        """Choose somebody."""
        self._open[v] = False
        self.picks -= int(self._wish.allowed[v])  # who costs nothing and is chosen in any case takes no place
        if self._wish.costs is not None:
            self.left -= float(self._wish.costs[v])
        if self._limits is not None:
            of = self._limits.of_person
            for at in of.indices[of.indptr[v] : of.indptr[v + 1]].tolist():
                self._room[at] -= 1
                self.owed[at] = max(0, self.owed[at] - 1)
                if self._room[at] == 0:
                    self._open[self._limits.rows[at].people] = False

    def _keep(self, fits: NDArray[np.bool_], owed: list[int]) -> None:
        """Keep place and money for the rows of one grouping to which people are owed."""
        assert self._limits is not None
        rows = self._limits.rows
        if int(self.owed[owed].sum()) >= self.picks:
            inside = np.zeros(fits.size, bool)
            for at in owed:
                inside[rows[at].people] = True
            fits &= inside
        costs = self._wish.costs
        if costs is None:
            return
        last, reserve = {}, 0.0
        for at in owed:
            people = rows[at].people[self._open[rows[at].people]]
            prices = np.sort(costs[people])[: self.owed[at]]
            reserve += float(prices.sum())
            last[at] = float(prices[-1]) if prices.size else 0.0
        most = np.full(fits.size, self.left - reserve)
        for at in owed:
            most[rows[at].people] += last[at]
        fits &= costs <= most
