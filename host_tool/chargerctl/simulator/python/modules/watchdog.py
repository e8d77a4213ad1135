# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""watchdog: the class behind microcontroller.watchdog."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import choices, new_module

# The hardware's limit on RP2.
_RP2_LONGEST_S = 8

WatchDogMode = choices("WatchDogMode", "RAISE", "RESET")


def make(board: VirtualBoard) -> ModuleType:
    hardware = board.watchdog
    end_pass = board.pace.end_pass

    class WatchDogTimeout(Exception):  # noqa: N818 - CircuitPython's name
        """The watchdog, in mode RAISE, was not fed in time."""

    def bite(mode: str) -> None:
        if mode == "reset":
            board.reset("watchdog")
        else:
            board.scheduler.signal(WatchDogTimeout("Watchdog timer expired."))

    def arm(mode: str, seconds: float) -> None:
        hardware.arm(mode, round(seconds * 1_000_000), lambda: bite(mode))

    class WatchDogTimer:
        """Feeding costs a pass of the loop: the cost table charges it here."""

        def __init__(self) -> None:
            raise TypeError("cannot create 'WatchDogTimer' instances")

        @classmethod
        def _make(cls) -> WatchDogTimer:
            timer = object.__new__(cls)
            timer._timeout = None
            return timer

        _timeout: float | None

        def feed(self) -> None:
            if hardware.mode is None:
                raise ValueError("WatchDogTimer is not currently running")
            end_pass()
            hardware.feed()

        @property
        def timeout(self) -> float | None:
            return self._timeout

        @timeout.setter
        def timeout(self, seconds: float) -> None:
            if seconds <= 0:
                raise ValueError("timeout must be > 0")
            if not board.is_esp32 and seconds > _RP2_LONGEST_S:
                raise ValueError(f"timeout must be <= {_RP2_LONGEST_S}")
            self._timeout = seconds
            if hardware.mode is not None:
                arm(hardware.mode, seconds)

        @property
        def mode(self) -> Any:
            return {None: None, "raise": WatchDogMode.RAISE, "reset": WatchDogMode.RESET}[hardware.mode]

        @mode.setter
        def mode(self, mode: Any) -> None:
            if mode is None:
                if hardware.mode == "reset" and not board.is_esp32:
                    raise RuntimeError("WatchDogTimer cannot be deinitialized once mode is set to RESET")
                hardware.disarm()
                return
            if self._timeout is None:
                raise ValueError("WatchDogTimer.timeout must be greater than 0")
            if mode is WatchDogMode.RAISE and not board.is_esp32:
                raise NotImplementedError("RAISE mode is not implemented")
            arm("raise" if mode is WatchDogMode.RAISE else "reset", self._timeout)

    return new_module("watchdog", WatchDogTimeout, WatchDogMode, WatchDogTimer)
