"""Continuous time: shortest paths over keyed times; clocks that ring again and again; a crowd as a list of tolerances.

Instants are uint64 in units of 2^-32 of a unit of time.
"""
