# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a held wire of I2C costs: with the relay closed one transfer's limit each time one goes down, never a series.

Seen at the bus itself: a transfer that has met a held wire goes on to its limit, also when the wire is free again. One
exception is judged as what it is: a wire that goes down while the display is being drawn. Its core sends columns, pages
and pixels, three transfers, and learns of no failure.
"""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.chaos import phases
from chargerctl.simulator.chaos.scene import Scene

_DRAWING = 3
# CircuitPython's own limits, and some for what goes on around them.
_LIMIT_MS = {"esp32": 2050.0, "rp2": 1050.0}

ONE, SERIES = "a held wire", "a wire caught while drawing"


class Wires:
    """`violated(text)` when one wire blocked more transfers than it may."""

    def __init__(self, scene: Scene, violated: Callable[[str], object]) -> None:
        limit_ms = _LIMIT_MS["esp32" if scene.board.is_esp32 else "rp2"]
        self.stalls_ms = {ONE: limit_ms, SERIES: _DRAWING * limit_ms}
        self._scene = scene
        self._violated = violated
        self._blocked_until_us = 0
        self._allowed = 1
        self._blocked = 0
        scene.world.i2c.taken = self._taken
        scene.world.i2c.stuck = self._stuck
        scene.listen(lambda event: self._was_reset() if event["kind"] == "reset" else None)

    @property
    def stall(self) -> str:
        """What blocks the program now, "" when no wire does."""
        if self._scene.clock.now_us > self._blocked_until_us:
            return ""
        return ONE if self._allowed == 1 else SERIES

    def _taken(self) -> None:
        self._blocked = 0
        self._allowed = _DRAWING if phases.phase(self._scene.board) == "display" else 1

    def _stuck(self, us: int) -> None:
        self._blocked_until_us = self._scene.clock.now_us + us
        if self._scene.world.relay_closed:
            self._blocked += 1
            if self._blocked > self._allowed:
                self._violated(f"one held wire has blocked {self._blocked} transfers with the relay closed")

    def _was_reset(self) -> None:
        self._blocked_until_us = 0
