# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Recognises names of secrets, also misspelt or unknown ones, so that messages never repeat a secret."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chargerctl.likeness import nearest
from chargerctl.settings.table import PREFIX, SETTINGS, Setting, near_name, near_variable, setting_of

_TELLING = re.compile("PASS|PSK|PWD|SECRET|TOKEN|KEY|CREDENTIAL")
_WORDS = ("PASSWORD", "PASSPHRASE", "SECRET", "TOKEN")


def is_secret(name: str) -> bool:
    """Whether the value of `name` (a variable or a setting) must not be shown. In doubt it is a secret."""
    setting = SETTINGS.get(name.lower()) or setting_of(name.upper())
    if setting:
        return setting.secret
    upper = name.upper()
    near = setting_of(near_variable(name) or "") if upper.startswith(PREFIX) else _near_setting(name)
    if (near and near.secret) or _TELLING.search(upper):
        return True
    return any(nearest(word, _WORDS, 0.75) for word in re.split("[^A-Z0-9]+", upper))


def _near_setting(name: str) -> Setting | None:
    return SETTINGS.get(near_name(name) or "")


def repeatable(typed: str) -> str:
    """The part of a text, typed where a name was expected, that a message may repeat: the name, nothing after it."""
    for setting in SETTINGS.values():
        if setting.secret and typed.strip().startswith(setting.name):
            return setting.name
    name = re.match(r"\s*(\w+\.\w+)", typed)
    if name and is_secret(name[1]):
        return name[1]
    word = re.match(r"\s*([^\s=:]*)", typed)
    return word[1] if word else ""


def slipped_into(message: str, arguments: Sequence[str]) -> str | None:
    """The secret setting whose value `message` repeats, typed as `mqtt.password hunter2` in the wrong place."""
    for index, argument in enumerate(arguments):
        typed = argument.removeprefix("--set=")
        name = repeatable(typed)
        near = _near_setting(name) if re.fullmatch(r"\w+(\.\w+)?", name) else None
        if near is None or not near.secret:
            continue
        behind = [typed.strip()[len(name) :].lstrip("=: "), *arguments[index + 1 : index + 2]]
        if any(word and word in message and near_name(word) is None for word in behind):
            return name
    return None
