"""Seeds and plans as they are written on the command line."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spark.errors import DataError, Fault, UsageError, nearest
from spark.plan import INTERVENTIONS, Intervention, Plan, Seeds
from spark.question import RULES
from spark.request import Among, ChoiceRequest

if TYPE_CHECKING:
    from spark.network import Network

_REQUEST = re.compile(rf"(choose|choose-count|{'|'.join(RULES)}):(.+)", re.DOTALL)
_MIX = re.compile(r"mix:([^:]+)(?::(.+))?")
_INTERVENTION = re.compile(r"(seeds|broadcast|mandate|boost|sustain|bridge):(.+)", re.DOTALL)
_WRITTEN = {
    "seeds": "seeds:a,b",
    "broadcast": "broadcast:0.1 or broadcast:organisation=north:0.1",
    "mandate": "mandate:organisation=north:0.1;stop=4",
    "boost": "boost:0.5 or boost:team=icu:0.5",
    "sustain": "sustain:0.5 or sustain:team=icu:0.5",
    "bridge": "bridge:team=icu:team=ward:0.2",
}
"""How each kind of intervention is written; `AMOUNT;key=value` may follow each."""


@dataclass(frozen=True, slots=True)
class Named:
    """A person as named on the command line, or in a file that it names."""

    id: str
    option: str
    file: str | None = None
    line: int | None = None


@dataclass(slots=True)
class Draft:
    """A plan whose people have not been looked up yet."""

    people: list[Named] = field(default_factory=list)
    requests: list[ChoiceRequest] = field(default_factory=list)
    actions: list[Intervention] = field(default_factory=list)

    def finished(self, name: str) -> Plan | ChoiceRequest:
        """Return the plan, or the request to choose its seeds."""
        if not self.requests:
            seeds = Seeds(tuple(named.id for named in self.people))
            return Plan(*([seeds] if seeds.people or not self.actions else []), *self.actions)
        if len(self.requests) > 1 or self.people:
            raise UsageError(f"--plan {name}: give either people or one request to choose them, not more")
        request = self.requests[0]
        return replace(request, beside=tuple(self.actions))


def read_seeds(texts: Sequence[str]) -> list[Named]:
    """Read the values of --seeds: CSV records, or @FILE, or @- for standard input; @@ is a literal @.

    Raises
    ------
    UsageError
        A file that cannot be opened. `DataError`: one that cannot be read.
    """
    return [named for text in texts for named in read_people(text, "--seeds")]


def read_plans(texts: Sequence[str], known: Mapping[str, Plan | ChoiceRequest]) -> dict[str, Draft | str]:
    """Read the values of --plan: names of a scenario's plans (`known`), or NAME=DEFINITION.

    A name that comes several times adds up. The value of a name of the scenario is the name itself.
    """
    plans: dict[str, Draft | str] = {}
    for text in texts:
        name, equals, definition = text.partition("=")
        if text in known:
            plans[text] = text
        elif not equals:
            choices = f"; the scenario has {', '.join(known)}" if known else "; write NAME=a,b or NAME=choose:10"
            raise UsageError(f"--plan {text}: there is no plan of that name{choices}{nearest(text, known)}")
        elif not name:
            raise UsageError(f"--plan {text}: there is no name before the equals sign")
        else:
            draft = plans.setdefault(name, Draft())
            if isinstance(draft, str):
                raise UsageError(f"--plan {name}: the name is that of a plan of the scenario, which was given, too")
            _add(draft, name, definition)
    return plans


def finish(
    plans: Mapping[str, Draft | str], known: Mapping[str, Plan | ChoiceRequest], network: Network
) -> dict[str, Plan | ChoiceRequest]:
    """Look up the people of all plans, and return the plans."""
    check_people([named for draft in plans.values() if isinstance(draft, Draft) for named in draft.people], network)
    return {name: known[draft] if isinstance(draft, str) else draft.finished(name) for name, draft in plans.items()}


def check_people(people: Sequence[Named], network: Network) -> None:
    """Check that all are in the network.

    Raises
    ------
    DataError, UsageError
        With all who are not: a DataError if somebody named in a file is among them.
    """
    from spark.network import unknown

    missing = [named for named in people if named.id not in network.people]
    faults = [
        Fault(unknown(named.id, network.people), named.file, named.line, None if named.file else named.option)
        for named in missing
    ]
    if faults:
        in_file = any(fault.file for fault in faults)
        raise (DataError if in_file else UsageError)(*dict.fromkeys(faults))


def _add(draft: Draft, name: str, definition: str) -> None:
    request, intervention = _REQUEST.fullmatch(definition), _INTERVENTION.fullmatch(definition)
    mixed = _MIX.fullmatch(definition)
    if mixed:
        verbs = None if mixed[2] is None else tuple(mixed[2].split("+"))
        try:
            draft.requests.append(ChoiceRequest(_number(name, mixed[1]), among=Among(verbs=verbs)))
        except UsageError as error:
            raise UsageError(*(f"--plan {name}: {fault.message}" for fault in error.faults)) from None
    elif intervention:
        draft.actions.append(_intervention(name, *intervention.groups()))
    elif request:
        amount = _number(name, request[2])
        method = {"choose": "best", "choose-count": "best"}.get(request[1], request[1])
        if request[1] == "choose":
            draft.requests.append(ChoiceRequest(budget=amount, method=method))
        elif amount != int(amount):
            raise UsageError(f"--plan {name}: {request[2]} is not a whole number of people")
        else:
            draft.requests.append(ChoiceRequest(count=int(amount), method=method))
    else:
        draft.people += read_people(definition, f"--plan {name}")


def _intervention(name: str, kind: str, text: str) -> Intervention:
    """Read ``TO:AMOUNT;key=value;...``; TO is ``organisation=north+south`` or several of these with ``&`` between."""
    body, *options = text.split(";")
    said: dict[str, Any] = {}
    if kind == "seeds":
        said["people"] = tuple(named.id for named in read_people(body, f"--plan {name}"))
    else:
        *ends, amount = body.split(":")
        groups = [_groups(name, kind, end) for end in ends]
        if len(groups) not in ((2,) if kind == "bridge" else (1,) if kind == "mandate" else (0, 1)):
            raise UsageError(f"--plan {name}: {kind}:{text} is not of the form {_WRITTEN[kind]}")
        said[{"boost": "amount", "sustain": "share"}.get(kind, "probability")] = _number(name, amount)
        if kind == "bridge":
            said["source"], said["target"] = groups
        elif kind == "mandate":
            if list(groups[0]) != ["organisation"]:
                raise UsageError(f"--plan {name}: a mandate is for organisations, as in {_WRITTEN[kind]}")
            said["organisations"] = groups[0]["organisation"]
            said["probability"] = said["probability"] or None
        elif groups:
            said["to"] = groups[0]
    known = {item.name for item in fields(INTERVENTIONS[kind])} - said.keys() - {"to", "source", "target", "dose"}
    for option in options:
        key, _, value = option.partition("=")
        key = key.replace("-", "_")
        if key not in known:
            choices = sorted(item.replace("_", "-") for item in known)
            hint = nearest(key.replace("_", "-"), choices)
            raise UsageError(f"--plan {name}: {kind} has no {key!r}; it has {', '.join(choices)}{hint}")
        said[key] = _option(name, key, value)
    if kind == "broadcast" and "start" in said:
        said.setdefault("stop", said["start"] + 1)
    try:
        return INTERVENTIONS[kind](**said)
    except UsageError as error:
        raise UsageError(*(f"--plan {name}: {fault.message}" for fault in error.faults)) from None


def _groups(name: str, kind: str, text: str) -> dict[str, tuple[str, ...]]:
    groups = {}
    for part in text.split("&"):
        key, equals, names = part.partition("=")
        if not (key and equals and names):
            raise UsageError(f"--plan {name}: {part!r} says no group; {kind} is written as in {_WRITTEN[kind]}")
        groups[key] = tuple(names.split("+"))
    return groups


def _option(name: str, key: str, value: str) -> object:
    if key in ("start", "stop"):
        if not value.isdigit():
            raise UsageError(f"--plan {name}: {key} {value!r} is not a whole number")
        return int(value)
    if key == "both":
        if value not in ("true", "false"):
            raise UsageError(f"--plan {name}: both is true or false, not {value!r}")
        return value == "true"
    if key in ("pay", "layer"):
        return value.replace("-", "_") if key == "pay" else value
    return _number(name, value)


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not abs(number) < float("inf"):
        raise UsageError(f"--plan {name}: {text!r} is not a number")
    return number


def read_people(text: str, option: str) -> list[Named]:
    """Read one CSV record of ids, or @FILE; `option` names the place in errors."""
    if text.startswith("@@"):
        text = text[1:]
    elif text.startswith("@"):
        return _from_file(text[1:], option)
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise UsageError(f"{option}: {text} is not one CSV record ({error}); quote ids as in 'a,\"b, c\"'") from None
    return [Named(person, option) for person in (rows[0] if rows else []) if person]


def _from_file(name: str, option: str) -> list[Named]:
    file = "standard input" if name == "-" else name
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f"{option}: @{name} cannot be read: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataError(Fault("is not UTF-8 text; save the file as UTF-8", file, line)) from None
    lines = text.split("\n")
    header = next(csv.reader([lines[0].removesuffix("\r")]), [])
    if "id" in header:
        return _from_table(text, option, file, header.index("id"))
    people = ((line, content.removesuffix("\r")) for line, content in enumerate(lines, 1))
    return [Named(person, option, file, line) for line, person in people if person]


def _from_table(text: str, option: str, file: str, column: int) -> list[Named]:
    reader = csv.reader(io.StringIO(text, newline=""))
    next(reader)
    people: list[Named] = []
    while True:
        line = reader.line_num + 1
        row = next(reader, None)
        if row is None:
            return people
        if len(row) > column and row[column]:
            people.append(Named(row[column], option, file, line))
