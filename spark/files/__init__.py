"""Networks from files and to files."""

from spark.files.read import read_network
from spark.files.write import write_network

__all__ = ["read_network", "write_network"]
