# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Finds a host's address without ever waiting for it, keeps it, and finds it again when nobody is there any more.

CircuitPython's own getaddrinfo stands still for about 7 s for each name server that does not answer: with Wi-Fi but
no way out, the watchdog would reset the charger over and over. Names that end in .local are asked for where they are
known, on the local network (multicast DNS, RFC 6762 section 5.1).
"""

import errno
import os
import select

from micropython import const

from charger import ticks
from charger.net import dns

_PORT = const(53)
_LOCAL = ("224.0.0.251", 5353)
# How long the first, second, third question waits for its answer.
_PATIENCE_MS = (1000, 2000, 4000)
_LONGEST_MS = const(4000)
_FAILURES_BEFORE_LOOK_UP = const(3)


class Resolver:
    """`address` of `host`, dotted, or None: then `problem` is a text that says why. An address needs no looking up.

    `wifi.name_server()` is asked at each look-up, so that it is always the present network's.
    """

    def __init__(self, pool, wifi, host):
        self._pool = pool
        self._wifi = wifi
        self._host = host
        self._is_address = host.replace(".", "").isdigit()
        self._failures = 0
        self._socket = self._ready = self._buffer = self._question = self._server = None
        self._asked = 0
        self._until = 0
        self.address = host if self._is_address else None
        self.problem = None

    def ready(self, now):
        """True when there is nothing to wait for: `address` is known, or `problem` says why it is not.

        Call it once per pass until then. Allocates nothing while no answer has come.
        """
        if self.address is not None and self._failures < _FAILURES_BEFORE_LOOK_UP:
            return True
        try:
            if not self._step(now):
                return False
            self.problem = None
        except dns.LookUpError as error:
            self.problem = error.args[0]
        except (OSError, RuntimeError, MemoryError) as error:
            self.problem = f"{type(error).__name__} {error}"
        self._close()
        # A known address is kept when nobody can tell a newer one.
        self._failures = 0
        return True

    def failed(self):
        """Nobody answered at `address`; after three times in a row it is looked up again."""
        if not self._is_address:
            self._failures += 1

    def worked(self):
        self._failures = 0

    def _step(self, now):
        """True when an answer gave the address. Raises LookUpError."""
        if self._socket is None:
            self._open()
            self._ask(now)
            return False
        found = self._receive()
        if found is not None:
            self.address = found
            return True
        # Any other difference comes from a time without Wi-Fi, in which nobody called.
        if not 0 < ticks.diff(self._until, now) <= _LONGEST_MS:
            self._ask(now)
        return False

    def _open(self):
        if self._host.endswith(".local"):
            self._server = _LOCAL
        else:
            name_server = self._wifi.name_server()
            if name_server is None:
                raise dns.LookUpError("the Wi-Fi network has announced no name server")
            self._server = (name_server, _PORT)
        self._question = dns.query(self._host, os.urandom(2))
        self._buffer = bytearray(dns.MAX_ANSWER)
        self._asked = 0
        self._socket = self._pool.socket(self._pool.AF_INET, self._pool.SOCK_DGRAM)
        self._socket.settimeout(0)
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        # CPython has no ipoll; on a board poll() would allocate in every pass.
        self._ready = getattr(poller, "ipoll", None) or poller.poll

    def _ask(self, now):
        if self._asked == len(_PATIENCE_MS):
            raise dns.LookUpError(f"no answer from name server {self._server[0]}")
        self._until = ticks.add(now, _PATIENCE_MS[self._asked])
        self._asked += 1
        self._socket.sendto(self._question, self._server)

    def _receive(self):
        """The address, or None while no answer of use has come. At most one datagram. Raises LookUpError."""
        for _ in self._ready(0):
            try:
                size, source = self._socket.recvfrom_into(self._buffer)
            except OSError as error:
                if error.errno == errno.EAGAIN:
                    return None
                raise
            # On the local network the host itself answers.
            if source[1] == self._server[1] and (self._server is _LOCAL or source[0] == self._server[0]):
                return dns.address(bytes(memoryview(self._buffer)[:size]), self._question)
        return None

    def _close(self):
        socket = self._socket
        self._socket = self._ready = self._buffer = self._question = None
        if socket is not None:
            try:
                socket.close()
            except OSError:
                # It is of no more use either way.
                pass
