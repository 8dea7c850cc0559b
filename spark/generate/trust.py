"""A made-up health trust with its partner organisations, for demonstrations and tutorials.

No place, person or figure in it is real. It has what makes the question "where do we light the first match?"
interesting: dense teams, few ties between them, an intensive care unit where the most connected people sit but few are
ready to try something new, and a handful of people who bridge the organisations.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark.errors import UsageError
from spark.generate.draws import below, generator
from spark.network import Network

_Positions = NDArray[np.int64]
_LEAST_STAFF = 120
_TEAM_SIZE = 24


@dataclass(frozen=True, slots=True)
class _Profession:
    """Code of the ids, and what the profession multiplies readiness and visibility by."""

    code: str
    readiness: float
    visibility: float


_PROFESSIONS = {
    "nurse": _Profession("n", 1.0, 1.0),
    "doctor": _Profession("d", 0.7, 1.2),
    "therapist": _Profession("t", 1.2, 1.0),
    "pharmacist": _Profession("p", 0.8, 0.8),
    "social worker": _Profession("sw", 1.2, 1.0),
    "support worker": _Profession("s", 1.1, 0.8),
    "link worker": _Profession("lw", 1.5, 1.5),
    "manager": _Profession("m", 0.9, 1.1),
    "administrator": _Profession("a", 0.6, 0.6),
}


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of organisation: its professions (shares), its teams in order of founding, and its readiness."""

    professions: dict[str, float]
    teams: tuple[str, ...]
    readiness: float


_ACUTE = (
    "intensive care,emergency department,discharge team,acute medicine,surgery,older people's care,theatres,maternity,"
    "children's ward,stroke unit,cardiology,respiratory,orthopaedics,outpatients,oncology,neonatal unit,renal unit,"
    "day surgery,endoscopy,therapies"
)
_HOSPITAL = {
    "nurse": 0.47,
    "support worker": 0.19,
    "doctor": 0.15,
    "therapist": 0.09,
    "administrator": 0.06,
    "pharmacist": 0.04,
}
_COMMUNITY = {
    "nurse": 0.4,
    "therapist": 0.26,
    "support worker": 0.22,
    "administrator": 0.07,
    "doctor": 0.03,
    "link worker": 0.02,
}
_KINDS = {
    "acute hospital": _Kind(_HOSPITAL, tuple(_ACUTE.split(",")), 0.85),
    "community hospital": _Kind(
        _HOSPITAL,
        ("rehabilitation ward", "discharge team", "older people's care", "minor injuries", "day hospital"),
        1.0,
    ),
    "community services": _Kind(
        _COMMUNITY,
        (
            "district nursing",
            "community rehabilitation",
            "mental health team",
            "urgent response",
            "falls service",
            "health visiting",
            "palliative care",
            "learning disability team",
            "school nursing",
            "diabetes service",
        ),
        1.15,
    ),
    "council": _Kind(
        {"social worker": 0.46, "support worker": 0.24, "administrator": 0.2, "therapist": 0.06, "link worker": 0.04},
        ("adult social care", "reablement", "public health", "housing", "children's services"),
        1.05,
    ),
    "charity": _Kind(
        {"support worker": 0.6, "administrator": 0.2, "link worker": 0.2},
        ("support team", "volunteering", "outreach"),
        1.4,
    ),
}

_ORGANISATIONS = (  # name, short name in posts and teams, kind, share of the staff
    ("Aldmoor Infirmary", "Aldmoor", "acute hospital", 0.34),
    ("Westbeck General Hospital", "Westbeck", "acute hospital", 0.23),
    ("Thornmere Community Hospital", "Thornmere", "community hospital", 0.07),
    ("Fellside Community Services", "Fellside", "community services", 0.19),
    ("Aldmoor City Council", "Aldmoor council", "council", 0.07),
    ("Westbeck District Council", "Westbeck council", "council", 0.05),
    ("Lantern Hospice", "Lantern", "charity", 0.02),
    ("Carers' Corner", "Carers' Corner", "charity", 0.015),
    ("Open Gate Recovery", "Open Gate", "charity", 0.015),
)

