# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One attempt to upload the diagnostics: connects, loads adafruit_requests, and has it send the file. Loaded for it.

A step a pass. Each that blocks is declared, and made only with the relay open; the whole request in one, for at most
4 s, so that the watchdog never waits for a server.
"""

from micropython import const

from charger.net import open_radio
from charger.net.resolver import Resolver
from charger.visit import LOAD_MS, visit

_LONGEST_MS = const(4000)
# Beside its waits: making and sending the pieces.
_WORK_MS = const(500)
# From source, as on a board with PSRAM: what the report needs, and the library's 28 KB.
_REPORT_MS = const(500)
_LIBRARY_MS = const(1000)


class Upload:
    """`place`: (by TLS, host, port, path); `window`: as in ocpp/report.py. `problem`: why there was no answer."""

    def __init__(self, charger, method, place, name, window):
        self._charger = charger
        self._board = board = charger.board
        self._method = method
        self._place = place
        self._name = name
        self._window = window
        self.problem = None
        self._pool = open_radio()[1]
        self._resolver = Resolver(self._pool, board.wifi, place[1], board.stalls)
        self._dialer = self._native = self._lines = self._http = None
        self._longest_ms = min(_LONGEST_MS, board.stalls.watchdog_seconds * 1000 - 1000)

    def step(self, now):
        """None while it goes on, then the status of the server's answer; 0: there was none, and `problem` says why."""
        stalls = self._board.stalls
        try:
            if self._native is None:
                return self._connect(now, stalls)
            if self._lines is None:
                if stalls.allow(_REPORT_MS):
                    self._lines = visit("ocpp.report").make(self._charger, self._window)
            elif self._http is None:
                if stalls.allow(_LIBRARY_MS):
                    self._http = visit("net.http")
            elif stalls.allow(self._longest_ms + _WORK_MS):
                return self._send()
        except (ImportError, MemoryError) as error:
            self.problem = str(error) or "no memory"
            return 0
        return None

    def _connect(self, now, stalls):
        if self._dialer is None:
            if stalls.allow(LOAD_MS):
                tls, host, port, _ = self._place
                # Who asks for the file names its place: the board's own roots, not the broker's certificate.
                options = (host, port, tls, "", stalls.watchdog_seconds, stalls, self._board.console.log)
                self._dialer = visit("net.dialer").Dialer(self._pool, self._resolver, *options)
            return None
        self._native = self._dialer.open(now)
        problem = self._dialer.problem
        if self._native is not None:
            self._dialer = None
        elif problem:
            # Behind the colon is what to check for a broker.
            self.problem = problem.split(":")[0]
            return 0
        return None

    def _send(self):
        tls, host, port, path = self._place
        if "?" not in path:
            # A folder; with a query it is the place for this one file.
            path = (path if not path or path[-1] == "/" else path + "/") + self._name
        if port != (443 if tls else 80):
            host = "{}:{}".format(host, port)
        status, self.problem = self._http.send(
            self._native, self._method, host, path, self._lines, self._longest_ms, self._board.system.ticks_ms
        )
        return status

    def close(self):
        if self._native is not None:
            self._native.close()
            self._native = None
