# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs on the VM: the charger's core on the real MQTT link, MiniMQTT and all, over a socket in memory.

The broker and the central system behind it work only in `Peer.serve`, called between the measured passes, so that
what they allocate is not counted as the charger's.
"""

import errno
import io
import json

from charger.net.mqtt import Link as MqttLink
from charger.ticks import add

from tests.rig import Rig

_POLL = 3  # MP_STREAM_POLL of MicroPython's streams
_IN = 1


class Socket(io.IOBase):
    """What socketpool would give: bytes go to the peer, bytes come from it. `stalled`: it takes nothing."""

    def __init__(self, peer):
        self._peer = peer

    def ioctl(self, request, argument):
        return _IN if request == _POLL and self._peer.inbound else 0

    def settimeout(self, seconds):
        pass

    def setsockopt(self, level, option, value):
        pass

    def connect(self, address):
        self._peer.connected()

    def send(self, data):
        if self._peer.stalled:
            raise OSError(errno.EAGAIN)
        self._peer.outbound.append(bytes(data))
        return len(data)

    def recv_into(self, buffer, size=0):
        inbound = self._peer.inbound
        if not inbound:
            raise OSError(errno.EAGAIN)
        size = min(size or len(buffer), len(inbound[0]))
        buffer[:size] = inbound[0][:size]
        if size == len(inbound[0]):
            inbound.pop(0)
        else:
            inbound[0] = inbound[0][size:]
        return size

    def close(self):
        pass


class Pool:
    AF_INET = 2
    SOCK_STREAM = 1
    IPPROTO_TCP = 6
    TCP_NODELAY = 1

    def __init__(self, peer):
        self._peer = peer

    def getaddrinfo(self, host, port, family=0, kind=0, proto=0, flags=0):
        return [(2, 1, 0, "", ("192.0.2.1", port))]

    def socket(self, family=2, kind=1, proto=0):
        return Socket(self._peer)


class Peer:
    """An MQTT broker for one client, and a central system that accepts everything. `frames`: how many came."""

    def __init__(self):
        self.inbound = []
        self.outbound = []
        self.stalled = False
        self.frames = 0
        self.actions = {}

    def connected(self):
        self.inbound = []
        self.outbound = []

    def serve(self):
        while self.outbound:
            data = self.outbound.pop(0)
            while data:
                size, start = _remaining_length(data)
                self._packet(data[0], data[start : start + size])
                data = data[start + size :]

    def publish(self, text):
        """A frame on /system/t-1."""
        self.inbound.append(_packet(0x30, _string("/system/t-1") + text.encode()))

    def _packet(self, first, body):
        kind = first >> 4
        if kind == 1:
            self.inbound.append(b"\x20\x02\x00\x00")
        elif kind == 8:
            self.inbound.append(b"\x90\x03" + body[:2] + b"\x01")
        elif kind == 12:
            self.inbound.append(b"\xd0\x00")
        elif kind == 3:
            topic_end = 2 + (body[0] << 8 | body[1])
            if first & 6:
                self.inbound.append(b"\x40\x02" + body[topic_end : topic_end + 2])
            else:
                self._frame(json.loads(body[topic_end:]))

    def _frame(self, frame):
        self.frames += 1
        if frame[0] != 2:
            return
        action = frame[2]
        self.actions[action] = self.actions.get(action, 0) + 1
        accepted = {"status": "Accepted"}
        now = "2026-11-22T07:30:00Z"
        if action == "BootNotification":
            answer = {"status": "Accepted", "interval": 60, "currentTime": now}
        elif action == "Authorize":
            answer = {"idTagInfo": accepted}
        elif action == "StartTransaction":
            answer = {"idTagInfo": accepted, "transactionId": self.actions[action]}
        elif action == "Heartbeat":
            answer = {"currentTime": now}
        else:
            answer = {}
        self.publish(json.dumps([3, frame[1], answer]))


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


class Wifi:
    connected = True
    address = "192.0.2.7"


class Stalls:
    granted_ms = 0

    def allow(self, ms):
        return True


class VmRig(Rig):
    """A Rig on the real link, which keeps no log and no frames: nothing of it grows."""

    def __init__(self, values, **overrides):
        self.peer = Peer()
        self.now = 0
        link = MqttLink(Pool(self.peer), Wifi(), values, self._ticks, self._pump, Stalls(), self.log)
        Rig.__init__(self, 0, link, **overrides)

    def log(self, tag, text):
        pass

    def _ticks(self):
        return self.now

    def _pump(self):
        # While MiniMQTT waits for an acknowledgement the broker may work.
        self.now = add(self.now, 5)
        self.peer.serve()

    def one_pass(self, ms=5):
        self.now = add(self.now, ms)
        self.step()

    def passes(self, count, ms=5):
        """`count` passes with the peer at work in between."""
        for _ in range(count):
            self.one_pass(ms)
            self.peer.serve()
