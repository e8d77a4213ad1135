# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board's web workflow on the loopback interface: a real HTTP server with the habits and the faults of CircuitPython's.

Behind it a disk in memory that knows what a power cut would leave (faulty.py), a clock that only moves when told, and a
program that answers at the console as charger/maintenance.py or hold.py does: what these do on the drive's own firmware is
shown by tests/host/deploy/test_held.py and by booting what a cut leaves.

One request at a time, and the connection is closed after each. A PUT writes in place; a MOVE never onto a file; each
change restarts the program; what was changed is on the medium a second after the last change.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import unquote

from chargerctl.deploy.records import COMMIT
from chargerctl.transport.relay import Relay, answer_in
from chargerctl.transport.volume import folder_of
from chargerctl.transport.web.client import Access
from chargerctl.transport.web.holding import MARK

from tests.host.transport.faulty import FaultyVolume, Tree
from tests.host.web_board import websocket

PASSWORD = "watt ever"
_FLUSH_S = 1.0
_RELOAD_S = 0.75
_START_S = 2.0
_HEADER = 63
_CHARGER, _HOLD, _NOTHING = "charger", "hold.py", ""


@dataclass
class Change:
    """A request that changed the disk, and what a cut before it, or in it, would have left."""

    what: str
    before_kept: Tree
    before_lost: Tree
    torn: Tree | None


class WebBoard:
    """tree: its drive. program: "charger", "older charger" for one that cannot answer and does not know the mark, or "" for
    one that drives nothing. relay: what the charger says.

    faults: {request from 1: what happens}: a status of an answer; "drop" before anything, "lose" the answer after it was
    carried out, "half" a PUT, "reset" the board, so that nothing is answered. usb: a computer owns the drive. full: no room
    for another byte. remembers: in `changes`, what a cut at each would leave.
    """

    def __init__(self, tree: Tree, program: str = _CHARGER, has_password: bool = True) -> None:
        self.disk = FaultyVolume(tree)
        self.relay = "relay open, no transaction"
        self.holds_for_min = 5
        self.usb = self.full = False
        self.faults: dict[int, object] = {}
        self.requests: list[str] = []
        self.remembers = False
        self.changes: list[Change] = []
        self.written_while_closed: list[str] = []
        self.read_while_closed: list[str] = []
        self.restarts = 0
        self.has_password = has_password
        self.overlaps = 0
        self.now_s = 1000.0
        self._firmware = program
        self._program = program
        self._held_until = 0.0
        self._changed_at: float | None = None
        self._typed = ""
        self._consoles: list[socket.socket] = []
        self._server = _Server(self)

    def __enter__(self) -> WebBoard:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for console in self._consoles:
            console.close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def access(self, password: str = PASSWORD) -> Access:
        return Access("127.0.0.1", self.port, password, "garage.local")

    # Time.

    def clock(self) -> float:
        self._settle()
        return self.now_s

    def pause(self, seconds: float) -> None:
        self.now_s += seconds
        self._settle()

    def _settle(self) -> None:
        if self._changed_at is None:
            return
        if self.now_s - self._changed_at >= _FLUSH_S:
            self.disk.settle()
        if self.now_s - self._changed_at >= _RELOAD_S + _START_S:
            self._changed_at = None
            self._start()

    def _start(self) -> None:
        """The program starts again, and has forgotten what it promised."""
        self.restarts += 1
        self._held_until = 0.0
        files = self.disk.list().files
        holds = COMMIT in files or (MARK in files and self._firmware == _CHARGER)
        self._program = _HOLD if self._firmware and holds else self._firmware

    def becomes(self, program: str) -> None:
        """What is on it, and runs."""
        self._firmware = self._program = program

    def reset(self) -> None:
        """A hard reset: boot.py ends the hold. (What it does with a commit is not modelled: boot the tree.)"""
        self.disk.settle()
        self._changed_at = None
        if MARK in self.disk.list().files:
            self.disk.remove(MARK)
        self._start()
        self.now_s += 5

    # The console.

    def print(self, text: str) -> None:
        for console in self._consoles:
            console.sendall(websocket.frame(text.encode()))

    def type_key(self, byte: int) -> None:
        self._settle()
        if byte != 13:
            self._typed = (self._typed + chr(byte))[:8]
            return
        question, self._typed = self._typed, ""
        if said := self._answer(question):
            self.print("\x1b]0;garage | code.py\x1b\\[  12.345] wifi   joined\r\n")
            self.print(said[:20])
            self.print(said[20:])

    def ask(self, question: bytes, seconds: float) -> Relay | None:
        """As console.ask(), without a socket."""
        self.now_s += 0.2
        self._settle()
        return answer_in(self._answer(question.decode().strip()))

    def _answer(self, question: str) -> str:
        if self._program == _HOLD and question in ("?hold", "?relay"):
            return "asked  relay open, no transaction, held open by hold.py\r\n"
        if self._program != _CHARGER or question not in ("?hold", "?relay", "?free"):
            return ""
        if question == "?free":
            self._held_until = 0.0
        if question == "?hold" and self.relay == "relay open, no transaction":
            self._held_until = self.now_s + 60 * self.holds_for_min
        held = f"held open for {self.holds_for_min} min" if self.is_held else "not held"
        return f"[  12.345] asked  {self.relay}, {held}\r\n"

    @property
    def is_held(self) -> bool:
        return self._program == _HOLD or self.now_s < self._held_until

    # The files.

    def changed(self) -> None:
        if not self.is_held and self._firmware:
            self.written_while_closed.append(self.requests[-1])
        self._changed_at = self.now_s

    def remember(self, what: str, torn: Callable[[], Tree | None]) -> None:
        self._settle()
        if not self.remembers:
            return
        self.changes.append(Change(what, self.disk.tree(), self.disk.tree(keep_unsynced=False), torn()))

    def connect(self, console: socket.socket) -> None:
        """One at a time: a new one takes the place of the other."""
        for other in self._consoles:
            with suppress(OSError):
                other.shutdown(socket.SHUT_RDWR)  # a thread still reads it
            other.close()
        self._consoles = [console]


