# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The settings in effect: default < file < environment < --set, each with its source."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chargerctl.boards.catalogue import BOARDS, Board
from chargerctl.settings.board_edit import BoardEdit
from chargerctl.settings.board_file import BoardFile
from chargerctl.settings.file_source import from_file
from chargerctl.settings.problems import Place, Problem, SettingsError
from chargerctl.settings.rules import check_together
from chargerctl.settings.sources import Given, Source, from_environment, from_overrides, rendered_pair
from chargerctl.settings.table import SETTINGS, Setting
from chargerctl.settings.values import Values

# What a simulation uses for settings that have no default; only the virtual board gets them.
SIMULATED = {
    "wifi.ssid": "simulated",
    "mqtt.broker": "broker.simulated",
    "charger.serial": "esp32c6-charger-sim001",
}


@dataclass(frozen=True)
class Explained:
    """One setting, to show to a person: its text (not masked), its source, what it overrides."""

    setting: Setting
    text: str
    source: str  # default, simulator, file, environment, command line
    place: Place | None
    replaced: tuple[Given, ...]


@dataclass(frozen=True)
class Effective:
    """Settings with their mistakes. `given`: without the defaults, which the board has itself."""

    given: dict[str, Given]
    replaced: dict[str, tuple[Given, ...]]
    values: Values
    problems: list[Problem]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.warning]

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.warning]

    def flat(self) -> dict[str, str]:
        """{variable: text} of the board's file: what was given, and the variables of the web workflow."""
        flat = {each.variable: self.given[name].text for name, each in SETTINGS.items() if name in self.given}
        return flat | rendered_pair(flat)

    def render(self) -> str:
        """The board's settings.toml: flat, every value quoted, LF."""
        return render(self.flat())

    def explain(self) -> list[Explained]:
        """Every setting, in the table's order."""
        explained = []
        for name, setting in SETTINGS.items():
            given, value = self.given.get(name), self.values[name]
            text = given.text if given else "" if value is None else setting.text(value)
            explained.append(
                Explained(
                    setting,
                    text,
                    given.source if given else "default",
                    given.place if given else None,
                    self.replaced.get(name, ()),
                )
            )
        return explained


def render(flat: Mapping[str, str]) -> str:
    """A new board file with these variables."""
    edit = BoardEdit(BoardFile())
    for variable, text in flat.items():
        edit.put(variable, [], text)
    return edit.content().decode()


def effective(
    config: Path | None,
    environ: Mapping[str, str],
    overrides: Sequence[str] = (),
    *,
    board_id: str | None = None,
    defaults: Mapping[str, str] | None = None,
    complete: bool = True,
) -> Effective:
    """All sources in their order, each value checked on its own and all together.

    config: the laptop's file, None for none; board_id: of the connected board, for [hardware] board = "auto";
    defaults: texts for settings that are not given; complete: whether required settings must be given.
    SettingsError with every mistake of every source; InputError where the file cannot be read.
    """
    sources = [
        from_file(config) if config else Source(),
        from_environment(environ),
        from_overrides(overrides),
    ]
    found = combine(sources, board_id, defaults or {})
    if complete:
        found.problems.extend(_missing(config, sources, defaults or {}))
        found.problems.sort(key=lambda problem: problem.order)
    if found.errors:
        raise SettingsError(found.problems)
    return found


def secrets_seen(config: Path, found: Effective) -> list[Problem]:
    """The warning about a settings file with a secret that other users of this laptop can read."""
    given = [*found.given.values(), *(each for several in found.replaced.values() for each in several)]
    secret = any(each.setting.secret and each.text for each in given if each.source == "file")
    return seen_by_others(config) if secret else []


def seen_by_others(path: Path) -> list[Problem]:
    """The same about a file that has one."""
    if os.name != "posix" or not path.stat().st_mode & 0o077:
        return []
    message = f"contains a secret, and other users can read it: run chmod 600 {shlex.quote(str(path))}"
    return [Problem(Place(str(path)), message, warning=True)]


def combine(
    sources: Sequence[Source], board_id: str | None = None, defaults: Mapping[str, str] | None = None
) -> Effective:
    """Sources in their order, the last one wins; with the mistakes of each and of their combination."""
    given = {
        name: Given(SETTINGS[name], text, "simulator", Place("simulator"), "")
        for name, text in (defaults or {}).items()
        if not any(name in source.mentioned for source in sources)
    }
    replaced: dict[str, tuple[Given, ...]] = {}
    for source in sources:
        for name, value in source.given.items():
            if name in given:
                replaced[name] = (*replaced.get(name, ()), given[name])
            given[name] = value
    values = Values.of({value.setting.variable: value.text for value in given.values()})
    problems = [problem for source in sources for problem in source.problems]
    problems += check_together(values, given, board_for(values, board_id))
    problems.sort(key=lambda problem: problem.order)
    return Effective(given, replaced, values, problems)


def board_for(values: Values, board_id: str | None) -> Board | None:
    """The board whose pins to check: the one in the settings, else the connected one; None: not known."""
    named = values.hardware.board
    return BOARDS.get(str(board_id if named == "auto" else named))


def effective_for_simulation(
    config: Path | None,
    environ: Mapping[str, str],
    overrides: Sequence[str] = (),
    *,
    board_id: str | None = None,
) -> Effective:
    """As effective(), with SIMULATED for settings that have no default."""
    return effective(config, environ, overrides, board_id=board_id, defaults=SIMULATED)


def _missing(config: Path | None, sources: Sequence[Source], defaults: Mapping[str, str]) -> list[Problem]:
    place = Place(str(config), 1, 1) if config else Place("settings")
    here, remedy = ("here, ", "") if config else ("", "; `chargerctl init` writes a file to start from")
    mentioned = {*defaults, *(name for source in sources for name in source.mentioned)}
    return [
        Problem(
            place, f"{name}: is required; set it {here}as {setting.variable} or with --set {name}=...{remedy}"
        )
        for name, setting in SETTINGS.items()
        if setting.required and name not in mentioned
    ]
