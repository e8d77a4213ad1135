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
_LONGEST_S = 60  # on the virtual board's clock


class Firmware(Program):
    """bench: the virtual board, to look at afterwards. Its pins are its own; those of the serial board are the REPL's."""

    def __init__(self, folder: Path) -> None:
        self.bench = Bench(folder, C6_BOARD, C6_OUTPUTS)

    def starts(self, disk: Disk, hard: bool) -> Sequence[str]:
        tree = {BOOT_OUT: BootOut.assumed(C6_BOARD).render().encode(), **disk.tree()}
        (self.bench.power_cycle if hard or not self.bench.board.powered else self.bench.reload)(tree)
        said = self.bench.run_until(STARTED, _LONGEST_S)
        disk.put(self.bench.tree())
        return said.splitlines()
