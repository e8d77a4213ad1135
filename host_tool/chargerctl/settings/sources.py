# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The settings that one source gives, with the environment and `--set` as sources. Checks each value on its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from chargerctl.boards.catalogue import Board
from chargerctl.likeness import did_you_mean
from chargerctl.settings.problems import Place, Problem
from chargerctl.settings.secret_names import repeatable
from chargerctl.settings.table import (
    BY_VARIABLE,
    CIRCUITPYTHONS,
    PREFIX,
    RENDERED,
    SETTINGS,
    Setting,
    near_name,
    near_variable,
)


def rendered_pair(flat: Mapping[str, str]) -> dict[str, str]:
    """CircuitPython's own Wi-Fi variables: none without a web password, because they make it connect before our program."""
    texts = {variable: flat.get(SETTINGS[name].variable, "") for variable, name in RENDERED.items()}
    return texts if texts["CIRCUITPY_WEB_API_PASSWORD"] else {}


def for_circuitpython(board: Board | None) -> dict[str, str]:
    """CircuitPython's own settings that every deploy to this board writes; None: the board is not known."""
    texts = {variable: setting.text(setting.row[4]) for variable, setting in CIRCUITPYTHONS.items()}
    if board is not None and not board.bluetooth_open:
        del texts["CIRCUITPY_BLE_WORKFLOW"]
    return texts


@dataclass(frozen=True)
class Given:
    """A value from a source, as text; it has passed its own check."""

    setting: Setting
    text: str  # canonical
    source: str  # file, environment, command line
    place: Place
    label: str  # prefix of messages about it: "mqtt.broker: " in a file, else empty

    def problem(self, message: str, warning: bool = False) -> Problem:
        return Problem(self.place, self.label + message, warning)


@dataclass
class Source:
    """The settings of one source, and its mistakes. `mentioned`: also those with a bad value."""

    given: dict[str, Given] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, place: Place, message: str, warning: bool = False) -> None:
        self.problems.append(Problem(place, message, warning))

    def take(self, setting: Setting, text: str, source: str, place: Place, label: str) -> None:
        """Keep the value if it is valid; `label`: as in Given."""
        self.mentioned.add(setting.name)
        try:
            text = setting.text(setting.check(text))
        except ValueError as error:
            self.complain(place, f"{label}{error}")
        else:
            self.given[setting.name] = Given(setting, text, source, place, label)


def from_environment(environ: Mapping[str, str]) -> Source:
    """Every CHARGER_ variable, in lower case too; an unknown one is a mistake, with the nearest name."""
    found = Source()
    for variable in sorted(name for name in environ if name.upper().startswith(PREFIX)):
        place, setting = Place(f"${variable}"), BY_VARIABLE.get(variable)
        if setting is None:
            found.complain(place, did_you_mean(near_variable(variable)))
            continue
        earlier = found.given.get(setting.name)
        if earlier and earlier.text != setting.canonical(environ[variable]):
            found.complain(place, f"differs from {earlier.place}, another name of the same setting")
            continue
        found.take(setting, environ[variable], "environment", place, "")
    return found


def from_overrides(overrides: Iterable[str]) -> Source:
    """`section.key=value` of each --set; of several for one setting the last one wins."""
    found = Source()
    for override in overrides:
        typed, equals, text = override.partition("=")
        name = repeatable(typed)
        place = Place(f"--set {name}" if equals or name in SETTINGS else "--set")
        if not equals or (name in SETTINGS and name != typed.strip()):
            found.complain(place, "must be SECTION.KEY=VALUE")
        elif name not in SETTINGS:
            found.complain(place, did_you_mean(near_name(name)))
        else:
            found.take(SETTINGS[name], text, "command line", place, "")
    return found
