"""Which column of a table plays which role: the usual names, and names that the user gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from spark.errors import UsageError, nearest
from spark.network.reading import Influence

PLAIN_ENDS = (
    ("source", "target"),
    ("from", "to"),
    ("src", "dst"),
    ("sourceid", "targetid"),
    ("fromid", "toid"),
    ("fromnode", "tonode"),
    ("fromnodeid", "tonodeid"),
)
"""Names of the two ends that say which way influence runs: from the first to the second."""

OPEN_ENDS = (
    ("ego", "alter"),
    ("egoid", "alterid"),
    ("nominator", "nominee"),
    ("nominator", "nominated"),
    ("chooser", "chosen"),
    ("respondent", "nominee"),
    ("respondent", "named"),
    ("respondent", "alter"),
    ("rater", "ratee"),
    ("sender", "receiver"),
    ("sender", "recipient"),
    ("follower", "followee"),
    ("follower", "followed"),
    ("i", "j"),
    ("u", "v"),
    ("node1", "node2"),
    ("person1", "person2"),
    ("id1", "id2"),
)
"""Names of the two ends that leave open which way influence runs."""

TIE_ROLES = {
    "layer": ("layer", "type", "relation", "relationship"),
    "weight": ("weight",),
    "strength": ("strength",),
    "probability": ("probability",),
}
PEOPLE_ROLES = {
    "id": ("id", "node", "person", "nodeid", "personid", "staffid", "employeeid", "userid", "name"),
    "organisation": ("organisation", "organization", "org", "agency", "company", "employer", "department", "dept"),
    "team": ("team", "ward", "unit"),
    "label": ("label", "fullname", "displayname", "name"),
    "readiness": ("readiness", "susceptibility"),
    "visibility": ("visibility", "infectiousness"),
    "outlook": ("outlook",),
    "cost": ("cost",),
    "value": ("value",),
    "take_up": ("takeup",),
    "adopted": ("adopted",),
    "eligible": ("eligible",),
    "answered": ("answered", "responded"),
}
ROLES = ("source", "target", *TIE_ROLES, *PEOPLE_ROLES, "ignore")
TABLES = ("ties", "people", "partners")

_SOURCES = tuple(dict.fromkeys(first for first, _ in PLAIN_ENDS + OPEN_ENDS))
_TARGETS = tuple(dict.fromkeys(second for _, second in PLAIN_ENDS + OPEN_ENDS))


def plain(name: str) -> str:
    """Return a column name as it is compared: lower case, letters and digits only.

    >>> plain("Source ID"), plain("from_node")
    ('sourceid', 'fromnode')
    """
    return re.sub(r"[\W_]+", "", name.lower())


@dataclass(frozen=True, slots=True)
class Wanted:
    """The user's own names of columns: for each table, which column plays a role, and which are ignored."""

    columns: Mapping[str, Mapping[str, str]]
    ignored: frozenset[str] = frozenset()

    def of(self, table: str) -> Mapping[str, str]:
        """Return the named columns of a table, by role."""
        return self.columns.get(table, {})


def wanted_columns(columns: Mapping[str, str | Sequence[str]] | None) -> Wanted:
    """Sort out ``columns={"source": "who", "people.id": "badge", "ignore": ["rank"]}``.

    A role that ties, people and partners share (source, target, weight) is that of the ties unless the table is named.

    Raises
    ------
    UsageError
        If there is no such role or table.
    """
    made: dict[str, dict[str, str]] = {}
    ignored: set[str] = set()
    faults = []
    for key, names in (columns or {}).items():
        table, dot, role = key.rpartition(".")
        if role not in ROLES or (dot and table not in TABLES):
            faults.append(f"columns: there is no role {key!r}{nearest(key, ROLES)} (roles: {', '.join(ROLES)})")
        elif role == "ignore":
            ignored.update([names] if isinstance(names, str) else names)
        elif not isinstance(names, str):
            faults.append(f"columns: the role {key!r} is played by one column, not by {names!r}")
        else:
            made.setdefault(table or ("people" if role in PEOPLE_ROLES else "ties"), {})[role] = names
    if faults:
        raise UsageError(*faults)
    return Wanted(made, frozenset(ignored))


