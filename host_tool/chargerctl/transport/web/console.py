# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board's console over the web workflow: a WebSocket as a stream of bytes.

Whoever opens it must read it: CircuitPython waits for the network at each print, without limit.
"""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from chargerctl.errors import ChargerctlError
from chargerctl.transport.relay import Listening, Relay, read_away
from chargerctl.transport.relay import ask as answer_to
from chargerctl.transport.volume import BoardError
from chargerctl.transport.web.client import Access, refusal, unreachable

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

_OPEN_S = 5
_PIECE = 8  # bytes typed at once, into a ring of 16
_READ_S = 0.5  # in which a program that reads its console has read all that was typed
_LARGEST = 1 << 16  # of one message


class WebConsole:
    """As every console: read, write, close. `pause` waits between pieces of what is typed, `now` gives seconds."""

    def __init__(
        self,
        access: Access,
        pause: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens it; BoardError where the board does not."""
        self._pause = pause
        self._now = now
        self._all_read_at = 0.0
        self._shown = access.shown
        self._socket = _opened(access)
        _keep_alive(self._socket.socket)

    def read(self, timeout_s: float) -> bytes:
        """What has come, b"" when nothing did in this time. OSError when the board is gone."""
        from websockets.exceptions import ConnectionClosed

        try:
            # Undecoded: a message may end in the middle of a character.
            message: Any = self._socket.recv(timeout=timeout_s, decode=False)
        except TimeoutError:
            return b""
        except ConnectionClosed as error:
            raise self._gone() from error
        return bytes(message)

    def write(self, data: bytes) -> None:
        from websockets.exceptions import ConnectionClosed

        for start in range(0, len(data), _PIECE):
            if start:
                self._pause(0.1)
            try:
                self._socket.send(data[start : start + _PIECE].decode("latin-1"))
            except ConnectionClosed as error:
                raise self._gone() from error
        self._all_read_at = self._now() + _READ_S

    def answered(self) -> None:
        """What was typed has been answered, so it has been read."""
        self._all_read_at = 0.0

    def close(self) -> None:
        """Not before the board has read what was typed: it waits for ever for a key that is lost on the way."""
        with suppress(OSError):
            while (left := self._all_read_at - self._now()) > 0:
                self.read(left)
        self._socket.close()

    def _gone(self) -> BoardError:
        return BoardError(
            f"{self._shown}: the console was closed: see that the board is switched on, then run this again",
            errno.ECONNRESET,
        )


def ask(access: Access, question: bytes, seconds: float) -> Relay | None:
    """The board's answer at its console; None where none comes in this time: no charger runs there. BoardError."""
    console = WebConsole(access)
    try:
        read_away(console, time.monotonic)
        answer = answer_to(console, question, Listening().feed, time.monotonic, seconds)
        if answer:
            console.answered()
        return answer
    finally:
        console.close()


def _keep_alive(connection: socket.socket) -> None:
    """Have the system find out that the board is gone, in 11 s: nobody pings it, and who only reads would wait for ever."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 5), ("TCP_KEEPINTVL", 2), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):  # Linux; others have some of them
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _opened(access: Access) -> ClientConnection:
    try:
        from websockets.exceptions import WebSocketException
        from websockets.sync.client import connect
    except ImportError:
        raise ChargerctlError(
            "the console of a board on the network needs the package websockets: pip install 'chargerctl[web]'"
        ) from None
    try:
        return connect(
            f"ws://{access.host}:{access.port}/cp/serial/",
            additional_headers={"Authorization": access.authorization},
            open_timeout=_OPEN_S,
            close_timeout=1,
            # CircuitPython sends back what a ping carries without undoing the mask.
            ping_interval=None,
            compression=None,
            user_agent_header=None,
            proxy=None,
            max_size=_LARGEST,
        )
    except (
        OSError,
        UnicodeError,
        WebSocketException,
    ) as error:  # UnicodeError: no name that can be looked up
        status = getattr(getattr(error, "response", None), "status_code", 0)
        why = f"status {status}" if status else getattr(error, "strerror", None) or type(error).__name__
        raise (
            refusal(access.shown, status) or BoardError(unreachable(access.shown, why), errno.ECONNREFUSED)
        ) from None
