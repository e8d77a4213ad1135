# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The serial board's drive and pins, and what a cut at any moment leaves of them."""

from __future__ import annotations

import errno

import pytest
import serial

from tests.host.serial_board.board import CTRL_C, POWER, RESET, UNPLUG, Program
from tests.host.serial_board.disk import Operation
from tests.host.serial_board.pins import PinEvent


class Charging(Program):
    def __init__(self):
        self.pins = {"D2": True}


@pytest.fixture
def host(board):
    host = board()
    host.enter()
    return host


def error_of(host, *lines):
    return host.run(*lines)[1].decode().strip().rpartition("\r\n")[2]


def errno_of(host, *lines):
    """By its number: CircuitPython has words of its own for it."""
    output, error = host.run(
        "try:", *(f"  {line}" for line in lines), "except OSError as e:", "  print(e.errno)"
    )
    assert not error
    return int(output)


def test_files_are_written_on_the_board_and_read_by_the_test(host):
    host.run("f = open('/charger/b.py', 'wb')", "f.write(b'abc')", "f.close()")
    host.run("import os", "os.rename('/charger/b.py', '/charger/c.py')", "os.remove('/charger/a.py')")
    host.run("os.mkdir('/new')", "os.rmdir('/lib')")
    assert host.board.disk.tree() == {"charger/c.py": b"abc", "code.py": b"import charger\n", "new": None}
    assert host.run("print(open('/charger/c.py').read())") == (b"abc\r\n", b"")


def test_files_survive_a_reset(host):
    host.run("f = open('/x', 'w')", "f.write('kept')", "f.close()")
    host.board.reset()
    host.board.sleep(5)
    host.open()
    host.enter()
    assert host.run("print(open('/x').read())") == (b"kept\r\n", b"")


def test_free_space_is_counted_in_clusters(host):
    free = host.board.free
    host.run("f = open('/x', 'wb')", "f.write(b'a')", "f.close()")
    assert host.board.free == free - host.board.cluster
    output, _ = host.run("import os", "s = os.statvfs('/')", "print(s[0], s[0] * s[3])")
    assert output == f"{host.board.cluster} {host.board.free}\r\n".encode()


def test_a_full_drive_keeps_what_fits(board):
    host = board(capacity=16 * 512, cluster=512)
    host.enter()
    assert errno_of(host, "f = open('/x', 'wb')", "f.write(b'a' * 9000)") == errno.ENOSPC
    host.run("f.close()")
    assert host.board.free == 0
    assert len(host.board.disk.tree()["x"]) == 12 * 512


def test_a_folder_takes_another_cluster_for_more_names(host):
    free = host.board.free
    host.run("for number in range(20):", "  open('/charger/name%d.py' % number, 'wb').close()")
    assert host.board.free == free - host.board.cluster


def test_errors_are_those_of_fat(host):
    host.run("import os")
    assert errno_of(host, "open('/no')") == errno.ENOENT
    assert errno_of(host, "open('/no/x', 'wb')") == errno.ENOENT
    assert errno_of(host, "os.mkdir('/lib')") == errno.EEXIST
    assert errno_of(host, "os.rmdir('/charger')") == errno.EACCES
    assert errno_of(host, "os.remove('/lib')") == errno.EISDIR


def test_names_are_found_in_any_case(host):
    host.run("f = open('/CHARGER/A.PY', 'wb')", "f.write(b'y')", "f.close()")
    assert host.board.disk.tree()["charger/a.py"] == b"y"


def test_where_the_laptop_owns_the_drive_python_sees_it_read_only(board):
    host = board(read_only=True)
    host.enter()
    host.run("import os")
    for line in (
        "open('/x', 'wb')",
        "os.mkdir('/x')",
        "os.remove('/code.py')",
        "os.rename('/code.py', '/x')",
    ):
        assert errno_of(host, line) == errno.EROFS
    assert host.run("import storage", "print(storage.getmount('/').readonly)")[0] == b"True\r\n"
    assert host.run("print(open('/charger/a.py').read())")[0] == b"x = 1\r\n\r\n"


def test_only_what_circuitpython_has_is_there(host):
    for line in ("hashlib.sha256()", "os.ilistdir('/')", "zlib.compress(b'')"):
        assert "AttributeError" in error_of(host, "import hashlib, os, zlib", line)
    for name in ("vfs", "js", "deflate", "hardware"):
        assert host.run(f"import {name}", f"print({name})")[0] == b"None\r\n"
    output, _ = host.run("import hashlib, binascii", "print(hashlib.new('sha256', b'x').digest()[:2])")
    assert output == b"b'-q'\r\n"


