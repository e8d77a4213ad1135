# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The serial board behind real pseudo-terminals, for a host in this process or in another one.

A folder stands for /dev: it has a link of the port's name to a terminal, with another name after each reset. The board's
clock follows the real one, so many times faster that nobody waits for flash.
"""

from __future__ import annotations

import os
import select
import threading
import time
import tty
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import serial

if TYPE_CHECKING:
    from tests.host.serial_board.board import SerialBoard
    from tests.host.serial_board.port import Port

_FASTER = 20
_LOOK_S = 0.002
_PIECE = 64  # bytes of a USB packet


class Terminal:
    """While it is open, a thread has the board: look at it afterwards."""

    def __init__(self, board: SerialBoard, folder: Path) -> None:
        self._board, self._folder = board, folder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="serial board", daemon=True)
        self.failure: BaseException | None = None

    def __enter__(self) -> Terminal:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                names = self._board.ports()
                if names:
                    self._serve(names[0])
                else:
                    self._pass()
        except BaseException as failure:  # noqa: BLE001 - told where the terminal is closed
            self.failure = failure

    def _pass(self) -> None:
        self._stop.wait(_LOOK_S)
        self._board.sleep(_LOOK_S * _FASTER)

    def _serve(self, name: str) -> None:
        """Until the port vanishes. The terminal's own end is kept open, so that a host may come and go."""
        ours, theirs = os.openpty()
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        link = self._folder / name
        link.symlink_to(os.ttyname(theirs))
        port = self._board.open(name, timeout=0, write_timeout=0)
        try:
            self._exchange(port, ours)
        except serial.SerialException:
            return  # it has vanished
        finally:
            link.unlink()
            os.close(theirs)
            os.close(ours)

    def _exchange(self, port: Port, ours: int) -> None:
        waiting = b""
        last = time.monotonic()
        while not self._stop.is_set():
            room = self._board.room or not self._board.shape.held_back
            readable, _, _ = select.select([ours] if room else [], [], [], _LOOK_S)
            if readable:
                count = min(_PIECE, self._board.room) if self._board.shape.held_back else _PIECE
                port.write(os.read(ours, count))
            now = time.monotonic()
            self._board.sleep((now - last) * _FASTER)
            last = now
            waiting += port.read(1 << 16)
            waiting = waiting[_written(ours, waiting) :]


def _written(handle: int, data: bytes) -> int:
    with suppress(BlockingIOError):
        return os.write(handle, data) if data else 0
    return 0
