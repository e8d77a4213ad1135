# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An answer over the network ends, or is given up: in a time that its size allows."""

from __future__ import annotations

import http.client
import itertools
import socket
from collections.abc import Iterable

import pytest
from chargerctl.transport.web.bounded import SLOWEST, BoundedSocket

GRACE_S, MOST = 30, 200_000
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def answered(pieces: Iterable[bytes], seconds_each: float) -> bytes:
    """What http.client reads of an answer in these pieces, `seconds_each` from one to the next."""
    ours, theirs = socket.socketpair()
    waiting = iter(pieces)
    time_s = 0.0

    def now() -> float:
        """Asked before each read: meanwhile the next piece has come."""
        nonlocal time_s
        time_s += seconds_each
        if piece := next(waiting, b""):
            theirs.sendall(piece)
        else:
            theirs.shutdown(socket.SHUT_WR)
        return time_s

    with ours, theirs:
        response = http.client.HTTPResponse(BoundedSocket(ours, GRACE_S, MOST, now))  # type: ignore[arg-type]
        response.begin()
        return response.read()


def in_pieces(size: int) -> list[bytes]:
    return [HEAD, *[b"x" * size] * (100_000 // size)]


def test_an_answer_comes_whole() -> None:
    assert answered(in_pieces(5000), 0.01) == b"x" * 100_000


def test_a_slow_board_is_waited_for_longer_the_more_it_sends() -> None:
    size = 5000
    assert len(answered(in_pieces(size), size / SLOWEST)) > SLOWEST * GRACE_S
    with pytest.raises(TimeoutError):
        answered(in_pieces(size), 2 * size / SLOWEST)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n", HEAD])
def test_a_byte_now_and_then_is_not_waited_for(head: bytes) -> None:
    with pytest.raises(TimeoutError):
        answered(itertools.chain((head or b"H",), itertools.repeat(b"x")), 0.9)


def test_an_answer_without_an_end_is_given_up_however_fast_it_comes() -> None:
    with pytest.raises(OSError, match="has no end"):
        answered(itertools.repeat(CONTINUE * 300), 0.001)
