"""People, organisations, staff and partner ties."""

from spark.network.ids import Ids, unknown
from spark.network.network import Group, Network
from spark.network.reading import Influence, Merge, Reading

__all__ = ["Group", "Ids", "Influence", "Merge", "Network", "Reading", "unknown"]
