"""Who goes along: one coin a world, person and kind of intervention, the same in every plan and step."""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import lean
from spark.kernels.draw import person_draw, u64
from spark.kernels.world import SEED, kind_key

COIN = u64(0x636F696E00000000)
SEEDS_COIN, MANDATE_COIN, BRIDGE_COIN = 0, 2, 5
ALWAYS = u64(1 << 32)


@lean
def coin(key, kind, world, who):
    """32 bits: the coin of a kind of intervention (its place in `UPTAKE_KINDS`), the same in every plan and step."""
    return person_draw(kind_key(key, COIN + u64(kind), world), who) >> u64(32)


@lean
def follow(rows, questions, organisation, key, world, out):
    """Fill `out` int32[n] with the row that each person follows in a world; she starts at `rows`, int32[n] or [0]."""
    if rows.size == 0:
        out[:] = -1
        return
    for v in range(rows.size):
        row = rows[v]
        if questions.kind.size > 0:
            while row >= 0 and questions.accept[row] < ALWAYS:
                kind = np.int64(questions.kind[row])
                who = organisation[v] if kind == MANDATE_COIN else v
                accepts = coin(key, kind, world, who) < questions.accept[row]
                row = questions.yes[row] if accepts else questions.no[row]
        out[v] = row


@lean
def settle(key, world, organisation, start, heard, boost, sustain, first_world):
    """Let the coins of a world fall: fill which row each person follows, int32[n] each, -1 for none. Without coins only
    the first world of a call has anything to do.
    """
    changes = start.changes
    if first_world or changes.heard.kind.size > 0:
        follow(start.schedule, changes.heard, organisation, key, world, heard)
    if first_world or changes.boosts.kind.size > 0:
        follow(changes.boost, changes.boosts, organisation, key, world, boost)
    if first_world or changes.sustains.kind.size > 0:
        follow(changes.sustain, changes.sustains, organisation, key, world, sustain)


@lean
def accepted(key, world, source, target, accept, b):
    """Whether both ends of bridge b go along; `accept` uint64[b], T of 2^32, or [0]: everybody does."""
    if accept.size == 0 or accept[b] >= ALWAYS:
        return True
    return coin(key, BRIDGE_COIN, world, source) < accept[b] and coin(key, BRIDGE_COIN, world, target) < accept[b]


@lean
def light_willing_seeds(key, world, seeds, steps, accept, seen, queue, t, total, seed):
    """Light the seeds that are due at the end of step t and whose coins allow it."""
    while seed < seeds.size and steps[seed] == t:
        v = seeds[seed]
        if seen[v] == 0 and (accept.size == 0 or coin(key, SEEDS_COIN, world, v) < accept[seed]):
            seen[v] = SEED
            queue[total] = v
            total += 1
        seed += 1
    return total, seed
