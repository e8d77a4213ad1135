# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A TCP connection between the board and a server, carried by the simulated link.

The board's side is polled (state, read, write); the server's side is called (peer.py). Between them are two
pipes that keep order, take time, and keep what the link cannot carry until it can, as TCP does.
"""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.network.link import Link
from chargerctl.simulator.network.peer import Peer, TlsRequest
from chargerctl.simulator.network.pipe import HOLD, Pipe, Segment
from chargerctl.simulator.network.servers import Address, Servers
from chargerctl.simulator.network.tap import Tap

SEND_BUFFER = 5760
RECEIVE_WINDOW = 5760
"""lwIP's defaults on ESP32: four segments."""

MAX_SEGMENT = 1440
DELAYED_ACK_US = 40_000
"""How long a server puts off acknowledging, in the hope of something to send along."""

CONNECTING, OPEN, PEER_CLOSED, RESET, ABORTED, CLOSED = range(6)


class Connection:
    """One TCP connection; `state` is what the board knows of it."""

    def __init__(
        self,
        link: Link,
        servers: Servers,
        address: Address,
        tap: Tap | None,
        over: Callable[[Connection], object],
    ) -> None:
        """`over` is called when nothing can happen on this connection any more."""
        self.state = CONNECTING
        # Outcome of start_tls: None while it runs, "" when it succeeded, else why it did not.
        self.tls: str | None = None
        self._link = link
        self._servers = servers
        self._address = address
        self._tap = tap
        self._over = over
        self._peer: Peer | None = None
        self._server_over = False
        self._gone = False
        self._frozen = False
        self._tls_request: TlsRequest | None = None
        self._inbox = bytearray()
        # When what is on the way to the server will have been acknowledged.
        self._ack_us = 0
        self._to_server = Pipe(link, self._out_blocked, self._at_server)
        self._to_board = Pipe(link, self._in_blocked, self._at_board)
        self._to_server.put(Segment.SYN)

    # The board's side.

    @property
    def available(self) -> int:
        """Bytes that can be read now."""
        return len(self._inbox)

    @property
    def send_space(self) -> int:
        """Bytes that the send buffer has room for now."""
        return max(0, SEND_BUFFER - self._to_server.pending)

    def read(self, size: int) -> bytes:
        """Up to `size` of the bytes that have arrived."""
        limit = self._link.faults.max_read
        data = bytes(self._inbox[: min(size, limit) if limit else size])
        del self._inbox[: len(data)]
        self._to_board.resume()
        return data

    def write(self, data: bytes, no_delay: bool = True) -> int:
        """Send as much of `data` as the buffer takes, perhaps nothing; return the count.

        Without `no_delay` (TCP_NODELAY), a small write waits until what was sent before is acknowledged.
        """
        limit = self._link.faults.max_write
        count = min(len(data), self.send_space, limit or len(data))
        if count:
            not_before_us = 0
            if not no_delay and self._to_server.pending and count < MAX_SEGMENT:
                not_before_us = self._acknowledged_us()
            self._to_server.put(Segment.DATA, data[:count], not_before_us)
        return count

    def _acknowledged_us(self) -> int:
        link = self._link
        if self._ack_us <= link.clock.now_us:
            self._ack_us = link.clock.now_us + 2 * link.delay_us + DELAYED_ACK_US
        return self._ack_us

    def start_tls(self, request: TlsRequest) -> None:
        """Begin a TLS handshake; then watch `tls`."""
        self._tls_request = request
        self._to_server.put(Segment.TLS)

    def close(self) -> None:
        """Close in order: what was written still goes out."""
        if self.state in (CONNECTING, OPEN, PEER_CLOSED):
            self._to_server.put(Segment.FIN)
        self.state = CLOSED
        self._inbox.clear()
        self._to_board.resume()
        self._forget_when_over()

    def vanish(self) -> None:
        """The board's end is gone (interface down, reset, power cut) without a FIN or RST.

        What was sent before still arrives, if it can at once: nothing retransmits it.
        """
        if self.state in (CONNECTING, OPEN, PEER_CLOSED):
            self.state = ABORTED
        self._gone = True
        self._inbox.clear()
        self._out_blocked()
        self._forget_when_over()

    def freeze(self) -> None:
        """Half-open: from now on nothing gets through, either way, and neither side notices."""
        self._frozen = True

    # The server's side (BoardEnd).

    def opened(self) -> None:
        """The server takes the connection."""
        self._to_board.put(Segment.SYN_ACK)

    def send(self, data: bytes) -> None:
        """Send bytes towards the board."""
        if not self._server_over:
            self._to_board.put(Segment.DATA, bytes(data))

    def finish(self) -> None:
        """Close the server's side in order (FIN)."""
        self._end_server(Segment.FIN)

    def reset(self) -> None:
        """Break the connection (RST)."""
        self._end_server(Segment.RST)

    def tls_done(self, refusal: str) -> None:
        """Send the board the result of its handshake."""
        self._to_board.put(Segment.TLS, refusal.encode())

    # What the pipes deliver.

    def _out_blocked(self) -> bool:
        link = self._link
        carried = link.access_point.up if self._gone else link.up
        blocked = self._frozen or link.faults.hold_out or not carried
        if blocked and self._gone:
            self._to_server.clear()
        return blocked

    def _in_blocked(self) -> bool:
        return self._frozen or self._link.faults.hold_in or not self._link.up

    def _at_server(self, kind: Segment, data: bytes) -> int:
        if kind == Segment.SYN:
            return self._knock()
        if self._peer is None or self._server_over:
            if kind == Segment.DATA:
                self._to_board.put(Segment.RST)
            elif kind == Segment.FIN:
                self._forget()
        elif kind == Segment.DATA:
            if self._tap is not None:
                self._tap.sent(data)
            self._peer.received(data)
            if self._to_server.pending >= SEND_BUFFER:
                self._link.noticed()  # there was no room, and now is
        elif kind == Segment.TLS and self._tls_request is not None:
            self._peer.start_tls(self._tls_request)
        elif kind == Segment.FIN:
            self._disconnect_peer()
        return len(data)

    def _knock(self) -> int:
        if self._link.faults.syn_black_hole or not self._servers.has_host(self._address[0]):
            return HOLD
        server = self._servers.at(self._address)
        if server is not None:
            self._peer = server.accept(self)
        if self._peer is None:
            self.reset()
        return 0

    def _at_board(self, kind: Segment, data: bytes) -> int:
        if self._gone or self.state == CLOSED:
            if kind != Segment.RST:
                self._disconnect_peer()  # lwIP answers for a connection it does not know with RST
            return len(data)
        self._link.noticed()
        if kind == Segment.DATA:
            taken = min(len(data), RECEIVE_WINDOW - len(self._inbox))
            self._inbox += data[:taken]
            if self._tap is not None and taken:
                self._tap.received(data[:taken])
            return taken
        if kind == Segment.SYN_ACK:
            self.state = OPEN
        elif kind == Segment.TLS:
            self.tls = data.decode()
        elif kind == Segment.FIN and self.state == OPEN:
            self.state = PEER_CLOSED
        elif kind == Segment.RST:
            self.state = RESET
            self._inbox.clear()
            self._forget()
        return len(data)

    # The end.

    def _disconnect_peer(self) -> None:
        if not self._server_over:
            self._server_over = True
            if self._peer is not None:
                self._peer.disconnected()
        self._forget()

    def fail_server(self) -> None:
        """The server's process died: its system breaks the connection."""
        if self._peer is not None and not self._server_over:
            self._peer.disconnected()
        self.reset()

    def _end_server(self, kind: Segment) -> None:
        if not self._server_over:
            self._server_over = True
            self._to_board.put(kind)
            self._forget_when_over()

    def _forget_when_over(self) -> None:
        """When neither side can notice anything any more, or nothing can cross: stop trying."""
        board_over = self._gone or self.state == CLOSED
        if board_over and (self._server_over or self._peer is None) and (self._gone or self._frozen):
            self._forget()

    def _forget(self) -> None:
        self._to_board.clear()
        self._to_server.clear()
        self._over(self)
