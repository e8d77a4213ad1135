# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""time: whole seconds since 1970, a monotonic clock that loses precision, and sleeping.

localtime takes an int of the machine's word: from 2**31 (19 January 2038) on it raises OverflowError, as it does
before 2000; mktime before 2000 likewise.
"""

from __future__ import annotations

import calendar
import time as host
from collections import namedtuple
from collections.abc import Sequence
from types import ModuleType

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.floats import board_float
from chargerctl.simulator.python.module import new_module

# 2000-01-01, and the first second that a signed word of 32 bits cannot hold.
_EARLIEST, _BEYOND = 946_684_800, 1 << 31

_StructTime = namedtuple(
    "_StructTime", "tm_year tm_mon tm_mday tm_hour tm_min tm_sec tm_wday tm_yday tm_isdst"
)


def make(board: VirtualBoard) -> ModuleType:
    clock = board.clock
    costs = board.costs

    class struct_time(_StructTime):  # noqa: N801 - CircuitPython's name
        """As on CircuitPython: made from a sequence of nine."""

        __slots__ = ()

        def __new__(cls, time_tuple: Sequence[int]) -> struct_time:
            if len(time_tuple) != 9:
                raise TypeError("time.struct_time() takes a 9-sequence")
            return super().__new__(cls, *time_tuple)

    def time() -> int:
        clock.spend(costs.tick_read)
        return board.rtc.unix()

    def monotonic() -> float:
        clock.spend(costs.tick_read)
        return board_float(board.uptime_us() // 1000 / 1000)

    def monotonic_ns() -> int:
        clock.spend(costs.tick_read)
        return board.uptime_us() * 1000

    def sleep(seconds: float) -> None:
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        clock.spend(round(seconds * 1_000_000))

    def localtime(secs: int | None = None) -> struct_time:
        unix = time() if secs is None else int(secs)
        # Read off the clock it is unsigned; an argument is not.
        if secs is not None and not -_BEYOND <= unix < _BEYOND:
            raise OverflowError("overflow converting long int to machine word")
        if unix < _EARLIEST:
            raise OverflowError("timestamp out of range for platform time_t")
        return struct_time((*host.gmtime(unix)[:8], -1))

    def mktime(elapsed: Sequence[int]) -> int:
        if len(elapsed) != 9:
            raise TypeError("function takes exactly 9 arguments")
        if elapsed[0] < 2000:
            raise OverflowError("tm_year out of range")
        return calendar.timegm(tuple(elapsed))

    return new_module("time", time, monotonic, monotonic_ns, sleep, localtime, mktime, struct_time)
