# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a wire that something holds down costs a program, by chip and by how it goes to the wires."""

from __future__ import annotations

import pytest

C6, PICO = "seeed_xiao_esp32c6", "raspberry_pi_pico_w"
PINS = {C6: "board.SCL, board.SDA", PICO: "board.GP5, board.GP4"}
LIMIT_MS = {C6: 2000, PICO: 1000}

# Ready, then every call that is tried, each with its outcome and how long it took.
PROGRAM = """
import board, bitbangio, busio, errno, time
i2c = {module}.I2C({pins}, frequency=400000{more})
i2c.try_lock()
def attempt(what):
    start = time.monotonic_ns()
    try:
        result = what()
    except OSError as error:
        result = errno.errorcode.get(error.errno, str(error))
    print(result, (time.monotonic_ns() - start) // 1000000, "ms")
print("ready")
time.sleep(1)
"""
READ = "attempt(lambda: i2c.readfrom_into(0x24, bytearray(1)))\n"
WRITE = "attempt(lambda: i2c.writeto(0x24, bytes(8)))\n"
PROBE = "attempt(lambda: i2c.probe(0x24))\n"
NOTHING = "attempt(lambda: i2c.writeto(0x55, b''))\n"


@pytest.fixture
def tried(bench_of):
    """tried(board_id, attempts, wire, held_s): the wire is held a second after the program is ready."""

    def run(board_id, attempts, wire="sda", held_s=30.0, module="busio", more=""):
        bench = bench_of(board_id)
        bench.load(PROGRAM.format(module=module, pins=PINS[board_id], more=more) + attempts)
        bench.board.power(True)
        assert bench.board.run_until(lambda: "ready" in bench.printed, 5)
        bench.board.run_for(0.5)
        bench.world.hold_wire(wire)
        bench.board.run_for(held_s)
        bench.world.hold_wire(None)
        bench.board.run_until(lambda: bench.board.ended, 10)
        return [line.rsplit(" ", 2)[0:2] for line in bench.printed if line.endswith(" ms")]

    return run


@pytest.mark.parametrize("board_id", [C6, PICO])
@pytest.mark.parametrize("wire", ["sda", "scl"])
@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_transfer_takes_its_whole_limit_and_times_out(tried, board_id, wire, call):
    [(outcome, ms)] = tried(board_id, call, wire)
    assert outcome == "ETIMEDOUT"
    assert int(ms) == LIMIT_MS[board_id]


@pytest.mark.parametrize("board_id", [C6, PICO])
def test_a_transfer_that_began_while_the_wire_was_held_goes_on_when_it_is_free(tried, board_id):
    first, second = tried(board_id, READ * 2, held_s=0.6)
    assert first == ["ETIMEDOUT", str(LIMIT_MS[board_id])]
    assert second == ["None", "0"]


@pytest.mark.parametrize("board_id", [C6, PICO])
def test_a_wire_that_goes_down_within_a_transfer_stops_that_too(bench_of, board_id):
    bench = bench_of(board_id)
    wires, stuck = bench.world.i2c, []
    wires.stuck = stuck.append

    def began(us):
        bench.board.clock.call_in(us // 2, lambda: bench.world.hold_wire("sda"))
        bench.board.clock.call_in(us // 2 + 1, lambda: bench.world.hold_wire(None))

    bench.load(PROGRAM.format(module="busio", pins=PINS[board_id], more="") + READ)
    bench.board.power(True)
    assert bench.board.run_until(lambda: "ready" in bench.printed, 5)
    wires.began = began
    assert bench.board.run_until(lambda: bench.board.ended, 10)
    assert f"ETIMEDOUT {LIMIT_MS[board_id]} ms" in bench.printed
    assert len(stuck) == 1


def test_a_probe_gives_up_after_10_ms_on_esp32_only(tried):
    assert tried(C6, PROBE) == [["False", "10"]]


def test_rp2_takes_a_held_sda_for_an_acknowledge_of_a_write_of_nothing(tried):
    assert tried(PICO, NOTHING + PROBE) == [["None", "0"], ["True", "0"]]


def test_rp2_loses_its_pins_when_scl_is_held_during_a_write_of_nothing(tried):
    write, read, again, late = tried(
        PICO, NOTHING + READ + NOTHING.replace("0x55", "0x24") + READ, "scl", 2.0
    )
    assert write[0].startswith("timeout too long")
    assert read[0] == "ETIMEDOUT", "the wire is free again, and the pins are not where the chip looks"
    assert (again, late) == (["None", "0"], ["None", "0"])


@pytest.mark.parametrize("board_id", [C6, PICO])
def test_bitbangio_waits_for_scl_up_to_its_timeout_and_never_for_sda(tried, board_id):
    [(outcome, ms)] = tried(board_id, READ, "scl", module="bitbangio", more=", timeout=5000")
    assert outcome.startswith("timeout too long")
    assert int(ms) == 10


def test_bitbangio_reads_zeros_from_a_held_sda_and_takes_it_for_an_acknowledge(bench_of):
    bench = bench_of(C6)
    more = (
        "answer = bytearray(b'...')\ni2c.readfrom_into(0x55, answer)\nprint(answer)\ni2c.writeto(0x55, b'1')"
    )
    bench.load(PROGRAM.format(module="bitbangio", pins=PINS[C6], more="") + more)
    bench.board.power(True)
    assert bench.board.run_until(lambda: "ready" in bench.printed, 5)
    bench.world.hold_wire("sda")
    assert bench.board.run_until(lambda: bench.board.ended, 5)
    assert bench.board.ended.traceback is None
    assert "bytearray(b'\\x00\\x00\\x00')" in bench.printed


def test_bitbangio_finds_what_busio_finds(bench_of):
    bench = bench_of(C6)
    out = bench.run(PROGRAM.format(module="bitbangio", pins=PINS[C6], more="") + "print(i2c.scan())")
    assert out[1] == str([0x24, 0x3C])


def test_a_clock_that_is_stretched_for_longer_than_its_timeout_is_too_much_for_bitbangio(tried, bench_of):
    bench = bench_of(C6)
    bench.world.stretch_clock(3_000)
    bench.load(PROGRAM.format(module="bitbangio", pins=PINS[C6], more=", timeout=10000") + READ)
    bench.board.power(True)
    assert bench.board.run_until(lambda: "ready" in bench.printed, 5)
    bench.world.stretch_clock(21_000)
    assert bench.board.run_until(lambda: bench.board.ended, 5)
    assert [line for line in bench.printed if line.startswith("timeout too long")]
