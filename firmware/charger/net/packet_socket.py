# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The socket that MiniMQTT gets: whole packets or EAGAIN, and sends that cannot hang.

MiniMQTT sends a request and waits for its acknowledgement in one call. Here `NotYetError` ends that call where it would
wait; when the answer is there the link makes the call again, and what was sent the first time is not sent again. So
none of its frames is on the stack while the loop runs. Nothing here blocks: the dialer connects the native socket.
"""

import errno

from micropython import const

from charger import ticks
from charger.net.framing import MAX_PAYLOAD, LinkError, Packet

# How long an acknowledgement may take, and how long the peer may take to accept a message.
WAIT_MS = 5000
# From the first byte of a packet to its last.
PACKET_MS = 10000
CLOSED = "closed by the broker"
# Pieces read in one pass: 64 KB of unwanted message must not hold up the relay.
_PIECES = const(8)
_PUBACK = const(b"\x40\x02")
_PINGREQ = const(b"\xc0\x00")


class NotYetError(LinkError):
    """Ends a call of MiniMQTT that would wait: make it again when `resume` returns True."""


def errno_name(error):
    """The symbolic name of an OSError's number, or its text: numbers differ between ports."""
    return errno.errorcode.get(error.errno) or str(error)


class PacketSocket:
    """`topic` (str) is the one whose messages MiniMQTT gets; `ticks_ms` and `log` as in the package.

    `packet`: what comes."""

    def __init__(self, topic, ticks_ms, log):
        self.packet = Packet(topic)
        self._ticks_ms = ticks_ms
        self._log = log
        self._native = self._receive = self._send = self._ready = None
        # Whole packets leave in one segment. A CONNECT with a very long password is larger: it leaves over passes.
        self._out = bytearray(MAX_PAYLOAD + 128)
        self._out_view = memoryview(self._out)
        self._reset()

    def _reset(self):
        self.packet.clear()
        self.packet.awaited = 0
        self.packet.offline = False
        self._complete = False
        self._more = False
        self._end = 0  # of what is to be sent
        self._sent = 0
        self._offered = 0
        self._request = 0  # bytes that the exchange has sent
        self._repeated = 0  # of these, what MiniMQTT's present call has not sent again yet
        self._asked = False  # all of the request was sent
        self._wait_until = 0
        self._send_until = 0
        self._packet_until = 0
        self.heard = self.spoke = (
            self._ticks_ms()
        )  # when bytes were last received, when the last packet had left
        self.answered = True  # something was received since the last ping

    def attach(self, native, poller, pollin):
        """Takes over a connected native socket (timeout 0) and an empty select.poll object."""
        self.close()
        poller.register(native, pollin)
        self._native = native
        self._receive = native.recv_into
        self._send = native.send
        # CPython has no ipoll; on a board poll() would allocate in every pass.
        self._ready = getattr(poller, "ipoll", None) or poller.poll

    def close(self):
        """Ends the connection without DISCONNECT, so that the last will is published. MiniMQTT's close, too."""
        native = self._native
        self._native = self._receive = self._send = self._ready = None
        self._reset()
        if native is not None:
            try:
                native.close()
            except OSError as error:
                self._log("mqtt", f"Closing the socket: {errno_name(error)}")

    def begin(self, kind):
        """An exchange: MiniMQTT's next call ends with the acknowledgement `kind`, or in NotYetError."""
        self.packet.awaited = kind
        self._request = self._repeated = 0
        self._asked = False
        self._wait_until = ticks.add(self._ticks_ms(), WAIT_MS)

    def resume(self, now):
        """True when the call is to be made again: a packet came, or there is room for more of the request.

        Raises LinkError when the exchange is not over within WAIT_MS.
        """
        if ticks.reached(now, self._wait_until):
            raise LinkError(f"no answer from the broker in {WAIT_MS // 1000} s")
        self._repeated = self._request
        return self.fetch(now) if self._asked else not self._end

    def end(self):
        """The exchange is over."""
        self.packet.awaited = 0

    @property
    def pending(self):
        """True while something waits to be sent."""
        return self._end > 0

    def ping(self):
        """Queues a PINGREQ, to be flushed; any byte from the broker sets `answered`."""
        self.answered = False
        self._queue(_PINGREQ)

    # What MiniMQTT calls, first what it takes for its connection manager.

    def get_socket(self, host, port, **_):
        if self._native is None:
            raise OSError(errno.ENOTCONN, "no connection")
        return self

    def close_socket(self, socket):
        self.close()

    def send(self, data):
        """Takes all of `data`; raises NotYetError where the buffer is too small."""
        size = len(data)
        repeated = min(size, self._repeated)
        self._repeated -= repeated
        taken = self._queue(data[repeated:])
        if not self._asked:
            self._request += taken
        if repeated + taken < size:
            raise NotYetError("a packet larger than the buffer")
        return size

    def recv_into(self, target, n):
        """Up to `n` bytes of one whole packet. When there is none: NotYetError in an exchange, else OSError EAGAIN."""
        if n == 0:
            return 0
        if not self._complete:
            if self.packet.awaited:
                self._asked = True
                raise NotYetError("no answer yet")
            raise OSError(errno.EAGAIN, "nothing yet")
        taken = self.packet.take(target, n)
        if self.packet.empty:
            self.packet.clear()
            self._complete = False
        return taken

    # What the link calls once per pass.

    def flush(self, now):
        """Sends what the peer takes. Raises OSError, or LinkError when it does not take everything within WAIT_MS."""
        while self._sent < self._end:
            # After EAGAIN the very same bytes are offered again: mbedTLS would lose what was added to them.
            self._offered = self._offered or self._end
            taken = self._offer(self._out_view[self._sent : self._offered])
            if not taken:
                if ticks.reached(now, self._send_until):
                    raise LinkError(f"the broker did not take a message in {WAIT_MS // 1000} s")
                return
            self._sent += taken
            self._offered = 0
            self.spoke = now
        self._end = self._sent = 0

    def _offer(self, data):
        if self._send is None:
            raise LinkError("not connected")
        try:
            return self._send(data)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return 0
            raise

    def fetch(self, now):
        """True when a packet waits for MiniMQTT. Reads what has come, a few pieces at a time. Raises LinkError, OSError."""
        if self._complete:
            return True
        if not self._more and not self._readable():
            if self.packet.begun and ticks.reached(now, self._packet_until):
                raise LinkError("the broker stopped in the middle of a packet")
            return False
        for _ in range(_PIECES):
            if not self.packet.begun:
                self._packet_until = ticks.add(now, PACKET_MS)
            got = self._read(self.packet.room())
            if not got:
                return False
            self.heard = now
            self.answered = True
            if self.packet.filled(got):
                # One packet in a pass: a state that the next packet takes back is noticed, too.
                return self._finish()
        return False

    def _readable(self):
        # Iterating over ipoll allocates nothing: the tuple it gives is always the same one.
        for _ in self._ready(0):
            return True
        return False

    def _read(self, room):
        try:
            got = self._receive(room, len(room))
        except OSError as error:
            if error.errno == errno.EAGAIN:
                self._more = False
                return 0
            raise
        if not got:
            raise LinkError(CLOSED)
        # TLS may hold decrypted bytes that poll() does not know of: read on until EAGAIN.
        self._more = True
        return got

    def _finish(self):
        """A packet is complete: True when it is for MiniMQTT, else it is acknowledged and discarded here."""
        packet = self.packet
        if packet.note:
            self._log("mqtt", packet.note)
        if packet.wanted:
            self._complete = True
            return True
        if packet.ack_id:
            self._queue(_PUBACK + bytes((packet.ack_id >> 8, packet.ack_id & 0xFF)))
        packet.clear()
        return False

    def _queue(self, data):
        """Appends what fits to the outgoing bytes and gives how many that were."""
        if not self._end:
            self._send_until = ticks.add(self._ticks_ms(), WAIT_MS)
        start = self._end
        self._end = min(start + len(data), len(self._out))
        self._out[start : self._end] = data[: self._end - start]
        return self._end - start
