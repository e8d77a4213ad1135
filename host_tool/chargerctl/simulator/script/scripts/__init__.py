# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The scripts that chargerctl brings along, and the settings that a fresh drive gets for each of them."""

from __future__ import annotations

from pathlib import Path

from chargerctl.simulator.script.language import Script, load, parse

_FOLDER = Path(__file__).parent

# name -> settings as --set takes them: what makes its waits short enough to watch. Shown when it is run.
SETTINGS = {"demo": ("ocpp.meter_value_sample_interval=2",)}


def find(name: str) -> tuple[Script, tuple[str, ...]]:
    """A built-in script by its name, or one in a file, and the settings that go with it. Raises ScriptError."""
    if name in SETTINGS:
        # Its pictures go where the command was given.
        text = (_FOLDER / f"{name}.script").read_text(encoding="utf-8")
        return parse(text, name, Path()), SETTINGS[name]
    return load(Path(name)), ()
