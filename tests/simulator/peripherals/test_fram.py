# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The FRAM on the wires: what is written is there at once, and after every power cut."""

import pytest

from tests.simulator.conftest import Bench

XIAO_C6 = "seeed_xiao_esp32c6"
BUS = """
    import board, busio
    bus = busio.I2C(board.SCL, board.SDA, frequency=400_000)
    while not bus.try_lock():
        pass
"""


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path, XIAO_C6, storage_kind="fram")


def test_bytes_are_kept_and_read_on_from_there(bench):
    program = """
    bus.writeto(0x50, b"\\x12\\x34journal")
    answer = bytearray(4)
    bus.writeto_then_readfrom(0x50, b"\\x12\\x34", answer)
    print(answer)
    bus.readfrom_into(0x50, answer, end=3)
    print(answer[:3])
    """
    assert bench.run(BUS + program) == ["bytearray(b'jour')", "bytearray(b'nal')"]
    bench.board.power(False)
    read = """
    answer = bytearray(7)
    bus.writeto_then_readfrom(0x50, b"\\x12\\x34", answer)
    print(answer)
    """
    bench.run(BUS + read)
    assert "bytearray(b'journal')" in bench.board.console.lines


def test_it_goes_on_at_the_beginning(bench):
    bench.run(BUS + "    bus.writeto(0x50, bytes((0x7F, 0xFF)) + b'ab')")
    assert bench.world.fram.data[0x7FFF:] + bench.world.fram.data[:1] == b"ab"


def test_the_chip_says_what_it_is(bench):
    """As Adafruit's library asks: the maker, 0x00A, and the product, 0x510."""
    program = """
    identity = bytearray(3)
    bus.writeto_then_readfrom(0x7C, bytes((0x50 << 1,)), identity)
    print(identity)
    try:
        bus.writeto_then_readfrom(0x7C, bytes((0x51 << 1,)), identity)
    except OSError:
        print("nobody")
    """
    assert bench.run(BUS + program) == ["bytearray(b'\\x00\\xa5\\x10')", "nobody"]


@pytest.mark.parametrize("kind", ["auto", "nvm", "file"])
def test_without_the_setting_there_is_none(tmp_path, kind):
    bench = Bench(tmp_path, XIAO_C6, storage_kind=kind)
    assert bench.run(BUS + "    print(0x50 in bus.scan(), 0x3C in bus.scan())") == ["False True"]


def test_a_cut_inside_a_burst_leaves_the_bytes_before_it(bench):
    left = set()
    for phase in ("before", "during", "after"):
        for _ in range(4):
            bench.world.fram.data[:16] = bytes(16)
            bench.load(BUS + "    bus.writeto(0x50, bytes(2) + b'0123456789ABCDEF')")
            bench.board.operations.reached = lambda name, reached, phase=phase: (
                reached == phase and name == "fram write" and bench.board.power(False)
            )
            bench.board.power(True)
            bench.board.run_for(4)
            assert not bench.board.powered
            left.add(bytes(bench.world.fram.data[:16]).rstrip(b"\0"))
    assert {b"", b"0123456789ABCDEF"} < left
    assert all(b"0123456789ABCDEF".startswith(each) for each in left)
