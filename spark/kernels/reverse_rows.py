"""In-rows as reverse sampling reads them: who can light a person, and with what hazard or share.

Glossary: n people, m ties, o organisations, q partner ties. Hazards and doses are uint64 in units of 2^-56. A tie with
chance T/2^32 has hazard -ln(1 - T/2^32); a tie that is live in every world has none, its row says so.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.draw import exponential_tolerance

u32 = np.uint32
u64 = np.uint64

NO_TIES, EQUAL, ALL_LIVE, UNEQUAL, FIRST_ONLY = 0, 1, 2, 3, 4
ENDLESS = u64((1 << 64) - 1)
LONGEST = u64(1 << 63)
CACHE = 4096


class Rows(NamedTuple):
    """The in-ties of each person, private to one law: ties that are live in no world are left out.

    indptr int64[n+1], sources int32[m]: who can light person v. kind uint8[n]: one of the codes above.
    step uint64[n]: hazard (cascade) or dose (threshold) of each tie of an EQUAL row; the last tie of an EQUAL threshold
    row carries what is left of the total. total uint64[n]: of the row; ENDLESS where some tie is always live.
    tie uint64[m or 0]: hazard of each tie (cascade; ENDLESS: always live) or running total within the row (threshold),
    read in UNEQUAL rows only, and in FIRST_ONLY rows (cascade), of which only the first live tie counts.
    """

    indptr: Any
    sources: Any
    kind: Any
    step: Any
    total: Any
    tie: Any


class Partners(NamedTuple):
    """Partner ties by the organisation that they lead to.

    organisation int32[n]; receptivity uint64[n], units of 2^-24; indptr int64[o+1], sources int32[q]: organisations
    whose members are seen; dose uint64[q]; heat uint64[q]: running total within the organisation once all members of
    the sources have adopted; member_indptr int64[o+1], members int32; brightness uint64: running total of visibility
    within each organisation, units of 2^-24. once uint64[n or 0]: hazard of the whole partner dose of a person of a
    FIRST_ONLY row none of whose ties is live; empty: there are none.
    """

    organisation: Any
    receptivity: Any
    indptr: Any
    sources: Any
    dose: Any
    heat: Any
    member_indptr: Any
    members: Any
    brightness: Any
    once: Any


@kernel
def count_in_ties(targets, never, indptr):
    """Fill `indptr`, int64[n+1], with the row starts; ties with never[e] = 1 are left out unless `never` is empty."""
    indptr[:] = 0
    for e in range(targets.size):
        if never.size == 0 or never[e] == 0:
            indptr[targets[e] + 1] += 1
    for v in range(indptr.size - 1):
        indptr[v + 1] += indptr[v]


@kernel
def fill_in_ties(out_indptr, targets, never, indptr, sources, ties):
    """Fill `sources` and, unless it is empty, `ties` (int64, tie ids) in the order of the tie ids within each row."""
    free = indptr[:-1].copy()
    for u in range(out_indptr.size - 1):
        for e in range(out_indptr[u], out_indptr[u + 1]):
            if never.size == 0 or never[e] == 0:
                v = targets[e]
                place = free[v]
                free[v] = place + 1
                sources[place] = u
                if ties.size:
                    ties[place] = e


@inlined
def hazard(live):
    """-ln(1 - T/2^32) for the threshold live = T - 1 < 2^32 - 1: the logarithm of a uniform draw, at a known draw."""
    return exponential_tolerance(u64(u32(0xFFFFFFFF) - live) << u64(32))


@kernel
def tie_hazards(live, hazards):
    """Fill `hazards`, uint64[m], of ties with thresholds `live`; ENDLESS where a tie is always live."""
    for e in range(live.size):
        hazards[e] = ENDLESS if live[e] == u32(0xFFFFFFFF) else hazard(live[e])


@kernel
def cascade_rows(targets, live, never, kind, step, total, degree):
    """Fill kind, step and total of the rows whose ties have one chance each; returns how many rows are UNEQUAL.

    `degree`, int64[n], is the length of each row. Totals of UNEQUAL rows are filled by `cascade_ties`.
    """
    n = kind.size
    common = np.zeros(n, np.uint32)
    kind[:] = NO_TIES
    for e in range(targets.size):
        if never.size == 0 or never[e] == 0:
            v = targets[e]
            if kind[v] == NO_TIES:
                kind[v] = EQUAL
                common[v] = live[e]
            elif common[v] != live[e]:
                kind[v] = UNEQUAL
    known = np.zeros(CACHE, np.uint32)
    hazards = np.zeros(CACHE, np.uint64)
    unequal = 0
    for v in range(n):
        step[v] = 0
        total[v] = 0
        if kind[v] == UNEQUAL:
            unequal += 1
        elif kind[v] == EQUAL:
            value = common[v]
            if value == u32(0xFFFFFFFF):
                kind[v] = ALL_LIVE
                total[v] = ENDLESS
                continue
            slot = np.int64(u32(value * u32(0x9E3779B1)) >> u32(20))
            if known[slot] != value or hazards[slot] == u64(0):
                known[slot] = value
                hazards[slot] = hazard(value)
            step[v] = hazards[slot]
            longest = LONGEST // step[v]
            total[v] = step[v] * u64(degree[v]) if u64(degree[v]) < longest else LONGEST
    return unequal


@kernel
def cascade_ties(live, ties, indptr, kind, total, tie):
    """Fill the hazards of the ties of UNEQUAL rows, and their totals."""
    known = np.zeros(CACHE, np.uint32)
    hazards = np.zeros(CACHE, np.uint64)
    for v in range(kind.size):
        if kind[v] != UNEQUAL:
            continue
        whole = u64(0)
        for place in range(indptr[v], indptr[v + 1]):
            value = live[ties[place]]
            if value == u32(0xFFFFFFFF):
                tie[place] = ENDLESS
                whole = ENDLESS
                continue
            slot = np.int64(u32(value * u32(0x9E3779B1)) >> u32(20))
            if known[slot] != value or hazards[slot] == u64(0):
                known[slot] = value
                hazards[slot] = hazard(value)
            tie[place] = hazards[slot]
            if whole != ENDLESS:
                whole = min(whole + hazards[slot], LONGEST)
        total[v] = whole


@kernel
def threshold_rows(targets, dose, kind, step, total):
    """Fill kind, step and total; a row whose ties are equal but for the last one is EQUAL. Returns how many are not."""
    n = kind.size
    odd = np.zeros(n, np.uint8)
    kind[:] = NO_TIES
    step[:] = 0
    total[:] = 0
    for e in range(targets.size):
        v = targets[e]
        total[v] += dose[e]
        if kind[v] == NO_TIES:
            kind[v] = EQUAL
            step[v] = dose[e]
        elif odd[v] == 1:
            kind[v] = UNEQUAL
        elif dose[e] != step[v]:
            odd[v] = 1
    unequal = 0
    for v in range(n):
        if kind[v] == EQUAL and step[v] == u64(0):
            kind[v] = UNEQUAL
        if total[v] == u64(0):
            kind[v] = NO_TIES
        if kind[v] == UNEQUAL:
            unequal += 1
    return unequal


@kernel
def threshold_ties(dose, ties, indptr, kind, tie):
    """Fill the running totals of the ties of UNEQUAL rows."""
    for v in range(kind.size):
        if kind[v] == UNEQUAL:
            whole = u64(0)
            for place in range(indptr[v], indptr[v + 1]):
                whole += dose[ties[place]]
                tie[place] = whole
