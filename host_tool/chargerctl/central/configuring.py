# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads and sets the configuration keys of a charger (OCPP 1.6, 5.3 and 5.8): the calls, and what their outcomes say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chargerctl.central.books.interface import Outcome
from chargerctl.central.configuration_key import LONGEST_KEY, LONGEST_VALUE
from chargerctl.central.remote import Request, reason
from chargerctl.errors import InputError


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
        shown = key if len(key) <= LONGEST_KEY else f"{key[:20]}…"
        raise InputError(f"{shown!r} is no key: it has {len(key)} characters, not 1 to {LONGEST_KEY} (OCPP)")
    return key


def reading(serial: str, names: Sequence[str]) -> Request:
    """The call for the keys of these names, for all without any."""
    return Request(serial, "GetConfiguration", {"key": list(names)} if names else {})


def keys_of(outcome: Outcome) -> tuple[list[Key], str]:
    """The keys that it told; and why they could not be read, "" where they could."""
    if outcome.answer is None:
        return [], reason(outcome)
    told = outcome.answer.get("configurationKey", [])
    found = [Key(each["key"], each.get("value"), each["readonly"]) for each in told]
    unknown = [Key(name, None, None) for name in outcome.answer.get("unknownKey", [])]
    return sorted(found, key=lambda key: key.name.lower()) + unknown, ""


def changing(serial: str, key: str, value: str) -> Request:
    """The call that sets a key."""
    return Request(serial, "ChangeConfiguration", {"key": key, "value": value})


def change_of(key: str, value: str, outcome: Outcome) -> Change:
    """What became of it."""
    why = reason(outcome)
    return Change(key, value, why or str((outcome.answer or {}).get("status", "")), not why)
