"""Timings of spark beside cynetdiff, its memory, and how its time grows: ``python -m benchmarks``.

No time is asserted anywhere; what is asserted is that both give the same expected spread.
"""
