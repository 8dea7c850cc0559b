"""Networks to files that read back equal."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from spark.errors import RunError, UsageError
from spark.files.parquet import cell_text, write_parquet
from spark.files.read import table_files
from spark.network import Ids, Network
from spark.network.people import NUMBERS, SWITCHES
from spark.network.roles import PEOPLE_ROLES, TIE_ROLES, is_role_name, plain

_BATCH = 1 << 16
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML can hold, however it is written."""


def write_network(
    network: Network,
    path: str | os.PathLike[str],
    *,
    attributes: Mapping[str, Any] | None = None,
    overwrite: bool = False,
) -> tuple[Path, ...]:
    """Write a network so that it reads back as the same network.

    Parameters
    ----------
    network : what to write; ids are written as text. Influence runs from source to target in the files.
    path : the ending chooses the format. ``.graphml`` and ``.gexf`` (each also .gz) and ``.npz`` are one file; anything
        else is a folder, made if it is not there, of people.csv, ties.csv and, if there are partner ties,
        partners.csv, or of such .parquet files where its own name ends in ``.parquet``.
    attributes : results to write beside the people, by name: one number or text for each person, in the order of
        `network.people`, such as ``{"chance": spread.chances}``.
    overwrite : replace files of these names, instead of refusing to.

    Returns
    -------
    The files that were written.

    Raises
    ------
    UsageError
        If a file is in the way, an id cannot be written so that it reads back, or attributes do not fit the people.
    RunError
        If the place cannot be written to; no file is left half-written.

    Examples
    --------
    >>> import tempfile
    >>> network = Network.from_edges(["amina"], ["bo"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in write_network(network, folder + "/trust.graphml", attributes={"chance": [1, 0.1]})]
    ['trust.graphml']
    """
    place = Path(path)
    extra = _extra_columns(network, attributes or {})
    ending = Path(place.name.lower().removesuffix(".gz")).suffix
    ending = ending if ending in _WHOLE and not place.is_dir() else ""
    _check_texts(network, in_xml=ending in (".graphml", ".gexf"))
    stale: list[Path] = []
    jobs: Mapping[Path, Callable[[Path], None]]
    if ending:
        if place.exists() and not overwrite:
            raise UsageError(f"{place}: is there already, and is not overwritten unless you ask for it")
        if not place.parent.is_dir():
            raise UsageError(f"{place}: there is no folder {str(place.parent)!r}")
        jobs = {place: partial(_WHOLE[ending], network, extra)}
    else:
        jobs = _tables(network, extra, place)
        stale = [file for file in _in_the_way(place, {file.name for file in jobs}, overwrite) if file not in jobs]
    temporary = {file: file.with_name(f".{file.name}.{os.getpid()}") for file in jobs}
    try:
        if not ending:
            place.mkdir(parents=True, exist_ok=True)
        for file, job in jobs.items():
            job(temporary[file])
        for file in jobs:
            temporary[file].replace(file)
        for file in stale:
            file.unlink()
    except OSError as wrong:
        raise RunError(f"{os.fspath(path)}: cannot be written: {wrong.strerror or wrong}") from wrong
    finally:
        for file in temporary.values():
            file.unlink(missing_ok=True)
    return tuple(jobs)


def _tables(network: Network, extra: Mapping[str, list[str]], place: Path) -> dict[Path, Callable[[Path], None]]:
    """Return how to write each table of a folder."""
    tables = {"people": _people(network, extra), "ties": _ties(network)}
    if network.partner_source.size:
        tables["partners"] = _partners(network)
    if place.suffix.lower() == ".parquet":
        columns = arrays(network, extra)
        return {place / f"{table}.parquet": partial(write_parquet, columns=columns[table]) for table in columns}
    return {place / f"{table}.csv": partial(_write, rows=rows) for table, rows in tables.items()}