class _Server(HTTPServer):
    """Not threaded: while it answers one request, others wait."""

    request_queue_size = 1

    def __init__(self, board: WebBoard) -> None:
        self.board = board
        super().__init__(("127.0.0.1", 0), _Request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other end has gone."""

    def shutdown_request(self, request: Any) -> None:
        if request not in self.board._consoles:
            super().shutdown_request(request)


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Not to stderr."""

    def handle(self) -> None:
        self.close_connection = True
        self.handle_one_request()
        self.close_connection = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        board = self.server.board
        board.now_s += 0.05
        board._settle()
        board.requests.append(f"{self.command} {unquote(self.path)}")
        fault = board.faults.get(len(board.requests))
        if fault == "reset":
            board.reset()
        if fault in ("drop", "reset"):
            return
        if isinstance(fault, int):
            self._discard()
            if self.command in ("PUT", "DELETE", "MOVE"):
                board.changed()
            self._answer(fault)
            return
        if self.path.startswith("/cp/"):
            self._about()
        elif not self.path.startswith("/fs/"):
            self._answer(404)
        elif not self._authenticated():
            self._answer(401 if board.has_password else 403)
        else:
            self._files(unquote(self.path)[4:], fault)

    def _value(self, name: str) -> str:
        return (self.headers.get(name) or "")[:_HEADER]

    def _authenticated(self) -> bool:
        wanted = "Basic " + base64.b64encode(f":{PASSWORD}".encode()).decode()
        return self.server.board.has_password and self._value("Authorization") == wanted

    def _about(self) -> None:
        disk = self.server.board.disk
        if self.path == "/cp/version.json":
            self._json(
                {
                    "web_api_version": 4,
                    "version": "10.0.3",
                    "board_name": "Raspberry Pi Pico 2 W",
                    "board_id": "raspberry_pi_pico2_w",
                    "mcu_name": "rp2350",
                    "hostname": "cpy-1a2b3c",
                    "port": 80,
                    "UID": "E66164084373532B",
                    "ip": "127.0.0.1",
                }
            )
        elif self.path == "/cp/devices.json":
            self._json({"total": 0, "devices": []})
        elif self.path == "/cp/diskinfo.json":
            free = disk.free() // disk.cluster
            self._json(
                [{"root": "/", "free": free, "total": 9999, "block_size": disk.cluster, "writable": True}]
            )
        elif self.path != "/cp/serial/":
            self._answer(404)
        elif not self._authenticated():
            self._answer(401 if self.server.board.has_password else 403)
        else:
            self._console()

    def _console(self) -> None:
        board = self.server.board
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", websocket.accepted(self._value("Sec-WebSocket-Key")))
        self.end_headers()
        self.wfile.flush()
        board.connect(self.connection)
        threading.Thread(target=self._listen, args=(self.connection, board), daemon=True).start()

    @staticmethod
    def _listen(connection: socket.socket, board: WebBoard) -> None:
        with suppress(OSError, ValueError):  # gone
            websocket.serve(connection, board.type_key)
            connection.shutdown(socket.SHUT_RDWR)

    def _files(self, path: str, fault: object) -> None:
        board = self.server.board
        if self.command == "GET":
            if not board.is_held and board._firmware and path != MARK:  # its relay is closed, or may close
                board.read_while_closed.append(board.requests[-1])
            self._get(path)
            return
        if board.usb:
            self._discard()
            self._answer(409)
            return
        act = {"PUT": self._put, "MOVE": self._move, "DELETE": self._delete}.get(self.command)
        if act is None:
            self._answer(405)
            return
        status = act(path, fault)
        if fault != "lose":
            self._answer(status)

    def _get(self, path: str) -> None:
        disk = self.server.board.disk
        listing = disk.list()
        if path == "" or path.endswith("/"):
            folder = path.rstrip("/")
            if folder and folder not in listing.folders:
                self._answer(404)
                return
            inside = [
                {"name": each.rpartition("/")[2], "directory": False, "modified_ns": 0, "file_size": size}
                for each, size in listing.files.items()
                if folder_of(each) == folder
            ] + [
                {"name": each.rpartition("/")[2], "directory": True, "modified_ns": 0, "file_size": 0}
                for each in listing.folders
                if folder_of(each) == folder
            ]
            self._json(
                {
                    "free": disk.free() // disk.cluster,
                    "total": 9999,
                    "block_size": disk.cluster,
                    "writable": not self.server.board.usb,
                    "files": inside,
                }
            )
        elif path in listing.files:
            self._answer(200, disk.read(path), "application/octet-stream")
        else:
            self._answer(404)

    def _put(self, path: str, fault: object) -> int:
        board, disk = self.server.board, self.server.board.disk
        listing = disk.list()
        if path.endswith("/"):
            folder = path.rstrip("/")
            if folder in listing.folders:
                return 204
            if folder in listing.files or folder_of(folder) not in listing.folders | {""}:
                return 404
            board.remember(f"PUT {path}", lambda: None)
            disk.make_folder(folder)
            board.changed()
            return 201
        if folder_of(path) not in listing.folders | {""}:
            self._discard()
            return 404
        size = int(self._value("Content-Length") or 0)
        if board.full or size > disk.free() + listing.files.get(path, 0):
            if self.headers.get("Expect") == "100-continue":
                return 417
            self._discard()
            board.changed()
            return 413
        if self.headers.get("Expect") == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        # 64 bytes at a time, in place: a connection that ends in between leaves what has come so far.
        content = b""
        while len(content) < size and (piece := self.rfile.read(min(64, size - len(content)))):
            content += piece
        half = content[: len(content) // 2 // 64 * 64]
        board.remember(f"PUT {path}", lambda: {**disk.tree(), path: half})
        if fault == "half" or len(content) < size:
            disk.write(path, half if fault == "half" else content)
            board.changed()
            self.close_connection = True
            raise ConnectionResetError
        disk.write(path, content)
        board.changed()
        return 204 if path in listing.files else 201

    def _move(self, path: str, fault: object) -> int:
        board, disk = self.server.board, self.server.board.disk
        target = unquote(self._value("X-Destination"))[4:]
        listing = disk.list()
        if path not in listing.files or folder_of(target) not in listing.folders | {""}:
            return 404
        if target in listing.files or target in listing.folders:
            return 412
        board.remember(f"MOVE {path} {target}", lambda: None)
        disk.rename(path, target)
        board.changed()
        return 201

    def _delete(self, path: str, fault: object) -> int:
        board, disk = self.server.board, self.server.board.disk
        listing = disk.list()
        path = path.rstrip("/")
        if path not in listing.files and path not in listing.folders:
            return 404
        board.remember(f"DELETE {path}", lambda: None)
        for each in sorted(listing.files, reverse=True):
            if each == path or each.startswith(f"{path}/"):
                disk.remove(each)
        for each in sorted(listing.folders, reverse=True):
            if each == path or each.startswith(f"{path}/"):
                disk.remove_folder(each)
        board.changed()
        return 204

    def _discard(self) -> None:
        self.rfile.read(int(self._value("Content-Length") or 0))

    def _json(self, value: object) -> None:
        """In pieces, as CircuitPython sends it."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        text = json.dumps(value).encode()
        for start in range(0, len(text), 100):
            piece = text[start : start + 100]
            self.wfile.write(b"%X\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def _answer(self, status: int, content: bytes = b"", kind: str = "text/plain") -> None:
        if status == 409:
            content = b"USB storage active."
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", kind)
        if status in (307, 301):
            self.send_header("Location", "http://cpy-1a2b3c.local/")
        self.end_headers()
        self.wfile.write(content)


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """For what another thread does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
