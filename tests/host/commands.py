# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the tests of commands on a drive have in common; their fixtures are in conftest.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

SECRET = "correct horse battery"
CONFIG = f"""
[wifi]
ssid = "home"
password = "{SECRET}"
[charger]
serial = "test-1"
[mqtt]
broker = "10.0.0.2"
"""

Run = Callable[..., tuple[int, str, str]]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