def arrays(network: Network, extra: Mapping[str, list[str]]) -> dict[str, dict[str, Any]]:
    """Return the tables as columns: ties as arrays, people and partners as texts."""
    sources = network.sources()
    ids = network.people.integers
    names = np.array(network.people.texts(), dtype=object) if ids is None else ids
    ties: dict[str, Any] = {"source": names[sources], "target": names[network.targets]}
    if is_layered(network):
        ties["layer"] = np.array(network.layers, dtype=object)[network.layer]
    ties |= {name: np.asarray(column) for name, column in network.columns.items()}
    tables = {"people": {"id": names} | {k: v for k, v in people_columns(network, extra).items() if k != "id"}}
    tables["ties"] = ties
    if network.partner_source.size:
        header, *rows = _partners(network)
        tables["partners"] = {name: list(column) for name, column in zip(header, zip(*rows, strict=True), strict=True)}
    return tables


def _write_arrays(network: Network, extra: Mapping[str, list[str]], path: Path) -> None:
    made: dict[str, Any] = {}
    for table, columns in arrays(network, extra).items():
        for name, column in columns.items():
            values = np.array(column, dtype=str) if isinstance(column, list) or column.dtype == object else column
            made[name if table == "ties" else f"{table}.{name}"] = values
    with path.open("xb") as file:
        np.savez_compressed(file, **made)


def _graph_writer(module: str) -> Callable[..., None]:
    def write(network: Network, extra: Mapping[str, list[str]], path: Path) -> None:
        from importlib import import_module

        writer = import_module(f"spark.files.{module}")
        people = people_columns(network, extra)
        partners = list(_partners(network))[1:] if network.partner_source.size else []
        writer.write(path, people, {*extra}, _ties(network), list(map(list, partners)))

    return write


_WHOLE: Mapping[str, Callable[..., None]] = {
    ".graphml": _graph_writer("write_graphml"),
    ".gexf": _graph_writer("write_gexf"),
    ".npz": _write_arrays,
}


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        lines = (",".join(map(_quoted, row)) + "\n" for row in rows)
        while batch := list(islice(lines, _BATCH)):
            file.write("".join(batch))


def _in_the_way(place: Path, names: Collection[str], overwrite: bool) -> list[Path]:
    """Return the files that will be replaced; refuse where some must not be, or would be read beside ours."""
    if place.exists() and not place.is_dir():
        raise UsageError(f"{place}: is a file, not a folder")
    there = [path for paths in table_files(place).values() for path in paths] if place.exists() else []
    own = {f"{table}{Path(name).suffix}" for name in names for table in ("people", "ties", "partners")}
    ours = [path for path in there if path.name in own]
    if there and not overwrite:
        raise UsageError(*(f"{path}: is there already, and is not overwritten unless you ask for it" for path in there))
    others = [path for path in there if path not in ours]
    if others:
        raise UsageError(*(f"{path}: would be read beside the new files; move it away first" for path in others))
    return ours


