# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One incoming MQTT packet at a time, in a buffer of fixed size: unwanted packets never reach MiniMQTT.

MiniMQTT trusts every length and reads packets byte by byte from the wire. Here a packet is collected whole,
checked against MQTT 3.1.1 (chapters 2 and 3), and handed over or discarded. Pure: `room` and `filled` bring the bytes.
"""

from micropython import const

CONNACK = 0x20
PUBLISH = 0x30
PUBACK = 0x40
SUBACK = 0x90
_UNSUBACK = const(0xB0)
_PINGRESP = const(0xD0)

MAX_PAYLOAD = 2048
# An oversize packet up to this length is read and discarded; a longer one ends the connection.
MAX_SKIPPED = 65536

# Below the topics on which frames are sent and received: the retained message that the sender is online, or its last will.
STATE = "/connection"

# The body length of each acknowledgement (two topics per SUBSCRIBE).
_ACK_LENGTH = {CONNACK: 2, PUBACK: 2, SUBACK: 4, _UNSUBACK: 2, _PINGRESP: 0}


class LinkError(Exception):
    """The connection is lost; args[0] is the reason in words. It passes through MiniMQTT, which catches OSError.

    Of an invalid packet args[1:] are its first byte and its length."""


class Packet:
    """The packet being received. `topic` (str) is the only one whose messages are handed over.

    Fill `room()` and report with `filled(n)` until that returns True. Then the packet is either `wanted`, to be read
    with `take` until `empty`; or to be discarded: `ack_id` is the id to acknowledge in MiniMQTT's place, or 0. `note` is
    a line for the log, or None. Then `clear()`.

    `offline`: by the last message on the topic's STATE, retained or not, nobody will answer; to be reset with the
    connection.
    """

    def __init__(self, topic):
        self._state = (topic + STATE).encode()
        self._topic = topic = topic.encode()
        # Fixed header, topic length, topic, packet id, payload.
        self._buffer = bytearray(5 + 2 + len(topic) + 2 + MAX_PAYLOAD)
        self._view = memoryview(self._buffer)
        self.awaited = 0  # the kind of acknowledgement that MiniMQTT waits for
        self.offline = False
        self.clear()

    def clear(self):
        self.wanted = False
        self.note = None
        self.ack_id = 0
        self._have = 0
        self._need = 2
        self._body = 0  # where the body starts; 0 until the length is known
        self._skip = 0  # bytes behind the end of the buffer
        self._taken = 0

    @property
    def begun(self):
        """True once a byte of the packet is here."""
        return self._have > 0

    @property
    def empty(self):
        """True once `take` gave everything."""
        return self._taken == self._have

    def room(self):
        """Where the next bytes of this packet belong; never empty, never beyond the packet."""
        if self._have < self._need:
            return self._view[self._have : self._need]
        return self._view[: min(self._skip, len(self._buffer))]

    def filled(self, n):
        """`n` bytes were put into room(). True when the packet is complete. Raises LinkError for what is not MQTT."""
        if self._have == self._need:
            self._skip -= n
            return self._skip == 0
        self._have += n
        if self._have < self._need:
            return False
        if not self._body:
            self._read_length()
            if self._have < self._need:
                return False
        # Everything of the packet that fits the buffer is there: is it for MiniMQTT?
        first = self._buffer[0]
        if first & 0xF0 == PUBLISH:
            self._judge(first, self._need - self._body + self._skip)
        else:
            # One that is not awaited would leave MiniMQTT in the middle of a packet. PINGRESP is ours.
            self.wanted = first == self.awaited
            if first == SUBACK and self._buffer[self._have - 1] & 0x80:
                # The charger can do without STATE; MiniMQTT would give up.
                self._buffer[self._have - 1] = 1
                self.note = "Subscription to /connection refused"
        return self._skip == 0

    def take(self, target, n):
        """Copies up to `n` of the packet's next bytes into `target` and gives how many."""
        start = self._taken
        self._taken = min(start + n, self._have)
        target[: self._taken - start] = self._view[start : self._taken]
        return self._taken - start

    def _read_length(self):
        """Section 2.2.3: up to four bytes of seven bits, lowest first; sets what is needed next."""
        if self._buffer[self._have - 1] & 0x80:
            if self._have == 5:
                raise LinkError("the broker sent an impossible length")
            self._need += 1
            return
        length = 0
        for index in range(self._have - 1, 0, -1):
            length = length << 7 | self._buffer[index] & 0x7F
        if length > MAX_SKIPPED:
            raise LinkError(f"the broker sent a packet of {length} bytes")
        first = self._buffer[0]
        if first & 0xF0 != PUBLISH and length != _ACK_LENGTH.get(first, -1):
            text = f"the broker sent an invalid packet: 0x{first:02x} with {length} bytes"
            raise LinkError(text, first, length)
        self._body = self._have
        self._need = min(self._have + length, len(self._buffer))
        self._skip = self._have + length - self._need

    def _judge(self, first, length):
        qos = first >> 1 & 3
        at = self._body
        topic_length = self._buffer[at] << 8 | self._buffer[at + 1] if length >= 2 else MAX_SKIPPED
        head = 2 + topic_length + (2 if qos else 0)
        if qos > 1 or head > length:
            raise LinkError(f"the broker sent a malformed message: 0x{first:02x} with {length} bytes")
        topic = self._view[at + 2 : at + 2 + topic_length]
        if topic == self._state:
            offline = self._view[at + head : at + length] == b"offline"
            if offline is not self.offline:
                self.offline = offline
                self.note = "Central system offline" if offline else "Central system no longer offline"
        elif topic != self._topic:
            self.note = "Discarded a message on a foreign topic"
        elif first & 1:
            self.note = "Discarded a retained message"
        elif length - head > MAX_PAYLOAD:
            self.note = f"Discarded a message of {length - head} bytes"
        else:
            self.wanted = True
            return
        at += head
        if qos and at <= self._need:
            self.ack_id = self._buffer[at - 2] << 8 | self._buffer[at - 1]
