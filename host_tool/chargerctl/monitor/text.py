# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An entry as lines of plain text, for a pipe and for the log."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

from chargerctl.monitor.entries import BoardLine, Entry

MARK, REST = "*~"
LOGGED = re.compile(r"\S+ ([ ~*]) (.*)", re.DOTALL)  # sign and text of a line of the log
STARTED = re.compile(r"\S+ \* board (?:re)?started")


@lru_cache(maxsize=4)  # what was read at once has the same time
def clock(at: float, *, dated: bool = False) -> str:
    """The laptop's local time, with date and offset for a file."""
    local = datetime.fromtimestamp(at).astimezone()
    return local.isoformat(timespec="milliseconds") if dated else local.strftime("%H:%M:%S.%f")[:-3]


def sign(entry: Entry) -> str:
    """`*` for a mark, `~` for the rest of a line: what the board wrote cannot be taken for what the monitor says."""
    if isinstance(entry, BoardLine):
        return REST if entry.continues else " "
    return MARK


def plain_lines(entry: Entry, *, dated: bool = False) -> list[str]:
    prefix = f"{clock(entry.at, dated=dated)} {sign(entry)} "
    return [prefix + line for line in ([entry.text] if isinstance(entry, BoardLine) else entry.lines)]
