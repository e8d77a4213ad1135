# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The pins of the serial board: what drives them, and all that ever did."""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.boards.catalogue import Board


@dataclass(frozen=True)
class PinEvent:
    """what: output, input, pull_up or pull_down. level: what an output drives."""

    block: int
    name: str
    what: str
    level: bool


class Pins:
    def __init__(self, board: Board) -> None:
        self.events: list[PinEvent] = []
        self._board = board
        self._levels: dict[str, bool] = {}

    def level(self, name: str) -> bool | None:
        return self._levels.get(self.first_name(name))

    def first_name(self, name: str) -> str:
        return self._board.aliases(name)[0]

    def happens(self, event: PinEvent) -> PinEvent:
        self.events.append(event)
        if event.what == "output":
            self._levels[event.name] = event.level
        else:
            self._levels.pop(event.name, None)
        return event

    def let_go(self, block: int) -> list[PinEvent]:
        """A program or the REPL has ended: every pin is an input, on ESP32 pulled up."""
        what = "pull_up" if self._board.pull_at_reset else "input"
        return [self.happens(PinEvent(block, name, what, level=True)) for name in [*self._levels]]

    @property
    def names(self) -> list[list[str]]:
        """For each pin its names."""
        pins: dict[int, list[str]] = {}
        for name, gpio in self._board.pins.items():
            pins.setdefault(gpio, []).append(name)
        return [*pins.values()]
