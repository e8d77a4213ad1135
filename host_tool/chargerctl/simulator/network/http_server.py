# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An HTTP server that takes files, as a central system has one for diagnostics: at http:// and https://files.example."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.network.peer import BoardEnd, TlsRequest

HTTP_HOST = "files.example"
HTTP_PORTS = (80, 443)

# What it may do, by the words of the script language.
BEHAVIOURS = ("up", "refused", "silent", "slow", "error", "redirect", "closes", "post", "garbage", "endless")

# Bytes of a head, and of a file: many times what a charger uploads.
_LONGEST = 65_536
_SHOWN_LINES = 3
_SHOWN_CHARACTERS = 100
_CLOSES_AFTER = 300
_SLOW_US = 500_000
_STATUS = {
    "error": "500 Internal Server Error",
    "redirect": "302 Found\r\nLocation: http://elsewhere.example/",
}


@dataclass(frozen=True)
class Upload:
    """One file: how and where it was put, the request's headers by their names in lower case, and its text."""

    method: str
    path: str
    headers: dict[str, str]
    text: str

    def __str__(self) -> str:
        """For a person: where it was put, its size and its end."""
        end = " / ".join(line[:_SHOWN_CHARACTERS] for line in self.text.splitlines()[-_SHOWN_LINES:])
        return f"{self.path} has {len(self.text.encode())} bytes and ends with {end or 'nothing'}"


class HttpServer:
    """A Server (peer.py) that keeps what it is given, and takes any path. What is no request gets 400, what is longer
    than 64 KB 413.

    `how`: "refused" resets connections, "silent" never answers, "slow" answers a byte at a time, "closes" ends the
    connection in the middle of the request, "post" takes no PUT, "garbage" answers with no HTTP, "endless" with a header
    that does not end.
    """

    def __init__(self, clock: Clock, events: Events) -> None:
        self.how = "up"
        self.uploads: list[Upload] = []
        # Of each request, also of those that failed.
        self.methods: list[str] = []
        self.clock = clock
        self.events = events

    def accept(self, connection: BoardEnd) -> _Request | None:
        """A connection carries one request."""
        if self.how == "refused":
            return None
        connection.opened()
        return _Request(self, connection)


class _Request:
    def __init__(self, server: HttpServer, connection: BoardEnd) -> None:
        self._server = server
        self._connection = connection
        self._data = b""
        self._over = False

    def received(self, data: bytes) -> None:
        """More of the request."""
        if self._over:
            return
        self._data += data
        if self._server.how == "closes" and len(self._data) > _CLOSES_AFTER:
            self._over = True
            self._connection.finish()
            return
        try:
            upload = _parsed(self._data)
        except _RefusedError as refused:
            self._over = True
            self._send(_answer(str(refused)))
            return
        if upload is not None:
            self._over = True
            self._answer(upload)

    def disconnected(self) -> None:
        """Nothing is answered any more."""
        self._over = True

    def start_tls(self, request: TlsRequest) -> None:
        """Every certificate is fine here."""
        self._connection.tls_done("")

    def _answer(self, upload: Upload) -> None:
        server = self._server
        how = server.how
        server.methods.append(upload.method)
        status = _STATUS.get(how, "201 Created")
        if how == "post" and upload.method == "PUT":
            status = "405 Method Not Allowed"
        answer = _answer(status)
        if how == "garbage":
            answer = "Hello, this is no HTTP\r\n\r\n"
        elif how == "endless":
            answer = "HTTP/1.1 200 OK\r\nX-Long: " + "x" * 20_000
        if how == "silent":
            return
        if how == "slow":
            for at, character in enumerate(answer):
                self._later(_SLOW_US * (at + 1), character.encode())
            return
        if status.startswith("201") and how in ("up", "post"):
            server.uploads.append(upload)
            server.events.emit("upload", method=upload.method, path=upload.path, text=upload.text)
        self._send(answer)

    def _send(self, answer: str) -> None:
        self._connection.send(answer.encode())
        self._connection.finish()

    def _later(self, us: int, data: bytes) -> None:
        self._server.clock.call_in(us, lambda: self._connection.send(data))


class _RefusedError(Exception):
    """What was received is no request, or too large; with the status for it."""


def _parsed(data: bytes) -> Upload | None:
    """The request, None while some of it is missing."""
    head, found, body = data.partition(b"\r\n\r\n")
    if len(head) > _LONGEST:
        raise _RefusedError("413 Content Too Large")
    if not found:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != len(("method", "path", "version")):
        raise _RefusedError("400 Bad Request")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    length = headers.get("content-length", "0")
    if not re.fullmatch("[0-9]+", length):
        raise _RefusedError("400 Bad Request")
    if len(length) > len(str(_LONGEST)) or int(length) > _LONGEST:
        raise _RefusedError("413 Content Too Large")
    if len(body) < int(length):
        return None
    # A text that is no UTF-8 is shown as far as it can be read.
    return Upload(words[0], words[1], headers, body[: int(length)].decode(errors="replace"))


def _answer(status: str) -> str:
    return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
