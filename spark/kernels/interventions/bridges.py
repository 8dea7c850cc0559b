"""Ties that a plan adds: an overlay beside the network's own, sorted by source."""

from __future__ import annotations

from spark.kernels.accelerate import lean
from spark.kernels.draw import BLOCK_BITS, halves, tie_draw, u32, u64, world_key


@lean
def bridge_draw(key, world, tie):
    """The draw of an added tie."""
    k0, k1 = halves(world_key(key, world, tie >> u64(BLOCK_BITS)))
    return u64(tie_draw(u32(tie & u64(0xFFFFFFFF)), k0, k1))


@lean
def enter_bridges(source, head, on):
    """Say where the bridges of each source begin, or take that back; `source` int32[b], sorted."""
    for b in range(source.size - 1, -1, -1):
        head[source[b]] = b + 1 if on else 0
