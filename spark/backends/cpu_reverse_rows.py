"""The rows that reverse sets of the compiled backend are drawn along, prepared once per problem."""

from __future__ import annotations

import weakref

import numpy as np
from numpy.typing import NDArray

from spark.kernels.reverse_rows import (
    FIRST_ONLY,
    UNEQUAL,
    Partners,
    Rows,
    cascade_rows,
    cascade_ties,
    count_in_ties,
    fill_in_ties,
    threshold_rows,
    threshold_ties,
)
from spark.problem.arrays import Graph, Problem, freeze
from spark.problem.reverse import heat_by_target

_IN_TIES: weakref.WeakKeyDictionary[Graph, tuple[NDArray[np.int64], NDArray[np.int32]]] = weakref.WeakKeyDictionary()
_ROWS: weakref.WeakKeyDictionary[Problem, tuple[Rows, Partners]] = weakref.WeakKeyDictionary()
_HEADS: weakref.WeakKeyDictionary[Problem, NDArray[np.uint64]] = weakref.WeakKeyDictionary()


def prepared(problem: Problem) -> tuple[Rows, Partners]:
    """In-rows and partner rows of a problem, made once."""
    found = _ROWS.get(problem)
    if found is None:
        found = _ROWS[problem] = _in_rows(problem), partner_rows(problem)
    return found


def heads(problem: Problem) -> NDArray[np.uint64]:
    """Total, step, start and end of each person's row side by side, made once."""
    found = _HEADS.get(problem)
    if found is None:
        rows, _ = prepared(problem)
        found = _HEADS[problem] = np.empty((rows.total.size, 4), np.uint64)
        for place, part in enumerate((rows.total, rows.step, rows.indptr[:-1], rows.indptr[1:])):
            found[:, place] = part
    return found


def _in_rows(problem: Problem) -> Rows:
    graph, law = problem.graph, problem.law
    n = graph.people
    cascade = law.family == "cascade"
    never = law.never if law.never.any() else law.never[:0]
    indptr, sources = _in_ties(graph, never)
    kind, step, total = np.zeros(n, np.uint8), np.zeros(n, np.uint64), np.zeros(n, np.uint64)
    if cascade:
        unequal = cascade_rows(graph.targets, law.live, never, kind, step, total, np.diff(indptr))
        if law.picks.one.size:
            kind[law.picks.one != 0], step[law.picks.one != 0] = UNEQUAL, 0
            unequal += 1
    else:
        unequal = threshold_rows(graph.targets, law.dose, kind, step, total)
    tie = np.zeros(sources.size if unequal else 0, np.uint64)
    if unequal:
        ties = np.empty(sources.size, np.int64)
        fill_in_ties(graph.indptr, graph.targets, never, indptr, np.empty(sources.size, np.int32), ties)
        if cascade:
            cascade_ties(law.live, ties, indptr, kind, total, tie)
        else:
            threshold_ties(law.dose, ties, indptr, kind, tie)
    if law.picks.one.size:
        kind[law.picks.one != 0] = FIRST_ONLY
    return Rows(indptr, sources, kind, step, total, tie)


def _in_ties(graph: Graph, never: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Who can influence each person; kept with the graph unless ties that are live in no world are left out."""
    found = None if never.size else _IN_TIES.get(graph)
    if found is None:
        indptr = np.zeros(graph.people + 1, np.int64)
        count_in_ties(graph.targets, never, indptr)
        sources = np.empty(int(indptr[-1]), np.int32)
        fill_in_ties(graph.indptr, graph.targets, never, indptr, sources, np.empty(0, np.int64))
        found = indptr, sources
        if not never.size:
            _IN_TIES[graph] = found
    return found


def partner_rows(problem: Problem) -> Partners:
    """Partner organisations by those whom they reach."""
    graph, law = problem.graph, problem.law
    if not law.has_partners:
        nothing, none = np.empty(0, np.int64), np.empty(0, np.uint64)
        people = np.empty(0, np.int32)
        fixed = freeze(nothing), freeze(people)
        return Partners(freeze(people), freeze(none), nothing, people, none, none, *fixed, none, freeze(none))
    rows = heat_by_target(graph, law)
    return Partners(
        graph.organisation,
        law.receptivity,
        rows.indptr,
        rows.sources,
        rows.dose,
        rows.heat,
        graph.member_indptr,
        graph.members,
        rows.brightness,
        law.picks.partners,
    )
