# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl's side of the line to a serial board: its port and its clock, in place of the machine's."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import serial
from chargerctl.deploy.image import Image
from chargerctl.deploy.plan import Plan
from chargerctl.transport.serial.link import LostError, PortStream, Stream
from chargerctl.transport.serial.visit import visited
from chargerctl.transport.serial.volume import SerialVolume
from chargerctl.transport.volume import Restarted

from tests.host.deploy.virtual import deploy
from tests.host.serial_board.board import SerialBoard


class BoardsPorts:
    """As chargerctl.transport.serial.link.Ports."""

    def __init__(self, board: SerialBoard) -> None:
        self._board = board

    def open(self, name: str) -> Stream:
        try:
            return PortStream(self._board.open(name, timeout=0, write_timeout=5))
        except serial.SerialException:
            raise LostError(errno.ENODEV, "is not there, or is no serial port", name) from None

    def again(self, name: str) -> list[str]:
        return self._board.ports()

    def now(self) -> float:
        return self._board.now()

    def sleep(self, seconds: float) -> None:
        self._board.sleep(seconds)


@contextmanager
def at_work(
    board: SerialBoard, said: list[str] | None = None, force: bool = True, writes: bool = True
) -> Iterator[tuple[SerialVolume, Callable[[], Restarted]]]:
    """A visit to the board: as visited()."""
    said = [] if said is None else said
    while not board.ports():  # it is being reset
        board.sleep(0.5)
    with visited(board.ports()[0], force, writes, said.append, BoardsPorts(board)) as visit:
        yield visit


def deploy_to(board: SerialBoard, image: Image, said: list[str] | None = None) -> Plan:
    with at_work(board, said) as (volume, restart):
        plan = deploy(volume, image)
        restart()
        return plan
