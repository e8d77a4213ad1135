# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Texts of a drive without the secrets in them, for what is printed and what is packed up."""

from __future__ import annotations

import re

from chargerctl.settings.table import BY_VARIABLE, MASK, RENDERED, SETTINGS

_NAMES = {name for name, setting in BY_VARIABLE.items() if setting.secret} | {
    variable for variable, name in RENDERED.items() if SETTINGS[name].secret
}
# Also in comments: a merge keeps what it could not use as one.
_SECRET = re.compile(rf"^(.*\b(?:{'|'.join(sorted(_NAMES))})\b\s*=\s*)(.*)$", re.IGNORECASE)
_PLAIN = re.compile(r"\s*(#.*|\[.*|[\w.-]+\s*=.*)?$")


def masked_lines(settings: str, other: str = "") -> list[str]:
    """The lines of a settings.toml with each secret as ***, and as *** (changed) where `other` has another
    one.

    A line that is neither empty, a comment nor `name = value` is masked whole: it may be part of one.
    """
    secrets = {match[1]: match[2] for line in other.splitlines() if (match := _SECRET.match(line))}
    masked = []
    for line in settings.splitlines():
        match = _SECRET.match(line)
        if match and match[2] not in ("", '""'):
            changed = " (changed)" if other and secrets.get(match[1]) != match[2] else ""
            masked.append(f'{match[1]}"{MASK}{changed}"')
        else:
            masked.append(line if _PLAIN.match(line) else MASK)
    return masked


def without_secrets(settings: str) -> str:
    """The file without the lines that masked_lines() would mask."""
    kept = [line for line in settings.splitlines() if not _SECRET.match(line) and _PLAIN.match(line)]
    return "".join(line + "\n" for line in kept)


def secret_lines(settings: str) -> list[str]:
    """The lines that without_secrets() leaves out and that give a secret."""
    lines = settings.splitlines()
    return [line for line in lines if _SECRET.match(line) and not line.lstrip().startswith("#")]
