# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""nvm: the class behind microcontroller.nvm."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    flash = board.nvm

    class ByteArray:
        """Reads are copies; every assignment is one write of the flash."""

        def __init__(self) -> None:
            raise TypeError("cannot create 'ByteArray' instances")

        @classmethod
        def _make(cls) -> ByteArray:
            return object.__new__(cls)

        def __bool__(self) -> bool:
            return True

        def __len__(self) -> int:
            return len(flash.data)

        def __getitem__(self, index: Any) -> Any:
            flash.check("read")
            if isinstance(index, slice):
                self._range(index)
                return bytearray(flash.data[index])
            return flash.data[index]

        def __setitem__(self, index: Any, value: Any) -> None:
            if isinstance(index, slice):
                start, stop = self._range(index)
                data = bytes(value)
                if len(data) != stop - start:
                    raise ValueError("Slice and value different lengths.")
                flash.write(start, data)
                return
            if not -len(flash.data) <= index < len(flash.data):
                raise IndexError("index out of range")
            if not 0 <= value <= 255:
                raise ValueError("Array values should be single bytes.")
            flash.write(index % len(flash.data), bytes([value]))

        @staticmethod
        def _range(index: slice) -> tuple[int, int]:
            start, stop, step = index.indices(len(flash.data))
            if step != 1:
                raise NotImplementedError("only slices with step=1 (aka None) are supported")
            return start, max(start, stop)

    return new_module("nvm", ByteArray)
