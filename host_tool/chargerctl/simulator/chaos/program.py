# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The invariants of the program: no unhandled exception, no reset without an outside cause, and its reason logged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from chargerctl.simulator.chaos import phases
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.machine.board import ProgramEnd
from chargerctl.simulator.machine.events import Event

_FAILURE = re.compile(r"Traceback \(|\] loop +\S+ failed \(|\] config |crashes in a row")
_REASON = re.compile(r"\] boot +firmware .* reset: (.+)$")

# What waits for the broker fails after 5 s; a second for what the loop does meanwhile.
_WAIT_S = 6.0
_LOOK_S = 0.5

# A reset asked for is carried out within this: 30 s for the last messages, and what the network takes.
_ORDERLY_S = 45.0


class ProgramJudge:
    """`resets`: how often, by reason."""

    def __init__(self, scene: Scene, violated: Callable[[str], object]) -> None:
        self.resets: Counter[str] = Counter()
        self.reason_logged: str | None = None
        self._scene = scene
        self._violated = violated
        self._before: tuple[str, float] = ("power", 0.0)
        self._cause = "power"
        self._reset_asked_s = -1e9
        scene.listen(self._on_event)
        scene.board.on_program_end = self._on_end
        self._waiting = 0
        self._waiting_since_s = 0.0
        self._failed: dict[str, int] = {}
        scene.later(_LOOK_S, self._look)

    def _on_event(self, event: Event) -> None:
        kind = event["kind"]
        if kind == "console":
            self._read(str(event["text"]))
        elif kind == "reset":
            self._was_reset(str(event["reason"]))
        elif kind == "frame" and event["dir"] == "in":
            match event["frame"]:
                case [2, _, "Reset", _]:
                    self._reset_asked_s = self._scene.now_s

    @property
    def why(self) -> tuple[str, ...]:
        """The reasons that the program may log for the last reset: not every chip can distinguish all."""
        reason, esp32 = self._cause, self._scene.board.is_esp32
        if reason == "button" and esp32:
            return ("power",)
        if reason == "brownout" and not esp32:
            return ("power", "button", "unknown", "brownout")
        if reason == "crash":
            # Its reason is kept only where no time is lost by that.
            return ("crash", "software")
        return (reason,)

    @property
    def restart_due(self) -> bool:
        """A Reset was asked for lately, and has not been carried out, or refused for all that is known."""
        return self._before[1] < self._reset_asked_s and self._scene.now_s - self._reset_asked_s <= _ORDERLY_S

    def _look(self) -> None:
        waiting, now_s = phases.waiting(self._scene.board), self._scene.now_s
        if waiting != self._waiting:
            self._waiting, self._waiting_since_s = waiting, now_s
        elif waiting and now_s - self._waiting_since_s > _WAIT_S:
            self._violated(f"waited for the broker for more than {_WAIT_S:.0f} s")
            self._waiting_since_s = 1e9
        failed = phases.failed_tasks(self._scene.board)
        for name, count in failed.items():
            if count > self._failed.get(name, 0):
                self._violated(f"task {name} has failed {count} times")
        self._failed = failed
        self._scene.later(_LOOK_S, self._look)

    def _read(self, line: str) -> None:
        if _FAILURE.search(line):
            self._violated(f"console: {line}")
        found = _REASON.search(line)
        if found:
            self.reason_logged = found[1]

    def _was_reset(self, reason: str) -> None:
        now_s = self._scene.now_s
        before, before_s = self._before
        self.resets[reason] += 1
        self.reason_logged = None
        # Safe mode ends in a reset of its own.
        from_safe_mode = reason == "software" and before in ("brownout", "crash") and now_s - before_s < 3
        if reason == "software" and not from_safe_mode and now_s - self._reset_asked_s > _ORDERLY_S:
            self._violated("the program reset the board without a Reset from the central system")
        # An ESP32 waits for an address from DHCP without limit: only the watchdog ends that.
        joining = self._scene.board.is_esp32 and phases.phase(self._scene.board) == "associate"
        if reason == "watchdog" and not joining and not phases.sending(self._scene.board):
            self._violated("the watchdog reset the board")
        self._before = reason, now_s
        self._cause = before if from_safe_mode else reason

    def _on_end(self, end: ProgramEnd) -> None:
        self._violated(f"{end.name} ended: {end.traceback or 'it ran to its end'}")
