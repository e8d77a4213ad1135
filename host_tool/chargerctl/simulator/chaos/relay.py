# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The invariants of the relay, judged by levels at pins, contacts and frames on the link. Nothing here asks the firmware.

It closes only with the cable stable, the lock settled, a recent authorisation, no emergency stop, the
contacts rested and cycles left; it opens in time when the cable goes, the emergency stop is pressed or the authorisation
ends (opening.py, endings.py); the cable stays locked until the contacts have settled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from chargerctl.simulator.chaos import phases
from chargerctl.simulator.chaos.endings import Endings
from chargerctl.simulator.chaos.grants import Grants
from chargerctl.simulator.chaos.opening import BOUND_MS, Opening
from chargerctl.simulator.chaos.scene import TORN, Scene
from chargerctl.simulator.machine.events import Event

# Contacts that move and move back within a pass may go unseen.
_UNSEEN_S = 0.11
_TICK_S = 0.002
_HOUR_S = 3600.0
# After what a transaction may go on; an ESP32 takes its reset button for a power-on, an RP2 that for a brown-out.
_RESUMED = ("power", "brownout", "watchdog", "button")
# The lock engages in the pass in which a transaction begins, or the one after.
_BEGUN_S = 0.3
# A program that runs has seen an emergency stop that was pressed at three looks in a row, and written it down by then:
# when the relay is open, and on a slow flash.
_LOOK_S, _SEEN_LOOKS, _STORED_S = 0.5, 3, 6.0


