# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The shape of a call's payload, for a person who types one: fields, types, enumerations, and words made into values."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

from chargerctl.central.messages.schemas import CALL, schema_of
from chargerctl.errors import InputError
from chargerctl.likeness import did_you_mean, nearest

# Of what was typed, an error shows this much.
_SHOWN = 50


class Shape:
    """A payload, or a part of it."""

    def __init__(self, part: dict[str, Any], root: dict[str, Any]) -> None:
        while "$ref" in part:
            part = root["definitions"][part["$ref"].rsplit("/", 1)[1]]
        self._part = part
        self._root = root
        self.type: str = part.get("type", "string")
        """In JSON's words: string, integer, number, object, array."""
        self.required: list[str] = part.get("required", [])
        self.values: tuple[str, ...] = tuple(part.get("enum", ()))
        """Those of an enumeration."""

    @property
    def fields(self) -> dict[str, Shape]:
        """Those of an object."""
        found = self._part.get("properties", {})
        return {name: Shape(part, self._root) for name, part in found.items()}

    @property
    def items(self) -> Shape:
        """Those of a list."""
        return Shape(self._part.get("items", {}), self._root)

    def field(self, name: str, place: str) -> tuple[str, Shape]:
        """A field by its name, whatever the case; InputError."""
        fields = self.fields
        found = named(name, fields, f"{place}: {name[:_SHOWN]!r} is not a field here")
        return found, fields[found]

    @property
    def example(self) -> str:
        """What may stand after KEY=, for a hint."""
        if self.values:
            return "|".join(self.values)
        if self._part.get("format") == "date-time":
            return "2026-12-31T18:00:00Z"
        return {"integer": "NUMBER", "number": "NUMBER", "object": "{…}", "array": "[…]"}.get(
            self.type, "TEXT"
        )

    def value(self, text: str, place: str) -> Any:
        """A typed word as a value of this type; InputError. The schema checks it later."""
        if self.values:
            return named(text, self.values, f"{place}: {text[:_SHOWN]!r} is not a value for it")
        if self.type in ("object", "array"):
            return json_of(text, place)
        try:
            if self.type == "integer":
                return int(text[:_SHOWN])
            if self.type == "number":
                return float(text)
        except ValueError:
            raise InputError(f"{place}: {text[:_SHOWN]!r} is not a number") from None
        return text


@cache
def shape_of(action: str) -> Shape:
    """The payload of a call."""
    root = schema_of(CALL, action)
    return Shape(root, root)


def json_of(text: str, place: str) -> Any:
    """A value that was typed as JSON; InputError."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: not JSON: {error}") from None


def named(text: str, names: Iterable[str], otherwise: str) -> str:
    """The one of `names` that `text` is, whatever its case; else InputError: `otherwise`, and the nearest of them."""
    by_lower = {name.lower(): name for name in names}
    if text.lower() in by_lower:
        return by_lower[text.lower()]
    near = nearest(text[:_SHOWN].lower(), by_lower, cutoff=0.6)
    known = f"choose one of {', '.join(by_lower.values())}" if by_lower else "there are none"
    raise InputError(f"{otherwise}: {did_you_mean(by_lower[near] if near else None, known)}")
