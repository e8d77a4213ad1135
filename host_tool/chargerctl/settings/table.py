# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's table of settings as the laptop uses it: by name, by variable, by likeness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chargerctl.firmware_files import firmware_module
from chargerctl.settings.likeness import nearest

board_settings = firmware_module("charger.settings")

PREFIX: str = board_settings.PREFIX
MASK = "***"

# CircuitPython's own variables that chargerctl writes from settings: they may stand in a rendered file.
RENDERED = {
    "CIRCUITPY_WIFI_SSID": "wifi.ssid",
    "CIRCUITPY_WIFI_PASSWORD": "wifi.password",
    "CIRCUITPY_WEB_API_PASSWORD": "web.api_password",
}


@dataclass(frozen=True)
class Setting:
    """One row. `default` is as on the board (num: hundredths); None where there is none or it depends."""

    name: str
    row: tuple[Any, ...]
    spellings: tuple[str, ...]

    @property
    def section(self) -> str:
        return self.name.split(".")[0]

    @property
    def key(self) -> str:
        return self.name.split(".")[1]

    @property
    def kind(self) -> str:
        kind: str = self.row[1]
        return kind

    @property
    def choices(self) -> tuple[str, ...]:
        return self.row[2] if self.kind == "choice" else ("true", "false") if self.kind == "bool" else ()

    @property
    def default(self) -> str | int | bool | None:
        default: str | int | bool | None = self.row[4]
        return default

    @property
    def required(self) -> bool:
        return "R" in self.row[5]

    @property
    def secret(self) -> bool:
        return "S" in self.row[5]

    @property
    def vital(self) -> bool:
        """Whether the charger stays Unavailable with a bad value."""
        return self.required or "V" in self.row[5]

    @property
    def bare(self) -> bool:
        """Whether a laptop's file has it without quotes."""
        return self.kind in ("int", "hex", "num", "bool")

    @property
    def variable(self) -> str:
        """Its name in the environment and on the board."""
        return self.spellings[0]

    def check(self, text: str) -> str | int | bool:
        """The value as the board will see it; ValueError with the board's own reason."""
        value: str | int | bool = board_settings.check(self.row, text)
        return value

    def text(self, value: str | int | bool) -> str:
        """The text that stands for a typed value: the inverse of check()."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if self.kind == "hex":
            return f"0x{value:X}"
        if self.kind == "num":
            return f"{int(value) / 100:g}"
        return str(value)

    def canonical(self, text: str) -> str:
        """The one way to write a good value ("+0x3c" is "0x3C"); a bad one as it is."""
        try:
            return self.text(self.check(text))
        except ValueError:
            return text

    def plain(self, text: str) -> str | int | float | bool:
        """A good value as JSON and TOML have it."""
        if self.kind != "num":
            return self.check(text)
        hundredths = int(self.check(text))
        return hundredths / 100 if hundredths % 100 else hundredths // 100

    def shown(self, text: str, reveal: bool = False) -> str:
        """`text` for a person: a secret that is set is masked."""
        return MASK if self.secret and text and not reveal else text

    def shown_json(self, text: str, reveal: bool = False) -> str | int | float | bool | None:
        """`text` for a program: masked likewise, with the type it has; None where the board decides."""
        shown = self.shown(text, reveal)
        if shown != text:
            return shown
        return self.plain(text) if text or self.default == "" else None


def _setting(row: tuple[Any, ...]) -> Setting:
    return Setting(row[0], row, board_settings.spellings(row[0]))


SETTINGS: dict[str, Setting] = {row[0]: _setting(row) for row in board_settings.TABLE}
BY_VARIABLE: dict[str, Setting] = {
    variable: setting for setting in SETTINGS.values() for variable in setting.spellings
}
# CircuitPython's own settings, on every board or on some: none of ours. They stand on the drive without
# quotes: CircuitPython takes a number or a bool in quotes for a mistake, and goes on with its own default.
CIRCUITPYTHONS: dict[str, Setting] = {
    row[0]: Setting(row[0], row, (row[0],))
    for row in (
        # From the 1536 of CircuitPython 9 up, which is what the charger is built for.
        ("CIRCUITPY_PYSTACK_SIZE", "int", 1536, 65536, 2048, ""),
        ("CIRCUITPY_BLE_WORKFLOW", "bool", 0, 0, False, ""),
    )
}
SECTIONS: tuple[str, ...] = tuple(dict.fromkeys(setting.section for setting in SETTINGS.values()))


def setting_of(variable: str) -> Setting | None:
    """The setting that a variable of ours, or one of CircuitPython's that is written with them, has the value of."""
    if variable in RENDERED:
        return SETTINGS[RENDERED[variable]]
    return BY_VARIABLE.get(variable) or CIRCUITPYTHONS.get(variable)


def near_section(section: str) -> str | None:
    return nearest(section.lower(), SECTIONS)


def near_name(name: str) -> str | None:
    """The setting meant by a misspelt `section.key`, also when only the section is wrong."""
    section, _, key = name.lower().rpartition(".")
    same_key = [setting.name for setting in SETTINGS.values() if setting.key == key]
    if len(same_key) == 1:
        return same_key[0]
    # Within its section a key may be further off.
    keys = [setting.key for setting in SETTINGS.values() if setting.section == section]
    near = nearest(key, keys, 0.6)
    return f"{section}.{near}" if near else nearest(name.lower(), SETTINGS)


def near_variable(variable: str) -> str | None:
    """The variable meant by a misspelt one; what all of them begin with says nothing about likeness."""
    known = [each.removeprefix(PREFIX) for each in BY_VARIABLE]
    near = nearest(variable.upper().removeprefix(PREFIX), known)
    return PREFIX + near if near else None
