# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the tests of commands on a drive have in common; their fixtures are in conftest.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from chargerctl.cli.main import cli

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


def leaves(group: click.Group = cli, before: str = "") -> dict[str, click.Command]:
    """Every command that does something, by its words: "config check"."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        if isinstance(command, click.Group):
            found |= leaves(command, f"{before}{word} ")
        else:
            found[f"{before}{word}"] = command
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
