"""The version of spark, read by the build."""

__version__ = "0.1.0"
