# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a time server's answer says, and what the doctor says of it."""

import socket
import struct
import threading

import pytest
from chargerctl.doctor.clock import NoTimeError, check_time, over_network, unix_time
from hypothesis import given
from hypothesis import strategies as st

NOW = 1_795_000_000.0
MARK = 77


def answer(seconds=NOW, mark=MARK, first=0x24, stratum=2, reference=b"LOCL"):
    stamp = round((seconds + 2_208_988_800) * (1 << 32)) % (1 << 64)
    return struct.pack("!BBbbII4sQQQQ", first, stratum, 0, 0, 0, 0, reference, 0, mark, 0, stamp)


def served(seconds=NOW, **rest):
    """An exchange with a server whose time this is."""
    return lambda request: answer(seconds, struct.unpack_from("!Q", request, 40)[0], **rest)


def findings(exchange, now=NOW):
    return [(each.check, each.result, each.text) for each in check_time("time.lan", exchange, lambda: now)]


def test_the_time_is_read_to_the_fraction():
    assert unix_time(answer(NOW + 0.5), MARK) == pytest.approx(NOW + 0.5, abs=0.001)


def test_a_time_after_2036_is_of_the_next_era():
    assert unix_time(answer(2_100_000_000.0), MARK) == pytest.approx(2_100_000_000.0, abs=0.001)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"mark": 1}, "another request"),
        ({"first": 0x23}, "another request"),
        ({"stratum": 0, "reference": b"RATE"}, "refuses requests: RATE"),
        ({"stratum": 16}, "not synchronised"),
        ({"first": 0xE4}, "not synchronised"),
    ],
)
def test_an_answer_that_must_not_be_used_is_not(wrong, why):
    with pytest.raises(NoTimeError, match=why):
        unix_time(answer(**wrong), MARK)


@given(st.binary(max_size=100))
def test_rubbish_is_no_time(data):
    with pytest.raises(NoTimeError):
        unix_time(data, (1 << 64) - 1 if data[24:32] == bytes(8) else 0 if data[24:32] != bytes(8) else 1)


def test_a_good_server_and_a_good_clock():
    assert findings(served()) == [
        ("time server", "ok", "time.lan answers"),
        ("clock", "ok", "this computer's clock is within a second of time.lan"),
    ]


@pytest.mark.parametrize(("now", "words"), [(NOW + 90, "90 s ahead of"), (NOW - 7200, "7,200 s behind")])
def test_a_wrong_clock_is_a_warning_with_the_difference(now, words):
    assert findings(served(), now)[1] == ("clock", "warning", f"this computer's clock is {words} time.lan")


def test_a_lost_answer_is_asked_for_again_and_silence_is_a_failure():
    answers = [TimeoutError(), TimeoutError(), served()]

    def exchange(request):
        step = answers.pop(0)
        if isinstance(step, Exception):
            raise step
        return step(request)

    assert findings(exchange)[0][1] == "ok"

    def silent(request):
        raise TimeoutError

    assert findings(silent) == [("time server", "failed", "time.lan, UDP port 123: no answer")]


def test_no_such_host_is_a_failure():
    def exchange(request):
        raise socket.gaierror(-2, "Name or service not known")

    assert findings(exchange) == [
        ("time server", "failed", "time.lan, UDP port 123: Name or service not known")
    ]


def test_over_a_real_socket():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve():
            request, client = server.recvfrom(512)
            server.sendto(served()(request), client)

        thread = threading.Thread(target=serve)
        thread.start()
        assert findings(over_network("127.0.0.1", server.getsockname()[1], wait_s=30))[0][1] == "ok"
        thread.join()
