"""Checks values against the part of JSON Schema that recordings use; a schema that says more is itself a fault."""

from __future__ import annotations

import base64
from typing import Any

_NOTES = {"title", "description"}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
}
_RULES: dict[str, set[str]] = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items"},
    "string": {"contentEncoding"},
    "number": {"minimum", "maximum"},
    "integer": {"minimum", "maximum", "oneOf"},
    "boolean": set(),
}


def check_schema(schema: dict[str, Any], where: str = "$") -> None:
    """See that a schema is of the kind that viewers read: every field has one type, objects name their fields, lists
    hold texts, numbers or objects, and nothing refers to elsewhere."""
    kind = schema.get("type")
    assert kind in _TYPES, f"{where}: type {kind!r}"
    assert isinstance(kind, str)
    assert schema.keys() <= {"type", *_NOTES, *_RULES[kind]}, f"{where}: {sorted(schema)}"
    if kind == "object":
        assert set(schema.get("required", [])) <= schema["properties"].keys(), where
        for name, field in schema["properties"].items():
            check_schema(field, f"{where}.{name}")
    if kind == "array":
        assert schema["items"]["type"] != "array", where
        check_schema(schema["items"], f"{where}[]")


def check_value(schema: dict[str, Any], value: Any, where: str = "$") -> None:
    """See that a value is as the schema says."""
    kind = schema["type"]
    # Not narrowed: what it is stands in ``kind``.
    fits = isinstance(value, _TYPES[kind])
    assert fits, f"{where}: {value!r} is no {kind}"
    assert kind == "boolean" or not isinstance(value, bool), f"{where}: {value!r} is no {kind}"
    if kind == "object":
        assert set(schema.get("required", [])) <= value.keys(), f"{where} lacks fields: {value!r}"
        for name, inner in value.items():
            field = schema["properties"].get(name, schema.get("additionalProperties"))
            assert field is not None, f"{where}.{name} is not in the schema"
            check_value(field, inner, f"{where}.{name}")
    if kind == "array":
        for index, inner in enumerate(value):
            check_value(schema["items"], inner, f"{where}[{index}]")
    if kind == "string" and "contentEncoding" in schema:
        assert schema["contentEncoding"] == "base64"
        base64.b64decode(value, validate=True)
    if kind in ("number", "integer"):
        assert schema.get("minimum", value) <= value <= schema.get("maximum", value), f"{where}: {value}"
        assert value in [choice["const"] for choice in schema.get("oneOf", [{"const": value}])], f"{where}: {value}"
