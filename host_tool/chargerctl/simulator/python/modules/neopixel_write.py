# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""neopixel_write: bits for the lights on a pin.

Who listens there is in board.parts["neopixel_write"]: by GPIO, a function that takes the high pulses of a burst in
nanoseconds.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.peripherals.ws2812 import waveform
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    def neopixel_write(digitalinout: Any, buf: Any) -> None:
        pin = digitalinout._alive()
        data = bytes(memoryview(buf).cast("B"))
        board.clock.spend(board.costs.neopixel_byte * len(data))
        listener = board.parts.get("neopixel_write", {}).get(pin.gpio)
        if listener is not None:
            listener(waveform(data))

    return new_module("neopixel_write", neopixel_write)
