# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""i2cdisplaybus: the bus of a display on I2C."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from chargerctl.simulator.display.displays import core
from chargerctl.simulator.python.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard


def make(board: VirtualBoard) -> ModuleType:
    return new_module("i2cdisplaybus", I2CDisplayBus=core(board).blinka.load("i2cdisplaybus").I2CDisplayBus)
