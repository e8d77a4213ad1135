# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""rtc: the clock behind time.time()."""

from __future__ import annotations

import calendar
from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    class RTC:
        """Its only instance's `datetime` is a time.struct_time; the time that is set is UTC by convention."""

        calibration = 0

        @property
        def datetime(self) -> Any:
            return board.running.import_name("time").localtime()

        @datetime.setter
        def datetime(self, value: Any) -> None:
            if not isinstance(value, tuple):
                raise TypeError(f"value must be of type struct_time, not {type(value).__name__}")
            if len(value) != 9:
                raise TypeError(f"function takes 9 positional arguments but {len(value)} were given")
            board.rtc.set(calendar.timegm(value))

    def set_time_source(rtc: RTC) -> None:
        raise NotImplementedError("the virtual board has one clock")

    return new_module("rtc", RTC, set_time_source)
