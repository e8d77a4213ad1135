# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads OCPP-J 1.6 frames, and checks them against the JSON schemas in the `ocpp` package.

Every message waits for its check, so jsonschema-rs makes it: 4 us for MeterValues with four values, where fastjsonschema
needs 12 and jsonschema 270. It takes Decimals as they are, and the numbers of a schema too: the float 0.1 does not divide
21.4 (multipleOf).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, NoReturn

from jsonschema_rs import Draft4Validator, ValidationError, ValidationErrorKind

from chargerctl.central.books.masking import MASK, holds_secret

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4

_FOLDER = resources.files("ocpp") / "v16" / "schemas"
_ANSWER = "Response"

ACTIONS = frozenset(
    name.removesuffix(_ANSWER)
    for name in (file.name.removesuffix(".json") for file in _FOLDER.iterdir())
    if name.endswith(_ANSWER)
)

MAX_ID_LENGTH = 36  # OCPP-J 4.1.4

# OCPP-J 4.2.3, with the standard's spellings (errata 5), and the one that a central system takes as well (errata 2.1).
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
        "OccurrenceConstraintViolation",
        "TypeConstraintViolation",
        "GenericError",
    }
)

# Bounds that the schemas do not have: what a database keeps as an integer, and what is a current or a power.
_BOUNDS = {
    "integer": {"minimum": -(1 << 63), "maximum": (1 << 63) - 1},
    "number": {"minimum": -(10**12), "maximum": 10**12},
}
# Of a decimal number: characters, and places before or after its point.
_MAX_CHARACTERS = 40
_MAX_EXPONENT = 30
# Lists and objects in one another.
_MAX_DEPTH = 32


def parse_time(text: str) -> datetime:
    """An ISO 8601 timestamp with its offset from UTC, as OCPP requires (3.13), that also exists in UTC; raise ValueError."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00") if text.endswith("Z") else text)
    if moment.tzinfo is None:
        raise ValueError("timestamp has no UTC offset")
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("timestamp is outside of the years 1 to 9999") from None
    return moment


class FrameError(ValueError):
    """A frame or payload that breaks the rules; `code` is the CALLERROR code that fits (OCPP-J 4.2.3)."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if len(text) > _MAX_CHARACTERS or not -_MAX_EXPONENT <= number.adjusted() <= _MAX_EXPONENT:
        raise ValueError(f"the number {text[:_MAX_CHARACTERS]} is out of range")
    # 1e0 stays a decimal number in the eyes of every check, as 1.0 is one.
    return number if number.as_tuple().exponent else Decimal(f"{number}.0")


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number of JSON")


_decoder = json.JSONDecoder(parse_float=_decimal, parse_constant=_no_number)

_SHAPES: dict[object, tuple[type, ...]] = {
    CALL: (str, str, dict),
    CALL_RESULT: (str, dict),
    CALL_ERROR: (str, str, str, dict),
}


def parse(frame: str) -> list[Any]:
    """A frame as a list of the right shape; raise FrameError. Decimal numbers become Decimal."""
    try:
        message = _decoder.decode(frame)
    except (ValueError, RecursionError) as error:
        raise FrameError("FormationViolation", f"not JSON: {error}") from None
    if not isinstance(message, list) or not message:
        raise FrameError("FormationViolation", "not a list")
    kind = message[0]
    shape = _SHAPES.get(kind) if type(kind) is int else None
    if shape is None:
        named = type(kind).__name__ if isinstance(kind, list | dict) else repr(kind)[:50]
        raise FrameError("FormationViolation", f"{named} is not a message type")
    if len(message) != 1 + len(shape) or not all(map(isinstance, message[1:], shape)):
        wanted = ", ".join(each.__name__ for each in shape)
        raise FrameError("FormationViolation", f"a message of type {kind} is [{kind}, {wanted}]")
    if not 0 < len(message[1]) <= MAX_ID_LENGTH:
        raise FrameError(
            "FormationViolation", f"message id has {len(message[1])} characters, 1 to {MAX_ID_LENGTH} allowed"
        )
    return message


def may_be_unstorable(text: str) -> bool:
    """Whether a payload of this frame may need storable(): JSON spells NUL and halves of surrogate pairs as escapes, and
    text that did not come as UTF-8 may have halves as they are."""
    return "\\u" in text or not (text.isascii() or text.isprintable())


def storable(value: Any, depth: int = 0) -> Any:
    """The same payload with U+FFFD for what no database keeps as text: NUL, and half of a surrogate pair. Chargers do send
    NUL, after a name that is shorter than its field. FrameError if it is nested too deeply."""
    if depth > _MAX_DEPTH:
        raise FrameError("FormationViolation", f"more than {_MAX_DEPTH} lists and objects in one another")
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [storable(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {storable(key, depth + 1): storable(each, depth + 1) for key, each in value.items()}
    return value


def check_payload(kind: int, action: str, payload: object) -> None:
    """Check a CALL's or CALLRESULT's payload; raise FrameError that says the place and what is wrong there."""
    if action not in ACTIONS:
        raise FrameError("NotImplemented", f"{action[:50]!r} is not an action of OCPP 1.6")
    try:
        if _validator(kind, action).is_valid(payload):
            return
        # The words for what is wrong quote it.
        error = next(_validator(kind, action, hides=holds_secret(payload)).iter_errors(payload))
    except (ValueError, RecursionError) as problem:
        raise FrameError("FormationViolation", str(problem)) from None
    place = ".".join(str(each) for each in error.instance_path)
    raise FrameError(_code(error), f"{place}: {_words(error)}" if place else _words(error))


def schema_of(kind: int, action: str) -> dict[str, Any]:
    """The schema of a payload. Decimal numbers are Decimals."""
    name = action if kind == CALL else f"{action}{_ANSWER}"
    return json.loads((_FOLDER / f"{name}.json").read_text("utf-8-sig"), parse_float=Decimal)


@cache
def _validator(kind: int, action: str, hides: bool = False) -> Draft4Validator:
    """hides: in the words of its errors there is no value of the payload."""
    schema = _bounded(schema_of(kind, action))
    return Draft4Validator(schema, validate_formats=True, formats=_FORMATS, mask=MASK if hides else None)


def _bounded(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_bounded(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kind = schema.get("type")
    bounds = _BOUNDS.get(kind, {}) if isinstance(kind, str) else {}
    return {name: _bounded(each) for name, each in schema.items()} | bounds


def _is_timestamp(text: str) -> bool:
    try:
        return bool(parse_time(text))
    except ValueError:
        return False


# The schemas' formats. A URI is any string: the charger that is told it knows which it can use.
_FORMATS = {"date-time": _is_timestamp, "uri": lambda text: True}


def _code(error: ValidationError) -> str:
    codes = {
        "type": "TypeConstraintViolation",
        "required": "ProtocolError",
        "additionalProperties": "FormationViolation",
        "minItems": "OccurenceConstraintViolation",
    }
    return codes.get(error.kind.name, "PropertyConstraintViolation")


def _words(error: ValidationError) -> str:
    """The library's words, but an enumeration with all its values."""
    if isinstance(error.kind, ValidationErrorKind.Enum) and not holds_secret(error.instance):
        return f"{json.dumps(error.instance)[:100]} is not one of {', '.join(map(str, error.kind.options))}"
    return error.message
