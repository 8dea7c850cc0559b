"""Undirected worlds with one chance for all ties: in each, a seed lights her connected component.

One coin for both directions of a tie leaves the law of who is lit from any one set of seeds as it is (not jointly for
several sets). Union-find yields all components of a world, that is, the reverse sets of all roots, at once.
"""

from __future__ import annotations

import numpy as np

from spark.kernels.accelerate import inlined, kernel
from spark.kernels.cover import sift_down
from spark.kernels.draw import mix
from spark.kernels.reverse_stream import GOLDEN, chunk_stream, waiting

u64 = np.uint64
i64 = np.int64


@inlined
def root_of(parent, v):
    """The representative of v's component; halves the path on the way."""
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = i64(parent[v])
    return v


@kernel
def component_worlds(left, right, step, key, first, labels, sizes):
    """Fill the components of the worlds first, first + 1, ...

    left, right int32[m/2]: the ends of each undirected tie; step: hazard of every tie, uint64, 0 for ties that are
    always live. labels int32[W, n]: the representative of each person's component; sizes int32[W, n]: of the component
    that she represents, 0 if none.
    """
    n = labels.shape[1]
    for w in range(labels.shape[0]):
        stream = chunk_stream(key, first + w)
        parent = labels[w]
        size = sizes[w]
        for v in range(n):
            parent[v] = v
            size[v] = 1
        e = i64(-1)
        while True:
            e += 1
            if step != u64(0):
                stream += GOLDEN
                e += i64(min(waiting(mix(stream)) // step, u64(left.size)))
            if e >= left.size:
                break
            a = root_of(parent, i64(left[e]))
            b = root_of(parent, i64(right[e]))
            if a != b:
                if size[a] < size[b]:
                    a, b = b, a
                parent[b] = a
                size[a] += size[b]
        for v in range(n):
            a = root_of(parent, i64(v))
            parent[v] = a
        for v in range(n):
            if parent[v] != v:
                size[v] = 0


@kernel
def component_sums(labels, sizes, sums):
    """Fill sums int64[n]: people whom each person lights, over all worlds."""
    sums[:] = 0
    for w in range(labels.shape[0]):
        for v in range(sums.size):
            sums[v] += sizes[w, labels[w, v]]


@kernel
def greedy_components(labels, sizes, sums, allowed, seeds, gains):
    """Lazy greedy on components: each choice takes the person who lights most that are not lit yet, ties to the first.

    sums int64[n]: what each person lights alone. Components that are lit get size 0 in `sizes`. Returns how many were
    chosen.
    """
    size = i64(0)
    who = np.empty(sums.size, np.int32)
    key = np.empty(sums.size, np.float64)
    for v in range(sums.size):
        if allowed[v]:
            who[size] = v
            key[size] = sums[v]
            size += 1
    for at in range(size // 2 - 1, -1, -1):
        sift_down(key, who, at, size)
    picked = i64(0)
    while picked < seeds.size and size > 0:
        v = i64(who[0])
        gain = i64(0)
        for w in range(labels.shape[0]):
            gain += sizes[w, labels[w, v]]
        if gain < key[0]:
            key[0] = gain
            sift_down(key, who, 0, size)
            continue
        if gain == 0:
            break
        seeds[picked] = v
        gains[picked] = gain
        picked += 1
        for w in range(labels.shape[0]):
            sizes[w, labels[w, v]] = 0
        size -= 1
        key[0] = key[size]
        who[0] = who[size]
        sift_down(key, who, 0, size)
    return picked


@kernel
def first_components(labels, sizes, order, covers):
    """Add to covers[i] (int64) the people, over all worlds, whom the i-th of `order` lights and nobody before her."""
    mark = np.zeros(labels.shape[1], np.uint8)
    for w in range(labels.shape[0]):
        for i in range(order.size):
            c = labels[w, order[i]]
            if mark[c] == 0:
                mark[c] = 1
                covers[i] += sizes[w, c]
        for v in order:
            mark[labels[w, v]] = 0


@kernel
def compare_components(labels, sizes, a, b):
    """People lit by two choices (int32 each) over all worlds, and the sum over worlds of their squared difference."""
    first = i64(0)
    second = i64(0)
    squares = i64(0)
    mark = np.zeros(labels.shape[1], np.uint8)
    for w in range(labels.shape[0]):
        here = i64(0)
        there = i64(0)
        for v in a:
            c = labels[w, v]
            if mark[c] == 0:
                mark[c] = 1
                here += sizes[w, c]
        for v in b:
            c = labels[w, v]
            if mark[c] < 2:
                mark[c] += 2
                there += sizes[w, c]
        for v in a:
            mark[labels[w, v]] = 0
        for v in b:
            mark[labels[w, v]] = 0
        first += here
        second += there
        squares += (here - there) ** 2
    return first, second, squares