@pytest.mark.parametrize("has_zlib", [True, False])
def test_a_build_may_lack_zlib(board, has_zlib):
    host = board(has_zlib=has_zlib)
    host.enter()
    assert (error_of(host, "import zlib", "zlib.decompress") == "") is has_zlib


def test_every_pin_is_an_input_once_the_program_has_ended(board):
    host = board(program=Charging())
    assert host.board.level("A2") is True
    host.type(b"\x03")
    assert host.board.level("D2") is None
    assert host.board.pins[-1] == PinEvent(1, "D2", "pull_up", True)


def test_what_was_done_first_is_known(host):
    host.run(
        "import board, digitalio",
        "relay = digitalio.DigitalInOut(board.D2)",
        "relay.switch_to_output(value=False)",
        "open('/x', 'wb').close()",
    )
    first, second, *rest = host.board.happened
    assert (first.what, second.what, second.level) == ("input", "output", False)
    assert [type(each) for each in rest] == [Operation, Operation]
    assert host.board.level("D2") is False


def test_a_pin_in_use_cannot_be_taken_again(host):
    host.run("import board, digitalio", "relay = digitalio.DigitalInOut(board.D2)")
    assert error_of(host, "digitalio.DigitalInOut(board.A2)") == "ValueError: D2 in use"
    host.run("relay.deinit()", "relay = digitalio.DigitalInOut(board.A2)")


def test_one_run_tells_what_a_power_cut_at_any_moment_leaves(host):
    before = host.board.disk.tree()
    host.run("f = open('/code.py', 'wb')", "f.write(b'0123')")
    host.run("f.write(b'4567')", "f.close()")
    host.run("import os", "os.rename('/code.py', '/charger/a.py')")
    left = [moment.tree for moment in host.board.disk.moments()]
    codes = [tree.get("code.py") for tree in left]
    # Not yet opened; written, half or lost; written once more; closed; and the two steps of a rename over a file.
    for code in (b"import charger\n", b"", b"01", b"0123", b"012345", b"01234567"):
        assert code in codes
    assert before | {"code.py": b"01234567"} in left
    assert {"code.py": b"01234567", "lib": None, "charger": None} in left


def test_power_goes_before_a_block(host):
    host.board.cut(at=host.board.blocks + 1, how=POWER)
    with pytest.raises(serial.SerialException):
        host.port.write(b"open('/x', 'wb').close()\x04")
    assert "x" not in host.board.disk.tree()
    assert host.board.ports() == []
    host.board.power_on()
    host.board.sleep(5)
    assert host.board.state == "program"
    assert host.board.ports() == ["ttyACM1"]


def test_power_goes_before_the_answer_and_takes_what_was_not_synced(host):
    host.board.cut(at=host.board.blocks + 2, how=POWER, keep=False)
    with pytest.raises(serial.SerialException):
        host.run("f = open('/x', 'wb')", "f.write(b'abc')")
    assert "x" not in host.board.disk.tree()


def test_the_cable_comes_out_and_in_again_and_the_repl_is_still_there(host):
    host.run("x = 7")
    host.board.cut(at=host.board.blocks + 1, how=UNPLUG, back_after=2)
    with pytest.raises(serial.SerialException):
        host.run("x = 8")
    host.board.sleep(3)
    host.open()
    assert host.run("print(x)") == (b"7\r\n", b"")


def test_the_user_presses_ctrl_c_before_a_block(host):
    host.board.cut(at=host.board.blocks + 2, how=CTRL_C)
    with pytest.raises(KeyboardInterrupt):
        host.run("open('/x', 'wb').close()")
    assert "x" in host.board.disk.tree()


def test_the_board_resets_before_a_block(host):
    host.board.cut(at=host.board.blocks + 1, how=RESET)
    with pytest.raises(serial.SerialException):
        host.run("x = 1")
    assert host.board.resets == 1
    host.board.sleep(5)
    assert host.board.state == "program"


def test_two_boards_at_once_are_two(board):
    one, two = board(), board()
    one.enter()
    two.enter()
    one.run("x = 1")
    assert b"NameError" in two.run("x")[1]


def test_the_board_itself_may_change_its_drive_and_no_cut_is_in_that(host):
    host.run("import os", "os.mkdir('/x')", "os.mkdir('/x/y')")
    count = len([*host.board.disk.moments()])
    host.board.disk.put({"code.py": b"new", "a/b.py": b"1", "a/c": None})
    assert host.board.disk.tree(keep_unsynced=False) == {"a/b.py": b"1", "a/c": None, "code.py": b"new"}
    assert len([*host.board.disk.moments()]) == count
