"""What the parameters of models may be, and the words for what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Share = float | str | Mapping[str, float | str]
"""A number, the name of a tie column, or either for each layer."""


def unit_interval_faults(model: str, name: str, value: object) -> list[str]:
    """Return what is wrong with a parameter that must be a number in [0, 1]."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return [f"{model}: {name} {value!r} is not a number in [0, 1]"]
    return []


def whole_number_faults(model: str, name: str, value: object, most: int = 1 << 30) -> list[str]:
    """Return what is wrong with a parameter that must be a whole number from 1 to `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        return [f"{model}: {name} {value!r} is not a whole number from 1 to {most}"]
    return []


def noise_faults(model: str, value: object) -> list[str]:
    """Return what is wrong with a parameter that must be a chance per step, 0 or from 2^-30 to below 1."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and (value == 0 or 2.0**-30 <= value < 1)):  # type: ignore[operator]  # it is a number
        return [f"{model}: noise {value!r} is neither 0 nor a chance per step from {2.0**-30:.1g} to below 1"]
    return []


def share_faults(model: str, name: str, value: object) -> list[str]:
    """Return what is wrong with a parameter that must be a `Share` of numbers in [0, 1]."""
    if isinstance(value, str):
        return []
    if isinstance(value, Mapping):
        return [
            fault
            for layer, part in value.items()
            for fault in ([] if isinstance(part, str) else unit_interval_faults(model, f"{name}[{layer}]", part))
        ]
    return unit_interval_faults(model, name, value)


def frozen(value: Share) -> Share:
    """Return a share that cannot be changed behind the model's back."""
    return MappingProxyType(dict(value)) if isinstance(value, Mapping) else value
