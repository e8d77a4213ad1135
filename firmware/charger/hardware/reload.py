# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Auto-reload is off during a transaction; what was changed on the drive meanwhile is loaded after it."""

import os

import supervisor

_FOLDER = 0x4000


class AutoReload:
    """`controller.running`: a transaction is open."""

    def __init__(self, controller, log):
        self._controller = controller
        self._log = log
        self._held = False
        self._loaded = _fingerprint("/")

    def step(self, now):
        busy = self._controller.running
        if busy == self._held:
            return
        self._held = busy
        supervisor.runtime.autoreload = not busy
        if not busy and _fingerprint("/") != self._loaded:
            self._log("loop", "the drive has changed: starting anew")
            supervisor.reload()


def _fingerprint(folder):
    """Changes with the size or the time of any file that a person edits: everything but the libraries."""
    total = 0
    for name in os.listdir(folder):
        if name == "lib" or name[0] == ".":
            continue
        path = folder + name
        stat = os.stat(path)
        if stat[0] & _FOLDER:
            total += _fingerprint(path + "/")
        else:
            # Small ints on purpose: a checksum, not a date.
            total += (stat[6] * 31 + (stat[8] & 0xFFFFFF) + len(name)) & 0xFFFFFF
    return total & 0x3FFFFFFF
