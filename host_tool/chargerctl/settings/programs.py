# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The settings of a program on this laptop, such as [central]: default < file < environment < option.

A dataclass is the table of a section; each field is made by key() or pairs():

    @dataclass(frozen=True)
    class Bridge:
        to: str = key(text(1, 200), "", "Where to.")

    found = load(Bridge, "bridge", Sources(Path("bridge.toml"), os.environ, {"to": "wss://host"}))
    found.values.to

The file has one section for each program that it is for, `[bridge]` here. The variable is CHARGERCTL_BRIDGE_TO, the option
--to.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from chargerctl.errors import InputError
from chargerctl.files import read_file, state_folder
from chargerctl.likeness import did_you_mean, nearest
from chargerctl.settings import toml_file
from chargerctl.settings.effective import seen_by_others
from chargerctl.settings.kinds import Kind
from chargerctl.settings.problems import Place, Problem, SettingsError
from chargerctl.settings.table import MASK

PROGRAMS = ("central", "bridge")  # each may have its section in the file of another

_METADATA = "chargerctl"
_CERTAIN = 0.9  # how like a setting a name must be that can be another's variable, too
Table = TypeVar("Table")


@dataclass(frozen=True)
class Key:
    """One setting. default: its text, as a person would write it. kind None: a table of free names, in the file only."""

    name: str
    kind: Kind | None
    default: str
    help: str
    secret: bool = False
    check_pair: Callable[[str, str], object] | None = None
    """Of a table of free names: ValueError with what is wrong with a name or its value."""

    @property
    def option(self) -> str:
        return "--" + self.name.replace("_", "-")

    def default_in(self, folder: Path) -> str:
        """The default; a path with its whole way."""
        is_path = self.kind is not None and self.kind.is_path and self.default != ""
        return str((folder / self.default).absolute()) if is_path else self.default

    def shown(self, text: str) -> str:
        if self.secret:
            return MASK if text else text
        return self.kind.shown(text) if self.kind and self.kind.shown else text


def key(kind: Kind, default: str, help: str, *, secret: bool = False) -> Any:
    """A field of a table of settings."""
    return field(
        default_factory=lambda: kind.check(default, Path()),
        repr=not secret and kind.shown is None,
        metadata={_METADATA: Key("", kind, default, help, secret)},
    )


def pairs(help: str, *, secret: bool = False, check: Callable[[str, str], object] | None = None) -> Any:
    """A field that is a table of its own, NAME = VALUE, whose names the table of settings does not know: dict[str, str].
    check(name, value): ValueError with what is wrong with them."""
    return field(default_factory=dict, metadata={_METADATA: Key("", None, "", help, secret, check)})


def keys(table: type) -> dict[str, Key]:
    """Every setting of the table, in its order."""
    return {
        each.name: dataclasses.replace(each.metadata[_METADATA], name=each.name)
        for each in dataclasses.fields(table)
    }


@dataclass(frozen=True)
class Sources:
    """Where settings come from. options: {setting: text}; folder: where a default that is a relative path begins, whether
    there is a file or not; commands: the subcommands of the program, whose options have variables that begin like those of
    the settings; remedy: where the file is missing, what to do, after "; "."""

    path: Path | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path()
    commands: Sequence[str] = ()
    remedy: str = "; correct its path"


@dataclass(frozen=True)
class Explained:
    """A setting and where its value comes from; text: never a secret."""

    key: Key
    text: str
    source: str  # default, file, environment, option
    place: Place | None


@dataclass(frozen=True)
class Loaded(Generic[Table]):
    values: Table
    explained: Sequence[Explained]
    warnings: Sequence[Problem]


def find_file(name: str, variable: str, environ: Mapping[str, str]) -> Path | None:
    """The settings file when none is named: of the variable, else in the current folder, else in chargerctl's own."""
    if named := environ.get(variable):
        return Path(named)
    places = (Path(), state_folder())
    return next((path for folder in places if os.path.lexists(path := folder / name)), None)


def load(table: type[Table], section: str, given: Sources) -> Loaded[Table]:
    """SettingsError with every mistake of every source; InputError where the file cannot be read."""
    return _Reading(table, section, given).loaded()


