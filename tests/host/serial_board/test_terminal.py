# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The serial board behind real pseudo-terminals, as pyserial opens them."""

from __future__ import annotations

import time

import pytest
import serial

from tests.host.serial_board.board import SerialBoard

PATIENCE_S = 60


def test_a_terminal_takes_a_conversation_and_vanishes_at_a_reset(tmp_path):
    with SerialBoard({"code.py": b""}) as board, board.plugged(tmp_path):
        with opened(tmp_path / "ttyACM0") as port:
            for keys, end in ((b"\x03", b"reload.\r\n"), (b"\r", b">>> "), (b"\x01", b"\r\n>")):
                port.write(keys)
                read_until(port, end)
            port.write(b"print(len('" + b"x" * 2000 + b"'))\x04")
            assert read_until(port, b"\x04>") == b"OK2000\r\n\x04\x04>"
            port.write(b"import microcontroller\nmicrocontroller.reset()\x04")
            with pytest.raises(serial.SerialException):
                read_until(port, b"never")
        with opened(tmp_path / "ttyACM1") as port:
            read_until(port, b"boot   firmware")
    assert board.resets == 1
    assert list(tmp_path.iterdir()) == []


def opened(path):
    end = time.monotonic() + PATIENCE_S
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    return serial.Serial(str(path), timeout=PATIENCE_S)


def read_until(port, end):
    found = b""
    while not found.endswith(end):
        piece = port.read(1)
        assert piece, found
        found += piece
    return found
