# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a board may get another CircuitPython now: its charger is asked; in doubt nothing is written."""

from __future__ import annotations

import errno

import pytest
from chargerctl.errors import ChargerctlError
from chargerctl.install.permission import refuse_a_charge
from chargerctl.transport.serial.link import LostError

from tests.host.serial_board.board import SerialBoard
from tests.host.serial_board.host import BoardsPorts
from tests.host.serial_board.program import Program

OPEN = b"asked  relay open, no transaction, held open for 5 min\r\n"
CLOSED = b"asked  relay closed, transaction, not held\r\n"
NO_PIN = b"asked  relay unknown, no transaction, held open by hold.py\r\n"
ABOUT_TO_CLOSE = b"asked  relay open, transaction, not held\r\n"
EMPTY_FLASH = b"rst:0x7 (TG0_WDT_HPSYS),boot:0xc (SPI_FAST_FLASH_BOOT)\r\ninvalid header: 0xffffffff\r\n"
SYNCED = b"\xc0\x01\x08\x04\x00\x07\x12\x20\x55\x00\x00\x00\x00\xc0"


class Line:
    """A port whose board says `says` when it has heard `hears`, and a clock that each read moves on."""

    def __init__(self, hears: bytes, says: bytes) -> None:
        self._hears, self._says = hears, says
        self._typed = self._waiting = b""
        self._time = 0.0
        self.opened = 0

    def open(self, name: str) -> Line:
        self.opened += 1
        return self

    def again(self, name: str) -> list[str]:
        return [name]

    def now(self) -> float:
        return self._time

    def sleep(self, seconds: float) -> None:
        self._time += seconds

    def read(self, timeout_s: float) -> bytes:
        self._time += 0.01 if self._waiting else timeout_s
        said, self._waiting = self._waiting, b""
        return said

    def write(self, data: bytes) -> None:
        self._typed += data
        if self._hears in self._typed:
            self._typed, self._waiting = b"", self._waiting + self._says

    def close(self) -> None:
        self.opened -= 1


@pytest.mark.parametrize(
    ("hears", "says"),
    [
        (b"?hold\r", OPEN),
        (b"?hold\r", b"[  12.345] " + OPEN),
        (b"?hold\r", EMPTY_FLASH * 3),
        (b"\xc0\x00\x08\x24", SYNCED),
    ],
)
def test_a_charger_that_holds_its_relay_open_and_a_chip_without_a_program_may_be_written(
    hears: bytes, says: bytes
) -> None:
    line = Line(hears, says)
    refuse_a_charge(line, "/dev/ttyACM0")
    assert line.opened == 0


@pytest.mark.parametrize(
    ("says", "said"),
    [
        (CLOSED, r"the relay is closed, a transaction is running.*or use --force"),
        (ABOUT_TO_CLOSE, r"the relay is open, a transaction is running.*or use --force"),
        (NO_PIN, r"no relay pin is known; wait until no car charges, or use --force"),
        (b"", "does not say whether it charges: make sure that no car charges, then use --force"),
        (b"temperature 21.5\r\n" * 50, "does not say whether it charges"),
        (b"invalid header: 0xffffffff\r\n", "does not say whether it charges"),
        (b"\xc0\x00\x08\x24", "does not say whether it charges"),
    ],
)
def test_any_other_may_not(says: bytes, said: str) -> None:
    line = Line(b"?hold\r", says)
    with pytest.raises(ChargerctlError, match=said):
        refuse_a_charge(line, "/dev/ttyACM0")
    assert line.opened == 0


def test_a_board_at_its_prompt_runs_no_program() -> None:
    with SerialBoard({"code.py": b""}, program=Ends()) as board:
        refuse_a_charge(BoardsPorts(board), "ttyACM0")


class Ends(Program):
    ends = True


def test_a_port_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(b"?", b"")

    def gone(name: str) -> Line:
        raise LostError(errno.ENODEV, "is not there, or is no serial port", name)

    monkeypatch.setattr(line, "open", gone)
    with pytest.raises(ChargerctlError, match=r"^/dev/ttyACM0 is not there, .*name another with --port$"):
        refuse_a_charge(line, "/dev/ttyACM0")
