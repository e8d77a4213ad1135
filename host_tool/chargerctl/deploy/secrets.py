# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Removes or masks the secrets in a drive's settings.toml, for what is printed and for backups."""

from __future__ import annotations

import re

from chargerctl.settings.secret_names import is_secret
from chargerctl.settings.table import MASK

_NAME = re.compile(r"""([\w.-]+)["']?\s*[=:]\s*""")
_PLAIN = re.compile(r"\s*(#.*|\[.*|[\w.-]+\s*=.*)?$")


def _secret(line: str) -> tuple[str, str] | None:
    """(text before the secret, the secret) of a line that has one. Comments count: a merge keeps lines that it could not
    use as comments."""
    for match in _NAME.finditer(line):
        if is_secret(match[1]):
            return line[: match.end()], line[match.end() :]
    return None


def masked_lines(settings: str, other: str = "") -> list[str]:
    """The lines of a settings.toml with each secret as ***, or *** (changed) where `other` has a different one.

    A line that is neither empty, a comment nor `name = value` is masked as a whole: it may be part of a secret.
    """
    secrets = dict(found for line in other.splitlines() if (found := _secret(line)))
    masked = []
    for line in settings.splitlines():
        found = _secret(line)
        if found and found[1] not in ("", '""'):
            changed = " (changed)" if secrets.get(found[0], found[1]) != found[1] else ""
            masked.append(f'{found[0]}"{MASK}{changed}"')
        else:
            masked.append(line if _PLAIN.match(line) else MASK)
    return masked


def without_secrets(settings: str) -> str:
    """The file without the lines that masked_lines() would mask."""
    kept = [line for line in settings.splitlines() if not _secret(line) and _PLAIN.match(line)]
    return "".join(line + "\n" for line in kept)


def secret_lines(settings: str) -> list[str]:
    """The lines with a secret that without_secrets() leaves out."""
    lines = settings.splitlines()
    return [line for line in lines if _secret(line) and not line.lstrip().startswith("#")]
