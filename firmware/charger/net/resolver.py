# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Looks up a host's address without blocking, and looks it up again when the host no longer answers.

CircuitPython's own getaddrinfo blocks for about 7 s for each name server that does not answer: with Wi-Fi but without
internet the watchdog would reset the charger again and again. Names that end in .local are looked up on the local
network (multicast DNS, RFC 6762 section 5.1).
"""

from micropython import const

from charger.visit import LOAD_MS, visit

_FAILURES_BEFORE_LOOK_UP = const(3)


class Resolver:
    """`address` of `host`, dotted, or None: then `problem` is the reason in words. An address needs no look-up.

    `wifi.name_server()` is asked at each look-up, so that it is always the present network's.
    """

    def __init__(self, pool, wifi, host, stalls):
        self._pool = pool
        self._wifi = wifi
        self._host = host
        self._stalls = stalls
        self._is_address = host.replace(".", "").isdigit()
        self._failures = 0
        self._look_up = None
        self.address = host if self._is_address else None
        self.problem = None

    def ready(self, now):
        """True when the look-up is over: `address` is known, or `problem` says why it is not.

        Call it once per pass until then. Allocates nothing while no answer has come.
        """
        if self.address is not None and self._failures < _FAILURES_BEFORE_LOOK_UP:
            return True
        look_up = self._look_up
        if look_up is None:
            if not self._stalls.allow(LOAD_MS):
                return False
            try:
                look_up = visit("net.lookup").LookUp(self._pool, self._wifi.name_server(), self._host)
            except MemoryError:
                self.problem = "no memory to look it up"
                return True
            except ImportError as error:
                self.problem = str(error)
                return True
            self._look_up = look_up
            return False
        if look_up.loading and not self._stalls.allow(LOAD_MS):
            return False
        if not look_up.step(now):
            return False
        # A known address is kept when the look-up gives none.
        self.address = look_up.address or self.address
        self.problem = look_up.problem
        self._look_up = None
        self._failures = 0
        return True

    def failed(self, times=1):
        """`address` did not answer; after three times in a row it is looked up again."""
        if not self._is_address:
            self._failures += times

    def worked(self):
        self._failures = 0
