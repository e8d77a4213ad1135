# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Asks the time server at start and every [ntp] sync_interval_minutes, without blocking until it answers.

An answer is ours when it comes from the server and repeats the random time stamp of our request (RFC 5905, section 8);
any other is ignored. time_answer.py reads its contents; it is loaded for that and unloaded again.
"""

import os

from micropython import const

from charger import ticks
from charger.net.resolver import Resolver
from charger.visit import LOAD_MS, visit

_PORT = const(123)
_SIZE = const(48)
# Client, version 4. Besides that, the server needs only the time stamp that it repeats.
_REQUEST = b"\x23" + bytes(39)
_SERVER = const(4)
# After a pass that took longer than this, a waiting answer holds an old time.
_STALE_MS = const(500)
_FIRST_RETRY_S = const(10)
# So many failures have the name looked up again.
_ANOTHER = const(3)
_LONGEST_RETRY_S = const(900)


class Ntp:
    """`server` is a host, `interval_minutes` 1 to 10080; the collaborators as in the package."""

    def __init__(self, pool, server, interval_minutes, clock, wifi, ticks_ms, stalls, log):
        self._resolver = Resolver(pool, wifi, server, stalls)
        self._pool = pool
        self._server = server
        self._interval_s = interval_minutes * 60
        self._clock = clock
        self._wifi = wifi
        self._stalls = stalls
        self._log = log
        self._reader = self._question = self._stamp = None
        self._looked = 0
        self._failures = 0
        # Counted in seconds: 10080 minutes are more milliseconds than the tick counter has.
        self._uptime = ticks.Uptime(ticks_ms())
        self._due = 0
        self._synchronised = False

    def step(self, now):
        self._uptime.step(now)
        if self._clock.asks:
            self._clock.asks = False
            self._due = 0
        if self._uptime.seconds < self._due:
            return
        stale = ticks.diff(now, self._looked) > _STALE_MS
        self._looked = now
        if stale or not self._wifi.connected:
            self._end()
        elif not self._resolver.ready(now):
            pass
        elif self._resolver.address is None:
            self._retry_later(self._resolver.problem)
        else:
            try:
                self._ask(now)
            except (OSError, ArithmeticError, RuntimeError, ImportError, MemoryError) as error:
                self._fail(str(error) or type(error).__name__)

    def _ask(self, now):
        if self._question is None and not self._prepare():
            return
        answer = self._question.step(now)
        if self._question.over:
            self._fail("no answer")
        elif (
            answer is not None
            and len(answer) == _SIZE
            and answer[0] & 7 == _SERVER
            and answer[24:32] == self._stamp
        ):
            if self._stalls.allow(LOAD_MS):
                self._read(answer)
            else:
                # Once that is allowed, the answer will be too old.
                self._end()

    def _prepare(self):
        """True when the request can be sent. The answer's reader is loaded in one pass, the question in the next: together
        with the library, which the reader loads, source files would take more than LOAD_MS."""
        if not self._stalls.allow(LOAD_MS):
            return False
        if self._reader is None:
            self._reader = visit("net.time_answer")
            return False
        self._stamp = os.urandom(8)
        target = (self._resolver.address, _PORT)
        self._question = visit("net.question").Question(self._pool, target, _REQUEST + self._stamp, _SIZE)
        return True

    def _read(self, answer):
        why, unix = self._reader.read(answer)
        if why:
            # After a kiss of death (stratum 0) the pause is at least as long as after a good answer.
            self._fail(why, 0 if answer[1] else max(self._interval_s, _LONGEST_RETRY_S))
            return
        why = self._clock.set_from_ntp(unix)
        if why:
            # Of a pool, the next answer should be another server's.
            self._resolver.failed(_ANOTHER)
            self._fail(why)
        else:
            self._end()
            self._resolver.worked()
            self._failures = 0
            self._due = self._uptime.seconds + self._interval_s
            if not self._synchronised:
                self._log("ntp", f"Time from {self._server}")
            self._synchronised = True

    def _fail(self, reason, pause=0):
        self._end()
        self._resolver.failed()
        self._retry_later(reason, pause)

    def _end(self):
        if self._question is not None:
            self._question.close()
        self._reader = self._question = self._stamp = None

    def _retry_later(self, reason, pause=0):
        pause = pause or min(_FIRST_RETRY_S << min(self._failures, 7), _LONGEST_RETRY_S)
        self._failures += 1
        self._due = self._uptime.seconds + pause
        self._log("ntp", f"No time from {self._server} ({reason}), next try in {pause} s")
