"""People, organisations, staff and partner ties."""

from spark.network.ids import Ids, unknown
from spark.network.network import Group, Influence, Merge, Network, Reading

__all__ = ["Group", "Ids", "Influence", "Merge", "Network", "Reading", "unknown"]
