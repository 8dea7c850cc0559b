"""The values that have more than one form: a number or a column, one for each layer, ids or groups of people."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_number_or_column: dict[str, Any] = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string"}]}
_rate_or_column: dict[str, Any] = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}
_per_layer = {"type": "object", "additionalProperties": _number_or_column}
_numbers = {"type": "array", "items": {"type": "number"}}
NumberOrColumn = Annotated[Any, WithJsonSchema(_number_or_column)]
Share = Annotated[Any, WithJsonSchema({"anyOf": [*_number_or_column["anyOf"], _per_layer]})]
Shares = Annotated[Any, WithJsonSchema({"anyOf": [*_number_or_column["anyOf"], _per_layer, _numbers]})]
_texts = {"type": "object", "additionalProperties": {"type": "string"}}
_points = {
    "type": "object",
    "properties": {"doses": _numbers, "chances": _numbers},
    "required": ["doses", "chances"],
    "additionalProperties": False,
}
_meeting = {
    "type": "object",
    "properties": {"meeting": {"anyOf": [{"type": "number", "exclusiveMinimum": 0, "maximum": 1}, {"type": "string"}]}},
    "required": ["meeting"],
    "additionalProperties": False,
}
Delay = Annotated[
    Any, WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}, _numbers, _meeting]})
]
Tolerance = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "string"}, _points, _texts]})]
Rate = Annotated[
    Any,
    WithJsonSchema({"anyOf": [*_rate_or_column["anyOf"], {"type": "object", "additionalProperties": _rate_or_column}]}),
]
Threshold = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]})]


def _one_or_more_names(value: Any) -> Any:
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(name, str) for name in names):
        raise PydanticCustomError("string_type", "not text")
    return value


ColumnNames = Annotated[
    Any,
    PlainValidator(_one_or_more_names),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


def _people(value: Any) -> Any:
    names = [name for part in value.values() for name in _listed(part)] if isinstance(value, dict) else value
    if not isinstance(names, list):
        raise PydanticCustomError("list_type", "not a list")
    if not all(isinstance(name, str) for name in names):
        raise PydanticCustomError("string_type", "not text")
    return value


def _listed(part: Any) -> list[Any]:
    return part if isinstance(part, list) else [part]


def _numbers_by_group(value: Any) -> Any:
    if not isinstance(value, dict):
        raise PydanticCustomError("dict_type", "not a table")
    numbers = [n for part in value.values() for n in (part.values() if isinstance(part, dict) else [part])]
    if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in numbers):
        raise PydanticCustomError("int_type", "not a whole number")
    return value


_name_list = {"type": "array", "items": {"type": "string"}}
_whole = {"type": "integer", "minimum": 0}
People = Annotated[
    Any,
    PlainValidator(_people),
    WithJsonSchema({"anyOf": [_name_list, {"type": "object", "additionalProperties": _name_list}]}),
]
Numbers = Annotated[
    Any,
    PlainValidator(_numbers_by_group),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"anyOf": [_whole, {"type": "object", "additionalProperties": _whole}]},
        }
    ),
]
