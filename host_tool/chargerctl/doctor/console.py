# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the lines on the board's console say about its health."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from chargerctl.doctor.finding import FAILED, OK, SKIPPED, WARNING, Finding
from chargerctl.monitor.events import Said, Starts, Traceback, Tracebacks, said
from chargerctl.transport.relay import about

_PHASE = re.compile(r"phase=(\w{1,20})")
_FREE = re.compile(r"(\d{1,9}) bytes free(?:, (\d{1,9}) in one piece outside the heap)?")
# A session takes up to 6 KB, sixteen that are undelivered 9 KB more (docs/memory.md).
_LITTLE = 16 * 1024
_NOT_USED = ": part not used"
_MOST = 20_000  # lines that are looked at
_PARTS = ("store", "meter", "reader", "display", "light", "card")
_TROUBLE = re.compile(r"lost|cannot|damaged|does not")


@dataclass(frozen=True)
class Memory:
    """Bytes free; piece: the largest outside the heap, None where the board does not say."""

    free: int
    piece: int | None

    def __str__(self) -> str:
        piece = f", the largest piece outside the heap {self.piece:,}" if self.piece is not None else ""
        return f"{self.free:,} bytes free{piece}"


@dataclass
class Health:
    """What was found since the board's last start, the latest of each. at_start: the memory before and with Wi-Fi. up_s: of
    the program where it has answered, else of the board, which may have run another before."""

    lines: int = 0
    started: str = ""  # firmware, board and reason of the reset
    board: str = ""
    firmware: str = ""
    serial: str = ""
    up_s: float | None = None
    phase: str = ""
    crashes: int | None = None
    memory: Memory | None = None
    at_start: tuple[Memory, ...] = ()
    faults: dict[str, None] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)
    unused: dict[str, str] = field(default_factory=dict)
    slow: dict[str, str] = field(default_factory=dict)
    traceback: Traceback | None = None


def health_of(lines: Iterable[str]) -> Health:
    """Of the first 20,000 lines."""
    health, starts, tracebacks = Health(), Starts(), Tracebacks()
    for text in islice(lines, _MOST):
        line = said(text)
        if start := starts.see(line):
            of_board = f"firmware {start.firmware} on {start.board}, reset: {start.reason}"
            health = Health(health.lines, of_board if start.firmware else "", start.board)
        if found := tracebacks.see(line):
            health.traceback = found
        if line.board_s is not None:
            health.lines += 1
            if not health.firmware:
                health.up_s = line.board_s
            _take(health, line)
    if found := tracebacks.end():
        health.traceback = found
    return health


def _take(health: Health, line: Said) -> None:
    tag, text = line.tag, line.message
    if tag == "memory":
        amounts = tuple(
            Memory(int(free), int(piece) if piece else None) for free, piece in _FREE.findall(text)
        )
        if len(amounts) == 2:
            health.at_start = amounts
        if amounts:
            health.memory = amounts[-1]
    elif tag == "asked" and (told := about(text)):
        health.firmware, health.serial = told.firmware, told.serial
        health.up_s, health.crashes = told.up_s, told.crashes
        if told.fault:
            health.faults[told.fault] = None
    elif tag == "view" and (found := _PHASE.match(text)):
        health.phase = found[1]
    elif tag == "safety" and text.startswith("fault latched: "):
        health.faults[text.removeprefix("fault latched: ")] = None
    elif tag == "safety" and text.startswith("fault cleared: "):
        health.faults.pop(text.removeprefix("fault cleared: "), None)
    elif tag == "config" and text.endswith(_NOT_USED):
        key, _, why = text.removesuffix(_NOT_USED).partition(": ")
        health.unused[key] = why
    elif tag == "config":
        health.mistakes.append(text)
    elif tag == "loop":
        health.slow[text.partition(" ")[0]] = text
    elif tag in _PARTS and _TROUBLE.search(text):
        health.troubles[tag] = text


def console_findings(health: Health, serial: str = "") -> Iterator[Finding]:
    """Memory, faults, mistakes, lost parts. serial: of the laptop's settings, "" where they have mistakes."""
    if not health.lines:
        yield Finding(
            "console",
            SKIPPED,
            "no line of the firmware was read",
            "reset the board meanwhile, or see what it prints: chargerctl monitor",
        )
        return
    running = f"firmware {health.firmware} has" if health.firmware else "the board has"
    running += f" been running for {health.up_s:,.0f} s" if health.up_s is not None else " been running"
    running += f", {health.phase}" if health.phase else ""
    crashes = f", {health.crashes} crashes" if health.crashes else ""
    yield Finding(
        "console",
        WARNING if health.crashes else OK,
        running + crashes,
        "chargerctl report" if crashes else "",
    )
    if serial and health.serial and health.serial != serial:
        yield Finding(
            "serial",
            WARNING,
            f"the charger says that it is {health.serial}, the settings are of {serial}: the broker below is theirs",
            "name the settings of this board with -c",
        )
    yield _memory(health.memory)
    for fault in sorted(health.faults):
        yield Finding("faults", FAILED, f"fault latched: {fault}", "docs/safety.md says what clears it")
    for text in health.mistakes[-3:]:
        yield Finding("board settings", FAILED, text, "chargerctl config check, then deploy")
    for key in sorted(health.unused):
        yield Finding(
            "parts",
            FAILED,
            f"{key} is not used: {health.unused[key]}",
            "check its wiring and its pins in [hardware], or switch it off there; then reset the board",
        )
    for tag in sorted(health.troubles):
        yield Finding(tag, WARNING, health.troubles[tag], "check its wiring, then reset the board")
    if health.traceback:
        error = health.traceback.error or "a traceback"
        yield Finding("program", FAILED, f"it ended with {error}", "chargerctl report, and open an issue")


def _memory(memory: Memory | None) -> Finding:
    if memory is None:
        return Finding(
            "memory", SKIPPED, "no memory line yet: the firmware writes one at its start and then hourly"
        )
    if memory.free < _LITTLE:
        way = "switch off parts that are not fitted: [hardware] display and card_reader = none"
        return Finding("memory", WARNING, str(memory), way)
    return Finding("memory", OK, str(memory))
