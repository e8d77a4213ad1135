# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger is asked at its console who it is; whatever else is there is not believed, and not waited for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from chargerctl.boards.address import Address, SerialPort, WebHost
from chargerctl.boards.asking import ANSWER_S, Told, ask_who, with_answers
from chargerctl.boards.devices import Device, Way
from chargerctl.boards.sightings import Deployed
from chargerctl.errors import ChargerctlError
from chargerctl.transport.relay import LOOK

ANSWER = (
    b"[  61.002] asked  relay open, no transaction, not held\r\n"
    b"[  61.002] asked  firmware 0.1.0, serial garage-1, up 3600 s, fault None, crashes 0\r\n"
)
GARAGE = Told(Deployed("garage-1", "", "0.1.0"), 3600)
C6 = Device("04C4AC15B2F0", ways=(Way("serial", SerialPort("/dev/ttyACM0")),), certain=False)


class Line:
    """A console that has kept something, says these pieces when it has been asked, and a clock that each read moves on."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.kept = [ANSWER.replace(b"up 3600 s", b"up 5 s")]  # to somebody who has not waited for it
        self.typed = b""
        self.closed = False
        self.time = 0.0

    def read(self, timeout_s: float) -> bytes:
        assert self.typed
        pieces = self.kept or (self.pieces if LOOK in self.typed else [])
        self.time += 0.01 if pieces else timeout_s
        return pieces.pop(0) if pieces else b""

    def write(self, data: bytes) -> None:
        self.typed += data

    def close(self) -> None:
        self.closed = True

    def now(self) -> float:
        return self.time


def told(*pieces: bytes) -> Told | None:
    line = Line(*pieces)
    answer = ask_who(line, line.now)
    assert line.typed == b"\r" + LOOK
    assert line.time <= ANSWER_S + 1
    return answer


def test_a_charger_says_who_it_is_and_since_when_it_runs() -> None:
    assert told(ANSWER) == GARAGE
    assert told(*(ANSWER[at : at + 1] for at in range(len(ANSWER)))) == GARAGE
    assert told(b"\xff\xfehalf a li", ANSWER[:90] + b"\x1b]0;title\x1b\\" + ANSWER[90:]) == GARAGE


@pytest.mark.parametrize(
    "said",
    [
        (),
        (b">>> ?relay\r\nSyntaxError: invalid syntax\r\n>>> ",),
        (b"asked  firmware 0.1.0, serial , up 3600 s",),
        (b"asked  firmware 0.1.0, serial x, up 99999999999 s",),
        (b"asked  firmware " + b"9" * 1000 + b", serial x, up 1 s",),
    ],
)
def test_nobody_else_is_believed_and_none_is_waited_for_longer(said: tuple[bytes, ...]) -> None:
    assert told(*said) is None


def test_a_console_that_never_stops_is_left() -> None:
    line = Line(*[b"x" * 4096] * 1000)
    assert ask_who(line, line.now) is None
    assert len(line.pieces) > 900


def answers(device: Device, line: Line | Exception) -> tuple[Device, list[str]]:
    def open_console(address: Address) -> Line:
        assert address.called == device.name
        if isinstance(line, Exception):
            raise line
        return line

    (found,), notes = with_answers(
        [device], open_console, line.now if isinstance(line, Line) else float, lambda: 10_000.9
    )
    return found, notes


def test_what_a_charger_says_is_in_its_line_and_its_port_is_closed() -> None:
    line = Line(ANSWER)
    assert answers(C6, line) == (replace(C6, deployed=GARAGE.deployed, since=6400), [])
    assert line.closed


def test_what_stands_on_its_drive_is_more_than_it_says() -> None:
    on_drive = replace(C6, deployed=Deployed("garage-1", "Garage left", "0.1.0"))
    assert answers(on_drive, Line(ANSWER))[0].deployed == on_drive.deployed


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Line(), "/dev/ttyACM0: no charger answers there"),
        (OSError(19, "No such device"), "/dev/ttyACM0: was not asked: No such device"),
        (ChargerctlError("it is open in another program"), "was not asked: it is open in another program"),
    ],
)
def test_without_an_answer_nothing_is_claimed(line: Line | Exception, said: str) -> None:
    found, (note,) = answers(C6, line)
    assert found == C6
    assert said in note


def test_only_consoles_that_are_a_boards_or_the_users_own_are_asked() -> None:
    chip = replace(C6, uid="")
    asked = Line(ANSWER)
    assert answers(chip, asked)[0] == chip
    assert asked.typed == b""
    assert answers(replace(chip, name="gate"), Line(ANSWER))[0].since == 6400
    shut = replace(C6, ways=(Way("serial", SerialPort("x"), "you may not open it"), Way("web", WebHost("h"))))
    assert answers(shut, Line(ANSWER))[0].since == 6400


def test_titles_that_begin_without_end_hide_no_answer() -> None:
    assert told(*[b"\x1b]" * 1000] * 20, b"\r\n" + ANSWER) == GARAGE
