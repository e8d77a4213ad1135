# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The file of named boards, boards.toml: for each name an address, and the settings file of that charger.

    [boards]
    garage = "uid:E66164084373532B"

    [boards.carport]
    address = "serial:/dev/ttyACM0"
    settings = "carport.toml"

Passwords do not belong in it: they are in the settings files, or in the environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from chargerctl.boards.address import AUTO, Address, Folder, SerialPort, parse
from chargerctl.errors import InputError
from chargerctl.files import state_folder
from chargerctl.likeness import did_you_mean, nearest
from chargerctl.settings import toml_file
from chargerctl.settings.problems import Place, SettingsError
from chargerctl.settings.secret_names import is_secret
from chargerctl.visible import visible

BOARDS_FILE = "boards.toml"
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_KEYS = ("address", "settings")


@dataclass(frozen=True)
class NamedBoard:
    """settings: the file with this charger's settings; None: as for a board without a name."""

    name: str
    address: Address
    settings: Path | None = None


@dataclass(frozen=True)
class NamedBoards:
    """The boards of one file, in its order; label: the file, "" for none."""

    boards: Mapping[str, NamedBoard]
    label: str = ""

    def near(self, text: str) -> str:
        """A hint for a name that is not among them."""
        if not self.label:
            return f"there is no {BOARDS_FILE} with names of boards"
        return did_you_mean(nearest(text, self.boards), f"{self.label} has no board of that name")


NONE = NamedBoards({})


def known_boards() -> NamedBoards:
    """Those of boards.toml in the working folder, else of the user's own."""
    return read_boards(find_file(Path(), state_folder()))


def named_address(text: str) -> Address | None:
    """The address of the board of this name; None if there is none. The file is read only for what can be a name."""
    board = known_boards().boards.get(text) if is_name(text) else None
    return board.address if board else None


def named_settings(address: Address | None) -> Path | None:
    """The settings file of the board that was found by its name; None if it has none."""
    board = known_boards().boards.get(address.called) if address and address.called else None
    return board.settings if board else None


def is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def find_file(*folders: Path) -> Path | None:
    """The first that has one: the working folder's goes before the user's own."""
    return next((path for folder in folders if os.path.lexists(path := folder / BOARDS_FILE)), None)


def read_boards(path: Path | None) -> NamedBoards:
    """SettingsError with every mistake in it."""
    return NONE if path is None else _read(toml_file.read_bytes(path), path)


def _read(data: bytes, path: Path) -> NamedBoards:
    found = toml_file.parse(data, str(path))
    entries = _Entries(found, path)
    if found.problems:
        raise SettingsError(sorted(found.problems, key=lambda problem: problem.order), f"{path}")
    return NamedBoards(entries.boards(), str(path))


class _Entries:
    """What the file says of each board."""

    def __init__(self, found: toml_file.TomlFile, path: Path) -> None:
        self._found = found
        self._path = path
        self._addresses: dict[str, Address] = {}
        self._settings: dict[str, Path] = {}
        seen: dict[tuple[str, ...], toml_file.Item] = {}
        self._given = found.broken.union(item.path for item in found.items)
        for item in found.items:
            earlier = seen.setdefault(item.path, item)
            if earlier is not item:
                self._complain(item.name_at, f"{item.path[-1]} is already in line {earlier.name_at.line}")
            elif self._is_of_a_board(item.path, item.name_at):
                self._take(item)
        for header, place in found.headers.items():
            if len(header) != 1 or header[0] != "boards":
                self._check_header(header, place)
        for item in found.items:
            if len(item.path) == 3 and item.path[:2] not in found.headers:
                self._check_address(item)

    def boards(self) -> dict[str, NamedBoard]:
        return {
            name: NamedBoard(name, replace(address, called=name), self._settings.get(name))
            for name, address in self._addresses.items()
        }

    def _is_of_a_board(self, path: tuple[str, ...], place: Place) -> bool:
        if path[0] != "boards":
            if path[:1] not in self._found.headers:  # otherwise reported there
                self._complain(place, f'{path[0]}: put it below [boards], as NAME = "ADDRESS"')
            return False
        if len(path) == 1 or len(path) > 3:
            self._complain(place, f'{".".join(path)}: a board is NAME = "ADDRESS" below [boards]')
            return False
        if not _NAME.fullmatch(path[1]):
            self._complain(
                place, "the name of a board is 1 to 32 letters, digits, - and _, without a - or _ in front"
            )
            return False
        return True

    def _take(self, item: toml_file.Item) -> None:
        name, key = item.path[1], item.path[2] if len(item.path) == 3 else "address"
        if is_secret(key):
            self._complain(
                item.name_at,
                f"{key}: a password does not belong here: put it in the board's settings file, [web] api_password",
            )
        elif key not in _KEYS:
            self._complain(
                item.name_at,
                f"{key}: {did_you_mean(nearest(key, _KEYS), 'a board has address and settings')}",
            )
        elif not isinstance(item.value, str) or not item.value:
            self._complain(item.value_at, f"{key}: must be a text in double quotes")
        elif visible(item.value) != item.value:
            self._complain(item.value_at, f"{key}: has a control character")
        elif key == "settings" and os.path.lexists(path := self._beside(item.value)) and not path.is_file():
            self._complain(item.value_at, f"settings: {visible(item.value)} is not a file")
        elif key == "settings":
            self._settings[name] = self._beside(item.value)
        else:
            self._take_address(name, item)

    def _take_address(self, name: str, item: toml_file.Item) -> None:
        try:
            address = parse(item.value)
            if isinstance(address, Folder):
                address = Folder(self._beside(item.value))
            same = [other for other, its in self._addresses.items() if its.digest == address.digest]
        except InputError as error:
            self._complain(item.value_at, error.message)
            return
        if address == SerialPort(AUTO):
            self._complain(
                item.value_at, "auto is whichever board is there: give its port, or uid: and its UID"
            )
        elif same:
            self._complain(item.value_at, f"is already the address of {same[0]}: a board has one name")
        else:
            self._addresses[name] = address

    def _check_header(self, header: tuple[str, ...], place: Place) -> None:
        shown = f"[{'.'.join(header)}]"
        if header[:1] != ("boards",):
            self._complain(place, f"{shown}: this file has [boards] and [boards.NAME] only")
        elif len(header) == 2 and (*header, "address") not in self._given:
            self._complain(place, f"{shown} has no address")

    def _check_address(self, item: toml_file.Item) -> None:
        """Of a board that has no header of its own, but braces or dots."""
        board = item.path[:2]
        if board[0] == "boards" and self._given.isdisjoint({board, (*board, "address")}):
            self._complain(item.name_at, f"{board[1]} has no address")

    def _beside(self, text: str) -> Path:
        """Relative to the file."""
        return self._path.parent / os.path.expanduser(text)  # noqa: PTH111 - Path raises for an unknown user

    def _complain(self, place: Place, message: str) -> None:
        self._found.complain(place.line, place.column, message)