class RelayJudge:
    """`violated(text)` is called for each violation."""

    def __init__(self, scene: Scene, violated: Callable[[str], object]) -> None:
        self.unplugs: Counter[str] = Counter()
        self.unplugs_charging: Counter[str] = Counter()
        self.closings = 0
        # Those interrupted by a glitch counted once; without what went with the chip's memory.
        self.sessions = 0
        self._scene = scene
        self._violated = violated
        self._grants = Grants(scene)
        self._opening = Opening(scene, violated)
        self._endings = Endings(scene, self._opening)
        safety = scene.values.safety
        self._settle_s = safety.cable_settle_ms / 1000
        self._confirm_s = safety.unplug_confirm_ms / 1000
        self._relay_settle_s = safety.relay_settle_ms / 1000
        self._lock_settle_s = safety.lock_settle_ms / 1000
        self._min_off_s = float(safety.min_off_seconds)
        self._stale_s = float(safety.stale_authorization_seconds)
        self._max_cycles = int(safety.max_cycles_per_hour)

        self._closed = self._plugged = self._locked = False
        self._cable_s = self._stable_since_s = self._locked_s = 0.0
        self._opened_s = self._booted_s = self._rested_s = 0.0
        self._contact_opened_s = float("-inf")
        self._longest_out_s = 0.0
        # What ended the program before, and whether a transaction ran then that may go on.
        self._interrupted = False
        # Since the reset.
        self._closings_s: list[float] = []
        self._latched = False
        # Since when that has been in nvm for certain; and how often the emergency stop was seen pressed by a program.
        self._kept_s: float | None = None
        self._looks = 0
        scene.listen(self._on_event)

    @property
    def worst_ms(self) -> dict[str, tuple[float, float]]:
        """How long it took to open and how long it was allowed to, by reason and by what blocked."""
        return self._opening.worst_ms

    @property
    def rested_s(self) -> float:
        """From when on the contacts have rested since they last opened, by command or by measurement."""
        return max(self._rested_s, self._contact_opened_s + self._min_off_s)

    @property
    def cycles_left(self) -> bool:
        return self._lately(_HOUR_S + _TICK_S) < self._max_cycles

    def _lately(self, seconds: float) -> int:
        return sum(self._scene.now_s - at_s < seconds for at_s in self._closings_s)

    def _on_event(self, event: Event) -> None:
        kind = event["kind"]
        if kind == "cable" and event["plugged"] != self._plugged:
            self._cable_moved(bool(event["plugged"]))
        elif kind == "relay" and event["closed"] != self._closed:
            self._relay_moved(bool(event["closed"]))
        elif kind == "lock" and event["locked"] != self._locked:
            self._lock_moved(bool(event["locked"]))
        elif kind == "contact" and not event["closed"]:
            self._contact_opened_s = self._scene.now_s
        elif kind == "reset":
            self._was_reset(str(event["reason"]))
        elif kind == "chaos" and event["text"] == TORN:
            self.sessions = 0
        elif kind == "estop":
            self._estop_moved(bool(event["pressed"]))
        elif kind == "service" or (kind == "frame" and event["dir"] == "in" and _is_reset(event["frame"])):
            self._latched = False
            self._kept_s = None
        elif kind == "frame" and event["dir"] == "out" and self._latched:
            self._spoke_latched(event["frame"])

    def _spoke_latched(self, frame: object) -> None:
        """A fault that was latched before a reset must be reported after it."""
        match frame:
            case [2, _, "StatusNotification", {"connectorId": 1, "status": str(status)}]:
                outlasted = self._kept_s is not None and self._kept_s < self._booted_s
                if outlasted and status not in ("Faulted", "Unavailable"):
                    self._violated(
                        f"reported {status} after the reset although a fault was latched before it"
                    )

    def _was_reset(self, reason: str) -> None:
        self._booted_s = self._scene.now_s
        self._interrupted = (
            bool(self._scene.values.safety.resume_after_power_loss)
            and reason in _RESUMED
            and (self._grants.accepted_runs or self._interrupted)
        )
        self._closings_s.clear()
        # What is in nvm outlasts every reset, unless the chip knows that the supply was off, or was cut off while it wrote.
        board = self._scene.board
        kept = self._kept_s is not None and self._kept_s < self._booted_s
        was_off = reason == "power" and board.profile.chip == "rp2350"
        if not kept or was_off or not any(byte != 0xFF for byte in board.nvm.data[:64]):
            self._latched = False
            self._kept_s = None
        # After a reset the firmware does not know when the relay opened last; it never was closed where nvm is blank.
        first = reason == "power" and all(byte == 0xFF for byte in board.nvm.data[:64])
        self._rested_s = self._booted_s + (0.0 if first else self._min_off_s)

    # The contacts.

    def _cable_moved(self, plugged: bool) -> None:
        now_s = self._scene.now_s
        self._plugged = plugged
        if plugged:
            out_s = now_s - self._cable_s
            self._longest_out_s = max(self._longest_out_s, out_s)
            if out_s > _UNSEEN_S:
                self._stable_since_s = now_s
            self._opening.withdraw("unplug")
        else:
            phase = phases.phase(self._scene.board)
            self.unplugs[phase] += 1
            if self._closed:
                self.unplugs_charging[phase] += 1
                self._opening.expect("unplug")
        self._cable_s = now_s

    def _estop_moved(self, pressed: bool) -> None:
        scene = self._scene
        if not pressed:
            self._opening.withdraw("estop")
            return
        if self._closed:
            self._opening.expect("estop")
        self._looks = 0
        scene.later(_LOOK_S, lambda: self._still_pressed(self._booted_s))

    def _still_pressed(self, booted_s: float) -> None:
        """Pressed for long enough that a program that runs must have seen it: latched from then on."""
        scene = self._scene
        if not scene.estop_pressed:
            return
        running = scene.board.watchdog.mode is not None and booted_s == self._booted_s
        self._looks = self._looks + 1 if running else 0
        if self._looks >= _SEEN_LOOKS:
            self._latched = True
            if scene.board.nvm.fault is None:
                self._kept_s = scene.now_s + _STORED_S
        else:
            scene.later(_LOOK_S, lambda: self._still_pressed(self._booted_s))

    # Opening.

    def _opened(self) -> None:
        now_s = self._scene.now_s
        self._opening.opened()
        self._endings.relay_opened()
        self._opened_s = now_s
        self._rested_s = now_s + self._min_off_s
        self._longest_out_s = 0.0

    def _lock_moved(self, locked: bool) -> None:
        now_s = self._scene.now_s
        self._locked = locked
        self._locked_s = now_s
        # A board without a program lets go of everything at once.
        if not locked and self._scene.board.vm is not None:
            if self._closed:
                self._violated("cable unlocked with the relay closed")
            elif now_s - self._opened_s < self._relay_settle_s - _TICK_S:
                self._violated(
                    f"cable unlocked {(now_s - self._opened_s) * 1000:.0f} ms after the relay opened"
                )

    # Closing.

    def _relay_moved(self, closed: bool) -> None:
        self._closed = closed
        if not closed:
            self._opened()
            return
        for complaint in self._complaints():
            self._violated(f"relay closed {complaint}")
        goes_on = self._goes_on_after_glitch() or self._goes_on_after_reset()
        self._interrupted = False
        self._endings.relay_closed(goes_on)
        self.sessions += not goes_on
        self.closings += 1
        self._closings_s.append(self._scene.now_s)

    def _complaints(self) -> list[str]:
        scene, now_s = self._scene, self._scene.now_s
        found = []
        if not self._plugged and now_s - self._cable_s > BOUND_MS / 1000:
            found.append("without a cable")
        if now_s - self._stable_since_s < self._settle_s - _TICK_S:
            found.append(f"{(now_s - self._stable_since_s) * 1000:.0f} ms after the cable came")
        if not self._locked:
            found.append("without the lock")
        elif now_s - self._locked_s < self._lock_settle_s - _TICK_S:
            found.append(f"{(now_s - self._locked_s) * 1000:.0f} ms after the lock")
        if scene.estop_pressed and self._latched:
            found.append("with the emergency stop pressed")
        elif self._latched:
            found.append("with a latched fault")
        if now_s < self._rested_s - _TICK_S:
            found.append(f"{self._rested_s - now_s:.3f} s before it has rested for {self._min_off_s:.0f} s")
        # Its clock counts whole seconds.
        if self._lately(_HOUR_S - 1) >= self._max_cycles:
            found.append(f"for the {self._lately(_HOUR_S - 1) + 1}th time in an hour")
        # A transaction that was interrupted, and goes on, was written then.
        written_s = scene.written_s if not scene.values.safety.resume_after_power_loss else now_s
        if self._locked and written_s < self._locked_s - _BEGUN_S:
            found.append("although nothing was written since its transaction began")
        return found + self._not_authorised()

    def _not_authorised(self) -> list[str]:
        granted_s = self._grants.latest_s
        if self._goes_on_after_glitch() or self._goes_on_after_reset():
            return []
        if granted_s is None:
            return ["without any authorisation since the reset"]
        if self._closings_s and granted_s < self._opened_s:
            return [
                f"again without a new authorisation, after the cable was out for {self._longest_out_s:.3f} s"
            ]
        age_s = self._scene.now_s - granted_s
        return (
            [f"{age_s:.1f} s after it was authorised"]
            if age_s > self._stale_s + self._grants.age_slack_s
            else []
        )

    def _goes_on_after_reset(self) -> bool:
        """The central system had accepted its start, and the cable was in from the reset on."""
        in_from_the_reset = self._plugged and self._cable_s <= self._booted_s
        return self._interrupted and in_from_the_reset and not self._closings_s

    def _goes_on_after_glitch(self) -> bool:
        """The cable opened it, and was back so soon that the transaction goes on."""
        return (
            bool(self._closings_s)
            and 0 < self._longest_out_s <= self._confirm_s + _UNSEEN_S
            and self._grants.stop_sent_s < self._opened_s
        )


def _is_reset(frame: object) -> bool:
    return isinstance(frame, list) and len(frame) == 4 and frame[2] == "Reset"
