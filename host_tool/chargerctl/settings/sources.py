# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What each source says of each setting: a file, the environment, `--set`. Checks each value on its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.problems import Place, Problem
from chargerctl.settings.table import (
    BY_VARIABLE,
    SECTIONS,
    SETTINGS,
    Setting,
    near_name,
    near_section,
    near_variable,
)
from chargerctl.settings.toml_file import Item, TomlFile, parse, read_bytes

PREFIX = "CHARGER_"

# CircuitPython's own variables that chargerctl writes from settings: they may stand in a rendered file.
RENDERED = {
    "CIRCUITPY_WIFI_SSID": "wifi.ssid",
    "CIRCUITPY_WIFI_PASSWORD": "wifi.password",
    "CIRCUITPY_WEB_API_PASSWORD": "web.api_password",
}


def rendered_pair(flat: Mapping[str, str]) -> dict[str, str]:
    """What CircuitPython itself is given: nothing without a web password, for the pair makes it connect first."""
    texts = {variable: flat.get(SETTINGS[name].variable, "") for variable, name in RENDERED.items()}
    return texts if texts["CIRCUITPY_WEB_API_PASSWORD"] else {}


@dataclass(frozen=True)
class Given:
    """A value that somebody gave, as text; it has passed its own check."""

    setting: Setting
    text: str  # canonical
    source: str  # file, environment, command line
    place: Place
    label: str  # what to call it after the place: "mqtt.broker: " in a file, else nothing


@dataclass
class Source:
    """All that one source says, and what is wrong with it. `mentioned`: settings given at all."""

    given: dict[str, Given] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, place: Place, message: str, warning: bool = False) -> None:
        self.problems.append(Problem(place, message, warning))

    def take(self, setting: Setting, text: str, source: str, place: Place, label: str) -> None:
        """Keep the value if it passes; `label` is what the person called the setting."""
        self.mentioned.add(setting.name)
        try:
            text = setting.text(setting.check(text))
        except ValueError as error:
            self.complain(place, f"{label}{error}")
        else:
            self.given[setting.name] = Given(setting, text, source, place, label)


def from_environment(environ: Mapping[str, str]) -> Source:
    """Every CHARGER_ variable; one that is no setting is a mistake, with the nearest name."""
    found = Source()
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        place, setting = Place(f"${variable}"), BY_VARIABLE.get(variable)
        if setting is None:
            found.complain(place, _did_you_mean(near_variable(variable)))
            continue
        earlier = found.given.get(setting.name)
        if earlier and earlier.text != environ[variable]:
            found.complain(place, f"differs from {earlier.place}, which means the same setting")
            continue
        found.take(setting, environ[variable], "environment", place, "")
    return found


def from_overrides(overrides: Iterable[str]) -> Source:
    """`section.key=value` of each --set; the last of several for one setting counts."""
    found = Source()
    for override in overrides:
        name, equals, text = override.partition("=")
        name = name.strip()
        if not equals:
            # What follows may be a secret that was set apart by a blank: only a setting's name is repeated.
            word = name.split()[0] if name.split() else ""
            label = f"--set {word}" if word in SETTINGS else "--set"
            found.complain(Place(label), "must be SECTION.KEY=VALUE")
            continue
        place = Place(f"--set {name}")
        if name not in SETTINGS:
            found.complain(place, _did_you_mean(near_name(name)))
            continue
        found.take(SETTINGS[name], text, "command line", place, "")
    return found


def from_file(path: Path) -> Source:
    """A laptop's file in sections or a board's flat one; InputError where it cannot be read."""
    return from_bytes(read_bytes(path), str(path))


def from_bytes(data: bytes, label: str) -> Source:
    parsed = parse(data, label)
    found = Source(problems=parsed.problems)
    flat = [item for item in parsed.items if len(item.path) == 1 and item.path[0].isupper()]
    if flat:
        _check_flat(data, parsed, flat[0], found)
    sections = _sections(parsed, bool(flat), found)
    for path in parsed.broken:
        setting = _meant(path, sections)
        if setting:
            found.mentioned.add(setting.name)
    first: dict[str, Item] = {}
    for item in parsed.items:
        _take_item(item, sections, first, found)
    _check_rendered(parsed, found)
    return found


