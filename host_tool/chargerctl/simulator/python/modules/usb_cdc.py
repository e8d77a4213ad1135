# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""usb_cdc: the serial console as a stream that need not block. Not on boards without USB."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.console import FIFO_BYTES, Reader
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType | None:
    if not board.profile.has_drive:
        return None
    console = board.console

    class Serial:
        """`timeout` and `write_timeout` are seconds, None waits without limit."""

        def __init__(self) -> None:
            raise TypeError("cannot create 'Serial' instances")

        timeout: float | None = None
        write_timeout: float | None = None

        @property
        def connected(self) -> bool:
            return console.connected

        @property
        def in_waiting(self) -> int:
            return len(console.typed)

        @property
        def out_waiting(self) -> int:
            return console.queued

        def read(self, size: int = 1) -> bytes:
            board.clock.wait(lambda: len(console.typed) >= size, _microseconds(self.timeout))
            data, console.typed[:size] = bytes(console.typed[:size]), b""
            return data

        def readinto(self, buf: Any) -> int:
            data = self.read(len(buf))
            memoryview(buf)[: len(data)] = data
            return len(data)

        def readline(self, size: int = -1) -> bytes:
            line = b""
            while not line.endswith(b"\n") and (size < 0 or len(line) < size):
                byte = self.read(1)
                if not byte:
                    break
                line += byte
            return line

        def readlines(self) -> list[bytes]:
            lines = []
            while console.typed:
                lines.append(self.readline())
            return lines

        def write(self, buf: Any) -> int:
            data = bytes(buf)
            sent = console.offer(data)
            if sent < len(data) and self.write_timeout != 0:
                board.clock.wait(
                    lambda: console.reader is not Reader.STUCK, _microseconds(self.write_timeout)
                )
                sent += console.offer(data[sent:])
            return sent

        def flush(self) -> None:
            if console.queued:
                board.clock.wait(lambda: console.queued < FIFO_BYTES and console.reader is not Reader.STUCK)

        def reset_input_buffer(self) -> None:
            console.typed.clear()

        def reset_output_buffer(self) -> None:
            console.queued = 0

    def disable() -> None:
        raise NotImplementedError("the virtual board's console is always there")

    def enable(*, console: bool = True, data: bool = False) -> None:
        if data or not console:
            raise NotImplementedError("the virtual board has the console and no second stream")

    serial = object.__new__(Serial)
    return new_module("usb_cdc", Serial, disable, enable, console=serial, data=None)


def _microseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000_000)
