# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the virtual network's HTTP server makes of requests, good and bad, whole and in pieces."""

import pytest
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.network.http_server import HttpServer


class Connection:
    """The board's end."""

    def __init__(self):
        self.data = b""
        self.open = False

    def opened(self):
        self.open = True

    def send(self, data):
        assert self.open
        self.data += data

    def finish(self):
        self.open = False


@pytest.fixture
def server():
    clock = Clock()
    return HttpServer(clock, Events(clock))


@pytest.fixture
def answer_to(server):
    """The status of the answer to these pieces; None when there is none."""

    def send(*pieces):
        connection = Connection()
        request = server.accept(connection)
        for piece in pieces:
            request.received(piece)
        assert connection.open is not bool(connection.data)
        return int(connection.data.split()[1]) if connection.data else None

    return send


def put(length, body=b"", first=b"PUT /logs/a.txt HTTP/1.1"):
    return first + b"\r\nContent-Length: " + length + b"\r\n\r\n" + body


def test_a_file_in_pieces_of_one_byte_is_kept(server, answer_to):
    request = put(b"4", b"text")
    assert answer_to(*(request[at : at + 1] for at in range(len(request)))) == 201
    [upload] = server.uploads
    assert (upload.method, upload.path, upload.text) == ("PUT", "/logs/a.txt", "text")


def test_it_waits_for_the_rest_of_head_and_body(server, answer_to):
    assert answer_to(b"PUT /logs/a.txt HTT") is None
    assert answer_to(put(b"5", b"text")) is None
    assert server.uploads == []


@pytest.mark.parametrize("length", [b"", b"abc", b"-1", b"+1", b"1.5", b"0x10", b"\xb2", b"1 1"])
def test_a_length_that_is_none_is_a_bad_request(server, answer_to, length):
    assert answer_to(put(length, b"text")) == 400
    assert server.uploads == []


@pytest.mark.parametrize("first", [b"", b"PUT", b"PUT /logs", b"PUT /a b HTTP/1.1", b"\x16\x03\x01"])
def test_a_first_line_without_three_words_is_a_bad_request(server, answer_to, first):
    assert answer_to(put(b"0", first=first)) == 400
    assert server.uploads == []


def test_more_than_64_kb_is_refused_before_it_is_there(server, answer_to):
    assert answer_to(put(b"65537")) == 413
    assert answer_to(put(b"9" * 5000)) == 413
    assert answer_to(b"PUT " + b"x" * 65_537) == 413
    assert server.uploads == []
    assert answer_to(put(b"65536", b"x" * 65_536)) == 201


def test_a_text_that_is_not_utf_8_is_kept_as_far_as_it_can_be_read(server, answer_to):
    assert answer_to(put(b"3", b"a\xffb")) == 201
    assert server.uploads[0].text == "a\ufffdb"


def test_what_follows_the_file_is_not_part_of_it(server, answer_to):
    assert answer_to(put(b"2", b"text"), b"more") == 201
    assert server.uploads[0].text == "te"


def test_a_refused_connection_has_no_request(server):
    server.how = "refused"
    assert server.accept(Connection()) is None
