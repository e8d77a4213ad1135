# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which CIRCUITPY drives are plugged in."""

from __future__ import annotations

import os
import re
import string
import sys
from collections.abc import Iterable
from pathlib import Path

from chargerctl.boards.address import Address, Folder
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.errors import ChargerctlError
from chargerctl.transport.folder import FolderVolume


def mounted() -> list[Path]:
    """Every folder where a drive may be mounted on this system."""
    if sys.platform == "win32":
        return [place for letter in string.ascii_uppercase if _is_there(place := Path(f"{letter}:\\"))]
    if sys.platform == "darwin":
        return sorted(Path("/Volumes").glob("*"))
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return []
    points = (line.split()[1] for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines())
    return [Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), point)) for point in points]


def _is_there(place: Path) -> bool:
    try:
        return place.exists()
    except OSError:  # locked by BitLocker, or being unplugged
        return False


def _drives(places: Iterable[Path]) -> dict[Path, BootOut]:
    """The CircuitPython drives among `places`."""
    found = {}
    for place in places:
        try:
            found[place] = BootOut.read(FolderVolume(place).read(BOOT_OUT))
        except OSError:  # not a board's drive, or not readable
            continue
    return found


def the_drive() -> Address:
    """The CircuitPython drive that is plugged in; ChargerctlError for none or several."""
    drives = _drives(mounted())
    if len(drives) == 1:
        return Folder(next(iter(drives)))
    if not drives:
        raise ChargerctlError(
            "no CIRCUITPY drive found: plug the board in, or name its drive with --drive PATH (an ESP32-C6 has none: deploy "
            "to a folder with --drive FOLDER and copy its files to the board with the web workflow)"
        )
    listed = ", ".join(f"{path}{os.sep} ({boot})" for path, boot in drives.items())
    raise ChargerctlError(
        f"{len(drives)} CIRCUITPY drives found: choose one with --drive PATH: {listed}",
        drives=[str(path) for path in drives],
    )
