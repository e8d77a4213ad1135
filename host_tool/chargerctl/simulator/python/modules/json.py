# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""json, with CircuitPython's tolerances and losses."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python import board_json
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    def loads(str: Any) -> Any:
        return board_json.loads(str)

    def load(fp: Any) -> Any:
        return board_json.loads(fp.read())

    def dumps(obj: Any, separators: tuple[str, str] | None = None) -> str:
        return board_json.dumps(obj, separators or (", ", ": "))

    def dump(obj: Any, stream: Any, separators: tuple[str, str] | None = None) -> None:
        stream.write(dumps(obj, separators))

    return new_module("json", load, loads, dump, dumps)
