# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's link at a real broker. The clock does not advance while the broker works."""

import select
import time

# A test that a broken link would keep waiting fails after this many real seconds.
PATIENCE_S = 120


class RealRig:
    """Makes the rig's passes wait for bytes of the real broker."""

    def __init__(self, rig):
        self.rig = rig
        self.link = rig.link
        self._deadline = time.monotonic() + PATIENCE_S

    def wait(self):
        assert time.monotonic() < self._deadline, self.rig.log
        native = self.link._socket._native
        if native is not None:
            select.select([native], [], [], 0.05)

    def until(self, condition):
        while not condition():
            self.wait()
            self.rig.step()

    def until_said(self, words):
        """The line of the log that has these words. On a busy machine a TLS handshake may have taken too long before."""
        self.until(lambda: self.rig.log.has(words))
        return next(line for line in self.rig.log if words in line)
