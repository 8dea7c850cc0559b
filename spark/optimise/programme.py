"""Linear programmes over who is chosen: the most that any choice can be worth, and one that meets every limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from spark.optimise.wish import Wish

MOST_NODES = 10_000
"""Of a search for whole people: not a time, so that the answer is the same on every machine."""


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """``matrix @ x <= bound`` for the people `who` (int32) who may be chosen, 0 <= x <= 1."""

    who: NDArray[np.int32]
    matrix: sparse.csr_array
    bound: NDArray[np.float64]
    people: int

    def most(self, worth: NDArray[np.float64], share: NDArray[np.float64]) -> float:
        """Bound from above what any choice is worth: the sum of worth float64[n], at least 0, of who is chosen.

        Fills `share`, float64[n], with how much of each person the best fractional choice takes. The bound is that of
        the dual solution (weak duality), so that it holds whatever the accuracy of the solver.
        """
        value = worth[self.who]
        matrix: Any = self.matrix
        found: Any = linprog(-value, A_ub=matrix, b_ub=self.bound, bounds=(0, 1), method="highs")
        share[:] = 0.0
        price = np.zeros(self.bound.size)
        if found.status == 0:
            share[self.who] = np.clip(found.x, 0.0, 1.0)
            price = np.maximum(0.0, -found.ineqlin.marginals)
        rest = np.maximum(0.0, value - self.matrix.T @ price)
        return float(price @ self.bound + rest.sum())

    def best(self, worth: NDArray[np.float64]) -> NDArray[np.int32] | None:
        """Who is chosen where nobody's worth (float64[n]) depends on the others; None where nobody can be.

        Of equally good choices any one.
        """
        if not self.who.size:
            return np.empty(0, np.int32) if (self.bound >= 0).all() else None
        found = milp(
            -worth[self.who],
            constraints=LinearConstraint(self.matrix, ub=self.bound),
            integrality=np.ones(self.who.size, np.int64),
            bounds=Bounds(0, 1),
            options={"node_limit": MOST_NODES},
        )
        return None if found.x is None else self.who[found.x > 0.5]


def programme_of(wish: Wish, *, limits: bool = True, size: bool = True) -> Programme:
    """Return the programme of a wish; without `limits` or `size` (budget and count) these are left out."""
    who = np.flatnonzero(wish.allowed).astype(np.int32)
    rows, bound = [], []
    if limits and wish.limits is not None:
        members = wish.limits.members[:, who]
        most, least = wish.limits.most.astype(np.float64), wish.limits.least.astype(np.float64)
        rows += [members, -members[least > 0]]
        bound += [most, -least[least > 0]]
    if size:
        rows.append(sparse.csr_array(np.ones((1, who.size))))
        bound.append(np.array([float(wish.most)]))
        if wish.costs is not None:
            rows.append(sparse.csr_array(wish.costs[who][None, :]))
            bound.append(np.array([float(wish.budget or 0)]))
    if not rows:
        rows, bound = [sparse.csr_array((0, who.size))], [np.empty(0)]
    matrix = sparse.vstack(rows, format="csr")
    return Programme(who, matrix, np.concatenate(bound), wish.allowed.size)
