"""Who can influence whom."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from spark.problem.arrays.units import I32, I64, digest, freeze


@dataclass(frozen=True, eq=False)
class Graph:
    """Who can influence whom; n people, m ties, o organisations, q partner ties.

    Attributes
    ----------
    indptr : int64[n+1]; out-ties of person u are the tie ids indptr[u] <= e < indptr[u+1].
    targets : int32[m]; the tie e leads to person targets[e]. Ties are sorted by (source, target, layer).
    organisation : int32[n]; -1 where a person has none.
    member_indptr, members : int64[o+1], int32; the people of each organisation, in order.
    partner_indptr, partner_targets : int64[o+1], int32[q]; partner ties by source organisation, sorted by target.
    """

    indptr: I64
    targets: I32
    organisation: I32
    member_indptr: I64
    members: I32
    partner_indptr: I64
    partner_targets: I32

    @property
    def people(self) -> int:
        return self.indptr.size - 1

    @property
    def ties(self) -> int:
        return self.targets.size

    @property
    def organisations(self) -> int:
        return self.member_indptr.size - 1

    @cached_property
    def incoming(self) -> tuple[I64, I32, I64]:
        """In-ties of each person v in order of their ids: int64[n+1] row starts, int32[m] who, int64[m] tie ids."""
        from scipy.sparse import csr_array

        ties = csr_array((np.arange(self.ties), self.targets, self.indptr), shape=(self.people, self.people)).tocsc()
        return freeze(ties.indptr.astype(np.int64)), freeze(ties.indices.astype(np.int32)), freeze(ties.data)

    @cached_property
    def digest(self) -> str:
        """What identifies the graph; it does not depend on the law."""
        return digest(*(getattr(self, item.name) for item in fields(self)))
