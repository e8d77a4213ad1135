# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""boot_out.txt: what CircuitPython writes on the drive about its board at a hard reset. Read and written only here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chargerctl.boards.catalogue import ASSUMED, version_text
from chargerctl.boards.pins import Version

BOOT_OUT = "boot_out.txt"
_LONGEST = 4096  # bytes of the file; CircuitPython writes some 200
_LONGEST_ID = 80  # letters that a message shows


@dataclass(frozen=True)
class BootOut:
    """The board and its CircuitPython; "" where the file has no such line."""

    version: str = ""
    board_id: str = ""
    uid: str = ""

    @classmethod
    def assumed(cls, board_id: str) -> BootOut:
        """For a drive that no board has booted from yet."""
        return cls(version_text(ASSUMED), board_id)

    @classmethod
    def read(cls, content: bytes) -> BootOut:
        text = content[:_LONGEST].decode(errors="replace")

        def found(pattern: str) -> str:
            match = re.search(pattern, text, re.MULTILINE)
            return match[1] if match else ""

        return cls(
            found(r"^Adafruit CircuitPython (\S+)"),
            found(r"^Board ID:[ \t]*(\S+)")[:_LONGEST_ID],
            found(r"^UID:[ \t]*(\S+)"),
        )

    def render(self, machine: str = "") -> str:
        """The text as a board writes it. machine: as os.uname().machine has it."""
        lines = [
            f"Adafruit CircuitPython {self.version} on 2026-01-15; {machine or f'{self.board_id} with virtual board'}",
            f"Board ID:{self.board_id}",
            *([f"UID:{self.uid}"] if self.uid else []),
        ]
        return "".join(line + "\r\n" for line in lines)

    @property
    def release(self) -> Version:
        """The version as numbers, a pre-release as the release it leads to; (0, 0, 0) where it is not known."""
        match = re.match(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?", self.version)
        return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else (0, 0, 0)

    def __str__(self) -> str:
        return f"{self.board_id or 'unknown board'}, CircuitPython {self.version or 'unknown'}"
