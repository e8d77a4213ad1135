# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A settings file as a source: a laptop's in sections, or a board's flat one. Every mistake with line and column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.likeness import did_you_mean
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
    """InputError where it cannot be read."""
    return from_bytes(read_bytes(path), str(path))


def from_bytes(data: bytes, label: str) -> Source:
    """label: how messages call the file."""
    return _FileSource(data, label).found


class _FileSource:
    def __init__(self, data: bytes, label: str) -> None:
        self._file = parse(data, label)
        self.found = Source(problems=self._file.problems)
        self._first: dict[str, Item] = {}
        flat = [item for item in self._file.items if len(item.path) == 1 and item.path[0].isupper()]
        # Section as written -> as meant: the keys of a misspelt one are still checked; "" where that is not clear.
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

    def _complain(self, place: Place, message: str, warning: bool = False) -> None:
        self.found.complain(place, message, warning)

    def _refuse_sections(self, first: Item) -> None:
        for path, place in self._file.headers.items():
            self._complain(
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
                self._complain(place, f"[{section}]: {hint}")
                self._sections[section] = near or ""

    def _mention_broken(self) -> None:
        """A setting whose line could not be read is not missing as well."""
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
            return  # its section was complained of
        if setting is None:
            self._unknown(item, name)
            return
        earlier = self._first.setdefault(setting.name, item)
        if earlier is not item:
            if earlier.path == item.path or earlier.value != item.value:
                other = "" if earlier.path == item.path else f", as {'.'.join(earlier.path)}"
                line = earlier.name_at.line
                self._complain(item.name_at, f"{name}: is already set in line {line}{other}")
            return
        try:
            text = as_text(setting, item.value)
        except ValueError as error:
            self.found.mentioned.add(setting.name)
            self._complain(item.value_at, f"{name}: {error}")
            return
        self.found.take(setting, text, "file", item.value_at, f"{name}: ")

    def _unknown(self, item: Item, name: str) -> None:
        variable = BY_VARIABLE.get(item.path[-1])
        if name in RENDERED or item.value == {}:
            return
        if name in CIRCUITPYTHONS and item.value == CIRCUITPYTHONS[name].default:
            return  # as a deploy writes it
        if name.startswith("CIRCUITPY_"):
            message = "is CircuitPython's own: keep it in the board's file"
            self._complain(item.name_at, f"{name}: {message}", warning=True)
        elif variable:
            self.found.mentioned.add(variable.name)
            message = f"here it is called {variable.key}, in [{variable.section}]"
            self._complain(item.name_at, f"{item.path[-1]}: {message}")
        elif self._name(item.path[:2]) in SETTINGS:
            self.found.mentioned.add(self._name(item.path[:2]))
            self._complain(item.value_at, f"{'.'.join(item.path[:2])}: must be one value, not a table")
        else:
            near = self._near(item)
            meant = SETTINGS.get(near or "") or BY_VARIABLE.get(near or "")
            if meant:
                self.found.mentioned.add(meant.name)
            self._complain(item.name_at, f"{name}: {did_you_mean(near)}")

    def _near(self, item: Item) -> str | None:
        name = item.path[0]
        if len(item.path) > 1:
            return near_name(self._name(item.path))
        return near_variable(name) if name.upper().startswith(PREFIX) else near_name(f".{name}")

    def _check_rendered(self, item: Item) -> None:
        """The pair that the web workflow reads is written from ours: a different value there would be lost."""
        name = RENDERED.get(item.path[0]) if len(item.path) == 1 else None
        given = self.found.given.get(name or "")
        if name and (given is None or given.text != item.value):
            message = f"{item.path[0]}: is written from {name} on the board: set that instead"
            self._complain(item.name_at, message, warning=True)

    def _check_on_board(self, data: bytes) -> None:
        """A flat file is a board's: what chargerctl reads and the board does not."""
        told = self._file.continued | {problem.place.line for problem in self.found.problems}
        for fault in read_board_file(data).faults:
            if fault.line not in told:
                message = f"a board does not read this line: {fault.reason}"
                self._complain(self._file.place(fault.line, 1), message, warning=True)


def as_text(setting: Setting, value: Any) -> str:
    """A TOML value as the text the board would be given; ValueError where the type is wrong."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        if not setting.bare:
            raise ValueError("must be in double quotes")
        return ("true" if value else "false") if isinstance(value, bool) else repr(value)
    if isinstance(value, list | dict):
        raise ValueError(f"must be one value, not {'an array' if isinstance(value, list) else 'a table'}")
    raise ValueError("must be one value, not a date or a time")
