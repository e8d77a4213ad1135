# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Translates a board's tracebacks back to the names of the sources."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FRAME = re.compile(r'(File "(?P<path>[^"]*)", line \d+, in )(?P<name>\w+)(?=\s*$)')
_ERROR = re.compile(r"\b\w*(?:Error|Exception|Interrupt|Exit): .*")
# Names in an error message: 'name', name(), or after these words.
_NAMED = re.compile(r"(?<=')\w+(?=')|\b\w+(?=\(\))|(?<=import name )\w+")


def translated(text: str, names: Mapping[str, str]) -> str:
    """Console output with the identifiers in its tracebacks as in the sources.

    names: as board_names() has it. Which private name is meant is known by the file of the frame, or of the last one.
    """
    ours = {
        on_board: name for name, on_board in names.items() if " " not in name and not name.startswith("_")
    }
    private: dict[tuple[str, str], str] = {}
    for key, on_board in names.items():
        path, _, name = key.rpartition(" ")
        if path:
            private[path, on_board] = name
    path = ""

    def back(name: str) -> str:
        return private.get((path, name)) or ours.get(name, name)

    lines = []
    for line in text.splitlines(keepends=True):
        if frame := _FRAME.search(line):
            path = re.sub(r"\.mpy$", ".py", frame["path"]).lstrip("/")
            ends = line[frame.end("path") : frame.start("name")], line[frame.end("name") :]
            line = line[: frame.start("path")] + path + ends[0] + back(frame["name"]) + ends[1]
        lines.append(
            _ERROR.sub(lambda error: _NAMED.sub(lambda match: back(match.group()), error.group()), line)
        )
    return "".join(lines)
