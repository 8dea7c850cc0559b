"""Work on ranges by a few threads: results do not depend on who does what, Ctrl-C ends within a range."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

SHORTEST_RANGE_SECONDS = 0.1


def default_workers() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Ranges:
    """Hands out 0 <= a < b <= count in order, in ranges that double until one takes about a tenth of a second."""

    def __init__(self, count: int, workers: int, most: int = 1 << 30) -> None:
        self._count, self._workers, self._most = count, workers, most
        self._next, self._size = 0, 1
        self._lock = threading.Lock()
        self.stopped = False

    def take(self) -> tuple[int, int] | None:
        """Return the next range, or None when there is none or the work was stopped."""
        with self._lock:
            if self._next >= self._count or self.stopped:
                return None
            share = max(1, (self._count - self._next) // (2 * self._workers))
            begin, self._next = self._next, min(self._next + min(self._size, share, self._most), self._count)
            return begin, self._next

    def done(self, size: int, seconds: float) -> None:
        """Learn from a finished range how long they should be."""
        with self._lock:
            if seconds < SHORTEST_RANGE_SECONDS / 2 and size >= self._size:
                self._size = min(2 * self._size, self._most)


def work_through(
    count: int, workers: int, work: Callable[[int, int, int], None], finished: Callable[[int], None] | None = None
) -> None:
    """Call ``work(worker, begin, end)`` until 0..count is covered; `finished` is told the sizes, in the caller's thread
    when there is one worker and under a lock otherwise. Errors and Ctrl-C stop all workers and propagate.
    """
    ranges = Ranges(count, workers)
    lock = threading.Lock()

    def loop(worker: int) -> None:
        try:
            while (taken := ranges.take()) is not None:
                started = time.perf_counter()
                work(worker, *taken)
                ranges.done(taken[1] - taken[0], time.perf_counter() - started)
                if finished is not None:
                    with lock:
                        finished(taken[1] - taken[0])
        except BaseException:
            ranges.stopped = True
            raise

    if workers == 1:
        loop(0)
        return
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(loop, worker) for worker in range(workers)]
        try:
            for future in futures:
                future.result()
        except BaseException:
            ranges.stopped = True
            raise
