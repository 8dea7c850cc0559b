"""Made-up networks with known structure: families of graphs, and a health trust.

Every family gives a :class:`spark.Network` whose people are 0, 1, 2, ...; the random ones are the same for the same
`rng` on every machine, because they use nothing but the raw stream of PCG64 and exactly rounded arithmetic.
"""

from spark.generate.families import (
    clique,
    cycle,
    erdos_renyi,
    grid,
    path,
    r_mat,
    ring,
    scale_free,
    small_world,
    star,
    tree,
)
from spark.generate.trust import health_trust

__all__ = [
    "clique",
    "cycle",
    "erdos_renyi",
    "grid",
    "health_trust",
    "path",
    "r_mat",
    "ring",
    "scale_free",
    "small_world",
    "star",
    "tree",
]
