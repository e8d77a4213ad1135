# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which CIRCUITPY drives are plugged in, and what their boot_out.txt says."""

from __future__ import annotations

import os
import re
import string
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chargerctl.boards.pins import Version
from chargerctl.errors import ChargerctlError

BOOT_OUT = "boot_out.txt"


@dataclass(frozen=True)
class BootOut:
    """What CircuitPython writes about itself at a hard reset. Empty where it does not say."""

    version: str = ""
    board_id: str = ""
    uid: str = ""

    @classmethod
    def read(cls, content: bytes) -> BootOut:
        text = content.decode(errors="replace")

        def found(pattern: str) -> str:
            match = re.search(pattern, text, re.MULTILINE)
            return match[1].strip() if match else ""

        return cls(
            found(r"^Adafruit CircuitPython (\S+)"), found(r"^Board ID:\s*(\S+)"), found(r"^UID:\s*(\S+)")
        )

    @property
    def release(self) -> Version:
        """The version as numbers, a pre-release as what it is to become; (0, 0, 0) where it cannot be told."""
        match = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", self.version)
        return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else (0, 0, 0)

    def __str__(self) -> str:
        return f"{self.board_id or 'unknown board'}, CircuitPython {self.version or 'unknown'}"


def mounted() -> list[Path]:
    """Where a drive may be mounted on this system."""
    if sys.platform == "win32":
        return [Path(f"{letter}:\\") for letter in string.ascii_uppercase if Path(f"{letter}:\\").exists()]
    if sys.platform == "darwin":
        return sorted(Path("/Volumes").glob("*"))
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return []
    points = (line.split()[1] for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines())
    return [Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), point)) for point in points]


def find_drives(places: Iterable[Path]) -> dict[Path, BootOut]:
    """The CircuitPython drives among `places`."""
    found = {}
    for place in places:
        try:
            found[place] = BootOut.read((place / BOOT_OUT).read_bytes())
        except OSError:  # no drive of a board, or one we may not look into
            continue
    return found


def the_drive(places: Iterable[Path] | None = None) -> Path:
    """The one CircuitPython drive that is plugged in; ChargerctlError when there is none, or several."""
    drives = find_drives(mounted() if places is None else places)
    if len(drives) == 1:
        return next(iter(drives))
    if not drives:
        raise ChargerctlError(
            "no CIRCUITPY drive found: plug the board in, or say where it is with --drive PATH (an ESP32-C6 has "
            "none: write a folder with --drive FOLDER, copy what is in it with the web workflow)"
        )
    listed = ", ".join(f"{path}{os.sep} ({boot})" for path, boot in drives.items())
    raise ChargerctlError(
        f"{len(drives)} CIRCUITPY drives found: say which with --drive PATH: {listed}",
        drives=[str(path) for path in drives],
    )
