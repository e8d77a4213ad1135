# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""countio: edges at a pin, counted by hardware. `board.parts["countio"]` is an exception for making a counter to raise."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine import pins
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import Resource, choices, deinitialized, new_module
from chargerctl.simulator.python.modules.digitalio import PULLS

Edge = choices("Edge", "RISE", "FALL", "RISE_AND_FALL")


def make(board: VirtualBoard) -> ModuleType:
    class Counter(Resource):
        def __init__(self, pin: Any, *, edge: Any = Edge.FALL, pull: Any = None) -> None:
            if board.profile.is_rp2:
                if edge is Edge.RISE_AND_FALL:
                    raise NotImplementedError("RISE_AND_FALL not available on this chip")
                if pin._pin.gpio % 2 == 0:
                    raise RuntimeError("Pin must be on PWM Channel B")
            self._pin: pins.Pin | None = pin._claim("Counter")
            if "countio" in board.parts:
                # ESP-IDF's, which come after the pin was claimed.
                raise board.parts["countio"]
            self._pin.configure(None, PULLS[pull])
            self._counted = {Edge.RISE: (True,), Edge.FALL: (False,), Edge.RISE_AND_FALL: (True, False)}[edge]
            self._count = 0
            self._pin.watch(self._changed)
            board.at_vm_end(lambda orderly: self._stop())

        def deinit(self) -> None:
            pin = self._pin
            if pin is not None:
                self._stop()
                board.release_pin(pin)

        @property
        def count(self) -> int:
            self._alive()
            return self._count

        @count.setter
        def count(self, count: int) -> None:
            self._alive()
            self._count = count

        def reset(self) -> None:
            self.count = 0

        def _changed(self, pin: pins.Pin) -> None:
            self._count += pin.level in self._counted

        def _stop(self) -> None:
            if self._pin is not None:
                self._pin.unwatch(self._changed)
                self._pin = None

        def _alive(self) -> None:
            if self._pin is None:
                raise deinitialized()

    return new_module("countio", Counter, Edge)
