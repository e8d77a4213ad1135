# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What each charger's user name and password are: by a pattern that has {serial} in it, or from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chargerctl.errors import InputError

_MOST_BYTES = 16 << 20


@dataclass(frozen=True)
class Accounts:
    """user, password: "{serial}" in them stands for the charger's. passwords: of single chargers, by serial; they come
    first."""

    user: str = ""
    password: str = field(default="", repr=False)
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    def of(self, serial: str) -> tuple[str, str]:
        """(user name, password). One with a password of its own, where there is no pattern for its name, has its serial."""
        password = self.passwords.get(serial)
        user = self.user or ("{serial}" if password is not None else "")
        if password is None:
            password = self.password.replace("{serial}", serial)
        return user.replace("{serial}", serial), password


def read_passwords(file: Path) -> dict[str, str]:
    """Lines SERIAL:PASSWORD; empty ones and those that begin with # say nothing. InputError."""
    try:
        with file.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise InputError(
            f"{file} has more than {_MOST_BYTES >> 20} MB: is it a file of lines SERIAL:PASSWORD?"
        )
    try:
        lines = data.decode().splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8: it has to have lines SERIAL:PASSWORD") from None
    found = {}
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        serial, colon, password = line.partition(":")
        if not colon or not serial:
            # The line itself may be a password.
            raise InputError(f"{file}, line {number}: must be SERIAL:PASSWORD")
        found[serial] = password
    return found
