# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Tracebacks of a board, with the names that stand in the sources."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FRAME = re.compile(r"(?<=, in )\w+(?=\s*$)", re.MULTILINE)
_ERROR = re.compile(r"\b\w*(?:Error|Exception|Interrupt|Exit): .*")
# How an error names a thing: 'name', name(), or after these words.
_NAMED = re.compile(r"(?<=')\w+(?=')|\b\w+(?=\(\))|(?<=import name )\w+")


def translated(text: str, names: Mapping[str, str]) -> str:
    """The text of a console with the identifiers in its tracebacks as the sources have them.

    names: {identifier in the source: on the board}.
    """
    ours = {on_board: name for name, on_board in names.items()}

    def back(match: re.Match[str]) -> str:
        return ours.get(match.group(), match.group())

    return _ERROR.sub(lambda line: _NAMED.sub(back, line.group()), _FRAME.sub(back, text))