_PARTNERS = (  # an organisation that is seen by the other, and how well
    ("Fellside Community Services", "Aldmoor Infirmary", 0.5),
    ("Fellside Community Services", "Westbeck General Hospital", 0.5),
    ("Fellside Community Services", "Thornmere Community Hospital", 1.0),
    ("Fellside Community Services", "Aldmoor City Council", 0.5),
    ("Fellside Community Services", "Westbeck District Council", 0.5),
    ("Aldmoor Infirmary", "Westbeck General Hospital", 0.5),
    ("Westbeck General Hospital", "Aldmoor Infirmary", 0.25),
    ("Aldmoor Infirmary", "Aldmoor City Council", 0.5),
    ("Westbeck General Hospital", "Westbeck District Council", 0.5),
    ("Aldmoor City Council", "Fellside Community Services", 0.5),
    ("Westbeck District Council", "Fellside Community Services", 0.5),
    ("Aldmoor City Council", "Westbeck District Council", 0.5),
    ("Thornmere Community Hospital", "Fellside Community Services", 0.5),
    ("Lantern Hospice", "Fellside Community Services", 1.0),
    ("Lantern Hospice", "Aldmoor Infirmary", 0.25),
    ("Carers' Corner", "Aldmoor City Council", 1.0),
    ("Carers' Corner", "Fellside Community Services", 0.5),
    ("Open Gate Recovery", "Westbeck District Council", 1.0),
    ("Open Gate Recovery", "Westbeck General Hospital", 0.25),
)


@dataclass(frozen=True, slots=True)
class _Staff:
    """Everybody, one row a person: positions of organisation and team, words for the rest."""

    organisation: _Positions
    team: _Positions
    profession: NDArray[np.str_]
    team_name: tuple[str, ...]
    intensive: NDArray[np.bool_]
    discharge: NDArray[np.bool_]


def health_trust(*, rng: int | np.random.Generator = 1, staff: int = 1500) -> Network:
    """Return a made-up health trust: three hospitals, community services, two councils and three charities.

    Ties work both ways, in three layers: ``team`` (people who work together, and a few in other teams of the same
    organisation), ``profession`` (colleagues of the same profession anywhere), ``partnership`` (link workers and
    discharge teams, who bridge the organisations). Partner ties say which organisation is seen by which. Columns:
    label, organisation, team, profession, readiness, visibility. Nobody practises yet, and all cost the same.

    Parameters
    ----------
    rng : whole number or numpy Generator; the same number gives the same trust everywhere.
    staff : how many people, the partner organisations included; whole number >= 120.

    Examples
    --------
    >>> trust = health_trust(rng=1, staff=300)
    >>> len(trust.people), len(trust.organisations)
    (300, 9)
    >>> trust.label[trust.people.position("n1")]
    'nurse 1, Aldmoor intensive care'
    """
    if isinstance(staff, bool) or not isinstance(staff, int | np.integer) or staff < _LEAST_STAFF:
        raise UsageError(f"health_trust: staff {staff!r} is not a whole number of at least {_LEAST_STAFF}")
    random = generator(rng)
    everybody = _hire(random, int(staff))
    readiness, visibility = _character(random, everybody)
    source, target, layer = _ties(random, everybody)
    ids, labels = _posts(everybody)
    return Network.from_edges(
        [ids[v] for v in source],
        [ids[v] for v in target],
        layer=[("team", "profession", "partnership")[code] for code in layer],
        influence="both",
        people={
            "id": ids,
            "label": labels,
            "organisation": [_ORGANISATIONS[code][0] for code in everybody.organisation],
            "team": [everybody.team_name[code] for code in everybody.team],
            "profession": everybody.profession.tolist(),
            "readiness": readiness,
            "visibility": visibility,
        },
        partners={
            "source": [source for source, _, _ in _PARTNERS],
            "target": [target for _, target, _ in _PARTNERS],
            "weight": [weight for _, _, weight in _PARTNERS],
        },
    )


def _hire(rng: np.random.Generator, staff: int) -> _Staff:
    """Fill organisations and teams; each team has one manager, the rest are drawn by the kind of organisation."""
    ends = np.round(np.cumsum([share for *_, share in _ORGANISATIONS]) * staff).astype(np.int64)
    sizes = np.diff(ends, prepend=0)
    team_names: list[str] = []
    team_sizes: list[int] = []
    team_organisation: list[int] = []
    professions: list[str] = []
    for code, (_, short, kind_name, _) in enumerate(_ORGANISATIONS):
        kind = _KINDS[kind_name]
        count = max(1, round(sizes[code] / _TEAM_SIZE))
        for number, size in enumerate(_split(int(sizes[code]), count, larger_first=kind_name == "acute hospital")):
            name = kind.teams[number % len(kind.teams)]
            wing = f" {number // len(kind.teams) + 1}" if number >= len(kind.teams) else ""
            team_names.append(f"{short} {name}{wing}")
            team_sizes.append(size)
            team_organisation.append(code)
            words, shares = list(kind.professions), np.cumsum(list(kind.professions.values()))
            drawn = np.searchsorted(shares, rng.random(size - 1), side="right").clip(max=len(words) - 1)
            professions += ["manager", *(words[choice] for choice in drawn)]
    team = np.repeat(np.arange(len(team_sizes)), team_sizes)
    named = np.array(team_names)
    return _Staff(
        organisation=np.repeat(team_organisation, team_sizes).astype(np.int64),
        team=team,
        profession=np.array(professions),
        team_name=tuple(team_names),
        intensive=(np.char.find(named, "intensive care") >= 0)[team],
        discharge=(np.char.find(named, "discharge team") >= 0)[team],
    )


