# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Asks the time server at start and every [ntp] sync_interval_minutes, when everything may stand still for it.

The library caches no failure and would block at every read, so it is asked on our own schedule only; and it would block
to resolve the name, so it gets a pool that knows the answer.
"""

from adafruit_ntp import NTP
from micropython import const

from charger import ticks
from charger.net.packet_socket import errno_name
from charger.net.resolver import Resolver

# The library asks a single address twice.
_TIMEOUT_S = 0.5  # float: adafruit_ntp takes seconds
_REQUEST_MS = const(1000)
_FIRST_RETRY_S = const(10)
_LONGEST_RETRY_S = const(900)
# When a name is resolved again is for us to decide.
_NEVER_S = const(1 << 29)


class _ResolvedPool:
    """What adafruit_ntp takes for a socket pool: the board's sockets, and an address in place of a name server."""

    def __init__(self, pool, resolver):
        self._resolver = resolver
        self.AF_INET = pool.AF_INET
        self.SOCK_DGRAM = pool.SOCK_DGRAM
        self.socket = pool.socket

    def getaddrinfo(self, host, port):
        return ((self.AF_INET, self.SOCK_DGRAM, 0, "", (self._resolver.address, port)),)


class Ntp:
    """`server` is a host, `interval_minutes` 1 to 10080; the collaborators as in the package."""

    def __init__(self, pool, server, interval_minutes, clock, wifi, ticks_ms, stalls, log):
        self._resolver = Resolver(pool, wifi, server)
        self._pool = _ResolvedPool(pool, self._resolver)
        self._server = server
        self._interval_s = interval_minutes * 60
        self._clock = clock
        self._wifi = wifi
        self._ticks_ms = ticks_ms
        self._stalls = stalls
        self._log = log
        self._ntp = self._address = None
        self._failures = 0
        # Counted in seconds: 10080 minutes are more milliseconds than the tick counter has.
        self._uptime = ticks.Uptime(ticks_ms())
        self._due = 0
        self.synchronised = False

    def step(self, now):
        self._uptime.step(now)
        if self._uptime.seconds < self._due or not self._wifi.connected:
            return
        if not self._resolver.ready(now):
            return
        if self._resolver.address is None:
            self._retry_later(self._resolver.problem)
        elif self._stalls.allow(_REQUEST_MS):
            self._ask()

    def _ask(self):
        # The library keeps the address that it was given first.
        if self._ntp is None or self._address != self._resolver.address:
            self._address = self._resolver.address
            self._ntp = NTP(
                self._pool, server=self._server, socket_timeout=_TIMEOUT_S, reresolve_interval=_NEVER_S
            )
        try:
            self._ntp.next_sync = 0
            unix = self._ntp.utc_ns // 1000000000
        except (OSError, ArithmeticError, RuntimeError, MemoryError) as error:
            self._resolver.failed()
            self._retry_later(errno_name(error) if isinstance(error, OSError) else str(error))
            return
        self._resolver.worked()
        self._failures = 0
        self._clock.set_from_ntp(unix)
        self._due = self._uptime.seconds + self._interval_s
        if not self.synchronised:
            self._log("ntp", f"Time from {self._server}")
        self.synchronised = True

    def _retry_later(self, reason):
        pause = min(_FIRST_RETRY_S << min(self._failures, 7), _LONGEST_RETRY_S)
        self._failures += 1
        # Asking may have taken longer than the pause.
        self._uptime.step(self._ticks_ms())
        self._due = self._uptime.seconds + pause
        self._log("ntp", f"No time from {self._server} ({reason}), next try in {pause} s")
