# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware itself on the serial board: the virtual board boots what is on the drive, says its lines, and finishes a
deploy as boot.py does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chargerctl.boards.boot_out import BOOT_OUT, BootOut

from tests.host.deploy.virtual import Bench
from tests.host.serial_board.disk import Disk
from tests.host.serial_board.program import Program

C6_BOARD, C6_OUTPUTS = "seeed_xiao_esp32c6", ("D2", "D3")
STARTED = "boot   firmware"
_LONGEST_S, _ANSWER_S = 60, 2  # on the virtual board's clock


class Firmware(Program):
    """bench: the virtual board, to look at afterwards. Its pins are its own; those of the serial board are the REPL's.
    said: every line, whether anyone listened or not."""

    reads_console = True

    def __init__(self, folder: Path, board_id: str = C6_BOARD, outputs: tuple[str, str] = C6_OUTPUTS) -> None:
        self.bench = Bench(folder, board_id, outputs)
        self._boot_out = BootOut.assumed(board_id).render().encode()
        self.said: list[str] = []
        self._heard = 0

    def starts(self, disk: Disk, hard: bool) -> Sequence[str]:
        tree = {BOOT_OUT: self._boot_out, **disk.tree()}
        (self.bench.power_cycle if hard or not self.bench.board.powered else self.bench.reload)(tree)
        self._heard = 0
        self.bench.run_until(STARTED, _LONGEST_S)
        disk.put(self.bench.tree())
        return self._said()

    def goes_on(self) -> Sequence[str]:
        self.bench.run(self.period_s)
        return self._said()

    def hears(self, line: str) -> Sequence[str]:
        self.bench.board.console.type(f"{line}\r".encode())
        self.bench.run(_ANSWER_S)
        return self._said()

    def _said(self) -> list[str]:
        new = self.bench.console[self._heard :]
        self._heard = len(self.bench.console)
        self.said += new
        return new
