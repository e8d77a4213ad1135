# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every way to get one field of a payload wrong, made from the JSON schema of the payload.

What an answer to it must be follows from `kind` and from the schema alone, never from the firmware.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
Path = tuple[str | int, ...]

# No field of the standard is this.
_MISSPELT = "Acepted"
_TOO_MANY = 1 << 70


@dataclass(frozen=True)
class Mutation:
    """`payload` with one thing wrong: `kind` says what, `path` where.

    Kinds: missing, extra, null, type, bool (for a number), float (for an integer), range (an integer that no field can
    mean), long, letters (that a string must not have), empty, enum, format, and payload (it is no object).
    """

    kind: str
    path: Path
    payload: Any

    def __str__(self) -> str:
        place = ".".join(map(str, self.path)) or "payload"
        return f"{place}: {self.kind}: {json.dumps(self.payload)[:120]}"


def mutations(schema: Schema, valid: dict[str, Any]) -> Iterator[Mutation]:
    """Of a valid payload. Optional fields that it has not are added, each alone, to be wrong."""
    for wrong in ("text", 7, True, [], [valid]):
        yield Mutation("payload", (), wrong)
    yield from _of_object(schema, valid, valid, ())


def _of_object(schema: Schema, whole: Any, value: dict[str, Any], path: Path) -> Iterator[Mutation]:
    for field, wrong in (("vendorExtension", {"a": [1]}), ("x" * 60, None)):
        yield Mutation("extra", (*path, field), _with(whole, (*path, field), wrong))
    for field, inner in schema.get("properties", {}).items():
        place = (*path, field)
        if field in schema.get("required", ()):
            yield Mutation("missing", place, _without(whole, place))
        yield from _of_value(inner, whole, value.get(field, ...), place)


def _of_value(schema: Schema, whole: Any, value: Any, path: Path) -> Iterator[Mutation]:
    for kind, wrong in _wrong(schema):
        yield Mutation(kind, path, _with(whole, path, wrong))
    if value is ...:
        value = sample(schema)
        whole = _with(whole, path, value)
    if schema["type"] == "object":
        yield from _of_object(schema, whole, value, path)
    elif schema["type"] == "array" and value:
        yield from _of_value(schema["items"], whole, value[0], (*path, 0))


def _wrong(schema: Schema) -> Iterator[tuple[str, Any]]:
    kind = schema["type"]
    yield "null", None
    for wrong in ("7", 7, 0.5, [], ["7"], {}, {"status": "Accepted"}):
        if not _is_of(kind, wrong):
            yield "type", wrong
    if kind != "boolean":
        yield "bool", True
    if kind == "integer":
        yield from (("float", wrong) for wrong in (1.0, 0.5, 1e300, float("nan"), float("inf")))
        yield from (("range", wrong) for wrong in (-1, 1 << 31, -(1 << 31), 1 << 63, _TOO_MANY, -_TOO_MANY))
    elif kind == "string":
        yield from _wrong_text(schema)


def _wrong_text(schema: Schema) -> Iterator[tuple[str, Any]]:
    yield from (("letters", wrong) for wrong in ("\x00", "caf\u00e9", "a\nb", "\ud800"))
    yield "empty", ""
    if "maxLength" in schema:
        yield "long", "x" * (schema["maxLength"] + 1)
        yield "long", "7" * 1500
    for word in schema.get("enum", ()):
        for wrong in (word.lower(), word.upper(), word[:-1], word + " ", " " + word):
            if wrong not in schema["enum"]:
                yield "enum", wrong
    if "enum" in schema:
        yield "enum", _MISSPELT
    if schema.get("format") == "date-time":
        yield from (
            ("format", wrong) for wrong in ("yesterday", "2026-13-01T00:00:00Z", "12", "0000-00-00T00:00:00Z")
        )
    elif schema.get("format") == "uri":
        yield from (("format", wrong) for wrong in ("nowhere", "//", "gopher://a/b", "http://"))


def _is_of(kind: str, value: Any) -> bool:
    types = {"string": str, "integer": (int, float), "number": (int, float), "array": list, "object": dict}
    return isinstance(value, types[kind])


def sample(schema: Schema) -> Any:
    """A valid value."""
    kind = schema["type"]
    if kind == "object":
        return {field: sample(schema["properties"][field]) for field in schema.get("required", ())}
    if kind == "array":
        return [sample(schema["items"])]
    if kind in ("integer", "number"):
        return 1
    if schema.get("format") == "date-time":
        return "2026-11-22T07:30:00Z"
    if schema.get("format") == "uri":
        return "http://files.example/"
    return schema.get("enum", ["A"])[0]


def _with(whole: Any, path: Path, value: Any) -> Any:
    changed = copy.deepcopy(whole)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


def _without(whole: Any, path: Path) -> Any:
    changed = copy.deepcopy(whole)
    place = changed
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return changed
