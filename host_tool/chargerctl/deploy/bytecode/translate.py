# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Translates a board's tracebacks back to the names of the sources."""

from __future__ import annotations

import re
from collections.abc import Mapping

_FRAME = re.compile(r"(?<=, in )\w+(?=\s*$)", re.MULTILINE)
_ERROR = re.compile(r"\b\w*(?:Error|Exception|Interrupt|Exit): .*")
# Names in an error message: 'name', name(), or after these words.
_NAMED = re.compile(r"(?<=')\w+(?=')|\b\w+(?=\(\))|(?<=import name )\w+")


def translated(text: str, names: Mapping[str, str]) -> str:
    """Console output with the identifiers in its tracebacks as in the sources.

    names: {identifier in the source: on the board}.
    """
    ours = {on_board: name for name, on_board in names.items()}

    def back(match: re.Match[str]) -> str:
        return ours.get(match.group(), match.group())

    return _ERROR.sub(lambda line: _NAMED.sub(back, line.group()), _FRAME.sub(back, text))
