# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The serial board's console: what is known of CircuitPython's on an ESP32-C6 and behind UART bridges, each fact once."""

from __future__ import annotations

import re

import pytest
import serial

from tests.host.serial_board.board import BRIDGE, C6, Program

TITLE = re.compile(rb"\x1b]0;[^\x1b]*\x1b\\")
SHAPES = pytest.mark.parametrize("shape", [C6, BRIDGE], ids=["C6", "bridge"])


class Talkative(Program):
    def goes_on(self):
        return (f"tick   {self.period_s}",)


class Listening(Program):
    reads_console = True

    def hears(self, line):
        return (f"asked  {line}",)


def test_a_program_that_runs_says_its_lines(board):
    assert b"tick   1.0\r\n" in board(program=Talkative()).hear_for(3)


def test_ctrl_c_ends_the_program_and_any_key_gives_the_prompt(board):
    host = board()
    ended = host.type(b"\x03")
    assert b"KeyboardInterrupt: \r\n" in ended
    assert ended.endswith(b"Press any key to enter the REPL. Use CTRL-D to reload.\r\n")
    assert host.type(b"x").endswith(b"\r\n>>> ")


def test_ctrl_c_is_no_key_where_the_program_has_ended(board):
    host = board()
    host.type(b"\x03")
    assert host.type(b"\x03\x03") == b""
    assert host.type(b"x\x03") == b""  # it clears the ring there, too


def test_a_board_without_a_program_waits_for_a_key(board):
    assert board({"lib": None}).type(b"\r").endswith(b">>> ")


def test_the_raw_repl_answers_with_ok_output_and_error(board):
    host = board()
    host.type(b"\x03")
    host.type(b"\r")
    assert host.type(b"\x01") == b"\r\nraw REPL; CTRL-B to exit\r\n>"
    assert host.type(b"print(1)\x04") == b"OK1\r\n\x04\x04>"
    assert re.fullmatch(rb"OK\x04Traceback.*ZeroDivisionError: .*\r\n\x04>", host.type(b"1/0\x04"), re.DOTALL)
    assert host.type(b"\x02").endswith(b">>> ")


def test_ctrl_c_at_the_raw_prompt_forgets_half_a_statement(board):
    host = board()
    host.enter()
    host.type(b"print('half\x03")
    assert host.run("print(2)") == (b"2\r\n", b"")


def test_ctrl_d_reloads(board):
    host = board()
    host.type(b"\x03")
    assert b"soft reboot\r\ncode.py output:\r\nboot   firmware" in host.type(b"\x04")
    host.enter()
    host.type(b"\x02")
    assert b"soft reboot\r\ncode.py output:\r\nboot   firmware" in host.type(b"\x04")
    host.enter()
    host.port.write(b"import supervisor\nsupervisor.reload()\x04")
    assert b"soft reboot\r\ncode.py output:\r\n" in host.hear()
    assert host.board.resets == 0


def test_names_of_one_session_are_gone_in_the_next(board):
    host = board()
    host.enter()
    assert host.run("print(sorted(dir()))")[0] == b"['__file__', '__name__']\r\n"
    host.run("x = 1")
    host.type(b"\x02\x04")
    host.enter()
    assert b"NameError" in host.run("x")[1]


def test_a_ring_of_128_bytes_and_a_fifo_of_64_hold_the_host_back(board):
    host = board()
    host.port.write(b"x" * 192)
    with pytest.raises(serial.SerialTimeoutException):
        host.port.write(b"y")
    assert host.board.dropped == 0


def test_ctrl_c_clears_the_ring(board):
    host = board()
    host.port.write(b"x" * 100 + b"\x03")
    assert host.board.room == 192
    assert b"KeyboardInterrupt" in host.hear()


def test_ctrl_c_behind_a_full_ring_is_not_seen(board):
    host = board()
    host.port.write(b"x" * 192)
    with pytest.raises(serial.SerialTimeoutException):
        host.port.write(b"\x03")
    assert host.board.state == "program"


def test_a_long_statement_is_held_back_and_complete(board):
    host = board()
    host.enter()
    assert host.run(f"print(len('{'x' * 3000}'))") == (b"3000\r\n", b"")


def test_a_uart_bridge_loses_what_comes_after_255_bytes(board):
    host = board(shape=BRIDGE)
    host.enter()
    assert host.run("print(len('" + "x" * 230 + "'))") == (b"230\r\n", b"")
    assert host.type(b"print(len('" + b"x" * 300 + b"'))\x04") == b""
    assert host.board.dropped == 300 + 11 + 4 - 255