def _split(size: int, count: int, *, larger_first: bool) -> list[int]:
    """Split people over teams as evenly as can be; the first of an acute hospital (intensive care) counts double."""
    parts = count + (larger_first and count > 1)
    ends = [size * (part + 1) // parts for part in range(parts)]
    if parts > count:
        ends = ends[1:]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def _character(rng: np.random.Generator, staff: _Staff) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw readiness (organisation x profession x team x person) and visibility, to two decimals."""
    size = staff.team.size
    of_kind = np.array([_KINDS[kind].readiness for _, _, kind, _ in _ORGANISATIONS])[staff.organisation]
    of_profession = np.array([_PROFESSIONS[word].readiness for word in staff.profession])
    of_team = (0.6 + 0.8 * rng.random(len(staff.team_name)))[staff.team]
    person = 0.5 + rng.random(size)
    readiness = of_kind * of_profession * of_team * person * np.where(staff.intensive, 0.6, 1.0)
    visibility = np.array([_PROFESSIONS[word].visibility for word in staff.profession]) * (0.6 + 0.8 * rng.random(size))
    return np.round(readiness, 2), np.round(visibility, 2)


def _ties(rng: np.random.Generator, staff: _Staff) -> tuple[_Positions, _Positions, _Positions]:
    """Draw the ties, each pair once a layer: source < target, and layer 0 team, 1 profession, 2 partnership."""
    size = staff.team.size
    pairs: list[tuple[_Positions, _Positions, int]] = []
    starts = np.flatnonzero(np.diff(staff.team, prepend=-1))
    for start, stop in zip(starts, [*starts[1:], size], strict=True):
        low, high = np.triu_indices(stop - start, 1)
        chance = np.full(low.size, 0.5 if staff.intensive[start] else 0.3)
        chance[low == 0] = 0.6  # the manager, who is the first of the team
        meets = rng.random(low.size) < chance
        pairs.append((start + low[meets], start + high[meets], 0))
    pairs.append((*_partners_within(rng, staff.organisation, np.arange(size), 0.8), 0))
    for word, share in (("nurse", 0.25), ("doctor", 0.8), ("therapist", 0.8), ("manager", 1.0), ("social worker", 0.5)):
        members = np.flatnonzero(staff.profession == word)
        pairs.append((*_partners_within(rng, np.zeros(size, dtype=np.int64), members, share), 1))
    for bridging, ties in ((staff.profession == "link worker", 9), (staff.discharge, 2)):
        bridges = np.repeat(np.flatnonzero(bridging), ties)
        pairs.append((bridges, below(rng, bridges.size, size), 2))
    first = np.concatenate([a for a, _, _ in pairs])
    second = np.concatenate([b for _, b, _ in pairs])
    layer = np.concatenate([np.full(a.size, code) for a, _, code in pairs])
    outside = (layer < 2) | (staff.organisation[first] != staff.organisation[second])
    low, high = np.minimum(first, second), np.maximum(first, second)
    code = np.unique(((low * size + high) * 3 + layer)[outside & (low < high)])
    pair, layer = np.divmod(code, 3)
    return pair // size, pair % size, layer


def _partners_within(
    rng: np.random.Generator, group: _Positions, members: _Positions, share: float
) -> tuple[_Positions, _Positions]:
    """Draw `share` ties a member, each to another of `members` in the same group, everybody equally likely."""
    order = members[np.argsort(group[members], kind="stable")]
    codes, starts, counts = np.unique(group[order], return_index=True, return_counts=True)
    drawn = below(rng, int(len(order) * share), len(order))
    at = np.searchsorted(codes, group[order[drawn]])
    return order[drawn], order[starts[at] + below(rng, drawn.size, counts[at])]


def _posts(staff: _Staff) -> tuple[list[str], list[str]]:
    """Return the ids (profession and serial number) and the labels (profession, number within the team, team)."""
    serial: Counter[str] = Counter()
    within: Counter[tuple[str, int]] = Counter()
    ids, labels = [], []
    for word, team in zip(staff.profession.tolist(), staff.team.tolist(), strict=True):
        serial[word] += 1
        within[word, team] += 1
        ids.append(f"{_PROFESSIONS[word].code}{serial[word]}")
        number = "" if word == "manager" else f" {within[word, team]}"
        labels.append(f"{word}{number}, {staff.team_name[team]}")
    return ids, labels
