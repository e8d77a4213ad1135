# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The virtual board: its hardware with CircuitPython on it, power and reset.

board = VirtualBoard(drive_folder, profile)      # profile: a Board of chargerctl.boards.catalogue
board.power(True)
board.run_for(3.0)                               # seconds of board time
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chargerctl.boards.catalogue import Board
from chargerctl.settings.board_edit import with_setting
from chargerctl.simulator.machine import resets
from chargerctl.simulator.machine.hardware import Hardware
from chargerctl.simulator.python.startup import Startup
from chargerctl.simulator.python.vm import VM

# Resets that leave the RTC of an ESP32 running; RP2 starts anew after any.
_RTC_KEPT = ("watchdog", "software", "crash")


@dataclass(frozen=True)
class ProgramEnd:
    """How code.py ended: `traceback` is what the board printed, None when it ran to its end; `name` its file."""

    name: str
    traceback: str | None


class VirtualBoard(Hardware):
    """One board with one drive. Its parts are those of Hardware.

    `vm` is the running VM (boot.py, code.py or safemode.py), None between two; `program` the name of its file;
    `safe_mode` a name or None; `ended` a ProgramEnd once code.py has ended since the last reset, else None.
    """

    def __init__(self, drive: Path, profile: Board, **options: Any) -> None:
        super().__init__(drive, profile, **options)
        self.startup: Startup | None = None
        self.ended: ProgramEnd | None = None
        self.on_program_end: Callable[[ProgramEnd], object] = lambda end: None
        self.drive.on_written = self._drive_written

    @property
    def vm(self) -> VM | None:
        return self.startup.vm if self.startup else None

    @property
    def running(self) -> VM:
        """The VM, for what only a running program can reach."""
        assert self.vm is not None
        return self.vm

    @property
    def program(self) -> str | None:
        return self.vm.program if self.vm else None

    @property
    def safe_mode(self) -> str | None:
        return self.startup.safe_mode if self.startup else None

    @property
    def bluetooth_open(self) -> bool:
        """Whether any device nearby may read and write the drive over Bluetooth."""
        return self.startup is not None and self.startup.bluetooth.open

    # Power and reset.

    def power(self, on: bool) -> None:
        """Switch the supply. Off: the program never runs again, and RAM, clock and what was not flushed are gone."""
        if on == self.powered:
            return
        self.powered = on
        self.events.emit("power", on=on)
        if on:
            self._start("power")
        else:
            self.bootloader_next = False
            self._halt()

    def reset(self, reason: str) -> None:
        """Reset the chip for a cause of `resets`. Nothing when it has no power.

        The program never runs again: it stops where it next spends time.
        """
        if self.powered:
            self._halt()
            self._start(reason)

    def change(self, setting: str, text: str) -> None:
        """Edit settings.toml on the drive, as a person does: the board starts its program again."""
        self.drive.edit("/settings.toml", lambda data: with_setting(data, setting, text))

    def _start(self, reason: str) -> None:
        self.booted_us = self.clock.now_us
        self.reset_reason = reason
        self.ended = None
        if not (self.is_esp32 and reason in _RTC_KEPT):
            self.rtc.lose()
        if not resets.keeps_word(self.profile.chip, reason):
            self.saved_word = None
        elif reason == "crash" and not self.is_esp32:
            self.saved_word = "HARD_FAULT"
        self.drive.hard_reset()
        for pin in self.gpio.values():
            self.release_pin(pin)
        self.events.emit("reset", reason=reason)
        self.startup = Startup(self, self._program_ended)
        self.scheduler.start(self.startup.run)

    def _halt(self) -> None:
        self.scheduler.drop()
        self.startup = None
        self.watchdog.disarm()
        self.drive.end_program(orderly=False)
        self.console.cut()
        self.end_vm(orderly=False)

    def _program_ended(self, name: str, traceback: str | None) -> None:
        """code.py has ended; `name` is "" when there was none."""
        self.ended = ProgramEnd(name, traceback)
        self.on_program_end(self.ended)

    def _drive_written(self) -> None:
        if self.startup is not None:
            self.startup.drive_written()

    # Running it.

    def run_for(self, seconds: float) -> None:
        self.run(self.clock.now_us + round(seconds * 1_000_000))

    def run_until(self, holds: Callable[[], object], timeout_s: float) -> bool:
        """Run until `holds()`, checked every millisecond of board time; False when `timeout_s` was not enough."""
        end_us = self.clock.now_us + round(timeout_s * 1_000_000)
        while not holds():
            if self.clock.now_us >= end_us:
                return False
            self.run(min(end_us, self.clock.now_us + 1_000))
        return True

    def run(self, until_us: int | None = None) -> None:
        """Run until `until_us` on the board's clock, or until `stop()`; without either, without end.

        Raises what a timer raised.
        """
        self.scheduler.run(until_us)

    def stop(self) -> None:
        """Have `run` return; the program stays where it is until the board is run again."""
        self.scheduler.stop()
