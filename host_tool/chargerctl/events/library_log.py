# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a library writes to its logger, as events: a client can make it write as much as it likes, and whoever tells
counts."""

from __future__ import annotations

import logging

from chargerctl.events.event import Event, Tell
from chargerctl.visible import visible

_LONGEST = 300


class LibraryLog(logging.Handler):
    """From its construction until close(). Tracebacks are left out. logger: its name; what: of the events; who: their text
    begins with it; not_told: how messages begin that say nothing to the owner."""

    def __init__(self, tell: Tell, logger: str, what: str, who: str, not_told: tuple[str, ...] = ()) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell
        self._what = what
        self._who = who
        self._not_told = not_told
        self._logger = logging.getLogger(logger)
        self._propagated = self._logger.propagate
        self._logger.addHandler(self)
        self._logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """WARNING and above."""
        message = record.getMessage()
        if not message.startswith(self._not_told):
            self._tell(Event(self._what, f"{self._who}: {visible(message)[:_LONGEST]}"))

    def close(self) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate = self._propagated
        super().close()
