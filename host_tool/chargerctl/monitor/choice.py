# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which lines are shown. Marks always are: a start or a traceback explains what is missing between them."""

from __future__ import annotations

import re
from collections.abc import Collection

from chargerctl.monitor.entries import BoardLine, Entry
from chargerctl.monitor.events import said
from chargerctl.monitor.text import LOGGED, MARK, REST

# What the firmware logs under; a test compares them with its sources.
TAGS = (
    "asked", "boot", "card", "clock", "config", "console", "display", "loop", "memory", "meter", "mqtt", "ntp", "ocpp",
    "relay", "safety", "state", "store", "view", "wifi",
)  # fmt: skip


class Choice:
    """tags: of the lines to show, none for all; pattern: what is to be found in their text."""

    def __init__(self, tags: Collection[str] = (), pattern: re.Pattern[str] | None = None) -> None:
        self._tags = frozenset(tags)
        self._pattern = pattern
        self._shown = True

    def shows(self, entry: Entry) -> bool:
        """To be asked about every entry in turn: the rest of a line is shown where its beginning was."""
        if not isinstance(entry, BoardLine):
            return True
        if not entry.continues:
            self._shown = (not self._tags or entry.said.tag in self._tags) and (
                self._pattern is None or self._pattern.search(entry.text) is not None
            )
        return self._shown

    def shows_logged(self, line: str) -> bool:
        """The same of a line of a log."""
        found = LOGGED.fullmatch(line)
        if found is None or found[1] == MARK:
            return True
        return self.shows(BoardLine(0.0, said(found[2]), continues=found[1] == REST))
