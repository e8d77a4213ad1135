# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes the payload of a call to a charger out of what a person types, and checks it by its schema.

    payload_of("ReserveNow", ["idTag=04A1B2C3", "reservationId=7", "expiryDate=2026-12-01T08:00:00Z"])
    payload_of("GetConfiguration", ["key=HeartbeatInterval", "key=NumberOfConnectors"])
    payload_of("SetChargingProfile", ["csChargingProfiles.chargingProfileId=1", …])
    payload_of("SendLocalList", ['{"listVersion": 3, "updateType": "Full"}'])

Names and enumerations are found whatever their case. A list grows with each KEY=VALUE, or is numbered from 0 in the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chargerctl.central.books.interface import Payload
from chargerctl.central.messages.defaults import CALLS, timestamp
from chargerctl.central.messages.schemas import CALL, FrameError, check_payload, storable
from chargerctl.central.messages.shape import Shape, json_of, named, shape_of
from chargerctl.errors import InputError

ACTIONS = tuple(sorted(CALLS))
"""What a central system can call."""

# What stands in a required field that was not given: where it does no harm, and is what one means.
_DEFAULTS: dict[tuple[str, str], Any] = {
    ("GetCompositeSchedule", "duration"): 3600,
    ("Reset", "type"): "Soft",
}
_FIRST_CONNECTOR = 1

_MAX_ITEMS = 1000


@dataclass(frozen=True)
class Field:
    """A field of a payload: its type in JSON's words, and the values of an enumeration."""

    name: str
    type: str
    required: bool
    values: tuple[str, ...] = ()


def action_named(text: str) -> str:
    """The action that is meant, whatever its case; InputError."""
    return named(text, ACTIONS, f"{text[:50]!r} is not a call of OCPP 1.6 to a charger")


def fields(action: str) -> list[Field]:
    """The fields of an action's payload, those first that it must have."""
    shape = shape_of(action)
    found = [
        Field(name, each.type, name in shape.required, each.values) for name, each in shape.fields.items()
    ]
    return sorted(found, key=lambda field: not field.required)


def completions(action: str, word: str) -> list[str]:
    """What `word` may become: "KEY=", "KEY." where it has fields of its own, "KEY=VALUE" where the values are known."""
    key, equals, value = word.partition("=")
    *path, last = key.split(".")
    shape = shape_of(action)
    before = ""
    for each in path:
        if shape.type == "array" and each.isdecimal():
            shape = shape.items
        elif each in shape.fields:
            shape = shape.fields[each]
        else:
            return []
        before += f"{each}."
    if equals:
        known = shape.fields[last].values if last in shape.fields else ()
        return [f"{key}={each}" for each in known if each.lower().startswith(value.lower())]
    return [
        f"{before}{name}{'.' if each.type == 'object' else '='}"
        for name, each in shape.fields.items()
        if name.lower().startswith(last.lower())
    ]


def payload_of(
    action: str, words: Sequence[str], *, running: int | None = None, now: float | None = None
) -> Payload:
    """A valid payload: from KEY=VALUE words, or from one JSON object. For fields that are not given, `running` is the
    charger's running transaction, and `now` Unix time. InputError says what is wrong, and where."""
    shape = shape_of(action)
    payload: Payload = {}
    if len(words) == 1 and words[0].lstrip().startswith("{"):
        payload = json_of(words[0], action)
    else:
        for word in words:
            key, equals, text = word.partition("=")
            if not equals:
                raise InputError(f"{action}: {word[:50]!r} is neither KEY=VALUE nor one JSON object alone")
            _put(payload, shape, key.split("."), text, f"{action}: {key[:100]}")
    for name in shape.required:
        if name not in payload:
            payload[name] = _default(action, name, shape, running, now)
    try:
        check_payload(CALL, action, payload)
        if storable(payload) != payload:
            raise FrameError("", "a character that cannot be sent: NUL, or half of a surrogate pair")
    except FrameError as error:
        raise InputError(f"{action}: {error}") from None
    return payload


def _default(action: str, name: str, shape: Shape, running: int | None, now: float | None) -> Any:
    if name == "connectorId":
        return _FIRST_CONNECTOR
    if (action, name) in _DEFAULTS:
        return _DEFAULTS[action, name]
    if (action, name) == ("UpdateFirmware", "retrieveDate") and now is not None:
        return timestamp(now)
    if action == "RemoteStopTransaction":
        if running is not None:
            return running
        raise InputError(f"{action}: no transaction is known to run there: add {name}=NUMBER")
    raise InputError(f"{action}: {name} is missing: add {name}={shape.fields[name].example}")


def _put(target: Any, shape: Shape, path: list[str], text: str, place: str) -> None:
    """Put a value where its dotted key says; `place` is for errors."""
    if not isinstance(target, dict):
        raise InputError(f"{place}: what was given before is no object")
    name, inner = shape.field(path[0], place)
    rest = path[1:]
    if inner.type == "array" and (rest or not text.lstrip().startswith("[")):
        _put_item(target.setdefault(name, []), inner.items, rest, text, place)
    elif rest:
        _put(target.setdefault(name, {}), inner, rest, text, place)
    elif name in target:
        raise InputError(f"{place} is given twice")
    else:
        target[name] = inner.value(text, place)


def _put_item(items: list[Any], shape: Shape, path: list[str], text: str, place: str) -> None:
    """Add an item to a list, or a field to the item whose number comes first in `path`."""
    if not path:
        items.append(shape.value(text, place))
        return
    number, *rest = path
    if not number.isdecimal() or int(number[:9]) > min(len(items), _MAX_ITEMS):
        raise InputError(f"{place}: {number[:50]!r} is not the number of an item: they count from 0")
    index = int(number)
    if not rest:
        items[index : index + 1] = [shape.value(text, place)]
        return
    if index == len(items):
        items.append({})
    _put(items[index], shape, rest, text, place)
