"""Delays and laws of tolerances as scenario files and the command line write them, and back.

>>> delay_from({"meeting": 0.3}), delay_from("meeting=0.3"), delay_from([0.5, 0.5]), delay_from("3")
(GeometricDelay(meeting=0.3), GeometricDelay(meeting=0.3), (0.5, 0.5), 3)
>>> tolerance_from("erlang-2"), tolerance_in_words(tolerance_from("0.5=0.2,2=1"))
(ErlangTolerance(moments=2), '0.5=0.2,2=1')
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spark.errors import UsageError
from spark.model.delay import Delay, GeometricDelay
from spark.model.tolerance import (
    ErlangTolerance,
    ExponentialTolerance,
    TableTolerance,
    Tolerance,
    ToleranceByGroup,
    ToleranceLaw,
    UniformTolerance,
)

_TOLERANCES = (
    "is not a law of tolerances: exponential, uniform, erlang-2, points such as 0.5=0.2,2=1 (dose=chance), or a law "
    "for each group, such as by=profession,nurse=erlang-2,otherwise=exponential"
)


def delay_from(value: Any) -> Any:
    """Return the delay that a plain value stands for; what stands for none is left to the model to refuse."""
    if isinstance(value, Mapping):
        return GeometricDelay(value["meeting"]) if set(value) == {"meeting"} else dict(value)
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, str):
        return value
    key, equals, rest = value.partition("=")
    if key == "meeting" and equals:
        return GeometricDelay(rest if (number := _number(rest)) is None else number)
    numbers = [_number(part) for part in value.split(",")]
    if len(numbers) > 1 and None not in numbers:
        return tuple(numbers)
    if numbers[0] is not None and len(numbers) == 1:
        return int(numbers[0]) if numbers[0].is_integer() else numbers[0]
    return value


def delay_in_words(delay: Delay) -> str:
    """Write a delay as `delay_from` reads it."""
    if isinstance(delay, GeometricDelay):
        return f"meeting={delay.meeting if isinstance(delay.meeting, str) else format(delay.meeting, 'g')}"
    return str(delay) if isinstance(delay, int | str) else ",".join(f"{chance:g}" for chance in delay)


def tolerance_from(value: Any) -> Tolerance:
    """Return the law that a plain value stands for: a name, points, or a table for each group.

    Raises
    ------
    UsageError
        It stands for none.
    """
    if isinstance(value, Tolerance):
        return value
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, Mapping) and set(value) == {"doses", "chances"}:
        return TableTolerance(_list(value["doses"]), _list(value["chances"]))
    if isinstance(value, Mapping) and "by" in value:
        laws = {name: _one_law(law) for name, law in value.items() if name not in ("by", "otherwise")}
        return ToleranceByGroup(value["by"], laws, _one_law(value.get("otherwise", "exponential")))
    raise UsageError(f"tolerance: {value!r} {_TOLERANCES}")


def tolerance_in_words(law: Tolerance) -> str:
    """Write a law as `tolerance_from` reads it."""
    if isinstance(law, ToleranceByGroup):
        groups = [f"{name}={tolerance_in_words(part)}" for name, part in law.laws.items()]
        return ",".join([f"by={law.column}", *groups, f"otherwise={tolerance_in_words(law.otherwise)}"])
    if isinstance(law, TableTolerance):
        return ",".join(f"{dose:g}={chance:g}" for dose, chance in zip(law.doses, law.chances, strict=True))
    if isinstance(law, ErlangTolerance):
        return f"erlang-{law.moments}"
    return "uniform" if isinstance(law, UniformTolerance) else "exponential"


def _one_law(value: Any) -> ToleranceLaw:
    law = tolerance_from(value)
    if isinstance(law, ToleranceByGroup):
        raise UsageError("tolerance: a group has one law, not groups of its own")
    return law


def _list(values: Any) -> tuple[Any, ...]:
    return tuple(values) if isinstance(values, list | tuple) else (values,)


def _from_text(text: str) -> Tolerance:
    name, _, moments = text.partition("-")
    if text == "exponential":
        return ExponentialTolerance()
    if text == "uniform":
        return UniformTolerance()
    if name == "erlang" and moments.isdigit():
        return ErlangTolerance(int(moments))
    pairs = [part.rpartition("=") for part in text.split(",")]
    if pairs[0][0] == "by":
        return tolerance_from({key: value for key, _, value in pairs})
    numbers = [(_number(dose), _number(chance)) for dose, _, chance in pairs]
    points = [(dose, chance) for dose, chance in numbers if dose is not None and chance is not None]
    if len(points) < len(numbers):
        raise UsageError(f"tolerance: {text!r} {_TOLERANCES}")
    return TableTolerance(tuple(dose for dose, _ in points), tuple(chance for _, chance in points))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
