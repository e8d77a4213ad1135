# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What code.py does on the serial board: it is not run there, but said. A test makes its own by deriving from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tests.host.serial_board.disk import Disk


class Program:
    """A program that runs until it is stopped, and does not read its console.

    pins: the levels that it drives. period_s: time between two calls of `goes_on`.
    """

    pins: Mapping[str, bool] = MappingProxyType({})
    period_s = 1.0
    reads_console = False
    ends = False

    def starts(self, disk: Disk, hard: bool) -> Sequence[str]:
        """The lines it says at its start. hard: after a reset, so that boot.py has run: what it does to the drive belongs
        here, too (disk.put)."""
        if "code.py" not in disk.tree() and "code.txt" not in disk.tree():
            return ()
        return ("boot   firmware 0 on seeed_xiao_esp32c6, reset: POWER_ON",)

    def goes_on(self) -> Sequence[str]:
        """The lines it says in each period."""
        return ()

    def hears(self, line: str) -> Sequence[str]:
        """The answer to a line that was typed, where it reads its console."""
        return ()
