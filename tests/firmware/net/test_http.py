# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How the upload of diagnostics sends its pieces. Whole requests are in tests/whole/scripts."""

import errno
import importlib
import sys
from types import ModuleType, SimpleNamespace

import pytest


class Native:
    """A socket that takes `most` bytes of each send, when it has room."""

    def __init__(self):
        self.room = self.most = 0
        self.sent = b""

    def send(self, data):
        assert self.room, "an RP2 blocks here"
        if not self.most:
            raise OSError(errno.EAGAIN, "")
        self.sent += bytes(data[: self.most])
        return min(self.most, len(data))


@pytest.fixture
def http(monkeypatch):
    library = ModuleType("adafruit_requests")
    library.OutOfRetries = RuntimeError
    monkeypatch.setitem(sys.modules, "adafruit_requests", library)
    monkeypatch.delitem(sys.modules, "charger.net.http", raising=False)
    yield importlib.import_module("charger.net.http")
    sys.modules.pop("charger.net.http", None)


@pytest.fixture
def native():
    return Native()


@pytest.fixture
def clock(http, native, monkeypatch):
    clock = SimpleNamespace(now=0)

    class Poller:
        def register(self, socket, events):
            assert socket is native

        def poll(self, ms):
            clock.now += ms
            if clock.now > 200:
                native.room = 1
            if clock.now > 500:
                native.most = 300
            return [(native, 4)] if native.room else []

    monkeypatch.setattr(http, "select", SimpleNamespace(poll=Poller, POLLOUT=4))
    return clock


def test_a_piece_is_sent_when_there_is_room_for_it(http, native, clock):
    socket = http.OneSocket(native, 4000, lambda: clock.now)
    assert socket.send(b"x" * 600) == 512
    assert native.sent == b"x" * 512


def test_without_room_it_ends_with_the_time_of_the_request(http, native, clock):
    socket = http.OneSocket(native, 200, lambda: clock.now)
    with pytest.raises(OSError, match=str(errno.ETIMEDOUT)):
        socket.send(b"x" * 600)
    assert socket.problem == "no answer in time"
    assert clock.now == 200
