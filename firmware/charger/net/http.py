# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sends a file with adafruit_requests on a connected socket. Loaded for one request, and the library with it.

adafruit_requests waits up to a minute, for each of its sends and reads, and asks adafruit_connection_manager (5 KB) for the
socket, which looks up names for 7 s and more. Here the dialer has opened it, this module takes the manager's place, and
each wait ends with the time that the whole request has.
"""

import errno
import select
import sys

from micropython import const

from charger import ticks
from charger.net.packet_socket import errno_name
from charger.visit import leave

_MANAGER = "adafruit_connection_manager"
# In bytes: what leaves at once, and what is read of an answer.
_PIECE = const(512)
_ANSWER = const(2048)
_POLL_MS = const(100)


def get_connection_manager(pool):
    return pool


sys.modules[_MANAGER] = sys.modules[__name__]
try:
    import adafruit_requests as library
finally:
    del sys.modules[_MANAGER]
    leave("adafruit_requests")

_FAILURES = (library.OutOfRetries, OSError, RuntimeError, ValueError, MemoryError, AssertionError)


def send(native, method, host, path, lines, longest_ms, ticks_ms):
    """(status of the answer, None), or (0, why there is none). Blocks for `longest_ms` at most.

    `lines()` gives an iterator of bytes, none of them empty, the same at each call.
    """
    socket = OneSocket(native, ticks.add(ticks_ms(), longest_ms), ticks_ms)
    headers = {"Host": host, "Content-Type": "text/plain", "Connection": "close"}
    try:
        session = library.Session(socket)
        url = "http://{}/{}".format(host.split(":")[0], path)
        response = session.request(method, url, data=Lines(lines), headers=headers, allow_redirects=False)
        return response.status_code, None
    except _FAILURES as error:
        if isinstance(error, ValueError):
            return 0, socket.problem or "its answer is no HTTP"
        return 0, socket.problem or str(error) or type(error).__name__


class Lines:
    """What the library takes for an open file."""

    def __init__(self, lines):
        self._lines = lines
        self._size = sum([len(line) for line in lines()])
        self.seek(0)

    def seek(self, offset, whence=0):
        """To the begin; to the end only for `tell`."""
        self._each = self._lines()
        self._rest = b""

    def tell(self):
        return self._size

    def read(self, size):
        """The library only looks whether it is bytes."""
        return b""

    def readinto(self, buffer):
        if not self._rest:
            for line in self._each:
                self._rest = line
                break
            else:
                return 0
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


class OneSocket:
    """Both the library's connection manager and its socket. It raises OSError when the time is over: at the tick `until`."""

    def __init__(self, native, until, ticks_ms):
        self._native = native
        self._until = until
        self._ticks_ms = ticks_ms
        self._out = bytearray(_PIECE)
        self._used = 0
        self._left = _ANSWER
        self._given = False
        self._poller = select.poll()
        self._poller.register(native, select.POLLOUT)
        self.problem = None

    def get_socket(self, host, port, proto, **options):
        if self._given:
            # The library would try once more.
            raise OSError(errno.ENOTCONN, "")
        self._given = True
        return self

    def close_socket(self, socket):
        """The upload closes it."""

    def send(self, data):
        size = min(len(data), _PIECE - self._used)
        self._out[self._used : self._used + size] = data[:size]
        self._used += size
        if self._used == _PIECE:
            self._flush()
        return size

    def recv_into(self, buffer, size=0):
        self._flush()
        size = min(size or len(buffer), len(buffer))
        if size > self._left:
            self.problem = "its answer is too long"
            raise ValueError
        try:
            self._native.settimeout(self._remaining_ms() / 1000)  # float: socketpool takes seconds
            got = self._native.recv_into(buffer, size)
        except OSError as error:
            self._failed(error)
            raise
        if not got:
            self.problem = "it closed the connection"
        self._left -= got
        return got

    def _flush(self):
        view = memoryview(self._out)
        sent = 0
        try:
            while sent < self._used:
                self._remaining_ms()
                # First: an RP2 whose network stack is short of memory blocks in a send, for up to 10 s.
                if self._poller.poll(_POLL_MS):
                    try:
                        sent += self._native.send(view[sent : self._used])
                    except OSError as error:
                        if error.errno != errno.EAGAIN:
                            raise
        except OSError as error:
            self._failed(error)
            raise
        self._used = 0

    def _remaining_ms(self):
        remaining = ticks.diff(self._until, self._ticks_ms())
        if remaining <= 0:
            raise OSError(errno.ETIMEDOUT, "")
        return remaining

    def _failed(self, error):
        name = errno_name(error)
        self.problem = "no answer in time" if name in ("ETIMEDOUT", "EAGAIN") else "connection lost: " + name
