# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's table of settings for the laptop: by name, by variable, by similar name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chargerctl.firmware_files import firmware_module
from chargerctl.likeness import nearest

board_settings = firmware_module("charger.settings")
board_check = firmware_module("charger.checks").check

PREFIX: str = board_settings.PREFIX
MASK = "***"

# CircuitPython's own variables that a deploy writes, each from one of our settings.
RENDERED = {
    "CIRCUITPY_WIFI_SSID": "wifi.ssid",
    "CIRCUITPY_WIFI_PASSWORD": "wifi.password",
    "CIRCUITPY_WEB_API_PASSWORD": "web.api_password",
}


@dataclass(frozen=True)
class Setting:
    """One row of the table. `default` as on the board (num: hundredths); None if there is none, or it depends."""

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
        return str(self.row[1])

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
    def of_board(self) -> bool:
        """Whether its default is the board's own: a pin of its profile."""
        return self.kind == "pin" and self.default == ""

    @property
    def bare(self) -> bool:
        """Whether it is written without quotes in the laptop's file."""
        return self.kind in ("int", "hex", "num", "bool")

    @property
    def variable(self) -> str:
        """Its name in the environment and in the board's file."""
        return self.spellings[0]

    def check(self, text: str) -> str | int | bool:
        """The value that the board will use; ValueError with the board's own reason."""
        value: str | int | bool = board_check(self.row, text)
        return value

    def text(self, value: str | int | bool) -> str:
        """The text of a value: the inverse of check()."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if self.kind == "hex":
            return f"0x{value:X}"
        if self.kind == "num":
            return f"{int(value) / 100:g}"
        return str(value)

    def canonical(self, text: str) -> str:
        """The normal form of a valid text ("+0x3c" is "0x3C"); a bad one unchanged."""
        try:
            return self.text(self.check(text))
        except ValueError:
            return text

    def plain(self, text: str) -> str | int | float | bool:
        """A valid text as a value for JSON and TOML."""
        if self.kind != "num":
            return self.check(text)
        hundredths = int(self.check(text))
        return hundredths / 100 if hundredths % 100 else hundredths // 100

    def shown(self, text: str, reveal: bool = False) -> str:
        """`text` for a person: a secret that is not empty is masked."""
        return MASK if self.secret and text and not reveal else text

    def shown_json(self, text: str, reveal: bool = False) -> str | int | float | bool | None:
        """`text` as a value for JSON, masked likewise; None if the board chooses the value."""
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
# CircuitPython's own settings that a deploy writes to all boards or to some. They are written without quotes:
# CircuitPython rejects a quoted number or bool, and uses its own default.
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
    """The setting behind a variable, of ours or of CircuitPython, in the board's file."""
    if variable in RENDERED:
        return SETTINGS[RENDERED[variable]]
    return BY_VARIABLE.get(variable) or CIRCUITPYTHONS.get(variable)


def near_section(section: str) -> str | None:
    return nearest(section.lower(), SECTIONS)


def near_name(name: str) -> str | None:
    """The setting that a misspelt `section.key` probably means, also if only the section is wrong."""
    section, _, key = name.lower().rpartition(".")
    same_key = [setting.name for setting in SETTINGS.values() if setting.key == key]
    if len(same_key) == 1:
        return same_key[0]
    # Within the right section a key may be less similar.
    keys = [setting.key for setting in SETTINGS.values() if setting.section == section]
    near = nearest(key, keys, 0.6)
    return f"{section}.{near}" if near else nearest(name.lower(), SETTINGS)


def near_variable(variable: str) -> str | None:
    """The variable that a misspelt one probably means; the common prefix does not count as similar."""
    known = [each.removeprefix(PREFIX) for each in BY_VARIABLE]
    near = nearest(variable.upper().removeprefix(PREFIX), known)
    return PREFIX + near if near else None
