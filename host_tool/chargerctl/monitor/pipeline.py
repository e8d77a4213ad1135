# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""From the bytes of a console to what is shown of them: lines, masked and made visible, with marks between them."""

from __future__ import annotations

from collections.abc import Iterable

from chargerctl.monitor.deployed import Deployed
from chargerctl.monitor.entries import BoardLine, Entry, Failed, Note, Started
from chargerctl.monitor.events import Said, Starts, Traceback, Tracebacks, said
from chargerctl.monitor.secrets import Masker
from chargerctl.transport.lines import Line, Lines
from chargerctl.visible import visible

# A line whose end does not come is shown after this: a prompt, or the last words of a board that hangs.
_QUIET_S = 1.0


class Pipeline:
    """at: the laptop's time, in Unix seconds; the caller has it, so that it is the time at which the bytes were read."""

    def __init__(self, masker: Masker, deployed: Deployed) -> None:
        self._masker = masker
        self._deployed = deployed
        self._lines = Lines(masker.held)
        self._starts = Starts()
        self._tracebacks = Tracebacks()
        self._last = Said("", "")
        self._heard_at = 0.0

    def feed(self, data: bytes, at: float) -> list[Entry]:
        """data: what was read; b"" where nothing came for a while."""
        if data:
            self._heard_at = at
            return self._entries(self._lines.feed(data), at)
        if self._lines.waiting and at - self._heard_at >= _QUIET_S:
            return self._entries(self._lines.rest(), at)
        return []

    def connected(self, to: str, at: float) -> list[Entry]:
        return [Note(at, "connected", f"connected to {to}")]

    def end(self, at: float) -> list[Entry]:
        """What has come of a line, or of a traceback, whose end will not come."""
        entries = self._entries(self._lines.lost(), at, cut=True)
        if failed := self._tracebacks.end():
            entries.append(self._failed(failed, at))
        return entries

    def lost(self, why: str, at: float) -> list[Entry]:
        return [*self.end(at), Note(at, "lost", f"connection lost: {visible(why)}; waiting for the board")]

    def _entries(self, lines: Iterable[Line], at: float, cut: bool = False) -> list[Entry]:
        entries: list[Entry] = []
        for line in lines:
            text = visible(self._masker.masked(line.text, cut))
            # The rest of a line belongs to the subsystem of its beginning.
            now = Said(text, text, self._last.tag, self._last.board_s) if line.continues else said(text)
            self._last = now
            shown = BoardLine(at, now, line.ended, line.continues)
            if line.continues:
                entries.append(shown)
                continue
            if start := self._starts.see(now):
                entries.append(Started(at, start))
            entries.append(shown)
            if failed := self._tracebacks.see(now):
                entries.append(self._failed(failed, at))
        return entries

    def _failed(self, traceback: Traceback, at: float) -> Failed:
        return Failed(at, self._deployed.located(traceback))
