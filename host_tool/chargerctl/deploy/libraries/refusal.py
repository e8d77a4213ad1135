# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Remembers for a day why no bundle was to be had: to load circup, and to try a download, takes longer than all the rest of
a deploy that has nothing to do."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from chargerctl.files import write_private

_DAY_S = 24 * 3600
_LONGEST = 1000  # bytes of a reason


class Refusal:
    """Of the bundle for one CircuitPython. Deleting its file costs one more attempt."""

    def __init__(self, state: Path | None, major: int) -> None:
        self._file = state / f"no-bundle-{major}.txt" if state else None

    def reason(self) -> str | None:
        """None: try to get a bundle."""
        with suppress(OSError, UnicodeDecodeError):
            # A clock that was set back makes it younger than now: then it does not count either.
            if self._file and 0 <= time.time() - self._file.stat().st_mtime < _DAY_S:
                return self._file.read_bytes()[:_LONGEST].decode() or None
        return None

    def remember(self, reason: str) -> None:
        with suppress(OSError):
            if self._file:
                self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                write_private(self._file, reason.encode(errors="replace")[:_LONGEST], sync=False)

    def forget(self) -> None:
        with suppress(OSError):
            if self._file:
                self._file.unlink(missing_ok=True)
