# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""sys: what the program may know of its interpreter."""

from __future__ import annotations

from types import ModuleType
from typing import Any, NoReturn

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    console = board.console

    class _Implementation:
        name = "circuitpython"
        version = (*board.version, "")
        _machine = board.machine
        _mpy = 262
        _build = board.profile.board_id

    class _Output:
        def write(self, text: Any) -> int:
            console.print(text if isinstance(text, str) else bytes(text).decode())
            return len(text)

        def flush(self) -> None:
            pass

    class _Input:
        def read(self, size: int = -1) -> str:
            """Waits for `size` characters; without a size, takes what is there."""
            if size < 0:
                size = len(console.typed)
            board.clock.wait(lambda: len(console.typed) >= size)
            data, console.typed[:size] = bytes(console.typed[:size]), b""
            return data.decode("utf-8", "replace")

        def readinto(self, buffer: Any) -> int:
            """Bytes as they are, but for the carriage return that the Enter key sends."""
            size = len(buffer)
            board.clock.wait(lambda: len(console.typed) >= size)
            buffer[:], console.typed[:size] = bytes(console.typed[:size]).replace(b"\r", b"\n"), b""
            return size

        def readline(self) -> str:
            line = ""
            while not line.endswith("\n"):
                line += self.read(1)
            return line

    def exit(retval: object = None) -> NoReturn:
        raise SystemExit(retval) if retval is not None else SystemExit

    output = _Output()
    return new_module(
        "sys",
        exit,
        implementation=_Implementation(),
        platform="Espressif" if board.is_esp32 else board.profile.chip.upper(),
        version="3.4.0; Adafruit CircuitPython " + ".".join(map(str, board.version)) + " on 2026-01-15",
        version_info=(3, 4, 0),
        byteorder="little",
        maxsize=2**31 - 1,
        modules=board.running.modules,
        path=board.running.path,
        argv=board.running.argv,
        stdin=_Input(),
        stdout=output,
        stderr=output,
        ps1=">>> ",
        ps2="... ",
    )
