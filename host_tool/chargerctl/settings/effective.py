# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The settings that count: default < file < environment < --set, each with where it came from."""

from __future__ import annotations

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
from chargerctl.settings.table import SETTINGS, Setting, board_settings

# What a simulation uses for what has no default; nothing outside the virtual board ever sees them.
SIMULATED = {
    "wifi.ssid": "simulated",
    "mqtt.broker": "broker.simulated",
    "charger.serial": "esp32c6-charger-sim001",
}


@dataclass(frozen=True)
class Explained:
    """One setting, for a person: its text (masked by who shows it), where it is from, what it replaced."""

    setting: Setting
    text: str
    source: str  # default, simulator, file, environment, command line
    place: Place | None
    replaced: tuple[Given, ...]


@dataclass(frozen=True)
class Effective:
    """Settings with their mistakes. `given`: what somebody gave; the board has the defaults itself."""

    given: dict[str, Given]
    replaced: dict[str, tuple[Given, ...]]
    values: dict[str, str | int | bool | None]
    problems: list[Problem]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.warning]

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.warning]

    def flat(self) -> dict[str, str]:
        """Variable -> text, as the board's file has it: what was given, and the pair for the web workflow."""
        flat = {given.setting.variable: given.text for given in self._in_order()}
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

    def _in_order(self) -> list[Given]:
        return [self.given[name] for name in SETTINGS if name in self.given]


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
    """All sources in their order, checked one by one and together.

    config: the laptop's file, or None for none; board_id: the board at hand, for [hardware] board = "auto";
    defaults: texts for settings that are not given; complete: whether what is required must be there.
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


def combine(
    sources: Sequence[Source], board_id: str | None = None, defaults: Mapping[str, str] | None = None
) -> Effective:
    """Sources in their order, the last one wins; with every mistake of each, and of all together."""
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
    texts = {value.setting.variable: value.text for value in given.values()}
    values, _ = board_settings.load(texts.get)
    problems = [problem for source in sources for problem in source.problems]
    problems += check_together(values, given, board_for(values, board_id))
    problems.sort(key=lambda problem: problem.order)
    return Effective(given, replaced, values, problems)


def board_for(values: Mapping[str, object], board_id: str | None) -> Board | None:
    """The board to check pins against: the one that the settings name, else the one at hand."""
    named = values["hardware.board"]
    return BOARDS.get(str(board_id if named == "auto" else named))


def effective_for_simulation(
    config: Path | None,
    environ: Mapping[str, str],
    overrides: Sequence[str] = (),
    *,
    board_id: str | None = None,
) -> Effective:
    """As effective(), with stand-ins for what has no default."""
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