class _Reading(Generic[Table]):
    def __init__(self, table: type[Table], section: str, given: Sources) -> None:
        self._table = table
        self._section = section
        self._keys = keys(table)
        self._prefix = f"CHARGERCTL_{section.upper()}_"
        self._given = given
        self._values: dict[str, Any] = {}
        self._explained: dict[str, Explained] = {}
        self._problems: list[Problem] = []
        self._headers: Mapping[tuple[str, ...], Place] = {}
        for each in self._keys.values():
            if each.kind:
                self._values[each.name] = each.kind.check(each.default, given.folder)
            text = each.shown(each.default_in(given.folder))
            self._explained[each.name] = Explained(each, text, "default", None)

    def loaded(self) -> Loaded[Table]:
        if self._given.path:
            self._read_file(self._given.path)
        self._read_environment()
        for name, text in self._given.options.items():
            self._take(self._keys[name], text, "option", Place(self._keys[name].option), Path())
        if any(not problem.warning for problem in self._problems):
            raise SettingsError(sorted(self._problems, key=lambda problem: problem.order))
        return Loaded(self._table(**self._values), [*self._explained.values()], self._problems)

    def _take(self, key: Key, text: str, source: str, place: Place, folder: Path, label: str = "") -> None:
        assert key.kind
        try:
            self._values[key.name] = key.kind.check(text, folder)
        except ValueError as error:
            self._complain(place, f"{label}{error}")
        else:
            self._explained[key.name] = Explained(key, key.shown(text), source, place)

    # The environment.

    def _read_environment(self) -> None:
        for variable in sorted(self._given.environ):
            if variable.upper().startswith(self._prefix):
                self._take_variable(variable, variable[len(self._prefix) :].lower())

    def _take_variable(self, variable: str, name: str) -> None:
        found, place = self._keys.get(name), Place(f"${variable}")
        if found and found.kind and variable == variable.upper():
            self._take(found, self._given.environ[variable], "environment", place, Path())
        elif found and found.kind is None:
            self._complain(place, f"is a table: write [{self._section}.{name}] in the file")
        elif name != "config":
            of_command = any(name.startswith(f"{command}_") for command in self._given.commands)
            near = nearest(name, self._keys, _CERTAIN if of_command else 0.7)
            if near or not of_command:
                self._complain(place, did_you_mean(near and f"{self._prefix}{near.upper()}"))

    # The file.

    def _read_file(self, path: Path) -> None:
        try:
            data = read_file(path, 1 << 24)  # parse() refuses what is longer than a settings file
        except FileNotFoundError:
            raise InputError(f"{path}: file not found{self._given.remedy}") from None
        found = toml_file.parse(data, str(path))
        self._problems += found.problems
        self._headers = found.headers
        self._check_sections(found)
        first: dict[tuple[str, ...], Place] = {}
        for item in found.items:
            earlier = first.setdefault(item.path, item.name_at)
            if item.path[0] != self._section:
                continue
            if earlier is not item.name_at:
                self._complain(item.name_at, f"{item.path[-1]}: is already set in line {earlier.line}")
            else:
                self._take_item(item, path.parent)
        given = [each.key for each in self._explained.values() if each.source == "file"]
        if any(each.secret for each in given):
            self._problems += seen_by_others(path)

    def _check_sections(self, found: toml_file.TomlFile) -> None:
        written = {path[:1]: place for path, place in reversed(found.headers.items())}
        for item in found.items:
            written.setdefault(item.path[:1], item.name_at)
        for path, place in written.items():
            if not path or path[0] in PROGRAMS:
                continue
            if path[0] in self._keys:
                self._complain(place, f"{path[0]}: write it below [{self._section}]")
            else:
                near = nearest(path[0], PROGRAMS)
                self._complain(
                    place,
                    f"{path[0]}: {did_you_mean(near and f'[{near}]', f'must be below [{self._section}]')}",
                )
        for path, place in found.headers.items():
            if len(path) > 1 and path[0] == self._section and not self._is_pairs(path[1]):
                near = nearest(path[1], [name for name in self._keys if self._is_pairs(name)])
                self._complain(
                    place,
                    f"[{'.'.join(path)}]: {did_you_mean(near and f'[{self._section}.{near}]', 'is not a section')}",
                )

    def _is_pairs(self, name: str) -> bool:
        return name in self._keys and self._keys[name].kind is None

    def _take_item(self, item: toml_file.Item, folder: Path) -> None:
        path = item.path[1:]
        if not path:
            if item.value != {}:
                self._complain(item.value_at, f"{self._section}: must be a section, [{self._section}]")
            return
        name, found = path[0], self._keys.get(path[0])
        if found is None:
            if item.path[:2] not in self._headers:  # otherwise reported there
                self._complain(item.name_at, f"{name}: {did_you_mean(nearest(name, self._keys))}")
        elif found.kind is None:
            self._take_pair(found, path[1:], item)
        elif len(path) > 1:
            self._complain(item.value_at, f"{name}: must be one value, not a table")
        else:
            try:
                text = _as_text(found.kind, item.value)
            except ValueError as error:
                self._complain(item.value_at, f"{name}: {error}")
            else:
                self._take(found, text, "file", item.value_at, folder, f"{name}: ")

    def _take_pair(self, key: Key, path: tuple[str, ...], item: toml_file.Item) -> None:
        if len(path) != 1:
            if item.value != {}:
                self._complain(
                    item.value_at, f'{key.name}: must be NAME = "VALUE" below [{self._section}.{key.name}]'
                )
            return
        value = item.value
        if isinstance(value, bool):
            value = "true" if value else "false"
        if not isinstance(value, str | int | float):
            self._complain(item.value_at, f"{path[0]}: must be one value")
            return
        try:
            if key.check_pair:
                key.check_pair(path[0], str(value))
        except ValueError as error:
            self._complain(item.name_at, f"{path[0][:50]}: {error}")
        else:
            self._values.setdefault(key.name, {})[path[0]] = str(value)
            self._explained[key.name] = Explained(key, "", "file", item.name_at)

    def _complain(self, place: Place, message: str) -> None:
        self._problems.append(Problem(place, message))


def _as_text(kind: Kind, value: Any) -> str:
    """The text of a TOML value; ValueError if it has the wrong type."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        if not kind.bare:
            raise ValueError("must be in double quotes")
        return ("true" if value else "false") if isinstance(value, bool) else repr(value)
    raise ValueError(
        f"must be one value, not {'an array' if isinstance(value, list) else 'a table or a date'}"
    )
