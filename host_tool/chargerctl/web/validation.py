# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is wrong with a request, in our words instead of those of the library that checked it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BODY = "send a JSON object, with Content-Type: application/json"

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "must be a text",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be a JSON object",
    "list_type": "must be a list",
    "timezone_aware": "needs a time zone, such as 2026-11-26T08:00:00Z",
    "datetime_from_date_parsing": "must be a time, such as 2026-11-26T08:00:00Z",
    "datetime_parsing": "must be a time, such as 2026-11-26T08:00:00Z",
}


def in_words(error: Mapping[str, Any]) -> str:
    """A sentence for one of the errors of RequestValidationError.errors()."""
    kind = error["type"]
    where = [str(each) for each in error["loc"][1:]]
    if kind == "json_invalid":
        return f"the body is no JSON, from its character {where[0] if where else 0} on"
    if not where:
        return _BODY
    return f"{'.'.join(where)} {_WORDS.get(kind) or _ours(str(error['msg']))}"


def _ours(text: str) -> str:
    """Theirs begin with "Input should", mostly."""
    return text.replace("Input should ", "must ", 1) if text.startswith("Input should ") else text
