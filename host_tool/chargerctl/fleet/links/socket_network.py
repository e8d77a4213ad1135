# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger's network over real sockets: its faults act on the charger's end of its connection."""

from __future__ import annotations

import errno

from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.links.sockets import Sockets
from chargerctl.fleet.links.stream import Stream, Way


class SocketNetwork:
    """All of Network but link()."""

    def __init__(self, sockets: Sockets) -> None:
        self.sockets = sockets
        self._way = Way()
        self._charger: Charger | None = None
        # A charger has one connection at a time.
        self._stream: Stream | None = None

    def serve(self, charger: Charger) -> None:
        """From now on it is this charger's, whose program starts."""
        self._charger = charger
        charger.wifi.connected = self._way.wifi

    def stream(self) -> Stream:
        """A new one, for the next connection; the one before is closed."""
        if self._stream is not None:
            self._stream.close()
        self._stream = Stream(self.sockets, self._way, self.stir)
        return self._stream

    def stir(self) -> None:
        if self._charger is not None:
            self._charger.stir()

    def vanish(self) -> None:
        """The charger's end is gone, without FIN and RST."""
        if self._stream is not None:
            self._stream.freeze()
            self._stream.close()

    def wifi(self, up: bool) -> None:
        self._way.wifi = up
        if self._charger is not None:
            self._charger.wifi.connected = up
        self._changed()

    def broker(self, up: bool) -> None:
        self._way.broker = up
        self._changed()

    def silent(self, on: bool) -> None:
        self._way.silent = on
        self._changed()

    def half_open(self) -> None:
        if self._stream is not None:
            self._stream.freeze()

    def slow(self, bytes_per_s: int) -> None:
        self._way.bytes_per_s = bytes_per_s
        self._changed()

    def heal(self) -> None:
        self._way.broker, self._way.silent, self._way.bytes_per_s = True, False, 0
        self.wifi(True)

    def _changed(self) -> None:
        if self._stream is not None:
            if not self._way.broker:
                self._stream.fail(errno.ECONNRESET)
            self._stream.changed()
        self.stir()
