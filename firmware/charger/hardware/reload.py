# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Auto-reload is off during a transaction; what was changed on the drive meanwhile is loaded after it."""

import os

import supervisor
from micropython import const

from charger import ticks

_FOLDER = const(0x4000)
_MASK = const(0xFFFFFF)
# For the last lines to reach the console.
_CONSOLE_MS = const(200)


class AutoReload:
    """Held while `controller.state.running` or the interlock holds the cable."""

    def __init__(self, controller, interlock, journal, log):
        self._controller = controller
        self._interlock = interlock
        self._journal = journal
        self._log = log
        self._held = False
        self._reload_at = None
        self._files = None
        self._loaded = self._seen = 0
        for mark in _marks("/"):
            self._loaded = (self._loaded + mark) & _MASK

    def step(self, now):
        busy = self._controller.state.running or self._interlock.holds_cable
        if self._reload_at is not None and not busy:
            if ticks.reached(now, self._reload_at):
                self._journal.flush()
                supervisor.reload()
            return
        # A transaction that started in between comes first: the drive is checked again after it.
        self._reload_at = None
        if busy != self._held:
            self._held = busy
            supervisor.runtime.autoreload = not busy
            self._files = None if busy else _marks("/")
            self._seen = 0
        elif self._files is not None:
            self._look_at_next_file(now)

    def _look_at_next_file(self, now):
        # One a pass: all at once would take 25 KB of heap and a tenth of a second.
        for mark in self._files:
            self._seen = (self._seen + mark) & _MASK
            return
        self._files = None
        if self._seen != self._loaded:
            self._log("loop", "files on the drive have changed: restarting")
            self._reload_at = ticks.add(now, _CONSOLE_MS)


def _marks(folder):
    """For every file that a person edits, so all but the libraries, a number that changes with its size or time."""
    for name in os.listdir(folder):
        if name == "lib" or name[0] == ".":
            continue
        path = folder + name
        stat = os.stat(path)
        if stat[0] & _FOLDER:
            yield from _marks(path + "/")
        else:
            # Small ints on purpose: a checksum, not a date.
            yield (stat[6] * 31 + (stat[8] & _MASK) + len(name)) & _MASK
