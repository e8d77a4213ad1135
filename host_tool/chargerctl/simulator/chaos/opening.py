# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How long the relay may stay closed once it has to open: 50 ms, and the one declared stall the program met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from chargerctl.simulator.chaos import phases
from chargerctl.simulator.chaos.scene import Scene

BOUND_MS = 50.0
WEDGED_MS = 1100.0
# What may stand still with the relay closed, by the phase in which it does. Store writes cost what the flash costs now.
_CONNECT_MS = 200.0
# USB on an ESP32-C6 with nobody reading: one write.
_CONSOLE_MS = 200.0
_LOOK_S = 0.0007


@dataclass
class _Deadline:
    why: str
    since_s: float
    message_ms: float
    stalls: set[str] = field(default_factory=set)


class Opening:
    """`violated(text)` when the relay stays closed for too long. `worst_ms`: how long it took, by what stood still."""

    def __init__(self, scene: Scene, violated: Callable[[str], object]) -> None:
        self.worst_ms: dict[str, float] = {}
        self._scene = scene
        self._violated = violated
        self._deadlines: dict[str, _Deadline] = {}

    def expect(self, why: str, message_ms: float = 0.0) -> None:
        """The relay is closed and has to open from now on. `message_ms`: what the program needs to hear of it."""
        if why not in self._deadlines:
            deadline = self._deadlines[why] = _Deadline(why, self._scene.now_s, message_ms)
            self._watch(deadline)

    def withdraw(self, why: str) -> None:
        """The reason is gone before the program had to act."""
        self._deadlines.pop(why, None)

    def opened(self) -> None:
        for deadline in self._deadlines.values():
            if self._scene.board.vm is not None:
                names = {stall for stall in deadline.stalls if stall} or {"no stall"}
                kind = f"{deadline.why}, {' + '.join(sorted(names))}"
                took_ms = (self._scene.now_s - deadline.since_s) * 1000
                self.worst_ms[kind] = max(self.worst_ms.get(kind, 0.0), took_ms)
        self._deadlines.clear()

    def _watch(self, deadline: _Deadline) -> None:
        """Looks what the program does until the relay is open: what it met decides how long it may take."""
        if self._deadlines.get(deadline.why) is not deadline:
            return
        deadline.stalls.add(self._stall())
        waited_ms = (self._scene.now_s - deadline.since_s) * 1000
        if waited_ms > self._bound_ms(deadline):
            del self._deadlines[deadline.why]
            met = ", ".join(sorted(deadline.stalls))
            self._violated(f"relay still closed {waited_ms:.1f} ms after {deadline.why} (meanwhile: {met})")
            return
        self._scene.later(_LOOK_S, lambda: self._watch(deadline))

    def _stall(self) -> str:
        phase = phases.phase(self._scene.board)
        if self._scene.world.i2c.held_low and phase in ("display", "reader"):
            return "wedged"
        if phase in ("connect", "store"):
            return phase
        if phase == "console" and self._scene.board.profile.chip == "esp32c6":
            return phase
        return ""

    def _bound_ms(self, deadline: _Deadline) -> float:
        costs = self._scene.board.costs
        stalls = {
            "wedged": WEDGED_MS,
            "connect": _CONNECT_MS,
            "store": max(costs.nvm_write, costs.nvm_write_rp2) / 1000,
            "console": _CONSOLE_MS,
            "": 0.0,
        }
        return BOUND_MS + deadline.message_ms + max(stalls[stall] for stall in deadline.stalls)
