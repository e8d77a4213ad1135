# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The boot drive of a board that waits for a .uf2: what its INFO_UF2.TXT says, and the copy, after which it disappears."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chargerctl.boards.catalogue import Board
from chargerctl.errors import ChargerctlError
from chargerctl.transport.beneath import Beneath

INFO = "INFO_UF2.TXT"
_LONGEST = 4096
_LONGEST_LINE = 80
_TARGET = "CIRCUITPY.UF2"
_CHUNK = 1 << 16
_GONE_S, _LOOK_S = 20.0, 0.25
_IDS = {"RPI-RP2": "rp2040", "RP2350": "rp2350"}


@dataclass(frozen=True)
class BootDrive:
    """model, board_id: what the bootloader says of itself; chip: as in the catalogue of boards, "" where it is unknown."""

    folder: Path
    model: str
    board_id: str

    @property
    def chip(self) -> str:
        if self.board_id in _IDS:
            return _IDS[self.board_id]
        found = re.search(r"ESP32-?(S[23])(?![0-9])", f"{self.board_id} {self.model}", re.IGNORECASE)
        return f"esp32{found[1].lower()}" if found else ""

    def __str__(self) -> str:
        return f"{self.folder} ({self.model or self.board_id or 'unknown bootloader'})"


def read_boot_drive(folder: Path) -> BootDrive | None:
    """None where no board waits for a .uf2."""
    try:
        with Beneath(str(folder)).place(INFO) as place:
            handle = place.open(os.O_RDONLY)
            try:
                text = os.read(handle, _LONGEST).decode(errors="replace")
            finally:
                os.close(handle)
    except (OSError, ValueError):
        return None

    def found(name: str) -> str:
        line = re.search(rf"^{name}:[ \t]*(\S.*?)\s*$", text, re.MULTILINE)
        return line[1][:_LONGEST_LINE] if line else ""

    return BootDrive(folder, found("Model"), found("Board-ID"))


def the_boot_drive(asked: Path | None, mounted: Iterable[Path], board: Board) -> BootDrive:
    """The drive that the user named, or the only one; ChargerctlError for none, several, or one of another chip."""
    places = [asked] if asked else mounted
    drives = [drive for place in places if (drive := read_boot_drive(place))]
    if not drives:
        where = f"{asked} is not the boot drive of a board" if asked else "no boot drive found"
        raise ChargerctlError(f"{where}: {how_to_get_one(board)}, then run this again")
    if len(drives) > 1:
        raise ChargerctlError(
            f"{len(drives)} boot drives found: choose one with --drive PATH: {', '.join(map(str, drives))}",
            drives=[str(drive.folder) for drive in drives],
        )
    drive = drives[0]
    if drive.chip != board.chip:
        is_of = f"a board with {drive.chip}" if drive.chip else "an unknown board"
        raise ChargerctlError(f"{drive} is the boot drive of {is_of}, not of {board.board_id} ({board.chip})")
    return drive


def how_to_get_one(board: Board) -> str:
    if board.is_rp2:
        return "hold BOOTSEL while you plug the board in"
    return "press the board's reset button, and once more half a second later"


def copy_image(
    drive: BootDrive, data: bytes, progress: Callable[[int], None], wait: Callable[[float], None]
) -> None:
    """Write the image and wait until the board has taken it: then its boot drive disappears. wait: sleeps for seconds."""
    written = 0
    try:
        with Beneath(str(drive.folder)).place(_TARGET) as place:
            handle = place.open(os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            try:
                while written < len(data):
                    count = os.write(handle, data[written : written + _CHUNK])
                    written += count
                    progress(count)
                os.fsync(handle)
            finally:
                with suppress(OSError):  # the board restarts as soon as it has the last block
                    os.close(handle)
    except OSError as error:
        if written < len(data) or not _has_left(drive):
            raise ChargerctlError(_failed(drive, error)) from error
    for _ in range(int(_GONE_S / _LOOK_S)):
        if _has_left(drive):
            return
        wait(_LOOK_S)
    raise ChargerctlError(
        f"{drive.folder} has the image, but the board has not restarted: unplug it, plug it in again, and if no CIRCUITPY "
        "drive appears, run this again"
    )


def _failed(drive: BootDrive, error: OSError) -> str:
    reason = "it is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
    return f"{drive.folder} cannot be written: {reason}; the board stays in its bootloader: run this again"


def _has_left(drive: BootDrive) -> bool:
    return read_boot_drive(drive.folder) != drive
