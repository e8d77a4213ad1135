# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A fleet that runs, as it is shown: a table on a terminal, some lines in a pipe, events with --json."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

from chargerctl.cli.output import Output
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.report import text
from chargerctl.fleet.report.summary import about, sums
from chargerctl.visible import visible_text

# Of this computer's time, between two lines in a pipe.
_LINE_S = 10.0


class Shown:
    """For the time of a run. sums(measured): about once a second."""

    def __init__(self, plan: Plan, output: Output) -> None:
        self._plan = plan
        self._output = output
        # (seconds of the fleet, messages out, messages in)
        self._before = (0.0, 0, 0)
        self._line_s = time.monotonic() + _LINE_S
        self._live: Any = None

    def __enter__(self) -> Shown:
        self._output.json({"kind": "fleet", **about(self._plan)})
        if self._output.as_json:
            return self
        self._output.note(*text.head(self._plan))
        if sys.stderr.isatty():
            from rich.console import Console  # slow to load
            from rich.live import Live

            self._live = Live(console=Console(stderr=True), auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def sums(self, measured: Measured) -> None:
        counts = measured.tally.counts
        now = measured.fleet_s, counts["frames_out"], counts["frames_in"]
        speed = _speed(self._before, now)
        self._before = now
        if self._output.as_json:
            self._output.json(text.event(sums(measured), speed))
        elif self._live is not None:
            from rich.text import Text

            lines = text.table(self._plan, measured, speed)
            # On the last line a terminal shows ^C: at the end of a full one that would move all of them up.
            self._live.update(Text("\n".join([*map(visible_text, lines), ""])), refresh=True)
        elif time.monotonic() >= self._line_s:
            self._line_s = time.monotonic() + _LINE_S
            self._output.note(text.line(measured, speed))


def _speed(before: tuple[float, int, int], now: tuple[float, int, int]) -> tuple[float, float]:
    """Messages a second of the fleet's time, out and in."""
    seconds = max(now[0] - before[0], 1e-6)
    return max(now[1] - before[1], 0) / seconds, max(now[2] - before[2], 0) / seconds
