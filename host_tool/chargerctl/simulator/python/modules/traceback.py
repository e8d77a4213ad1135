# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""traceback: exceptions as text, in CircuitPython's words."""

from __future__ import annotations

from types import ModuleType, TracebackType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    vm = board.running

    def format_exception(
        exc: Any,
        /,
        value: BaseException | None = None,
        tb: TracebackType | None = None,
        limit: int | None = None,
        chain: bool | None = True,
    ) -> list[str]:
        error = exc if value is None else value
        return [vm.traceback(error, chain=bool(chain), limit=limit)]

    def print_exception(
        exc: Any,
        /,
        value: BaseException | None = None,
        tb: TracebackType | None = None,
        limit: int | None = None,
        file: Any = None,
        chain: bool | None = True,
    ) -> None:
        (text,) = format_exception(exc, value, tb, limit, chain)
        if file is None:
            board.console.print(text)
        else:
            file.write(text)

    return new_module("traceback", format_exception, print_exception)
