# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The VM of one board: booted over the board's drive, it takes keys and tells what they did to drive and pins."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from chargerctl.boards.catalogue import Board, version_text

from tests.host.serial_board.disk import Disk, Operation
from tests.host.serial_board.pins import PinEvent, Pins
from tests.host.serial_board.shapes import SECTOR, SECTOR_S
from tests.host.serial_board.vm import HERE, POOL, Answer

_SOURCES = [(HERE / "on_board" / name).read_text(encoding="utf-8") for name in ("drive.py", "modules.py")]
_HEAP = 160 * 1024  # it grows when a statement needs more


@dataclass(frozen=True)
class Build:
    """CircuitPython and its board, as the VM shows them."""

    board: Board
    version: tuple[int, int, int]
    uid: bytes
    has_zlib: bool
    cluster: int
    capacity: int
    read_only: bool


class Interpreter:
    """happened: operations of the drive and events of the pins, in their order. is_raw: the raw REPL is on."""

    def __init__(self, build: Build, disk: Disk, pins: Pins) -> None:
        self._build, self._disk, self._pins = build, disk, pins
        self.happened: list[Operation | PinEvent] = []
        self.is_raw = False
        self.free = 0
        self._node = POOL.take()

    def close(self) -> None:
        POOL.give_back(self._node)

    @property
    def banner(self) -> str:
        board, version = self._build.board, version_text(self._build.version)
        return f"Adafruit CircuitPython {version} on 2026-01-15; {board.title} with {board.model}"

    def boot(self, reset_reason: str) -> None:
        build = self._build
        drive = [
            (path, None if data is None else base64.b64encode(data).decode())
            for path, data in self._disk.tree().items()
        ]
        facts = {
            "board": build.board.board_id,
            "version": build.version,
            "uid": [*build.uid],
            "zlib": build.has_zlib,
            "reset_reason": reset_reason,
            "pins": self._pins.names,
        }
        self.is_raw = False
        self.free = self._node.boot(
            sources=_SOURCES,
            facts=json.dumps(facts),
            heap=_HEAP,
            drive=drive,
            cluster=build.cluster,
            capacity=build.capacity,
            readOnly=build.read_only,
        ).free

    def type(self, keys: bytes, block: int, strike_at: int | None) -> tuple[Answer, float]:
        """What came of these keys, and how long the flash took for it, in seconds."""
        answer = self._node.keys(keys, strike_at)
        for key in keys[: answer.typed]:
            self.is_raw = key == 1 or (self.is_raw and key != 2)
        self.free = answer.free
        sectors = written = 0
        for event in answer.events:
            if event[0] == "pin":
                self.happened.append(self._pins.happens(PinEvent(block, *event[1:])))
                continue
            operation = Operation.of(block, event)
            self._disk.do(operation)
            self.happened.append(operation)
            written += len(operation.data)
            if operation.what not in ("create", "write"):
                # What was written, its folder's sector and the FAT's.
                sectors += -(-written // SECTOR) + 2
                written = 0
        return answer, sectors * SECTOR_S

    def let_go(self, block: int) -> None:
        self.is_raw = False
        self.happened += self._pins.let_go(block)
