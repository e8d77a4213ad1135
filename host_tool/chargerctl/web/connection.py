# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One connection of a viewer's browser: a stranger can open many, and say nothing, or little by little."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# For a whole request, head and body, from the end of the answer before.
_PATIENCE_S = 20.0
# In which a client that reads has taken something of what waits for it.
_UNREAD_S = 60.0


class Connection(H11Protocol):
    """uvicorn's, which would wait for ever for a request to be complete, and for an answer to be read."""

    _late: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # All that the system does not take is unread, however little it is.
        transport.set_write_buffer_limits(high=1, low=0)
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for timer in (self._late, self._unread):
            if timer is not None:
                timer.cancel()

    def _should_upgrade(self) -> bool:
        """Whoever asks for another protocol gets HTTP (RFC 9110, 7.8), and the log no advice to install one."""
        return False

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._wait_for_request()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(_UNREAD_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def _wait_for_request(self) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = self.loop.call_later(_PATIENCE_S, self._end_if_late)

    def _end_if_late(self) -> None:
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self.transport.close()
