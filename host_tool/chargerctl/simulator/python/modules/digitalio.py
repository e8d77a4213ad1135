# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""digitalio: a pin as input or output."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine import pins
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import Resource, choices, deinitialized, new_module

Direction = choices("Direction", "INPUT", "OUTPUT")
Pull = choices("Pull", "UP", "DOWN")
DriveMode = choices("DriveMode", "PUSH_PULL", "OPEN_DRAIN")
# What a program gives as `pull` -> what the pin takes.
PULLS = {None: None, Pull.UP: pins.Pull.UP, Pull.DOWN: pins.Pull.DOWN}


def make(board: VirtualBoard) -> ModuleType:
    class DigitalInOut(Resource):
        """Made as an input without pull; nothing between two settings is seen at the pin."""

        def __init__(self, pin: Any) -> None:
            self._pin: pins.Pin = pin._claim("DigitalInOut")
            self._value = False
            self._drive_mode = DriveMode.PUSH_PULL
            self._pull: Any = None
            self._output = False
            self._pin.configure(None, None)

        def deinit(self) -> None:
            if self._pin is not None:
                board.release_pin(self._pin)
                self._pin = None  # type: ignore[assignment]

        def switch_to_output(self, value: bool = False, drive_mode: Any = DriveMode.PUSH_PULL) -> None:
            self._alive()
            self._output = True
            self._pull = None
            self._drive_mode = drive_mode
            self._put(bool(value))

        def switch_to_input(self, pull: Any = None) -> None:
            self._alive().configure(None, PULLS[pull])
            self._output = False
            self._pull = pull

        @property
        def direction(self) -> Any:
            self._alive()
            return Direction.OUTPUT if self._output else Direction.INPUT

        @direction.setter
        def direction(self, direction: Any) -> None:
            if direction is Direction.OUTPUT:
                self.switch_to_output()
            elif direction is Direction.INPUT:
                self.switch_to_input()
            else:
                raise ValueError("Invalid direction")

        @property
        def value(self) -> bool:
            try:
                return self._pin.level
            except AttributeError:
                self._alive()
                raise

        @value.setter
        def value(self, value: bool) -> None:
            self._alive()
            if not self._output:
                raise AttributeError("Cannot set value when direction is input.")
            self._put(bool(value))

        @property
        def drive_mode(self) -> Any:
            if not self._output:
                raise AttributeError("Drive mode not used when direction is input.")
            return self._drive_mode

        @drive_mode.setter
        def drive_mode(self, drive_mode: Any) -> None:
            if not self._output:
                raise AttributeError("Drive mode not used when direction is input.")
            self._drive_mode = drive_mode
            self._put(self._value)

        @property
        def pull(self) -> Any:
            if self._output:
                raise AttributeError("Pull not used when direction is output.")
            return self._pull

        @pull.setter
        def pull(self, pull: Any) -> None:
            if self._output:
                raise AttributeError("Pull not used when direction is output.")
            self.switch_to_input(pull)

        def _put(self, value: bool) -> None:
            self._value = value
            released = value and self._drive_mode is DriveMode.OPEN_DRAIN
            self._pin.configure(None if released else value, None)

        def _alive(self) -> pins.Pin:
            if self._pin is None:
                raise deinitialized()
            return self._pin

    return new_module("digitalio", DigitalInOut, Direction, DriveMode, Pull)
