"""What reverse sampling needs of a problem beside its ties: which rule draws sets, partners seen from those whom they
reach, and values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from spark.problem.arrays import CERTAIN, I32, I64, U64, UNIT, Actions, Graph, Law, Problem, Watch

WHOLE = 1 << 62
Rule = Literal["cascade", "threshold", "late", "periods", "paths"]


def reverse_rule(problem: Problem, base: Actions | None, watch: Watch) -> Rule | None:
    """Return how reverse sets are drawn, or None where there are none for what is counted: ``"periods"`` goes back step
    by step where people may give up and be convinced again, ``"paths"`` draws one time for which each person practises,
    ``"late"`` follows ties that take their time up to a deadline.

    Parameters
    ----------
    base : fixed actions, of which the first plan counts, or None.
    """
    law, counted = problem.law, watch.counted
    if law.states is not None or (law.delays.some and not law.live_edge):
        return None
    later = base is not None and bool(base.seed_start[: base.seed_indptr[1]].any())
    if law.live_edge:
        late = watch.horizon >= 0 and (law.delays.some or later)
        return "late" if late else law.family  # type: ignore[return-value]
    if law.family == "paths":
        return "paths" if counted == "ever-adopted" or not law.duration.any() else None
    if law.family != "cascade" or law.examples > 1 or not law.lapse.size:
        return None
    if not law.lapse.any() or bool((law.left == UNIT).all()):
        return "periods"
    # who gave up is convinced once more by a broadcast, or made to practise by us, and where that comes before another
    # example does it is wasted: more seeds can then light fewer
    again = later or (base is not None and bool(base.schedule.size))
    removed = not law.left[1:].any() and not law.has_partners and not again
    return "paths" if removed and counted == "ever-adopted" else None


@dataclass(frozen=True, eq=False)
class HeatByTarget:
    """Partner ties by the organisation that they lead to.

    Attributes
    ----------
    indptr, sources, dose : int64[o+1], int32[q], uint64[q]; the partner ties that reach each organisation.
    heat : uint64[q]; running total, within the organisation, of the heat once all members of the sources have adopted.
    brightness : uint64, one entry for each of `graph.members`: running total of visibility within each organisation.
    """

    indptr: I64
    sources: I32
    dose: U64
    heat: U64
    brightness: U64


def heat_by_target(graph: Graph, law: Law) -> HeatByTarget:
    """Turn the partner ties round."""
    count = graph.organisations
    sources = np.repeat(np.arange(count, dtype=np.int32), np.diff(graph.partner_indptr))
    order = np.argsort(graph.partner_targets, kind="stable")
    indptr = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(graph.partner_targets, minlength=count), out=indptr[1:])
    brightness = np.cumsum(law.visibility[graph.members], dtype=np.uint64)
    before = np.concatenate([np.zeros(1, np.uint64), brightness])[graph.member_indptr[:-1]]
    brightness -= np.repeat(before, np.diff(graph.member_indptr))
    whole = [
        int(brightness[stop - 1]) if stop > start else 0
        for start, stop in zip(graph.member_indptr[:-1].tolist(), graph.member_indptr[1:].tolist(), strict=True)
    ]
    sources, dose = sources[order], law.partner_dose[order]
    heat = np.zeros(order.size, np.uint64)
    for start, stop in zip(indptr[:-1].tolist(), indptr[1:].tolist(), strict=True):
        total = 0
        for place in range(start, stop):
            total = min(total + (int(dose[place]) * whole[sources[place]] >> 24), CERTAIN)
            heat[place] = total
    return HeatByTarget(indptr, np.ascontiguousarray(sources), np.ascontiguousarray(dose), heat, brightness)


@dataclass(frozen=True, eq=False)
class ValueScale:
    """How roots are drawn in proportion to value.

    Attributes
    ----------
    total : of all values, in millionths; a set stands for total / (number of sets).
    upto : uint64[n]; running total, scaled to end near 2^62.
    strata, guide : number of equal parts of the total, and int32[strata], the first person who reaches into each.
    """

    total: int
    upto: U64
    strata: int
    guide: I32


def value_scale(value: I64, people: int, independent: bool) -> ValueScale:
    """Lower values (int64[n], millionths, not all 0) to what draws roots; one stratum where draws are independent."""
    total = int(value.sum(dtype=np.int64))
    factor = np.uint64(max(1, WHOLE // total))
    upto = np.cumsum(value.astype(np.uint64), dtype=np.uint64) * factor
    strata = 1 if independent else people
    width, rest = divmod(int(upto[-1]), strata)
    stratum = np.arange(strata, dtype=np.uint64)
    starts = stratum * np.uint64(width) + np.minimum(stratum, np.uint64(rest))
    return ValueScale(total, upto, strata, np.searchsorted(upto, starts, side="right").astype(np.int32))
