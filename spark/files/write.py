"""Networks to files that read back equal."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from spark.errors import RunError, UsageError
from spark.files.read import table_files
from spark.network import Ids, Network
from spark.network.people import NUMBERS, SWITCHES
from spark.network.roles import PEOPLE_ROLES, TIE_ROLES, plain

_BATCH = 1 << 16
_NAMES = {"people": "people.csv", "ties": "ties.csv", "partners": "partners.csv"}


def write_network(network: Network, folder: str | os.PathLike[str], *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write people.csv, ties.csv and, if there are partner ties, partners.csv, which read back as the same network.

    Parameters
    ----------
    network : what to write; ids are written as text. Influence runs from source to target in the files.
    folder : made if it is not there.
    overwrite : replace files of these names, instead of refusing to.

    Returns
    -------
    The files that were written.

    Raises
    ------
    UsageError
        If a file is in the way, or an id cannot be written so that it reads back.
    RunError
        If the folder cannot be written to; no file is left half-written.
    """
    place = Path(folder)
    _check_texts(network)
    tables = {"people": _people(network), "ties": _ties(network)}
    if network.partner_source.size:
        tables["partners"] = _partners(network)
    paths = {place / _NAMES[table]: rows for table, rows in tables.items()}
    stale = [path for path in _in_the_way(place, overwrite) if path not in paths]
    temporary = {path: place / f".{path.name}.{os.getpid()}" for path in paths}
    try:
        place.mkdir(parents=True, exist_ok=True)
        for path, rows in paths.items():
            _write(temporary[path], rows)
        for path in paths:
            temporary[path].replace(path)
        for path in stale:
            path.unlink()
    except OSError as wrong:
        raise RunError(f"{os.fspath(folder)}: cannot be written: {wrong.strerror or wrong}") from wrong
    finally:
        for path in temporary.values():
            path.unlink(missing_ok=True)
    return tuple(paths)


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        lines = (",".join(map(_quoted, row)) + "\n" for row in rows)
        while batch := list(islice(lines, _BATCH)):
            file.write("".join(batch))


def _in_the_way(place: Path, overwrite: bool) -> list[Path]:
    """Return the files that will be replaced; refuse where some must not be, or would be read beside ours."""
    if place.exists() and not place.is_dir():
        raise UsageError(f"{place}: is a file, not a folder")
    there = [path for paths in table_files(place).values() for path in paths] if place.exists() else []
    ours = [path for path in there if path.name in _NAMES.values()]
    if there and not overwrite:
        raise UsageError(*(f"{path}: is there already, and is not overwritten unless you ask for it" for path in there))
    others = [path for path in there if path not in ours]
    if others:
        raise UsageError(*(f"{path}: would be read beside the new files; move it away first" for path in others))
    return ours


def _check_texts(network: Network) -> None:
    """Refuse ids and names that would not read back as they are."""
    faults = []
    for what, ids in (
        ("person", network.people),
        ("organisation", network.organisations),
        ("team", network.teams),
        ("layer", network.layers),
        ("tie column", tuple(network.columns)),
        ("group", tuple(network.groups)),
    ):
        texts = list(map(str, ids))
        if not isinstance(ids, Ids) or ids.integers is None:
            faults += [
                f"{what} {text!r} cannot stand in a file"
                for text in texts
                if not _is_writable(text, not isinstance(ids, Ids))
            ]
        if len(set(texts)) < len(texts):
            twice = next(text for i, text in enumerate(texts) if text in texts[:i])
            faults.append(f"two ids ({what}) would both be written as {twice!r}")
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


def _people(network: Network) -> Iterator[Sequence[str]]:
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
    yield list(columns)
    yield from zip(*columns.values(), strict=True)


def _names(codes: np.ndarray, names: Sequence[str]) -> list[str]:
    return ["" if code < 0 else names[code] for code in codes.tolist()]


def _ties(network: Network) -> Iterator[Sequence[str]]:
    layered = network.layers != ("ties",) or any(plain(name) in TIE_ROLES["layer"] for name in network.columns)
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
