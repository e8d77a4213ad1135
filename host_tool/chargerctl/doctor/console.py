# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the lines on the board's console say about its health."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from chargerctl.doctor.finding import FAILED, OK, SKIPPED, WARNING, Finding

LINE = re.compile(r"\[ *(?P<seconds>\d{1,9})\.(?P<ms>\d{3})\] (?P<tag>\w{1,8}) +(?P<text>.*)")
_ERROR = re.compile(r"\w+(Error|Exception)\b")
_MEMORY = re.compile(r"(?P<free>\d{1,9}) bytes free(?:, (?P<piece>\d{1,9}) in one piece outside the heap)?")
# A session takes up to 6 KB, sixteen that are undelivered 9 KB more (docs/memory.md).
_LITTLE = 16 * 1024
_MOST = 20_000  # lines that are looked at


@dataclass
class Log:
    """What was found in the lines, the latest of each."""

    lines: int = 0
    seconds: float = 0
    free: int | None = None
    piece: int | None = None
    firmware: str = ""
    faults: dict[str, str] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)
    traceback: str = ""


def read_log(lines: Iterable[str]) -> Log:
    """Of at most 20,000 lines."""
    log = Log()
    for number, line in enumerate(lines):
        if number == _MOST:
            break
        found = LINE.search(line)
        if found:
            log.lines += 1
            log.seconds = int(found["seconds"]) + int(found["ms"]) / 1000
            _take(log, found["tag"], found["text"].strip())
        elif line.startswith("Traceback") or (log.traceback and _ERROR.match(line)):
            log.traceback = line.strip()
    return log


def _take(log: Log, tag: str, text: str) -> None:
    if tag == "boot" and text.startswith("firmware "):
        log.__init__(log.lines, log.seconds, firmware=text)  # type: ignore[misc]  # a start: what was before is over
    elif tag == "memory":
        for found in _MEMORY.finditer(text):
            log.free = int(found["free"])
            log.piece = int(found["piece"]) if found["piece"] else None
    elif tag == "safety" and text.startswith("fault latched: "):
        log.faults[text.removeprefix("fault latched: ")] = text
    elif tag == "safety" and text.startswith("fault cleared: "):
        log.faults.pop(text.removeprefix("fault cleared: "), None)
    elif tag == "config":
        log.mistakes.append(text)
    elif tag in ("store", "meter", "reader", "display", "light") and (
        "lost" in text or "cannot" in text or "damaged" in text
    ):
        log.troubles[tag] = text


def console_findings(log: Log) -> Iterator[Finding]:
    """Memory, faults, mistakes in the settings, and parts that are lost."""
    if not log.lines:
        yield Finding(
            "console",
            SKIPPED,
            "no line of the firmware was read",
            "name the board's serial port or its address in the network (chargerctl devices), or reset it meanwhile",
        )
        return
    yield from _memory(log)
    for fault in sorted(log.faults):
        yield Finding("faults", FAILED, f"fault latched: {fault}", "docs/safety.md says what clears it")
    for text in log.mistakes[-3:]:
        yield Finding("board settings", FAILED, text, "chargerctl config check, then deploy")
    for tag in sorted(log.troubles):
        yield Finding(tag, WARNING, log.troubles[tag], "check its wiring, then reset the board")
    if log.traceback:
        yield Finding(
            "program", FAILED, f"it ended with {log.traceback}", "chargerctl report, and open an issue"
        )


def _memory(log: Log) -> Iterator[Finding]:
    if log.free is None:
        yield Finding(
            "memory", SKIPPED, "no memory line yet: the firmware writes one at its start and then hourly"
        )
        return
    piece = f", the largest piece outside the heap {log.piece:,}" if log.piece is not None else ""
    text = f"{log.free:,} bytes free{piece}"
    if log.free < _LITTLE:
        yield Finding(
            "memory",
            WARNING,
            text,
            "switch off parts that are not fitted: [hardware] display and card_reader = none",
        )
    else:
        yield Finding("memory", OK, text)
