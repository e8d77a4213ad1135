# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""microcontroller: pins, the processor, reset, nvm and the watchdog."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine import pins, resets
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import choices, new_module

ResetReason = choices(
    "ResetReason",
    *("POWER_ON", "BROWNOUT", "SOFTWARE", "DEEP_SLEEP_ALARM", "RESET_PIN", "WATCHDOG", "UNKNOWN"),
    "RESCUE_DEBUG",
)
RunMode = choices("RunMode", "NORMAL", "SAFE_MODE", "UF2", "BOOTLOADER")


def make(board: VirtualBoard) -> ModuleType:
    class Pin:
        """A pin of the chip; only the `board` module has some."""

        def __init__(self) -> None:
            raise TypeError("cannot create 'Pin' instances")

        def __repr__(self) -> str:
            return f"microcontroller.pin.{self._pin.name}"

        @property
        def _pin(self) -> pins.Pin:
            return of_object[id(self)]

        def _claim(self, user: str) -> pins.Pin:
            """For the other modules: take the pin. Raises ValueError when it is in use."""
            pin = self._pin
            if pin.claimed_by is not None:
                raise ValueError(f"{pin.name} in use")
            pin.claimed_by = user
            return pin

    objects = {gpio: object.__new__(Pin) for gpio in board.gpio}
    of_object = {id(objects[gpio]): pin for gpio, pin in board.gpio.items()}
    pin_module = new_module(
        "microcontroller.pin", **{board.gpio[gpio].name: pin for gpio, pin in objects.items()}
    )

    class Processor:
        frequency = 160_000_000 if board.is_esp32 else 133_000_000
        temperature = 31.5
        voltage = None
        uid = bytearray(board.uid)

        @property
        def reset_reason(self) -> Any:
            return getattr(ResetReason, resets.reported(board.profile.chip, board.reset_reason))

    def delay_us(delay: int) -> None:
        board.clock.spend(delay)

    def disable_interrupts() -> None:
        board.scheduler.hold_signals()

    def enable_interrupts() -> None:
        if not board.scheduler.let_signals():
            board.reset("crash")
            board.clock.spend(0)

    def on_next_reset(run_mode: Any) -> None:
        if run_mode is RunMode.SAFE_MODE:
            board.saved_word = "PROGRAMMATIC"
        elif run_mode is not RunMode.NORMAL:
            board.bootloader_next = True
        elif board.is_esp32:
            # An RP2 takes nothing back.
            board.saved_word = None
            board.bootloader_next = False

    def reset() -> None:
        board.reset("software")
        board.clock.spend(0)

    cpu = Processor()
    return new_module(
        "microcontroller",
        *(Pin, Processor, ResetReason, RunMode),
        *(delay_us, disable_interrupts, enable_interrupts, on_next_reset, reset),
        cpu=cpu,
        cpus=(cpu,),
        pin=pin_module,
        nvm=board.running.import_name("nvm").ByteArray._make(),
        watchdog=board.running.import_name("watchdog").WatchDogTimer._make(),
    )
