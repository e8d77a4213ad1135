# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How much heap a charger needs, and whether the board has that much: checked before anything is written.

The figures come from a 32-bit VM, not from a board (docs/memory.md). `python -m bench needs` measures the table again; a
test in tests/whole/vm compares it with what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from chargerctl.boards.catalogue import Board
from chargerctl.deploy.image import Image
from chargerctl.settings.values import Values

# Bytes in use at the worst moment of the start, with LED and meter.
LIVE = {
    # (display, card reader): (all .mpy, all from source)
    (False, False): (123_152, 149_792),
    # With a reader on SPI, whose names make the table of names double; on I2C 131,856.
    (False, True): (132_976, 154_224),
    (True, False): (138_112, 161_136),
    # On I2C 142,320; on SPI up to 146,608 were seen, with what a conservative collector keeps.
    (True, True): (143_008, 165_552),
}
# What compiling the most expensive module (charger.journal) takes on top.
COMPILING = 63_792
# How much more memory text takes than .mpy files, at most.
TEXT_COSTS = max(text - mpy for mpy, text in LIVE.values()) + COMPILING
# Free memory that may be unusable because its pieces are too small.
IN_PIECES = 8 * 1024


@dataclass(frozen=True)
class Parts:
    """Which of the parts that need much memory are connected."""

    display: bool
    reader: bool

    @classmethod
    def of(cls, values: Values) -> Parts:
        return cls(values.hardware.display != "none", values.hardware.card_reader != "none")


@dataclass(frozen=True)
class Need:
    """Bytes of heap. least: with less the charger cannot start; safe: with this much it starts, as far as is known."""

    least: int
    safe: int


def need_of(parts: Parts, compiled: bool) -> Need:
    """compiled: the charger package and the libraries are .mpy."""
    least = LIVE[parts.display, parts.reader][0 if compiled else 1]
    return Need(least, least + IN_PIECES + (0 if compiled else COMPILING))


def is_mostly_mpy(image: Image) -> bool:
    """Whether most modules of the image are .mpy files; a few may be edited as text."""
    modules = [path for path in image if path.startswith(("charger/", "lib/"))]
    return sum(path.endswith(".mpy") for path in modules) * 2 > len(modules)


@dataclass(frozen=True)
class Verdict:
    """A line about the board's memory; refused: it cannot be enough."""

    text: str
    refused: bool = False


def judge(board: Board, parts: Parts, compiled: bool) -> Verdict | None:
    """None where memory is plenty."""
    if board.memory_is_plenty:
        return None
    need, free = need_of(parts, compiled), board.free_heap
    takes = f"this charger needs {need.least:,} bytes of memory at the worst moment of its start"
    if free is None:
        return Verdict(
            f"{takes}; how much {board.board_id} has free is not published: the console reports it at start"
        )
    has = f"{board.board_id} has {free:,}, of which Wi-Fi uses a part (how much is not published)"
    if need.least > free:
        way = _way_to(free, parts, compiled) or "no charger fits on it: use a board with PSRAM"
        return Verdict(f"{takes}, and {has}: {way}", refused=True)
    if need.safe > free:
        return Verdict(f"memory is tight: {takes} ({need.safe:,} to be safe), and {has}")
    return Verdict(f"{takes}, and {has}: check what the console reports at start")


def _way_to(free: int, parts: Parts, compiled: bool) -> str:
    """The fewest changes with which `free` bytes may be enough; "" where nothing helps."""
    ways = {
        "deploy compiled files": not compiled,
        'set [hardware] display = "none"': parts.display,
        'set [hardware] card_reader = "none"': parts.reader,
    }
    mpy, display, reader = ways
    open_to_us = [way for way, applies in ways.items() if applies]
    for count in range(1, len(open_to_us) + 1):
        for given_up in combinations(open_to_us, count):
            lesser = Parts(parts.display and display not in given_up, parts.reader and reader not in given_up)
            if need_of(lesser, compiled or mpy in given_up).least <= free:
                return " and ".join(given_up)
    return ""
