# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware, loaded once for all chargers of a process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from chargerctl.fleet.firmware import polling
from chargerctl.fleet.firmware.at_once import AtOnce
from chargerctl.fleet.firmware.due import NEVER, Due
from chargerctl.fleet.firmware.modules import Modules


class Firmware:
    """due, urandom: of the charger that is stepped. core, journal, clock …: its modules, by name."""

    def __init__(self, given: Mapping[str, object] | None = None) -> None:
        """given: modules that only a board has."""
        self.due = Due()
        self.urandom: Callable[[int], bytes] = os.urandom
        own_os = SimpleNamespace(**{**vars(os), "urandom": lambda size: self.urandom(size)})
        micropython = SimpleNamespace(const=lambda value: value)
        ours = {"micropython": micropython, "os": own_os, "select": polling, "adafruit_ticks": AtOnce()}
        self._modules = Modules({**ours, **(given or {})})
        ticks = self.module("ticks")
        unwatched = ticks.diff
        self.due.watch(ticks)
        # The loop measures how long its tasks take, which is not waiting; and here no time passes in a task.
        loop = self.module("loop")
        loop.ticks = SimpleNamespace(add=ticks.add, reached=ticks.reached, diff=unwatched)
        loop.Loop._took = _without_measuring(loop.Loop._took)
        # A card comes before the pass of the controller, whose time is that of its last pass: on a board a moment ago.
        self.module("controller").Controller._now = property(lambda _: self.due.now, lambda _, _now: None)
        # A charger here is not blocked between two passes: nothing moves without a pass that looks.
        self.module("interlock")._BLIND_MS = NEVER
        # This Python collects its garbage itself; the line about memory stays hourly.
        housekeeping = self.module("housekeeping")
        housekeeping._COLLECT_MS, housekeeping._LINE_EVERY = 3_600_000, 1
        # The firmware's own waits for the answer, and takes the board's radio.
        self.module("net.upload").Upload = _NoUpload
        # Visitors stay loaded: a laptop has the memory, and loading one takes longer than its job.
        visit = self.module("visit")
        visit.visit = self.module
        visit.leave = lambda *names: None

    def module(self, name: str) -> Any:
        """charger.<name>"""
        return self._modules.load("charger." + name)

    def settings(self, environ: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str, bool]]]:
        """(values, problems), as the board has them. environ: variable -> text, as in the board's settings.toml."""
        checks, settings = self.module("checks"), self.module("settings")
        values, problems = settings.load(checks.check, environ.get, None, list(environ))
        return values, problems


def _without_measuring(took: Callable[..., None]) -> Callable[..., None]:
    """Of what the loop does after a task, only that a task which had failed is forgiven."""

    def forgive(loop: Any, task: Any, now: int) -> None:
        if task.failures:
            took(loop, task, now)

    return forgive


class _NoUpload:
    """As Upload of net/upload.py, which fails."""

    problem = "a fleet's charger uploads no files"

    def __init__(self, *_: object) -> None:
        pass

    def step(self, _now: int) -> int:
        return 0

    def close(self) -> None:
        pass