def is_role_name(name: str, table: str) -> bool:
    """Tell whether a column of this name has a role in the table."""
    if table == "people":
        return any(plain(name) in usual for usual in PEOPLE_ROLES.values())
    return plain(name) in (*_SOURCES, *_TARGETS) or any(plain(name) in usual for usual in TIE_ROLES.values())


def _named(table: str, wanted: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    faults = [
        f"columns: {table} has no column {name!r}{nearest(name, names)} (columns: {', '.join(names)})"
        for name in wanted.values()
        if name not in names
    ]
    if faults:
        raise UsageError(*faults)
    return dict(wanted)


def _find(usual: Iterable[str], names: Sequence[str], role: str, taken: Iterable[str]) -> str | None:
    """Return the column that is called exactly as the role, else the first with a usual name."""
    free = [name for name in names if name not in taken]
    if role in free:
        return role
    return next((name for alias in usual for name in free if plain(name) == alias), None)


def tie_roles(file: str, names: Sequence[str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return which column of a table of ties or partners plays which role; ends may be missing.

    Raises
    ------
    UsageError
        If a column that the user named is not there.
    """
    roles = _named(file, wanted, names)
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(plain(name), name)
    for first, second in PLAIN_ENDS + OPEN_ENDS:
        if "source" in roles or "target" in roles:
            break
        if first in by_plain and second in by_plain:
            exact = {end: end for end in ("source", "target") if first == "source" and end in names}
            roles |= {"source": by_plain[first], "target": by_plain[second], **exact}
    for role, usual in (("source", _SOURCES), ("target", _TARGETS), *TIE_ROLES.items()):
        if role not in roles:
            found = _find(usual, names, role, roles.values())
            if found is not None:
                roles[role] = found
    return roles


def people_roles(file: str, names: Sequence[str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return which column of a table of people plays which role; the id may be missing.

    Raises
    ------
    UsageError
        If a column that the user named is not there.
    """
    roles = _named(file, wanted, names)
    for role, usual in PEOPLE_ROLES.items():
        if role not in roles:
            found = _find(usual, names, role, roles.values())
            if found is not None:
                roles[role] = found
    return roles


def id_candidates(names: Sequence[str]) -> list[str]:
    """Return all columns that are called as ids are, the likeliest first."""
    usual = [name for alias in PEOPLE_ROLES["id"] for name in names if plain(name) == alias]
    return [name for name in ("id",) if name in names] + [name for name in usual if name != "id"]


def ends_missing(file: str, names: Sequence[str], roles: Mapping[str, str]) -> str | None:
    """Say which end of the ties has no column, None if both have."""
    missing = [end for end in ("source", "target") if end not in roles]
    if not missing:
        return None
    free = [name for name in names if name not in roles.values()]
    near = {end: get_close_matches(end, free, 1) for end in missing}
    option = ", ".join(f"{end!r}: {near[end][0]!r}" if near[end] else f"{end!r}: ..." for end in missing)
    return f"no column is the {' or '.join(missing)} (columns: {', '.join(names)}); name it: columns={{{option}}}"


def id_missing(names: Sequence[str]) -> str:
    """Say that no column of a table of people is called as ids are."""
    return f"no column holds the ids (columns: {', '.join(names)}); name it: columns={{'id': ...}}"


def default_influence(file: str, source: str, target: str) -> Influence:
    """Return which way influence runs by the names of the ends.

    Raises
    ------
    UsageError
        If the names leave it open: in a survey, the person named mostly influences the one who names her.
    """
    if (plain(source), plain(target)) in PLAIN_ENDS or not {plain(source), plain(target)} & {*_OPEN_NAMES}:
        return "source-to-target"
    raise UsageError(
        f"{file}: the columns {source!r} and {target!r} do not say which way influence runs; "
        f"give influence: 'target-to-source' if {source} names those who influence her, "
        f"'source-to-target' if {source} influences {target}, or 'both'"
    )


_OPEN_NAMES = {name for pair in OPEN_ENDS for name in pair}
