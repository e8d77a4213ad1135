# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A downloaded image of CircuitPython: which board it is for, and whether that is the one that is wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from chargerctl.boards.boot_out import BootOut
from chargerctl.boards.catalogue import BOARDS, NEWEST_MAJOR, OLDEST, Board, version_text
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.install.esp_image import read_flash, read_program
from chargerctl.install.uf2 import read_uf2
from chargerctl.install.wrong import WrongImageError

_LARGEST = 32 << 20  # bytes of a file; a UF2 is twice as long as the flash it fills
_UF2 = b"UF2\n"
_BANNER = re.compile(
    rb"Adafruit CircuitPython ([0-9][\w.+-]{0,60}) on (\d{4}-\d\d-\d\d); ([ -~]{1,120}?) with ([ -~]{1,60})"
)


@dataclass(frozen=True)
class Image:
    """kind: "uf2" or "bin". board_id: of a board that chargerctl knows, else "". title: the board as CircuitPython calls
    it. chip: as in the catalogue of boards. version: as in boot_out.txt."""

    path: Path
    kind: str
    chip: str
    board_id: str
    title: str
    version: str
    data: bytes = field(repr=False)

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def board(self) -> str:
        return self.board_id or self.title

    def as_json(self) -> dict[str, object]:
        return {
            "image": str(self.path),
            "kind": self.kind,
            "chip": self.chip,
            "board": self.board_id or None,
            "title": self.title,
            "circuitpython": self.version,
        }


def read_image(path: Path) -> Image:
    """What is in the file; InputError for what is not an image of CircuitPython, whole and undamaged."""
    if not path.is_file():  # a pipe would block
        raise InputError(f"{path}: not a file")
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    try:
        if len(data) > _LARGEST:
            raise WrongImageError("it is larger than any board's flash")
        return _image(path, data)
    except WrongImageError as wrong:
        raise InputError(
            f"{path} is not an image of CircuitPython that can be installed: {wrong}; download it from "
            "https://circuitpython.org/downloads again"
        ) from None


def _image(path: Path, data: bytes) -> Image:
    if data.startswith(_UF2):
        program = read_uf2(data)
        kind, chip, content = "uf2", program.chip, program.content
        if chip.startswith("esp32") and read_program(content, 0).chip != chip:
            raise WrongImageError(f"its blocks are for {chip}, but not the program in them")
    else:
        kind, chip, content = "bin", read_flash(data).chip, data
    banner = _BANNER.search(content)
    if banner is None:
        raise WrongImageError("it is a program, but not CircuitPython")
    version, _, title, _ = (part.decode() for part in banner.groups())
    return Image(path, kind, chip, _board_in(content), title, version, data)


def _board_in(content: bytes) -> str:
    """The id of the only board of the catalogue whose id is a whole word in there."""
    found = [
        board_id
        for board_id in BOARDS
        if re.search(rb"(?<![\w.-])%s(?![\w.-])" % re.escape(board_id.encode()), content)
    ]
    return found[0] if len(found) == 1 else ""


def check_suits(image: Image, board_id: str | None) -> Board:
    """The board to write; ChargerctlError where the image is not for it. board_id: the one that the user named."""
    board = BOARDS.get(board_id or image.board_id)
    if board is None:
        raise ChargerctlError(
            f"{image.path} is CircuitPython for {image.title} ({image.chip}), a board that chargerctl has no wiring for"
        )
    right = _right_one(board)
    if image.chip != board.chip or image.board_id != board.board_id:
        raise ChargerctlError(
            f"{image.path} is CircuitPython for {image.board} ({image.chip}), not for {board.board_id}: {right}"
        )
    if image.kind != _kind(board):
        why = (
            "which would replace its boot drive"
            if board.has_drive
            else "and this board has no drive to copy it to"
        )
        raise ChargerctlError(f"{image.path} is a .{image.kind}, {why}: {right}")
    oldest = max(OLDEST, board.since)
    release = BootOut(image.version).release
    if not oldest <= release < (NEWEST_MAJOR + 1, 0, 0):
        raise ChargerctlError(
            f"{image.path} is CircuitPython {image.version}, but the charger runs on {version_text(oldest)} to "
            f"{NEWEST_MAJOR}.x: {right}"
        )
    return board


def _kind(board: Board) -> str:
    return "uf2" if board.has_drive else "bin"


def _right_one(board: Board) -> str:
    return (
        f"the right file is adafruit-circuitpython-{board.board_id}-LANGUAGE-VERSION.{_kind(board)} from "
        f"https://circuitpython.org/board/{board.board_id}"
    )
