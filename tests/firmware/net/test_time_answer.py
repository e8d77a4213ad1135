# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The time in an NTP packet, read with the real library: pure, so its properties are tested."""

import struct

import pytest
from charger.clock import Clock
from charger.net import time_answer
from hypothesis import given
from hypothesis import strategies as st

TO_NTP = 2208988800
PACKETS = st.binary(min_size=48, max_size=48)


def packet(utc, first=0x24, stratum=1, reference=bytes(4)):
    stamp = struct.pack("!II", utc + TO_NTP, 0)
    return bytes((first, stratum)) + bytes(10) + reference + bytes(16) + stamp + stamp


@given(PACKETS)
def test_a_server_is_believed_only_where_it_has_the_time(data):
    synchronised = data[0] >> 6 < 3 and 1 <= data[1] <= 15
    try:
        why, unix = time_answer.read(data)
    except ArithmeticError:
        assert synchronised
    else:
        assert (why is None) == (unix is not None) == synchronised
        assert why is None or why.isprintable()


@given(PACKETS)
def test_whatever_it_says_is_a_time_or_an_arithmetic_error_and_the_clock_takes_what_the_board_can_hold(data):
    kept = []
    clock = Clock(lambda: 0, kept.append, 0, lambda tag, text: None)
    try:
        _, unix = time_answer.read(b"\x24\x01" + data[2:])
    except ArithmeticError:
        return
    assert (clock.set_from_ntp(unix) is None) == bool(kept) == (1735689600 <= unix < 1 << 31)


# NTP's seconds begin anew on 7 February 2036; then the library takes none.
@pytest.mark.parametrize("utc", [0, 1795332600, (1 << 32) - TO_NTP - 1])
def test_the_time_is_the_servers(utc):
    assert time_answer.read(packet(utc)) == (None, utc)


def test_what_the_server_asks_for_is_passed_on():
    assert time_answer.read(packet(0, 0xE4, 0, b"RATE")) == ("the server refuses requests: RATE", None)
    assert time_answer.read(packet(0, 0xE4, 16)) == ("not synchronised", None)
