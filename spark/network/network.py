"""The network: people, organisations, staff and partner ties, as frozen compressed rows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError
from spark.network.ids import Ids, freeze, unknown
from spark.network.reading import Influence, Merge, Reading
from spark.network.summary import summarise

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U16 = NDArray[np.uint16]
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A categorical column of people: ``codes`` int32[n], -1 for none, are positions in ``names``."""

    codes: I32
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False, repr=False)
class Network:
    """People (n), organisations (o), teams, staff ties (m) and partner ties (q) between organisations.

    Made by `from_edges`, `from_networkx`, `from_scipy`, `from_pandas`, or `spark.read_network`. A tie u -> v says
    "u can influence v". Ties are sorted by (source, target, layer) and the position of a tie is its id.

    Attributes
    ----------
    people, organisations, teams : the user's ids, in order.
    organisation, team : int32[n]; positions, -1 for none.
    label : a text beside each id, or None.
    readiness, visibility, outlook, cost, value : float64[n], at least 0; 1 where not given.
    take_up : float64[n]; chance that a person agrees when asked to start; used where a question says so.
    adopted, eligible : bool[n]; who practises already, who may be chosen.
    answered : bool[n]; who answered the survey that the ties come from, True where not given. Whom the others name is
        not known: without ties they are no isolates.
    given : names of the person columns that the data held.
    groups : the other categorical columns of people.
    numbers : their numeric columns without a role, float64[n], NaN where empty; a model may name one.
    layers : names of the layers, sorted by UTF-8 bytes; at least one.
    indptr : int64[n+1]; the ties from person u have the ids indptr[u] <= e < indptr[u+1].
    targets, layer : int32[m], uint16[m]; whom a tie leads to, and the position of its layer.
    columns : named numeric columns of the ties, float64[m].
    partner_source, partner_target, partner_weight : int32[q], int32[q], float64[q]; sorted by (source, target).
    reading : what was taken for what.

    Examples
    --------
    >>> network = Network.from_edges(["amina", "bo"], ["bo", "cy"])
    >>> network
    <Network: 3 people, 2 ties>
    >>> list(network.people)
    ['amina', 'bo', 'cy']
    """

    people: Ids
    organisations: Ids
    organisation: I32
    teams: Ids
    team: I32
    label: tuple[str, ...] | None
    readiness: F64
    visibility: F64
    outlook: F64
    cost: F64
    value: F64
    take_up: F64
    adopted: NDArray[np.bool_]
    eligible: NDArray[np.bool_]
    answered: NDArray[np.bool_]
    given: frozenset[str]
    groups: Mapping[str, Group]
    layers: tuple[str, ...]
    indptr: I64
    targets: I32
    layer: U16
    columns: Mapping[str, F64]
    partner_source: I32
    partner_target: I32
    partner_weight: F64
    reading: Reading
    numbers: Mapping[str, F64] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (item.name for item in fields(self)):
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                object.__setattr__(self, name, freeze(value))
        columns = {name: freeze(column) for name, column in self.columns.items()}
        object.__setattr__(self, "columns", MappingProxyType(columns))
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))
        numbers = {name: freeze(column) for name, column in self.numbers.items()}
        object.__setattr__(self, "numbers", MappingProxyType(numbers))

    @property
    def size(self) -> int:
        """How many people."""
        return len(self.people)

    @property
    def tie_count(self) -> int:
        """How many staff ties, each direction and each layer counted."""
        return self.targets.size

    def sources(self) -> I32:
        """Return who each tie comes from, int32[m]."""
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.indptr))

    def in_degree(self) -> I64:
        """Return by how many distinct people each person can be influenced, on any layer, int64[n]."""
        targets, degree = self.targets, np.zeros(self.size, np.int64)
        if len(self.layers) > 1:
            sources = self.sources()
            first = np.ones(self.tie_count, dtype=bool)
            first[1:] = (sources[1:] != sources[:-1]) | (targets[1:] != targets[:-1])
            targets = targets[first]
        some = max(1 << 18, self.size)
        for start in range(0, targets.size, some):  # numpy counts 64-bit copies
            degree += np.bincount(targets[start : start + some], minlength=self.size)
        return degree

    def out_degree(self) -> I64:
        """Return how many distinct people each person can influence, on any layer, int64[n]."""
        if len(self.layers) == 1:
            return np.diff(self.indptr)
        sources = self.sources()
        first = np.ones(self.tie_count, dtype=bool)
        first[1:] = (sources[1:] != sources[:-1]) | (self.targets[1:] != self.targets[:-1])
        return np.bincount(sources[first], minlength=self.size).astype(np.int64)

    def index(self, ids: Iterable[Hashable]) -> I64:
        """Return the positions of people, int64[k].

        Raises
        ------
        UsageError
            That lists every id that is not in the network, with the nearest that is.
        """
        wanted = ids if isinstance(ids, np.ndarray) else list(ids)
        found = self.people.find(wanted)
        missing = dict.fromkeys(wanted[i] for i in np.flatnonzero(found < 0))
        if missing:
            raise UsageError(*(unknown(value, self.people) for value in missing))
        return found

    def with_adopted(self, ids: Iterable[Hashable], *, spent: Iterable[Hashable] = ()) -> Network:
        """Return the network with these people, and no others, practising already: the state from which to plan again.

        Parameters
        ----------
        ids : who practises now.
        spent : those among them who have had their say: whom they have not convinced by now, they will not (their
            visibility becomes 0). Under independent, weighted and trivalency cascade, where every tie has one chance,
            these are all who began before the last step; the future then has its law given what was observed. Models
            in which people give up, and rate models, try again in every step and need none.

        Raises
        ------
        UsageError
            That lists ids that are not in the network, and `spent` people who do not practise.

        Examples
        --------
        >>> network = Network.from_edges(["amina", "bo"], ["bo", "cy"])
        >>> network.with_adopted(["bo"]).adopted.tolist()
        [False, True, False]
        """
        now, said = self.index(ids), list(spent)
        adopted = np.zeros(self.size, bool)
        adopted[now] = True
        had = self.index(said)
        wrong = [person for person, place in zip(said, had.tolist(), strict=True) if not adopted[place]]
        if wrong:
            raise UsageError(*(f"{person!r} is spent, but not among those who practise" for person in wrong))
        visibility, given = self.visibility, self.given | {"adopted"}
        if said:
            visibility = visibility.copy()
            visibility[had] = 0.0
            given |= {"visibility"}
        return replace(self, adopted=adopted, visibility=visibility, given=given)

    def summary(self) -> dict[str, Any]:
        """Return, ready for JSON, counts, degrees, what was taken for what, and what was left out."""
        return summarise(self)

    def __repr__(self) -> str:
        parts = [f"{self.size:,} people", f"{self.tie_count:,} ties"]
        if len(self.layers) > 1:
            parts.append(f"{len(self.layers):,} layers")
        if len(self.organisations):
            parts.append(f"{len(self.organisations):,} organisations")
        if self.partner_source.size:
            parts.append(f"{self.partner_source.size:,} partner ties")
        return f"<Network: {', '.join(parts)}>"

    @classmethod
    def from_edges(
        cls,
        source: Any,
        target: Any,
        *,
        layer: Any = None,
        influence: Influence = "source-to-target",
        columns: Mapping[str, Any] | None = None,
        people: Mapping[str, Any] | None = None,
        partners: Mapping[str, Any] | None = None,
        merge: Merge = "refuse",
    ) -> Network:
        """Make a network of two columns of ids, one row a tie.

        Parameters
        ----------
        source, target : ids, one a row; int64 arrays are fastest.
        layer : name of the layer of each row, or one name for all; None means the single layer ``"ties"``.
        influence : which way influence runs; ``"both"`` makes two ties of each row.
        columns : numeric columns of the ties by name, finite and at least 0. Rows whose ``weight`` or ``strength`` is
            0 are no ties.
        people : columns by name: ``id`` and any of ``organisation``, ``team``, ``label``, ``readiness``,
            ``visibility``, ``outlook``, ``cost``, ``value``, ``take_up``, ``adopted``, ``eligible``, ``answered``;
            others become
            groups. Without it the people are the ids of the ties in order of first appearance, row by row, source
            before target.
        partners : ``source``, ``target`` and, if wanted, ``weight`` of ties between organisations; influence runs from
            source to target.
        merge : rows for the same tie that disagree in a column are refused, or their columns are added (``"sum"``).

        Raises
        ------
        DataError
            That lists all that is wrong in the data.
        UsageError
            If an option has no such value.

        Examples
        --------
        >>> Network.from_edges([1, 2], [2, 3], influence="both").tie_count
        4
        """
        from spark.network.build import network_from_edges  # it makes Networks, so it stands above this module

        return network_from_edges(
            source,
            target,
            layer=layer,
            influence=influence,
            columns=columns or {},
            people=people,
            partners=partners,
            merge=merge,
        )

    @classmethod
    def from_networkx(
        cls,
        graph: Any,
        *,
        influence: Influence | None = None,
        partners: Mapping[str, Any] | None = None,
        merge: Merge = "refuse",
    ) -> Network:
        """Make a network of a networkx graph.

        Parameters
        ----------
        graph : any networkx graph. Node attributes are columns of people (``organisation``, ``readiness``, ... as in
            `from_edges`), the edge attribute ``layer`` is the layer, numeric edge attributes are columns of ties. In
            a multigraph without such an attribute, keys that are texts are the layers.
        influence : None means both ways in an undirected graph, along the edges in a directed one.
        partners, merge : as in `from_edges`.

        Raises
        ------
        DataError, UsageError
            As `from_edges`.
        """
        from spark.network.convert import network_from_networkx  # it makes Networks, so it stands above this module

        return network_from_networkx(graph, influence=influence, partners=partners, merge=merge)

    @classmethod
    def from_graph(
        cls,
        graph: Any,
        *,
        influence: Influence | None = None,
        partners: Mapping[str, Any] | None = None,
        merge: Merge = "refuse",
    ) -> Network:
        """Make a network of a graph of networkx, igraph or graph-tool, or of a scipy sparse matrix.

        Parameters
        ----------
        graph : known by what it can do; the library is not imported. Attributes of vertices and edges are taken as
            `from_networkx` does. The ids of igraph and graph-tool are the attribute ``name`` where it tells all
            vertices apart, else their positions.
        influence : None means both ways in an undirected graph, along the edges in a directed one.
        partners, merge : as in `from_edges`.

        Raises
        ------
        DataError, UsageError
            As `from_edges`; also if it is no graph of these.
        """
        from spark.network.graphs import network_from_graph  # it makes Networks, so it stands above this module

        return network_from_graph(graph, influence=influence, partners=partners, merge=merge)

    @classmethod
    def from_scipy(
        cls,
        matrix: Any,
        *,
        influence: Influence = "source-to-target",
        people: Mapping[str, Any] | None = None,
        partners: Mapping[str, Any] | None = None,
    ) -> Network:
        """Make a network of a square scipy sparse matrix.

        Parameters
        ----------
        matrix : n times n; the entry at (i, j) is the ``weight`` of the tie from i to j. Boolean entries are ties
            without weight.
        influence : whether i influences j, j influences i, or both.
        people : as in `from_edges`, one row for each row of the matrix; None means the ids 0..n-1.
        partners : as in `from_edges`.

        Raises
        ------
        DataError, UsageError
            As `from_edges`.
        """
        from spark.network.convert import network_from_scipy  # it makes Networks, so it stands above this module

        return network_from_scipy(matrix, influence=influence, people=people, partners=partners)

    @classmethod
    def from_pandas(
        cls,
        ties: Any,
        people: Any = None,
        partners: Any = None,
        *,
        columns: Mapping[str, str | Sequence[str]] | None = None,
        influence: Influence | None = None,
        merge: Merge = "refuse",
    ) -> Network:
        """Make a network of data frames.

        Parameters
        ----------
        ties, people, partners : data frames; the usual names of columns are recognised, as in files.
        columns : which column plays which role, ``{"source": "who"}``; ``{"ignore": ["rank"]}`` leaves columns out.
        influence : which way it runs; needed where the names of the columns leave it open (ego and alter).
        merge : as in `from_edges`.

        Raises
        ------
        DataError, UsageError
            As `from_edges`.
        """
        from spark.network.convert import network_from_frames  # it makes Networks, so it stands above this module

        return network_from_frames(ties, people, partners, columns=columns, influence=influence, merge=merge)
