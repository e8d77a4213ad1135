# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs on the VM: a socket pool in memory, and behind it an MQTT broker, a central system and a time server.

Broker and central system work only in `Peer.serve`, called between the measured passes, so that what they allocate
is not counted as the charger's. No answer comes within the call that asks: it takes `Peer.delay_ms`.
"""

import errno
import io
import json
import struct

_POLL = 3  # MP_STREAM_POLL of MicroPython's streams
_IN = 1
_NAME_SERVER = "192.0.2.53"
_TIME_SERVER = ("192.0.2.1", 123)  # what the name server says
_NTP = 4004321400  # 2026-11-22T07:30:00Z in seconds since 1900
# What the broker says to CONNECT and SUBSCRIBE: accepted, and granted with QoS 1.
_CONNACK = 0
_SUBACK = 1


class Socket(io.IOBase):
    """What socketpool would give: bytes go to the peer, bytes come from it."""

    def ioctl(self, request, argument):
        return _IN if request == _POLL and (peer.gone or peer.drops or peer.ready()) else 0

    def settimeout(self, seconds):
        pass

    def setsockopt(self, level, option, value):
        pass

    def connect(self, address):
        if peer.gone:
            raise OSError(errno.ECONNREFUSED)
        peer.cut()

    def send(self, data):
        if peer.stalled:
            raise OSError(errno.EAGAIN)
        if peer.gone:
            raise OSError(errno.ECONNRESET)
        peer.outbound.append(bytes(data))
        return len(data)

    def recv_into(self, buffer, size=0):
        if peer.gone or peer.drops:
            peer.drops = False
            raise OSError(errno.ECONNRESET)
        if not peer.ready():
            raise OSError(errno.EAGAIN)
        return peer.read(buffer, size or len(buffer))

    def close(self):
        pass


class Datagrams(io.IOBase):
    """A UDP socket. A time server answers by itself; the name server when `peer.knows_names`."""

    def __init__(self):
        self._question = None
        self._is_time = False
        self._due = 0

    def ioctl(self, request, argument):
        answered = self._question and (self._is_time or peer.knows_names) and peer.now_ms() >= self._due
        return _IN if request == _POLL and answered else 0

    def recvfrom_into(self, buffer):
        question, self._question = self._question, None
        if self._is_time:
            return self._time(question, buffer)
        # An alias, and the address of what it stands for.
        answer = question[:2] + b"\x81\x80\0\1\0\2\0\0\0\0" + question[12:]
        answer += b"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\4\1b\xc0\x13\1B\xc0\x13\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"
        buffer[: len(answer)] = answer
        return len(answer), (_NAME_SERVER, 53)

    def close(self):
        pass

    def settimeout(self, seconds):
        pass

    def sendto(self, data, address):
        self._question = data
        self._is_time = address == _TIME_SERVER
        self._due = peer.now_ms() + peer.delay_ms
        if address == (_NAME_SERVER, 53):
            peer.questions += 1

    def _time(self, question, buffer):
        peer.times += 1
        buffer[0] = 0x24
        buffer[1] = 1
        buffer[24:32] = question[40:48]
        for at in (32, 40):
            struct.pack_into("!II", buffer, at, peer.ntp, 0)
        return len(buffer), _TIME_SERVER


class Pool:
    AF_INET = 2
    SOCK_STREAM = 1
    SOCK_DGRAM = 2
    IPPROTO_TCP = 6
    TCP_NODELAY = 1

    def __init__(self, radio):
        pass

    def socket(self, family=2, kind=1, proto=0):
        return Datagrams() if kind == self.SOCK_DGRAM else Socket()


class Peer:
    """`stalled`: takes no bytes. `gone`: refuses and resets connections. `silent`: the central system answers nothing.
    `drops`: ends the present connection, once.

    `knows_names`: the name server answers; `questions`: how many it was asked; `times`: how often the time server was.
    `connack`, `suback`: the broker's codes; `time`: the central system's; `ntp`: the time server's, in seconds since 1900.
    `actions`: how many calls of each came; `results`: how many answers.
    `now_ms`: the board's time.
    """

    def __init__(self):
        self.now_ms = lambda: 0
        self.delay_ms = 20
        self._served = []  # (when it was answered, what): not with the board yet
        self.inbound = []
        self.outbound = []
        self.stalled = self.gone = self.silent = self.drops = False
        self.connack, self.suback = _CONNACK, _SUBACK
        self.time = "2026-11-22T07:30:00Z"
        self.ntp = _NTP
        self.actions = {}
        self.results = 0
        self.knows_names = False
        self.questions = self.times = 0
        self._taken = 0  # of the first of `inbound`

    def ready(self):
        """Something has reached the board."""
        while self._served and self.now_ms() >= self._served[0][0]:
            self.inbound.append(self._served.pop(0)[1])
        return bool(self.inbound)

    def cut(self):
        """A new connection: what was under way belonged to the one before."""
        self._served.clear()
        self.inbound.clear()
        self.outbound.clear()

    def _send(self, packet):
        self._served.append((self.now_ms() + self.delay_ms, packet))

    def read(self, buffer, size):
        first = self.inbound[0]
        size = min(size, len(first) - self._taken)
        for at in range(size):
            buffer[at] = first[self._taken + at]
        self._taken += size
        if self._taken == len(first):
            self.inbound.pop(0)
            self._taken = 0
        return size

    def serve(self):
        while self.outbound:
            data = self.outbound.pop(0)
            while data:
                size, start = _remaining_length(data)
                self._packet(data[0], data[start : start + size])
                data = data[start + size :]

    def publish(self, text):
        """A frame on /system/t-1."""
        self._send(_packet(0x30, _string("/system/t-1") + text.encode()))

    def _packet(self, first, body):
        kind = first >> 4
        if kind == 1:
            self._send(b"\x20\x02\x00" + bytes([self.connack]))
        elif kind == 8:
            # Of two topics.
            self._send(b"\x90\x04" + body[:2] + bytes([self.suback, self.suback]))
        elif kind == 12:
            self._send(b"\xd0\x00")
        elif kind == 3:
            topic_end = 2 + (body[0] << 8 | body[1])
            if first & 6:
                self._send(b"\x40\x02" + body[topic_end : topic_end + 2])
            else:
                self._frame(json.loads(body[topic_end:]))

    def _frame(self, frame):
        if frame[0] != 2:
            self.results += 1
            return
        action = frame[2]
        self.actions[action] = self.actions.get(action, 0) + 1
        if self.silent:
            return
        accepted = {"status": "Accepted"}
        if action == "BootNotification":
            answer = {"status": "Accepted", "interval": 900, "currentTime": self.time}
        elif action == "Authorize":
            answer = {"idTagInfo": accepted}
        elif action == "StartTransaction":
            answer = {"idTagInfo": accepted, "transactionId": self.actions[action]}
        elif action == "Heartbeat":
            answer = {"currentTime": self.time}
        else:
            answer = {}
        self.publish(json.dumps([3, frame[1], answer]))


peer = Peer()


def _packet(first, body):
    size = len(body)
    head = bytearray([first])
    while True:
        digit = size & 0x7F
        size >>= 7
        head.append(digit | (0x80 if size else 0))
        if not size:
            return bytes(head) + body


def _remaining_length(data):
    size = shift = 0
    at = 1
    while True:
        size |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return size, at


def _string(text):
    data = text.encode()
    return bytes([len(data) >> 8, len(data) & 0xFF]) + data
