"""As much of JSON Schema as docs/schemas use: says where a document is not as its schema has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
KNOWN = {
    *("$schema", "$id", "$ref", "$defs", "title", "description", "type", "const", "enum", "anyOf", "properties"),
    *("required", "additionalProperties", "items", "minimum", "maximum"),
}


def violations(
    value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, path: str = "$"
) -> Iterator[str]:
    root = schema if root is None else root
    assert schema.keys() <= KNOWN, f"{path}: the validator does not know {schema.keys() - KNOWN}"
    if "$ref" in schema:
        yield from violations(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, path)
        return
    kinds = schema.get("type", list(KINDS))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool)) for kind in kinds):
        yield f"{path}: {value!r} is not {' or '.join(kinds)}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is not among {schema['enum']}"
    if "anyOf" in schema and not any(not [*violations(value, other, root, path)] for other in schema["anyOf"]):
        yield f"{path}: {value!r} is none of the alternatives"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{path}: {value!r} is out of range"
    if isinstance(value, dict):
        known = schema.get("properties", {})
        yield from (f"{path}: {key!r} is missing" for key in schema.get("required", ()) if key not in value)
        for key, item in value.items():
            # consumers may meet more keys one day; here everything that is written must be documented
            other = known.get(key, schema.get("additionalProperties", not known))
            if other is False:
                yield f"{path}: {key!r} is not in the schema"
            elif other is not True:
                yield from violations(item, other, root, f"{path}.{key}")
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from violations(item, schema["items"], root, f"{path}[{index}]")
