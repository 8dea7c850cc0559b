"""Networks and results from files, and networks to files."""

from spark.files.read import read_network
from spark.files.saved import read_result
from spark.files.write import write_network

__all__ = ["read_network", "read_result", "write_network"]
