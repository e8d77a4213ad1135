# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Checks OCPP-J 1.6 frames against the JSON schemas in the `ocpp` package."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from jsonschema import Draft4Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from ocpp.messages import get_validator
from ocpp.v16.enums import Action

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4

ACTIONS = frozenset(action.value for action in Action)

MAX_ID_LENGTH = 36  # OCPP-J 4.1.4

# OCPP-J 4.2.3, with the standard's spellings (errata 5).
ERROR_CODES = frozenset(
    {
        "NotImplemented",
        "NotSupported",
        "InternalError",
        "ProtocolError",
        "SecurityError",
        "FormationViolation",
        "PropertyConstraintViolation",
        "OccurenceConstraintViolation",
        "TypeConstraintViolation",
        "GenericError",
    }
)

_formats = FormatChecker(formats=())


# The schemas have the format "date-time"; without this check they accept any string.
@_formats.checks("date-time", ValueError)
def _is_timestamp(value: object) -> bool:
    return not isinstance(value, str) or bool(parse_time(value))


def parse_time(text: str) -> datetime:
    """An ISO 8601 timestamp with its offset from UTC, as OCPP requires (3.13); raise ValueError."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00") if text.endswith("Z") else text)
    if moment.tzinfo is None:
        raise ValueError("timestamp has no UTC offset")
    return moment


class FrameError(ValueError):
    """A frame or payload that breaks the rules; `code` is the CALLERROR code that fits (OCPP-J 4.2.3)."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def parse(frame: str) -> list[Any]:
    """A frame as a list of the right shape; raise FrameError. Decimal numbers become Decimal."""
    try:
        message = json.loads(frame, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise FrameError("FormationViolation", f"not JSON: {error}") from None
    if not isinstance(message, list) or not message:
        raise FrameError("FormationViolation", "not a list")
    shapes = {
        CALL: (str, str, dict),
        CALL_RESULT: (str, dict),
        CALL_ERROR: (str, str, str, dict),
    }
    kind = message[0]
    shape = shapes.get(kind) if isinstance(kind, int) and not isinstance(kind, bool) else None
    if shape is None:
        raise FrameError("FormationViolation", f"{kind!r} is not a message type")
    if len(message) != 1 + len(shape) or not all(map(isinstance, message[1:], shape)):
        wanted = ", ".join(each.__name__ for each in shape)
        raise FrameError("FormationViolation", f"a message of type {kind} is [{kind}, {wanted}]")
    if not 0 < len(message[1]) <= MAX_ID_LENGTH:
        raise FrameError(
            "FormationViolation", f"message id has {len(message[1])} characters, 1 to {MAX_ID_LENGTH} allowed"
        )
    if kind == CALL_ERROR and message[2] not in ERROR_CODES:
        raise FrameError("FormationViolation", f"{message[2]!r} is not an error code")
    return message


def check_payload(kind: int, action: str, payload: object) -> None:
    """Check a CALL's or CALLRESULT's payload; raise FrameError with the schema's own message."""
    if action not in ACTIONS:
        raise FrameError("NotImplemented", f"{action!r} is not an action of OCPP 1.6")
    error = best_match(_validator(kind, action).iter_errors(payload))
    if error is not None:
        place = ".".join(str(each) for each in error.absolute_path)
        raise FrameError(_code(error), f"{place}: {error.message}" if place else error.message)


@cache
def _validator(kind: int, action: str) -> Draft4Validator:
    # Decimals on both sides: the float 0.1 does not divide 21.4 (multipleOf).
    schema = get_validator(kind, action, "1.6", parse_float=Decimal).schema
    return Draft4Validator(schema, format_checker=_formats)


def _code(error: ValidationError) -> str:
    codes = {
        "type": "TypeConstraintViolation",
        "required": "ProtocolError",
        "additionalProperties": "FormationViolation",
        "minItems": "OccurenceConstraintViolation",
    }
    return codes.get(str(error.validator), "PropertyConstraintViolation")