def _extra_columns(network: Network, attributes: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return results as texts, one for each person."""
    columns = {}
    faults = []
    for name, values in attributes.items():
        column = values.tolist() if hasattr(values, "tolist") else list(values)
        if is_role_name(name, "people") or name in network.groups:
            faults.append(f"attributes: {name!r} is the name of a column of people already; choose another")
        elif not _is_writable(name, True):
            faults.append(f"attributes: {name!r} cannot stand in a file")
        elif len(column) != network.size:
            faults.append(f"attributes: {name} has {len(column):,} values, but there are {network.size:,} people")
        columns[name] = [cell_text(value) for value in column]
    if faults:
        raise UsageError(*faults)
    return columns


def _check_texts(network: Network, *, in_xml: bool) -> None:
    """Refuse ids and names that would not read back as they are."""
    faults = []
    for what, ids in (
        ("person", network.people),
        ("organisation", network.organisations),
        ("team", network.teams),
        ("layer", network.layers),
        ("tie column", tuple(network.columns)),
        ("group", tuple(network.groups)),
        ("people column", tuple(network.numbers)),
    ):
        texts = list(map(str, ids))
        if not isinstance(ids, Ids) or ids.integers is None:
            faults += [
                f"{what} {text!r} cannot stand in a file"
                for text in texts
                if not _is_writable(text, not isinstance(ids, Ids)) or (in_xml and _NOT_XML.search(text))
            ]
        if len(set(texts)) < len(texts):
            twice = next(text for i, text in enumerate(texts) if text in texts[:i])
            faults.append(f"two ids ({what}) would both be written as {twice!r}")
    if in_xml:
        cells = [("label", text) for text in network.label or ()]
        cells += [(name, text) for name, group in network.groups.items() for text in group.names]
        faults += [f"{name} {text!r} cannot stand in XML" for name, text in cells if _NOT_XML.search(text)]
    if faults:
        raise UsageError(*faults)


def _is_writable(text: str, is_name: bool) -> bool:
    if not text or "\x00" in text or (is_name and text != text.strip()):
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _quoted(cell: str) -> str:
    if any(sign in cell for sign in ',"\n\r') or cell != cell.strip() or cell[:1] in ("#", "%"):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1 << 53 else repr(value)


def people_columns(network: Network, extra: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the columns of people that are known, as texts, the id first."""
    columns: dict[str, list[str]] = {"id": network.people.texts()}
    # An empty column keeps its role from a group whose name is usual for the role.
    shadowed = {role for role, usual in PEOPLE_ROLES.items() for name in network.groups if plain(name) in usual}
    for role in PEOPLE_ROLES:
        if role not in network.given:
            if role in shadowed and role != "id":
                columns[role] = [""] * network.size
        elif role == "label":
            columns[role] = list(network.label or ())
        elif role in NUMBERS:
            columns[role] = [_number(value) for value in getattr(network, role).tolist()]
        elif role in SWITCHES:
            columns[role] = [str(int(value)) for value in getattr(network, role).tolist()]
        else:
            names = (network.organisations if role == "organisation" else network.teams).texts()
            columns[role] = _names(getattr(network, role), names)
    for name, group in network.groups.items():
        columns[name] = _names(group.codes, group.names)
    for name, numbers in network.numbers.items():
        # With a point even where whole: 30.0 reads back as a number, 30 as the name of a group.
        columns[name] = ["" if value != value else repr(value) for value in numbers.tolist()]
    return columns | dict(extra)


def _people(network: Network, extra: Mapping[str, list[str]]) -> Iterator[Sequence[str]]:
    columns = people_columns(network, extra)
    yield list(columns)
    yield from zip(*columns.values(), strict=True)


def _names(codes: np.ndarray, names: Sequence[str]) -> list[str]:
    return ["" if code < 0 else names[code] for code in codes.tolist()]


def is_layered(network: Network) -> bool:
    """Tell whether a file of the ties must name their layers."""
    return network.layers != ("ties",) or any(plain(name) in TIE_ROLES["layer"] for name in network.columns)


def _ties(network: Network) -> Iterator[Sequence[str]]:
    layered = is_layered(network)
    ids = network.people.texts()
    yield ["source", "target", *(["layer"] if layered else []), *network.columns]
    sources = network.sources()
    for start in range(0, network.tie_count, _BATCH):
        part = slice(start, start + _BATCH)
        columns: list[Iterable[str]] = [
            [ids[person] for person in sources[part].tolist()],
            [ids[person] for person in network.targets[part].tolist()],
        ]
        if layered:
            columns.append([network.layers[layer] for layer in network.layer[part].tolist()])
        columns += [map(_number, column[part].tolist()) for column in network.columns.values()]
        yield from zip(*columns, strict=True)


def _partners(network: Network) -> Iterator[Sequence[str]]:
    ids = network.organisations.texts()
    source, target = network.partner_source, network.partner_target
    # Organisations without people are numbered by their first row, source before target: keep that order.
    last = np.maximum(source, target)
    pair = np.where((source + 1 == last) & (target == last), 0, 1)
    yield ["source", "target", "weight"]
    for i in np.lexsort((target, source, pair, np.where(last < _with_people(network), -1, last))).tolist():
        yield ids[source[i]], ids[target[i]], _number(float(network.partner_weight[i]))


def _with_people(network: Network) -> int:
    """Return how many organisations have people; they come first."""
    return int(network.organisation.max(initial=-1)) + 1
