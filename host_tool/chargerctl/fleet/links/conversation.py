# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is said over one WebSocket, without its socket: bytes in, messages out, and the other way round.

A WebSocket of library websockets, as OCPP-J wants it (J 3.1, 3.2, 6.2): subprotocol, identity and Basic auth.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import Any

from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed
from websockets.frames import OP_BINARY, OP_CONT, OP_TEXT, CloseCode, Frame
from websockets.protocol import CLOSED, CLOSING, OPEN
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from chargerctl import __version__
from chargerctl.bridge.refusal import without_subprotocol
from chargerctl.bridge.socket import Approach
from chargerctl.ocppj import SUBPROTOCOL, basic_auth

LONGEST_MESSAGE = 65_536
"""What is longer ends the connection with 1009. firmware/charger/net/framing.py has the same limit."""

# Of one message; more of them than bytes in it means that they are empty.
_MOST_FRAGMENTS = 1024
# What it logs is said in other words where it matters.
_LOGGER = logging.getLogger(__name__)


class Conversation:
    """out: what is to be sent; take from its front what was."""

    def __init__(self, approach: Approach) -> None:
        self.out = b""
        self._place = approach.place
        self._protocol = ClientProtocol(
            parse_uri(approach.url),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            max_size=LONGEST_MESSAGE,
            logger=_LOGGER,
        )
        self._messages: deque[str | bytes] = deque()
        self._parts: list[bytes] = []
        self._is_text = True
        request = self._protocol.connect()
        request.headers["User-Agent"] = f"chargerctl/{__version__}"
        if approach.password is not None:
            request.headers["Authorization"] = basic_auth(approach.user, approach.password)
        self._protocol.send_request(request)
        self._collect()

    @property
    def open(self) -> bool:
        return self._protocol.state is OPEN

    @property
    def over(self) -> bool:
        """Nothing will come any more: one of both has said goodbye, or is gone."""
        return self._protocol.state in (CLOSING, CLOSED)

    @property
    def close_error(self) -> ConnectionClosed:
        """Why it is over, for chargerctl.bridge.socket.ended."""
        if self._protocol.state is not CLOSED:
            self._protocol.receive_eof()
        return self._protocol.close_exc

    @property
    def waiting(self) -> bool:
        """There are messages to take."""
        return bool(self._messages)

    def heard(self, data: bytes) -> None:
        """b"": the end. WebSocketException, EOFError: the handshake was refused; RefusedError: without our subprotocol."""
        protocol = self._protocol
        if data:
            protocol.receive_data(data)
        else:
            protocol.receive_eof()
        events: Any = protocol.events_received()
        self._collect()
        if protocol.handshake_exc is not None:
            raise protocol.handshake_exc
        for event in events:
            if isinstance(event, Frame):
                self._frame(event)
            elif protocol.subprotocol != SUBPROTOCOL:
                raise without_subprotocol(self._place, protocol.subprotocol)
        if not data and protocol.state is not CLOSED:
            raise EOFError("the connection ended in the handshake")

    def take(self) -> str | bytes | None:
        """The oldest message that has come; bytes: it is no text."""
        return self._messages.popleft() if self._messages else None

    def say(self, text: str) -> None:
        self._protocol.send_text(text.encode())
        self._collect()

    def ping(self) -> None:
        self._protocol.send_ping(b"")
        self._collect()

    def goodbye(self) -> None:
        self._protocol.send_close(CloseCode.GOING_AWAY)
        self._collect()

    def _frame(self, frame: Frame) -> None:
        if frame.opcode not in (OP_TEXT, OP_BINARY, OP_CONT):
            return
        if frame.opcode is not OP_CONT:
            self._is_text = frame.opcode is OP_TEXT
        self._parts.append(bytes(frame.data))
        if not frame.fin:
            if len(self._parts) > _MOST_FRAGMENTS:
                self._parts = []
                self._protocol.fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
                self._collect()
            return
        data, self._parts = b"".join(self._parts), []
        if not self._is_text:
            self._messages.append(data)
            return
        try:
            self._messages.append(data.decode())
        except UnicodeDecodeError:
            self._protocol.fail(CloseCode.INVALID_DATA, "not UTF-8")
            self._collect()

    def _collect(self) -> None:
        self.out += b"".join(self._protocol.data_to_send())