def test_bytes_get_lost_on_their_way_to_the_host_while_the_board_writes_flash(board):
    host = board(loses_while_writing=1)
    host.enter()
    whole = b"OK10\r\n\x04\x04>"
    write = b"f = open('/x', 'wb')\nprint(f.write(b'0123456789'))\nf.close()\x04"
    answers = [host.type(write) for _ in range(100)]
    assert {answer == whole for answer in answers} == {True, False}
    assert all(len(answer) <= len(whole) for answer in answers)
    assert host.board.lost == sum(len(whole) - len(answer) for answer in answers)
    assert all(host.type(b"print(10)\x04") == whole for _ in range(100))
    assert host.board.disk.tree()["x"] == b"0123456789"


def test_titles_come_between_lines(board):
    host = board(title_between_lines=True)
    host.type(b"\x03")
    host.type(b"\r")
    host.type(b"\x01")
    answer = host.type(b"print(1)\nprint(2)\x04")
    assert TITLE.search(answer.partition(b"1\r\n")[2].partition(b"2\r\n")[0])
    assert TITLE.sub(b"", answer) == b"OK1\r\n2\r\n\x04\x04>"


@pytest.mark.parametrize("language", ["de", "zh"])
def test_messages_are_in_the_language_of_the_build_and_control_bytes_are_not(board, language):
    host = board(language=language)
    for answer in (host.type(b"\x03"), host.type(b"\x04")):
        assert not re.search(b"Traceback|Press any key|soft reboot|code.py output", answer)
    host.enter()
    output, error = host.run("1/0")
    assert output == b""
    assert b"Traceback" not in error
    assert b"ZeroDivisionError" in error


def test_a_reset_takes_the_port_away_and_it_comes_back_under_another_name(board):
    host = board()
    host.enter()
    host.port.write(b"import microcontroller\nmicrocontroller.reset()\x04")
    with pytest.raises(OSError, match="Input/output error"):
        host.hear()
    assert host.board.ports() == []
    host.board.sleep(1)
    assert host.board.ports() == ["ttyACM1"]
    host.open()
    host.board.sleep(2)
    assert b"code.py output:\r\nboot   firmware" in host.hear()
    assert host.board.resets == 1


def test_the_port_of_a_bridge_stays_when_the_board_resets(board):
    host = board(shape=BRIDGE)
    host.enter()
    host.port.write(b"import microcontroller\nmicrocontroller.reset()\x04")
    host.board.sleep(3)
    assert b"code.py output:\r\nboot   firmware" in host.hear()
    assert host.board.ports() == ["ttyACM0"]


def test_a_ctrl_c_strikes_a_statement_between_its_file_operations(board):
    host = board()
    host.enter()
    for call in (1, 2, 3):
        host.board.strike_at(call)
        host.port.write(b"import os\nfor name in 'abcd':\n  os.mkdir('%d' + name)\x04" % call)
        host.port.write(b"\x03")
        assert b"KeyboardInterrupt" in host.hear()
        assert [f"{call}{name}" in host.board.disk.tree() for name in "abcd"].count(True) == call - 1


def test_a_statement_that_never_ends_is_ended_by_ctrl_c(board):
    host = board()
    host.enter()
    assert host.type(b"import time\nwhile True:\n  time.sleep(1)\x04") == b""
    assert b"KeyboardInterrupt" in host.type(b"\x03")
    assert host.run("print(3)") == (b"3\r\n", b"")


def test_raw_paste_begins_and_stalls(board):
    host = board()
    host.enter()
    assert host.type(b"\x05A\x01") == b"R\x01\x80\x00"
    assert host.type(b"x = 1\n" * 50) == b""
    host.type(b"\x03")
    assert host.run("print(4)") == (b"4\r\n", b"")


def test_a_program_may_read_its_console(board):
    assert board(program=Listening()).type(b"?relay\r") == b"asked  ?relay\r\n"


def test_what_is_said_while_nobody_listens_is_lost(board):
    host = board(program=Talkative())
    host.port.close()
    host.board.sleep(10)
    host.open()
    assert host.port.in_waiting == 0


@SHAPES
def test_bytes_take_the_time_of_the_line(board, shape):
    host = board(shape=shape)
    host.enter()
    start = host.board.now()
    for _ in range(100):
        host.port.write(b"#" + b"x" * 126 + b"\x04")
        host.port.read(5)
    spent = host.board.now() - start
    least = 100 * 133 * shape.byte_s
    assert least <= spent <= least + 100 * 2 * shape.turn_s + 0.1


def test_a_host_that_would_wait_for_ever_is_told(board):
    host = board({"lib": None})
    host.port.timeout = None
    with pytest.raises(AssertionError, match="waits for ever"):
        host.port.read(1)


def test_a_port_that_is_not_there_cannot_be_opened(board):
    with pytest.raises(serial.SerialException):
        board().board.open("ttyACM7")
