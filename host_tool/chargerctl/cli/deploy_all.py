# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`deploy --all`: one board after another. One that fails does not keep the others from theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chargerctl.boards.address import Address
from chargerctl.boards.named import BOARDS_FILE, NamedBoard, known_boards
from chargerctl.cli.output import Answer, Output, of_system
from chargerctl.cli.streams import output_failed
from chargerctl.deploy.troubles import StoppedError
from chargerctl.errors import ChargerctlError, InputError


@dataclass(frozen=True)
class _Outcome:
    """Of one board. error: None where its deploy succeeded."""

    name: str
    value: dict[str, object]
    error: ChargerctlError | None = None

    @property
    def text(self) -> str:
        if self.error:
            return f"failed: {self.error}"
        if self.value.get("nothing_to_do"):
            return "was up to date"
        return "not written: --dry-run" if self.value.get("dry_run") else "deployed"

    def as_json(self) -> dict[str, object]:
        return {"name": self.name, "failed": self.error is not None, **self.value}


def boards_for_all(config: Path | None, no_settings: bool, overrides: Sequence[str]) -> list[NamedBoard]:
    """The named boards. InputError where there are none, or two would get the same settings, and so the same serial."""
    known = known_boards()
    if not known.boards:
        raise InputError(
            f"--all deploys to the boards of {BOARDS_FILE}, and there is none: docs/boards.md shows one"
        )
    boards = list(known.boards.values())
    if no_settings or len(boards) == 1:
        return boards
    if config:
        raise InputError(
            f"--all with -c would give every board the same serial: name a settings file for each in {known.label}"
        )
    if any(each.partition("=")[0] == "charger.serial" for each in overrides):
        raise InputError(
            "--all with --set charger.serial would give every board the same serial: leave it out"
        )
    of_file: dict[Path | None, list[str]] = defaultdict(list)
    for board in boards:
        of_file[board.settings and board.settings.resolve()].append(board.name)
    for path, names in of_file.items():
        if len(names) > 1:
            raise InputError(
                f"{' and '.join(names)} would get the same settings ({path or 'settings.toml'}), and so the same serial: "
                f"name a settings file for each in {known.label}"
            )
    return boards


def deploy_all(output: Output, boards: Sequence[NamedBoard], deploy: Callable[[Address], Answer]) -> Answer:
    """Deploy to each; a table of all at the end; status 1 where any failed. Ctrl-C ends it."""
    outcomes = []
    for board in boards:
        output.text("", f"== {board.name}")
        outcomes.append(_one(board, deploy, output))
    failed = sum(outcome.error is not None for outcome in outcomes)
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
        return _failed(board, error, output)
    except OSError as error:
        if output_failed(error):
            raise
        return _failed(board, of_system(error), output)
    output.text(*answer.lines)
    output.note(*answer.notes)
    return _Outcome(board.name, answer.value if isinstance(answer.value, dict) else {})


def _failed(board: NamedBoard, error: ChargerctlError, output: Output) -> _Outcome:
    output.note(*error.lines())
    return _Outcome(board.name, error.as_json(), error)