def _check_flat(data: bytes, parsed: TomlFile, first: Item, found: Source) -> None:
    """A flat file is a board's: no sections, and what the board cannot read is said."""
    for path, place in parsed.headers.items():
        found.complain(
            place,
            f"[{'.'.join(path)}] in a flat file: a board stops reading here, "
            f"and line {first.name_at.line} is flat; use sections or CHARGER_ names, not both",
        )
    told = {problem.place.line for problem in parsed.problems}
    for fault in read_board_file(data).faults:
        if fault.line not in told:
            place = parsed.place(fault.line, 1)
            found.complain(place, f"a board does not read this line: {fault.reason}", warning=True)


def _sections(parsed: TomlFile, flat: bool, found: Source) -> dict[str, str]:
    """Section as written -> section as meant; a misspelt one is a mistake, and its keys are still checked."""
    meant = {section: section for section in SECTIONS}
    written = {path[0]: place for path, place in reversed(parsed.headers.items()) if path}
    for item in reversed(parsed.items):
        if len(item.path) > 1:
            written.setdefault(item.path[0], item.name_at)
    for section, place in written.items():
        if section in meant:
            continue
        near = near_section(section)
        if not flat:
            found.complain(
                place, f"[{section}]: " + (f"did you mean [{near}]?" if near else "is not a section")
            )
        meant[section] = near or ""
    return meant


def _meant(path: tuple[str, ...], sections: dict[str, str]) -> Setting | None:
    if len(path) == 1:
        return BY_VARIABLE.get(path[0])
    return SETTINGS.get(f"{sections.get(path[0], path[0])}.{'.'.join(path[1:])}") if path else None


def _take_item(item: Item, sections: dict[str, str], first: dict[str, Item], found: Source) -> None:
    name = ".".join(item.path)
    if len(item.path) > 1 and sections.get(item.path[0]) == "":
        return  # a section that nobody can tell; said already
    setting = _meant(item.path, sections)
    if setting is None:
        if name in RENDERED:
            return
        if name.startswith("CIRCUITPY_"):
            message = "is CircuitPython's own: keep it in the board's file, where chargerctl leaves it alone"
            found.complain(item.name_at, f"{name}: {message}", warning=True)
        elif item.value == {}:
            pass  # an empty table
        else:
            near = _near_item(item, sections)
            found.complain(item.name_at, f"{name}: {_did_you_mean(near)}")
            meant = SETTINGS.get(near or "") or BY_VARIABLE.get(near or "")
            if meant:
                found.mentioned.add(meant.name)
        return
    earlier = first.setdefault(setting.name, item)
    if earlier is not item:
        same = earlier.path != item.path and earlier.value == item.value
        if not same:
            other = "" if earlier.path == item.path else f", as {'.'.join(earlier.path)}"
            found.complain(item.name_at, f"{name}: is already set in line {earlier.name_at.line}{other}")
        return
    try:
        text = as_text(setting, item.value)
    except ValueError as error:
        found.mentioned.add(setting.name)
        found.complain(item.value_at, f"{name}: {error}")
        return
    found.take(setting, text, "file", item.value_at, f"{name}: ")


def _near_item(item: Item, sections: dict[str, str]) -> str | None:
    if len(item.path) > 1:
        return near_name(f"{sections.get(item.path[0], item.path[0])}.{'.'.join(item.path[1:])}")
    name = item.path[0]
    return near_variable(name) if name.upper().startswith(PREFIX) else near_name(f".{name}")


def as_text(setting: Setting, value: Any) -> str:
    """A TOML value as the text the board would be given; ValueError where the type is wrong."""
    if isinstance(value, str):
        return value
    if setting.kind in ("int", "hex", "num", "bool") and isinstance(value, bool | int | float):
        if isinstance(value, bool):
            return "true" if value else "false"
        return repr(value)
    if isinstance(value, bool | int | float):
        raise ValueError("must be in double quotes")
    kind = (
        "an array"
        if isinstance(value, list)
        else "a table"
        if isinstance(value, dict)
        else "a date or a time"
    )
    raise ValueError(f"must be one value, not {kind}")


def _did_you_mean(near: str | None) -> str:
    return f"did you mean {near}?" if near else "is not a setting"


def _check_rendered(parsed: TomlFile, found: Source) -> None:
    """The pair that the web workflow reads is written from ours: a different value there would be lost."""
    for item in parsed.items:
        name = RENDERED.get(item.path[0]) if len(item.path) == 1 else None
        if name is None:
            continue
        given = found.given.get(name)
        if given is None or given.text != item.value:
            message = f"is written from {name} on the board: set that instead"
            found.complain(item.name_at, f"{item.path[0]}: {message}", warning=True)
