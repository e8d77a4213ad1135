# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads and sets the configuration keys of a charger (OCPP 1.6, 5.3 and 5.8), whoever sends the calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chargerctl.central.books.interface import Outcome, Payload
from chargerctl.central.remote import reason
from chargerctl.errors import InputError

LONGEST_KEY = 50  # CiString50 (OCPP 1.6, 6.7)
LONGEST_VALUE = 500  # CiString500

Call = Callable[[str, Payload], Outcome]
"""call(action, payload): at the charger."""


@dataclass(frozen=True)
class Key:
    """A key as the charger told it. value None: it tells none; readonly None: it does not know the key."""

    name: str
    value: str | None
    readonly: bool | None


@dataclass(frozen=True)
class Change:
    """What became of one assignment. answer: Accepted, RebootRequired, Rejected, NotSupported, or an error in words."""

    key: str
    value: str
    answer: str
    done: bool


def assignment(word: str) -> tuple[str, str]:
    """KEY=VALUE as (key, value); InputError, without the value."""
    key, equals, value = word.partition("=")
    checked_key(key)
    if not equals:
        raise InputError(f"{key}: must be KEY=VALUE")
    if len(value) > LONGEST_VALUE:
        raise InputError(f"{key}: a value has at most {LONGEST_VALUE} characters (OCPP), not {len(value)}")
    return key, value


def checked_key(key: str) -> str:
    if not 0 < len(key) <= LONGEST_KEY:
        raise InputError(f"{key[:LONGEST_KEY]!r} is no key: it has 1 to {LONGEST_KEY} characters (OCPP)")
    return key


def read(call: Call, names: Sequence[str]) -> tuple[list[Key], str]:
    """The keys of these names, all without any; and why they could not be read, "" where they could."""
    outcome = call("GetConfiguration", {"key": list(names)} if names else {})
    if outcome.answer is None:
        return [], reason(outcome)
    told = outcome.answer.get("configurationKey", [])
    found = [Key(each["key"], each.get("value"), each["readonly"]) for each in told]
    unknown = [Key(name, None, None) for name in outcome.answer.get("unknownKey", [])]
    return sorted(found, key=lambda key: key.name.lower()) + unknown, ""


def change(call: Call, wanted: Mapping[str, str]) -> list[Change]:
    """One call for each; one that is refused does not keep the others from being made."""
    changes = []
    for key, value in wanted.items():
        outcome = call("ChangeConfiguration", {"key": key, "value": value})
        why = reason(outcome)
        answer = why or str((outcome.answer or {}).get("status", ""))
        changes.append(Change(key, value, answer, not why))
    return changes
