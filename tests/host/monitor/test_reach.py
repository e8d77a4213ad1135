# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every way to a console: it is found again under the name that it then has."""

import socket
from pathlib import Path

import pytest
from chargerctl.boards.address import Folder, WebHost
from chargerctl.boards.reach import PLAIN, Approach
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.monitor.entries import BoardLine, Note
from chargerctl.monitor.pipeline import Pipeline
from chargerctl.monitor.reach import console_opener, on_serial
from chargerctl.monitor.secrets import Masker
from chargerctl.monitor.sources import Connected, Lost, happenings
from chargerctl.transport.serial.link import LostError

from tests.host.monitor.consoles import NO_SOURCES, NoWait, Script
from tests.host.serial_board.board import C6, SerialBoard
from tests.host.serial_board.host import BoardsPorts
from tests.host.serial_board.program import Program
from tests.host.web_board.board import PASSWORD, WebBoard


def with_password(password):
    return Approach(password=lambda host: password)


class Ports:
    """Ports as on a laptop: {name: chunks of its console}; `again`: the names that the board may have."""

    def __init__(self, names):
        self.names = names
        self.asked = []

    def open(self, name):
        if name not in self.names:
            raise LostError("is not there")
        return Script(self.names.pop(name), [])

    def again(self, name):
        self.asked.append(name)
        return ["ttyACM0", "ttyACM1", "ttyACM2"]


def test_a_port_is_found_again_under_another_name():
    ports = Ports({"ttyACM0": [b"one"]})
    stop = NoWait()
    seen = []
    for happening in happenings(on_serial("ttyACM0", ports), stop.wait):
        seen.append(happening)
        if isinstance(happening, Lost):
            if len(ports.asked) == 2:
                break
            ports.names["ttyACM2"] = [b"two"]
        elif happening == b"two":
            ports.names["ttyACM1"] = []
    assert [each.to for each in seen if isinstance(each, Connected)] == ["ttyACM0", "ttyACM2", "ttyACM1"]
    assert ports.asked == ["ttyACM0", "ttyACM2"]


class Talkative(Program):
    """Counts, a line every half second."""

    period_s = 0.5

    def __init__(self):
        self.said = 0

    def goes_on(self):
        self.said += 1
        return (f"[{self.said:4}.000] ocpp   line {self.said}",)


def test_a_c6_that_is_reset_again_and_again_is_never_stopped(tmp_path):
    """With titles between its lines, and a port that has another name after each reset."""
    program = Talkative()
    with SerialBoard({"code.py": b""}, shape=C6, program=program, title_between_lines=True) as board:
        pipeline, entries, resets = Pipeline(Masker(), NO_SOURCES), [], 0

        def stopped(seconds):
            board.sleep(seconds)
            return False

        for happening in happenings(on_serial(board.ports()[0], BoardsPorts(board)), stopped):
            if isinstance(happening, Lost):
                entries += pipeline.lost(happening.why, board.now())
            elif isinstance(happening, bytes):
                entries += pipeline.feed(happening, board.now())
            if program.said >= 20 * (resets + 1):
                resets += 1
                if resets == 5:
                    break
                board.reset()
        shown = [
            entry.text for entry in entries if isinstance(entry, BoardLine) and "ocpp   line" in entry.text
        ]
        assert len(shown) == len(set(shown)) > 80
        assert sum(isinstance(entry, Note) for entry in entries) == 4
        assert program.said >= 100, "nothing that was typed has stopped it"


def test_a_port_that_is_not_there_is_an_error_with_a_remedy():
    with pytest.raises(ChargerctlError, match="plug the board in; chargerctl devices"):
        on_serial("ttyACM7", Ports({}))()


def test_a_drive_is_no_console():
    with pytest.raises(InputError, match="--port"):
        console_opener(Folder(Path("CIRCUITPY")), PLAIN)


def test_the_web_workflow_needs_its_password():
    with pytest.raises(InputError, match="password"):
        console_opener(WebHost("garage.local"), PLAIN)


def test_a_board_in_the_network_is_read_and_read_again_after_its_reset():
    with WebBoard({}) as board, socket.socket() as other:
        opener = console_opener(WebHost("127.0.0.1", board.port), with_password(PASSWORD))
        stop = NoWait()
        heard, connections = b"", 0
        for happening in happenings(opener, stop.wait):
            if isinstance(happening, Connected):
                connections, said = connections + 1, False
            elif happening == b"" and not said:  # the board, too, knows of the connection now
                said = True
                board.print(f"[   1.000] ocpp   caf\u00e9 {connections}\r\n")
            elif isinstance(happening, bytes):
                heard += happening
                if heard.endswith(b"1\r\n"):
                    board.connect(other)
                elif heard.endswith(b"2\r\n"):
                    break
    assert heard == "[   1.000] ocpp   caf\u00e9 1\r\n[   1.000] ocpp   caf\u00e9 2\r\n".encode()


def test_a_wrong_password_is_an_error_of_one_line():
    with WebBoard({}) as board, pytest.raises(ChargerctlError, match="api_password"):
        next(
            happenings(
                console_opener(WebHost("127.0.0.1", board.port), with_password("wrong")), NoWait().wait
            )
        )
