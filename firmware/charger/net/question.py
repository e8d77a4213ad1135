# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A datagram that asks a name server or a time server, and its answer, awaited over many passes without blocking."""

import errno
import select

from micropython import const

from charger import ticks

# How long the first, second, third try waits for its answer.
_PATIENCE_MS = (1000, 2000, 4000)
_LONGEST_MS = const(4000)


class Question:
    """Asks at `target`, (address, port), with `data`. Answers are cut off after `size` bytes. `over`: no answer came.

    The constructor and `step` raise OSError, RuntimeError or MemoryError. The caller closes it.
    """

    def __init__(self, pool, target, data, size):
        self.target = target
        self.over = False
        self._data = data
        self._buffer = bytearray(size)
        self._tries = 0
        self._until = 0
        poller = select.poll()
        self._socket = pool.socket(pool.AF_INET, pool.SOCK_DGRAM)
        try:
            self._socket.settimeout(0)
            poller.register(self._socket, select.POLLIN)
        except MemoryError:
            self.close()
            raise
        # CPython has no ipoll; on a board poll() would allocate in every pass.
        self._ready = getattr(poller, "ipoll", None) or poller.poll

    def step(self, now):
        """What came from the target, bytes, or None. Call it once per pass: it allocates nothing while nothing has come."""
        answer = self._receive()
        # Any other difference is the first try's, or comes from a time without Wi-Fi, in which step was not called.
        if answer is None and not (self._tries and 0 < ticks.diff(self._until, now) <= _LONGEST_MS):
            if self._tries == len(_PATIENCE_MS):
                self.over = True
                return None
            self._until = ticks.add(now, _PATIENCE_MS[self._tries])
            self._tries += 1
            self._socket.sendto(self._data, self.target)
        return answer

    def _receive(self):
        for _ in self._ready(0):
            try:
                size, source = self._socket.recvfrom_into(self._buffer)
            except OSError as error:
                if error.errno == errno.EAGAIN:
                    return None
                raise
            address, port = self.target
            # A question to a group is answered by the host itself.
            if source[1] == port and (source[0] == address or address[:4] == "224."):
                return bytes(memoryview(self._buffer)[:size])
        return None

    def close(self):
        try:
            self._socket.close()
        except OSError:
            # It is not used again either way.
            pass
