"""What is asked of a choice beside its size, as options: who may be chosen, and what is to be as large as possible."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from spark.cli.options import bundle
from spark.errors import UsageError
from spark.question import (
    ANYBODY,
    CERTAINLY,
    EVERYBODY,
    Adopters,
    Asking,
    Constraints,
    Floor,
    Objective,
    Reaching,
    Who,
    WorstOff,
)

if TYPE_CHECKING:
    from spark.cli.plans import Named


@dataclass(frozen=True, slots=True)
class QuestionOptions:
    """Who may be chosen, and to what end."""

    only: tuple[str, ...]
    exclude: tuple[str, ...]
    apart: tuple[str, ...]
    at_most: tuple[str, ...]
    at_least: tuple[str, ...]
    target: tuple[str, ...]
    maximise: str | None
    reach: str | None
    sure: str | None
    worst_off: str | None
    floor: str | None
    take_up: str | None
    pay: str | None


question_options = bundle(
    "question",
    QuestionOptions,
    click.option(
        "--only",
        multiple=True,
        metavar="WHO",
        help="Nobody else may be chosen: ids as in --seeds, or organisation=NAME (team=, a group column=). Repeatable.",
    ),
    click.option("--exclude", multiple=True, metavar="WHO", help="Who may not be chosen, as --only. Repeatable."),
    click.option("--apart", multiple=True, metavar="A,B", help="Never these together. Repeatable."),
    click.option(
        "--at-most",
        multiple=True,
        metavar="GROUPING[:NAME]=N",
        help="At most N of each: organisation=2, or of one: organisation:north=1. Repeatable.",
    ),
    click.option("--at-least", multiple=True, metavar="GROUPING[:NAME]=N", help="At least N, as --at-most."),
    click.option(
        "--target", multiple=True, metavar="WHO", help="Who counts: only they are to be reached; as --only. Repeatable."
    ),
    click.option(
        "--maximise",
        type=click.Choice(["at-horizon", "ever-adopted", "adopter-periods"]),
        help="Who practises at the end, at any time, or the sum over all steps of those who practise (needs --horizon)."
        "  [default: at-horizon]",
    ),
    click.option(
        "--reach",
        metavar="SHARE",
        help="Make it as likely as possible that this share (30%, 0.3) of all people, or of --target, practises.",
    ),
    click.option(
        "--confidence",
        "sure",
        metavar="CHANCE",
        help="With --reach, instead of --budget or --count: the smallest budget that does so with this chance (80%).",
    ),
    click.option(
        "--worst-off",
        metavar="GROUPING",
        help="Make the smallest share of adopters of any of these as large as possible.",
    ),
    click.option(
        "--floor", metavar="GROUPING=SHARE", help="At least this share of each is to practise: organisation=10%."
    ),
    click.option(
        "--take-up",
        metavar="CHANCE",
        help="Chance that a person agrees to start: a number, or take_up, the people column of that name.",
    ),
    click.option(
        "--pay",
        type=click.Choice(["on-offer", "on-acceptance"]),
        help="When a person's cost is due.  [default: on-offer]",
    ),
)


def constraints_of(options: QuestionOptions) -> Constraints:
    """Read the options on who may be chosen.

    Raises
    ------
    UsageError
        All that is badly written.
    """
    faults: list[str] = []
    at_most, at_least = (
        _limits(name, texts, faults)
        for name, texts in (("--at-most", options.at_most), ("--at-least", options.at_least))
    )
    if faults:
        raise UsageError(*faults)
    if not (options.only or options.exclude or options.apart or at_most or at_least):
        return ANYBODY
    return Constraints(
        only=who("--only", options.only) if options.only else None,
        exclude=who("--exclude", options.exclude) if options.exclude else (),
        apart=tuple(tuple(person.id for person in _ids("--apart", [text])) for text in options.apart),
        at_most=at_most,
        at_least=at_least,
    )


def objective_of(options: QuestionOptions) -> Objective:
    """Read the options on what is to be as large as possible."""
    given = {
        "--maximise": options.maximise,
        "--reach": options.reach,
        "--worst-off": options.worst_off,
        "--floor": options.floor,
    }
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise UsageError(f"give only one of {', '.join(named)}: each says what is to be as large as possible")
    if options.sure is not None and options.reach is None:
        raise UsageError("--confidence needs a --reach: which share of the people is to be reached with this chance?")
    of = who("--target", options.target) if options.target else None
    if of is not None and (options.worst_off is not None or options.floor is not None):
        raise UsageError("--target says who counts; with --worst-off and --floor everybody in a group does")
    if options.reach is not None:
        return Reaching(share("--reach", options.reach), of)
    if options.worst_off is not None:
        return WorstOff(options.worst_off)
    if options.floor is not None:
        by, equals, text = options.floor.partition("=")
        if not equals:
            raise UsageError(f"--floor {options.floor}: write GROUPING=SHARE, such as organisation=10%")
        return Floor(share("--floor", text), by)
    if of is None and options.maximise in (None, "at-horizon"):
        return EVERYBODY
    return Adopters(of, options.maximise or "at-horizon")


def asking_of(options: QuestionOptions) -> Asking:
    """Read the options on whether people agree."""
    if options.take_up is None:
        if options.pay is not None:
            raise UsageError("--pay needs a --take-up: everybody agrees without one")
        return CERTAINLY
    try:
        take_up: float | str = _number(options.take_up)
    except ValueError:
        take_up = options.take_up
    return Asking(take_up, (options.pay or "on-offer").replace("-", "_"))


def share(name: str, text: str) -> float:
    """Read 30% or 0.3.

    >>> share("--reach", "30%"), share("--reach", ".3")
    (0.3, 0.3)
    """
    try:
        return _number(text)
    except ValueError:
        raise UsageError(f"{name}: {text!r} is not a share; write 30% or 0.3") from None


def _number(text: str) -> float:
    return float(f"{text[:-1]}e-2" if text.endswith("%") else text)  # 99.9% is 0.999, and not a digit more


_GROUP = re.compile(r"([\w .-]+)=([^=]+)")


def who(name: str, texts: Sequence[str]) -> Who:
    """Read people: ids as in --seeds, or GROUPING=NAME; several names of one grouping add up, groupings narrow down."""
    groups: dict[str, list[str]] = {}
    plain = []
    for text in texts:
        found = _GROUP.fullmatch(text)
        if found and not text.startswith("@"):
            groups.setdefault(found[1], []).append(found[2])
        else:
            plain.append(text)
    if not groups:
        return tuple(person.id for person in _ids(name, plain))
    if plain:
        raise UsageError(f"{name}: give either ids or groups such as organisation=north, not both")
    return {key: tuple(names) for key, names in groups.items()}


def _ids(name: str, texts: Sequence[str]) -> list[Named]:
    from spark.cli.plans import read_people

    return [person for text in texts for person in read_people(text, name)]


def _limits(name: str, texts: Sequence[str], faults: list[str]) -> dict[str, int | Mapping[Hashable, int]]:
    limits: dict[str, int | Mapping[Hashable, int]] = {}
    for text in texts:
        group, equals, number = text.rpartition("=")
        key, colon, of = group.partition(":")
        if not (equals and key and number.isdecimal()):
            faults.append(f"{name} {text}: write organisation=2, or organisation:north=1 for one of them")
            continue
        before = limits.get(key)
        if before is not None and (not colon or not isinstance(before, dict)):
            faults.append(f"{name} {text}: there is another number for {key} already")
        elif colon:
            limits[key] = {**(before if isinstance(before, dict) else {}), of: int(number)}
        else:
            limits[key] = int(number)
    return limits
