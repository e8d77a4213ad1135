# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The serial board's port as pyserial's Serial shows one, in the same process and on the board's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import serial

if TYPE_CHECKING:
    from tests.host.serial_board.board import SerialBoard


class Port:
    """timeout, write_timeout: seconds on the board's clock; None waits for ever, which a test is told as a failure."""

    def __init__(
        self, board: SerialBoard, name: str, timeout: float | None, write_timeout: float | None
    ) -> None:
        self.name = self.port = name
        self.timeout, self.write_timeout = timeout, write_timeout
        self.baudrate = 115_200
        self.dtr = self.rts = True
        self.is_open = True
        self._board = board

    def write(self, data: bytes) -> int:
        self._check()
        return self._board.write(self, bytes(data), self.write_timeout)

    def read(self, size: int = 1) -> bytes:
        self._check()
        return self._board.read(self, size, self.timeout)

    @property
    def in_waiting(self) -> int:
        self._check()
        return self._board.waiting(self)

    def reset_input_buffer(self) -> None:
        self._check()
        self._board.forget_output(self)

    def reset_output_buffer(self) -> None:
        self._check()

    def flush(self) -> None:
        self._check()

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            self._board.closed(self)

    def __enter__(self) -> Port:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self) -> None:
        if not self.is_open:
            raise serial.PortNotOpenError
