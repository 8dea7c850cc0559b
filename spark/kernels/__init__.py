"""Compiled loops over arrays and numbers; imports nothing of spark, and only backends import it."""
