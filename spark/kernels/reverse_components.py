"""Undirected worlds with one chance for all ties: in each, a seed lights her connected component.

One coin for both directions of a tie leaves the law of who is lit from any one set of seeds as it is (not jointly for
several sets). Union-find yields all components of a world, that is, the reverse sets of all roots, at once.

Worlds come in blocks of BLOCK. labels int32[B, n, BLOCK]: the component of each person in each world of each block, as
a place in `sizes` from starts[block] (int64) on; sizes int32: people of each component. The first place of a block, of
size 1, stands for everybody who is alone.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.cover import sift_down
from spark.kernels.draw import mix
from spark.kernels.reverse_stream import GOLDEN, chunk_stream, waiting

u64 = np.uint64
i64 = np.int64

BLOCK = 16


@inlined
def root_of(parent, v):
    """The representative of v's component; halves the path on the way."""
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = i64(parent[v])
    return v


@kernel
def component_block(left, right, step, key, block, labels, sizes, sums):
    """Fill the labels of one block, int32[n, BLOCK], and sizes, int32[BLOCK * n / 2 + 1]; returns how many there are.

    left, right int32[m/2]: the ends of each undirected tie; step: hazard of every tie, uint64, 0 for ties that are
    always live. sums int64[n]: grows by how many each person lights in each world.
    """
    n = labels.shape[0]
    parent = np.arange(n).astype(np.int32)
    size = np.ones(n, np.int32)
    place = np.full(n, -1, np.int32)
    tied = np.empty(n, np.int32)  # whoever has a live tie
    used = i64(1)
    sizes[0] = 1
    labels[:] = 0
    for w in range(BLOCK):
        stream = chunk_stream(key, block * BLOCK + w)
        ties = i64(0)
        e = i64(-1)
        while True:
            e += 1
            if step != u64(0):
                stream += GOLDEN
                e += i64(min(waiting(mix(stream)) // step, u64(left.size)))
            if e >= left.size:
                break
            a = i64(left[e])
            b = i64(right[e])
            if size[a] == 1 and parent[a] == a:
                tied[ties] = a
                ties += 1
            if size[b] == 1 and parent[b] == b:
                tied[ties] = b
                ties += 1
            a = root_of(parent, a)
            b = root_of(parent, b)
            if a != b:
                if size[a] < size[b]:
                    a, b = b, a
                parent[b] = a
                size[a] += size[b]
        for x in range(ties):
            v = tied[x]
            a = root_of(parent, i64(v))
            if place[a] < 0:
                place[a] = used
                sizes[used] = size[a]
                used += 1
            labels[v, w] = place[a]
            sums[v] += size[a] - 1
        for x in range(ties):
            v = tied[x]
            parent[v] = v
            size[v] = 1
            place[v] = -1
    for v in range(n):
        sums[v] += BLOCK
    return used


@inlined
def lights(row, sizes, start):
    """How many a person lights in the worlds of a block that starts at `start`, given the labels of her row."""
    total = i64(0)
    for w in range(BLOCK):
        total += i64(sizes[start + row[w]])
    return total


@kernel
def greedy_components(labels, starts, sizes, sums, given, allowed, seeds, gains):
    """Lazy greedy on components: each choice takes the person who lights most that are not lit yet, ties to the first.

    sums int64[n]: what each person lights, read where nobody is `given`. Components that are lit get size 0 in `sizes`.
    Returns how many were chosen.
    """
    size = i64(0)
    who = np.empty(sums.size, np.int32)
    key = np.empty(sums.size, np.float64)
    first = i64(-1)
    for v in range(sums.size):
        if allowed[v]:
            who[size] = v
            size += 1
            if first < 0 or sums[v] > sums[first]:
                first = i64(v)
    if given == 0 and first >= 0:  # the first one often lights so much that everybody has to be looked at again
        seeds[0] = first
        gains[0] = sums[first]
        put_out(labels, starts, sizes, first)
    picked = i64(0) if given else min(i64(1), size)
    for at in range(size):
        key[at] = 0.0
    for block in range(labels.shape[0]):
        for at in range(size):
            key[at] += lights(labels[block, who[at]], sizes, starts[block])
    for at in range(size):
        if picked and who[at] == first:
            key[at] = -1.0
    for at in range(size // 2 - 1, -1, -1):
        sift_down(key, who, at, size)
    while picked < seeds.size and size > 0 and key[0] > 0.0:
        v = i64(who[0])
        gain = i64(0)
        for block in range(labels.shape[0]):
            gain += lights(labels[block, v], sizes, starts[block])
        if gain < key[0]:
            key[0] = gain
            sift_down(key, who, 0, size)
            continue
        seeds[picked] = v
        gains[picked] = gain
        picked += 1
        put_out(labels, starts, sizes, v)
        size -= 1
        key[0] = key[size]
        who[0] = who[size]
        sift_down(key, who, 0, size)
    return picked


@kernel
def put_out(labels, starts, sizes, v):
    """Set the sizes of all components of a person to 0."""
    for block in range(labels.shape[0]):
        for w in range(BLOCK):
            if labels[block, v, w] > 0:
                sizes[starts[block] + labels[block, v, w]] = 0


@kernel
def first_components(labels, starts, sizes, order, covers):
    """Fill covers[i] (int64) with the people whom the i-th of `order` lights and nobody before her; empties `sizes`."""
    for i in range(order.size):
        covers[i] = 0
        for block in range(labels.shape[0]):
            covers[i] += lights(labels[block, order[i]], sizes, starts[block])
        put_out(labels, starts, sizes, order[i])


@kernel
def compare_components(labels, starts, sizes, a, b):
    """People lit by two choices (int32 each) over all worlds, and the sum over worlds of their squared difference."""
    first = i64(0)
    second = i64(0)
    squares = i64(0)
    mark = np.zeros(sizes.size, np.uint8)
    for block in range(labels.shape[0]):
        for w in range(BLOCK):
            here = i64(0)
            there = i64(0)
            for v in a:
                c = starts[block] + labels[block, v, w]
                if labels[block, v, w] == 0:
                    here += 1
                elif mark[c] == 0:
                    mark[c] = 1
                    here += sizes[c]
            for v in b:
                c = starts[block] + labels[block, v, w]
                if labels[block, v, w] == 0:
                    there += 1
                elif mark[c] < 2:
                    mark[c] += 2
                    there += sizes[c]
            first += here
            second += there
            squares += (here - there) ** 2
    return first, second, squares
