# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The description of the API (OpenAPI) in the words of its page."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

_METHODS = ("get", "post", "put", "delete")


@dataclass(frozen=True)
class Field:
    """Of an object, or a parameter. place: path, query or body; kind: its type in words."""

    name: str
    kind: str
    about: str
    required: bool
    place: str = ""


@dataclass(frozen=True)
class Operation:
    """answer: the name of an object; example: a command."""

    id: str
    method: str
    path: str
    about: str
    fields: list[Field]
    answer: str
    example: str


@dataclass(frozen=True)
class Section:
    """Operations with one tag."""

    name: str
    operations: list[Operation]


@dataclass(frozen=True)
class Thing:
    """An object."""

    name: str
    about: str
    fields: list[Field]


def sections(document: Mapping[str, Any], server: str) -> list[Section]:
    """server: the address that the examples have, up to the API."""
    found: dict[str, list[Operation]] = {}
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                operation = operations[method]
                made = _operation(document, method, path, operation, server)
                found.setdefault(operation["tags"][0], []).append(made)
    return [Section(name, operations) for name, operations in found.items()]


def things(document: Mapping[str, Any]) -> list[Thing]:
    """In the order of their names."""
    schemas = document["components"]["schemas"]
    return [
        Thing(name, _words(schemas[name].get("description", "")), [*_fields(schemas[name])])
        for name in sorted(schemas)
    ]


def _operation(
    document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any], server: str
) -> Operation:
    parameters = operation.get("parameters", [])
    fields = [_parameter(each) for each in parameters]
    body = _json(operation.get("requestBody", {}))
    if body is not None:
        fields += _fields(document["components"]["schemas"][_named(body)], "body")
    answer = _json(operation["responses"]["200"])
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        about=_words(operation["description"]),
        fields=fields,
        answer=_named(answer or {}),
        example=_example(method, path, parameters, body, server),
    )


def _parameter(parameter: Mapping[str, Any]) -> Field:
    return Field(
        parameter["name"],
        kind_of(parameter["schema"]),
        _words(parameter.get("description", "")),
        parameter.get("required", False),
        parameter["in"],
    )


def _fields(schema: Mapping[str, Any], place: str = "") -> Iterator[Field]:
    required = schema.get("required", [])
    for name, part in schema.get("properties", {}).items():
        about = _words(part.get("description", ""))
        yield Field(name, kind_of(part), about, name in required, place)


def kind_of(schema: Mapping[str, Any]) -> str:
    """A type in words: "integer, 1 to 200", "list of Frame", "string or null"."""
    if "$ref" in schema:
        return _named(schema)
    if "anyOf" in schema:
        return " or ".join(kind_of(each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    if schema.get("format") == "date-time":
        return "time"
    if "minimum" in schema:
        least, most = schema["minimum"], schema.get("maximum")
        return (
            f"{kind}, from {least:g}" if most is None or most >= 2**30 else f"{kind}, {least:g} to {most:g}"
        )
    return kind


def _words(docstring: str) -> str:
    """In one line, without Markdown."""
    return " ".join(docstring.replace("`", "").split())


def _json(part: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The schema of a body, with its examples."""
    found: Mapping[str, Any] | None = part.get("content", {}).get("application/json", {}).get("schema")
    return found


def _named(schema: Mapping[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _example(
    method: str,
    path: str,
    parameters: list[Mapping[str, Any]],
    body: Mapping[str, Any] | None,
    server: str,
) -> str:
    """With curl, for a shell."""
    query = {}
    for each in parameters:
        examples = each["schema"].get("examples", each.get("examples", []))
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", quote(str(examples[0]), safe=""))
        elif each.get("required"):
            query[each["name"]] = each["schema"]["items"]["enum"][0]
    words = ["curl"]
    if method != "get":
        words += ["-X", method.upper()]
    words += ["-H", "Authorization: Bearer $TOKEN"]
    if body is not None:
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(body["examples"][0])]
    words.append(f"{server}{path}{f'?{urlencode(query)}' if query else ''}")
    # The shell puts in the token.
    return " ".join(f'"{each}"' if "$TOKEN" in each else shlex.quote(each) for each in words)
