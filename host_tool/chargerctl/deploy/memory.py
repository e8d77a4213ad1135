# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a charger takes of a board's heap, and whether the board has that much: judged before anything is written.

Figures of a 32-bit VM, not of a board (docs/memory.md). `python -m bench needs` measures the table anew; a test in
tests/whole/vm holds it to what is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from chargerctl.boards.catalogue import Board
from chargerctl.deploy.image import Image

# Bytes that live at the worst moment of the start, light and meter fitted.
LIVE = {
    # (display, card reader): (all .mpy, all from source)
    (False, False): (115_424, 135_008),
    (False, True): (120_400, 140_416),
    (True, False): (126_288, 146_736),
    (True, True): (132_896, 150_704),
}
# What compiling a module takes beside that, the one that takes the most (charger.hardware.parts).
COMPILING = 51_440
# What text takes more than .mpy files, at most.
TEXT_COSTS = max(text - mpy for mpy, text in LIVE.values()) + COMPILING
# What may be free and of no use, in pieces too small.
IN_PIECES = 8 * 1024


@dataclass(frozen=True)
class Parts:
    """What of the large parts is fitted."""

    display: bool
    reader: bool

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Parts:
        """values: checked settings, "hardware.display" and so on."""
        return cls(values["hardware.display"] != "none", values["hardware.card_reader"] != "none")


@dataclass(frozen=True)
class Need:
    """Bytes of heap. least: with less it cannot start; safe: with so much it does, as far as is known."""

    least: int
    safe: int


def need_of(parts: Parts, compiled: bool) -> Need:
    """compiled: the charger package and the libraries are .mpy."""
    least = LIVE[parts.display, parts.reader][0 if compiled else 1]
    return Need(least, least + IN_PIECES + (0 if compiled else COMPILING))


def is_mostly_mpy(image: Image) -> bool:
    """Whether most of an image's modules are; a few that somebody edits as source do not count."""
    modules = [path for path in image if path.startswith(("charger/", "lib/"))]
    return sum(path.endswith(".mpy") for path in modules) * 2 > len(modules)


@dataclass(frozen=True)
class Verdict:
    """What to say of a board's memory; refused: it cannot be enough."""

    text: str
    refused: bool = False


def judge(board: Board, parts: Parts, compiled: bool) -> Verdict | None:
    """None: there is plenty, and nothing to say."""
    if board.memory_is_plenty:
        return None
    need, free = need_of(parts, compiled), board.free_heap
    takes = f"this charger takes {need.least:,} bytes of memory at the worst moment of its start"
    if free is None:
        return Verdict(
            f"{takes}; what {board.board_id} has free is not published: look at what the console reports at start"
        )
    has = f"{board.board_id} has {free:,}, of which Wi-Fi takes a share that is not published"
    if need.least > free:
        way = _way_to(free, parts, compiled) or "no charger fits it, take a board with PSRAM"
        return Verdict(f"{takes}, and {has}: {way}", refused=True)
    if need.safe > free:
        return Verdict(f"memory is tight: {takes}, {need.safe:,} to be on the safe side, and {has}")
    return Verdict(f"{takes}, and {has}: look at what the console reports at start")


def _way_to(free: int, parts: Parts, compiled: bool) -> str:
    """The least to give up so that `free` bytes may do; "" where nothing helps."""
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
