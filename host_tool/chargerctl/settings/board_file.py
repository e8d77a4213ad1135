# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads a board's flat settings.toml line by line with the firmware's own reader, and writes its lines."""

from __future__ import annotations

from dataclasses import dataclass, field

from chargerctl.firmware_files import firmware_module
from chargerctl.settings.table import CIRCUITPYTHONS

_reader = firmware_module("charger.settings_file")


@dataclass(frozen=True)
class Fault:
    """A line that the board cannot read."""

    line: int
    variable: str  # "" if not known
    reason: str


@dataclass
class BoardFile:
    """`lines` without line ends; `lines_of`: every line (from 0) that names a variable, readable or not."""

    lines: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    lines_of: dict[str, list[int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    end: int = 0  # the board reads the lines before this one, and none after a [section]


def read_board_file(data: bytes) -> BoardFile:
    """Every line as the board reads it: the first line of a variable wins."""
    found = BoardFile()
    if data.startswith(b"\xef\xbb\xbf"):
        found.faults.append(Fault(1, "", "the file starts with a byte-order mark"))
        data = data[3:]
    raw_lines = data.split(b"\n")
    if raw_lines[-1] == b"":
        raw_lines.pop()
    found.lines = [raw.removesuffix(b"\r").decode(errors="surrogateescape") for raw in raw_lines]
    found.end = len(raw_lines)
    for index, raw in enumerate(raw_lines):
        variable, text, reason = _reader.read_line(raw)
        if variable in CIRCUITPYTHONS and raw.partition(b"=")[2].lstrip().startswith(b'"'):
            text, reason = None, "is in quotes: CircuitPython reads it only without quotes"
        if reason:
            found.faults.append(Fault(index + 1, variable.strip(_reader.SECTION), reason))
        if variable == _reader.SECTION or b"\0" in raw:
            found.end = index
            break
        if variable:
            earlier = found.values.setdefault(variable, text) if text is not None else None
            if text is not None and earlier != text:
                first = found.lines_of[variable][0] + 1
                found.faults.append(Fault(index + 1, variable, f"is already set in line {first}"))
            found.lines_of.setdefault(variable, []).append(index)
    return found


def board_line(variable: str, text: str) -> str:
    """The line that gives `variable` this text, on every version of CircuitPython and in TOML."""
    return f"{variable} = {text if variable in CIRCUITPYTHONS else quoted(text)}"


def quoted(text: str) -> str:
    """`text` in double quotes. Boards and TOML escape quote and backslash as JSON does.

    They escape control characters differently, but no setting may contain one.
    """
    import json

    return json.dumps(text, ensure_ascii=False)
