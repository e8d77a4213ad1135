# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How long the relay may stay closed once it has to open: 50 ms plus the one declared stall in progress.

On RP2, where a PIO program watches cable and emergency stop itself, it is 0.1 ms for these, whatever blocks the program.
One stall cannot be declared, since nothing in Python can prevent or end it: an RP2's send while the network stack has no
memory left. The watchdog bounds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from chargerctl.simulator.chaos import phases
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.chaos.wires import Wires

BOUND_MS = 50.0
# What may block with the relay closed, by phase. No store write: it waits until the relay is open.
_CONNECT_MS = 200.0
# An unread USB console on an ESP32-C6: one write.
_CONSOLE_MS = 200.0
# A module that is loaded for one job: charger/visit.py declares it.
_LOAD_MS = 250.0
_STALLS_MS = {"connect": _CONNECT_MS, "load": _LOAD_MS, "console": _CONSOLE_MS, "": 0.0}
_LOOK_S = 0.0007
_GATE_MS = 0.1
_GATED = ("unplug", "estop")


@dataclass
class _Deadline:
    why: str
    since_s: float
    message_ms: float
    gated: bool
    stalls_ms: dict[str, float]
    stalls: set[str] = field(default_factory=set)

    @property
    def kind(self) -> str:
        """Why, and what blocked meanwhile."""
        if self.gated:
            return f"{self.why}, gated in hardware"
        return f"{self.why}, {' + '.join(sorted(self.stalls - {''})) or 'no stall'}"

    @property
    def bound_ms(self) -> float:
        if self.gated:
            return _GATE_MS
        return BOUND_MS + self.message_ms + max(self.stalls_ms[stall] for stall in self.stalls)


class Opening:
    """`violated(text)` when the relay stays closed for too long. `worst_ms`: how long it took and how
    long it was allowed to take, by reason and by what blocked."""

    def __init__(self, scene: Scene, violated: Callable[[str], object]) -> None:
        self.worst_ms: dict[str, tuple[float, float]] = {}
        self._scene = scene
        self._violated = violated
        self._has_gate = scene.board.profile.is_rp2 and scene.values.hardware.relay_gate != "none"
        self._deadlines: dict[str, _Deadline] = {}
        self._wires = Wires(scene, violated)
        send_ms = float(scene.values.safety.watchdog_seconds) * 1000
        self._stalls_ms = _STALLS_MS | self._wires.stalls_ms | {"send": send_ms}

    def expect(self, why: str, message_ms: float = 0.0) -> None:
        """The relay is closed and must open from now on. `message_ms`: how long the program needs to receive the message."""
        if why not in self._deadlines:
            gated = self._has_gate and why in _GATED
            deadline = _Deadline(why, self._scene.now_s, message_ms, gated, self._stalls_ms)
            self._deadlines[why] = deadline
            self._watch(deadline)

    def withdraw(self, why: str) -> None:
        """The reason is gone before the program had to act."""
        self._deadlines.pop(why, None)

    def opened(self) -> None:
        for deadline in self._deadlines.values():
            if self._scene.board.vm is not None:
                took_ms = (self._scene.now_s - deadline.since_s) * 1000
                worst_ms, _ = self.worst_ms.get(deadline.kind, (0.0, 0.0))
                self.worst_ms[deadline.kind] = max(worst_ms, took_ms), deadline.bound_ms
        self._deadlines.clear()

    def _watch(self, deadline: _Deadline) -> None:
        """Watch the program until the relay is open: the stalls it is in decide how long it may take."""
        if self._deadlines.get(deadline.why) is not deadline:
            return
        deadline.stalls.add(self._stall())
        waited_ms = (self._scene.now_s - deadline.since_s) * 1000
        if waited_ms > deadline.bound_ms:
            self._violated(f"relay still closed {waited_ms:.1f} ms after {deadline.kind}")
            return
        self._scene.later(_LOOK_S, lambda: self._watch(deadline))

    def _stall(self) -> str:
        if self._wires.stall:
            return self._wires.stall
        phase = phases.phase(self._scene.board)
        if phase in ("connect", "load"):
            return phase
        if phases.sending(self._scene.board):
            return "send"
        if phase == "console" and self._scene.board.profile.chip == "esp32c6":
            return phase
        return ""
