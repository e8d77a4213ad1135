# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The description of the API (OpenAPI 3.1), from its routes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from chargerctl.central.views.charger import Charger
from chargerctl.central.web.api.answers import ChargerNow, Problem

_ABOUT = (
    "What the central system knows of chargers, sessions and cards, and calls to chargers, with the names of --json of the "
    "commands. Times are ISO 8601 in UTC, energy is in Wh. Names stay as they are within version 1; new ones may come."
)
_ERRORS = {
    "4XX": "The request cannot be carried out.",
    "5XX": "It failed: the books, a charger or this program.",
}


def documented(app: FastAPI, prefix: str) -> dict[str, Any]:
    """prefix: where it is mounted."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=_ABOUT,
        routes=app.routes,
        servers=[{"url": prefix}],
    )
    schemas = document["components"]["schemas"]
    schemas["Problem"] = TypeAdapter(Problem).json_schema()
    # A class inherits its fields, but pydantic reads the docstrings of its own only.
    for name, part in TypeAdapter(Charger).json_schema()["properties"].items():
        schemas[ChargerNow.__name__]["properties"][name] |= {
            key: words for key, words in part.items() if key == "description"
        }
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)  # it is 400 here
            operation["responses"] |= {status: _problem(words) for status, words in _ERRORS.items()}
    return document


def _problem(words: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    # The second one is that of the gate, before this application.
    kinds = ("application/problem+json", "application/json")
    return {"description": words, "content": {kind: {"schema": schema} for kind in kinds}}
