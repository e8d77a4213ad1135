# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which CIRCUITPY drives are plugged in."""

from __future__ import annotations

import os
import re
import string
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.boards.sightings import Deployed, DriveSeen
from chargerctl.transport.folder import FolderVolume

READ_ONLY = "read-only for this computer: the board's program owns its files"
_READ_ONLY_ON_WINDOWS = 0x00080000  # FILE_READ_ONLY_VOLUME


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


def is_read_only(place: Path) -> bool:
    """Whether the system has mounted the drive so that nothing can be written. OSError."""
    if hasattr(os, "statvfs"):
        return bool(os.statvfs(place).f_flag & os.ST_RDONLY)
    return _is_read_only_on_windows(place)


def _is_read_only_on_windows(place: Path) -> bool:
    import ctypes

    flags = ctypes.c_ulong()
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - mypy knows it on Windows only
    found = kernel.GetVolumeInformationW(str(place), None, 0, None, None, ctypes.byref(flags), None, 0)
    return bool(found) and bool(flags.value & _READ_ONLY_ON_WINDOWS)


def boards_drives(
    places: Iterable[Path],
    deployed_on: Callable[[Callable[[str], bytes]], Deployed | None],
    is_read_only: Callable[[Path], bool] = is_read_only,
) -> list[DriveSeen]:
    """The CircuitPython drives among `places`. deployed_on: tells from a function that reads files what is on a drive."""
    found = {}
    for place in places:
        volume = FolderVolume(place)
        try:
            boot = BootOut.read(volume.read(BOOT_OUT))
            problem = READ_ONLY if is_read_only(place) else ""
        except OSError:  # not a board's drive, or not readable
            continue
        found[place] = DriveSeen(place, boot, deployed_on(volume.read), problem)
    return list(found.values())
