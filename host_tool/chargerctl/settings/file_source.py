# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A settings file as a source, with sections (the laptop's) or flat (a board's). Reports line and column of mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chargerctl.likeness import did_you_mean
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.problems import Place
from chargerctl.settings.sources import Source
from chargerctl.settings.table import (
    BY_VARIABLE,
    CIRCUITPYTHONS,
    PREFIX,
    RENDERED,
    SECTIONS,
    SETTINGS,
    Setting,
    near_name,
    near_section,
    near_variable,
)
from chargerctl.settings.toml_file import Item, parse, read_bytes


def from_file(path: Path) -> Source:
    """InputError if it cannot be read."""
    return from_bytes(read_bytes(path), str(path))


def from_bytes(data: bytes, label: str) -> Source:
    """label: the file in messages."""
    return _FileSource(data, label).found


class _FileSource:
    def __init__(self, data: bytes, label: str) -> None:
        self._file = parse(data, label)
        self.found = Source(problems=self._file.problems)
        self._first: dict[str, Item] = {}
        flat = [item for item in self._file.items if len(item.path) == 1 and item.path[0].isupper()]
        # Section as written -> as probably meant, so that the keys of a misspelt one are checked; "" if that is not clear.
        self._sections = {section: section for section in SECTIONS}
        if flat:
            self._refuse_sections(flat[0])
        else:
            self._check_sections()
        self._mention_broken()
        for item in self._file.items:
            self._take(item)
        for item in self._file.items:
            self._check_rendered(item)
        if flat:
            self._check_on_board(data)

    def _refuse_sections(self, first: Item) -> None:
        for path, place in self._file.headers.items():
            self.found.complain(
                place,
                f"[{'.'.join(path)}] in a flat file (line {first.name_at.line}): "
                "use sections or CHARGER_ names, not both",
            )
            self._sections.setdefault(path[0] if path else "", "")

    def _check_sections(self) -> None:
        written: dict[str, Place] = {}
        for path, place in self._file.headers.items():
            written.setdefault(path[0] if path else "", place)
        for item in self._file.items:
            if len(item.path) > 1:
                written.setdefault(item.path[0], item.name_at)
        for section, place in written.items():
            if section not in self._sections:
                near = near_section(section)
                hint = did_you_mean(near and f"[{near}]", "is not a section")
                self.found.complain(place, f"[{section}]: {hint}")
                self._sections[section] = near or ""

    def _mention_broken(self) -> None:
        """A setting whose line cannot be read is not reported as missing, too."""
        if self._file.unread:
            self.found.mentioned.update(SETTINGS)
        for path in self._file.broken:
            setting = self._meant(path)
            if setting:
                self.found.mentioned.add(setting.name)

    def _meant(self, path: tuple[str, ...]) -> Setting | None:
        if len(path) == 1:
            return BY_VARIABLE.get(path[0])
        return SETTINGS.get(self._name(path)) if path else None

    def _name(self, path: tuple[str, ...]) -> str:
        return ".".join((self._sections.get(path[0], path[0]), *path[1:]))

    def _take(self, item: Item) -> None:
        name = ".".join(item.path)
        setting = self._meant(item.path)
        if len(item.path) > 1 and self._sections.get(item.path[0]) == "":
            return  # its section has been reported
        if setting is None:
            self._unknown(item, name)
            return
        earlier = self._first.setdefault(setting.name, item)
        if earlier is not item:
            if earlier.path == item.path or earlier.value != item.value:
                other = "" if earlier.path == item.path else f", as {'.'.join(earlier.path)}"
                line = earlier.name_at.line
                self.found.complain(item.name_at, f"{name}: is already set in line {line}{other}")
            return
        try:
            text = as_text(setting, item.value)
        except ValueError as error:
            self.found.mentioned.add(setting.name)
            self.found.complain(item.value_at, f"{name}: {error}")
            return
        self.found.take(setting, text, "file", item.value_at, f"{name}: ")

    def _unknown(self, item: Item, name: str) -> None:
        variable = BY_VARIABLE.get(item.path[-1])
        if name in RENDERED or item.value == {}:
            return
        if name in CIRCUITPYTHONS and item.value == CIRCUITPYTHONS[name].default:
            return  # it has the value that a deploy writes
        if name.startswith("CIRCUITPY_"):
            message = "is a setting of CircuitPython: keep it in the board's file"
            self.found.complain(item.name_at, f"{name}: {message}", warning=True)
        elif variable:
            self.found.mentioned.add(variable.name)
            message = f"in a file with sections write {variable.key} in [{variable.section}]"
            self.found.complain(item.name_at, f"{item.path[-1]}: {message}")
        elif self._name(item.path[:2]) in SETTINGS:
            self.found.mentioned.add(self._name(item.path[:2]))
            self.found.complain(item.value_at, f"{'.'.join(item.path[:2])}: must be one value, not a table")
        else:
            near = self._near(item)
            meant = SETTINGS.get(near or "") or BY_VARIABLE.get(near or "")
            if meant:
                self.found.mentioned.add(meant.name)
            self.found.complain(item.name_at, f"{name}: {did_you_mean(near)}")

    def _near(self, item: Item) -> str | None:
        name = item.path[0]
        if len(item.path) > 1:
            return near_name(self._name(item.path))
        return near_variable(name) if name.upper().startswith(PREFIX) else near_name(f".{name}")

    def _check_rendered(self, item: Item) -> None:
        """A deploy writes the variables of the web workflow from our settings: another value there would be lost."""
        name = RENDERED.get(item.path[0]) if len(item.path) == 1 else None
        given = self.found.given.get(name or "")
        if name and (given is None or given.text != item.value):
            message = f"{item.path[0]}: is written from {name} by a deploy: set that instead"
            self.found.complain(item.name_at, message, warning=True)

    def _check_on_board(self, data: bytes) -> None:
        """Warn of lines in a flat file, which is a board's, that chargerctl can read and the board cannot."""
        reported = self._file.continued | {problem.place.line for problem in self.found.problems}
        for fault in read_board_file(data).faults:
            if fault.line not in reported:
                message = f"the board cannot read this line: {fault.reason}"
                self.found.complain(self._file.place(fault.line, 1), message, warning=True)


def as_text(setting: Setting, value: Any) -> str:
    """The text for the board of a TOML value; ValueError if it has the wrong type."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        if not setting.bare:
            raise ValueError("must be in double quotes")
        return ("true" if value else "false") if isinstance(value, bool) else repr(value)
    if isinstance(value, list | dict):
        raise ValueError(f"must be one value, not {'an array' if isinstance(value, list) else 'a table'}")
    raise ValueError("must be one value, not a date or a time")
