# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`deploy --all`: one board after another. One that fails does not keep the others from theirs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chargerctl.boards.address import Address
from chargerctl.boards.named import BOARDS_FILE, NamedBoard, known_boards
from chargerctl.cli.output import Answer, Output, of_system
from chargerctl.cli.settings_options import config_path
from chargerctl.cli.streams import output_failed
from chargerctl.deploy.troubles import StoppedError
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.settings import effective


@dataclass(frozen=True)
class _Outcome:
    """Of one board. error: None where its deploy succeeded."""

    name: str
    value: dict[str, object]
    error: ChargerctlError | None = None
    starts: bool = True

    @property
    def failed(self) -> bool:
        return self.error is not None or not self.starts

    @property
    def text(self) -> str:
        if self.error:
            return f"failed: {self.error}"
        if not self.starts:
            return "written, but it does not seem to run"
        if self.value.get("nothing_to_do"):
            return "was up to date"
        return "not written: --dry-run" if self.value.get("dry_run") else "deployed"

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "failed": self.failed, **self.value}


def boards_for_all(config: Path | None, no_settings: bool, overrides: Sequence[str]) -> list[NamedBoard]:
    """The named boards. InputError where there are none, or where two would get the same serial: each would end the other's
    connection, and the central system would take them for one."""
    known = known_boards()
    if not known.boards:
        raise InputError(
            f"--all deploys to the boards of {BOARDS_FILE}, and there is none: docs/boards.md shows one"
        )
    boards = list(known.boards.values())
    serials: dict[str, list[str]] = {}
    for board in [] if no_settings else boards:
        if serial := _serial_of(board, config, overrides):
            serials.setdefault(serial, []).append(board.name)
    for serial, names in serials.items():
        if len(names) > 1:
            raise InputError(
                f"{' and '.join(names)} would get the same serial, {serial}: give each a settings file in {known.label}, "
                "and leave out -c, --set charger.serial and CHARGER_SERIAL"
            )
    return boards


def _serial_of(board: NamedBoard, config: Path | None, overrides: Sequence[str]) -> str:
    """Of the settings that this board would get; "" where its own deploy will say what is wrong with them."""
    try:
        path = config_path(config or board.settings)
        values = effective(path, os.environ, overrides, complete=False).values
    except InputError:
        return ""
    return str(values.charger.serial or "")


def deploy_all(output: Output, boards: Sequence[NamedBoard], deploy: Callable[[Address], Answer]) -> Answer:
    """Deploy to each; a table of all at the end; status 1 where any failed. Ctrl-C ends it."""
    outcomes = []
    told: dict[tuple[str, ...], str] = {}
    for board in boards:
        output.text("", f"== {board.name}")
        outcome = _one(board, deploy, output)
        outcomes.append(outcome)
        if outcome.error:
            said = tuple(outcome.error.lines())
            first = told.setdefault(said, board.name)
            output.note(*(said if first == board.name else [f"the same as for {first}"]))
    failed = sum(outcome.failed for outcome in outcomes)
    width = max(len(outcome.name) for outcome in outcomes)
    lines = [f"{outcome.name:{width}}  {outcome.text}" for outcome in outcomes]
    value = {"boards": [outcome.as_json() for outcome in outcomes], "failed": failed}
    return Answer(
        value, ["", *lines], [f"{failed} of {len(boards)} failed"] if failed else [], int(failed > 0)
    )


def _one(board: NamedBoard, deploy: Callable[[Address], Answer], output: Output) -> _Outcome:
    try:
        answer = deploy(board.address)
    except StoppedError:
        raise
    except ChargerctlError as error:
        return _Outcome(board.name, error.as_json(), error)
    except OSError as error:
        if output_failed(error):
            raise
        failure = of_system(error)
        return _Outcome(board.name, failure.as_json(), failure)
    output.text(*answer.lines)
    output.note(*answer.notes)
    value = answer.value if isinstance(answer.value, dict) else {}
    return _Outcome(board.name, value, starts=answer.status == 0)
