# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""rp2pio on the virtual board: a state machine runs by itself while the program blocks, and owns its pins."""

import pytest
from chargerctl.boards.catalogue import BOARDS
from chargerctl.simulator.machine.pio import Inputs, Program, State

PICO = "raspberry_pi_pico_w"
# loop: jmp pin high; set pins, 0; jmp loop; high: set pins, 1 (wraps to loop)
FOLLOW = b"\xc3\x00\x00\xe0\x00\x00\x01\xe0"
MAKE = f"""
import board, digitalio, rp2pio, time
def make(**more):
    return rp2pio.StateMachine({FOLLOW!r}, 0, first_set_pin=board.GP2, first_in_pin=board.GP6, pull_in_pin_up=1,
        jmp_pin=board.GP6, in_shift_right=False, **more)
"""


@pytest.mark.parametrize("board_id", sorted(BOARDS))
def test_only_rp2_has_it(output, board_id):
    found = output(
        "try:\n    import rp2pio\n    print('yes')\nexcept ImportError:\n    print('no')", board_id
    )
    assert found == ["yes" if BOARDS[board_id].is_rp2 else "no"]


def test_a_pin_follows_another_while_the_program_sleeps(start):
    board = start(MAKE + "machine = make()\ntime.sleep(100)", PICO)
    cable, relay = board.pins["GP6"], board.pins["GP2"]
    assert (cable.level, relay.level) == (True, True)
    cable.external(False)
    board.run_for(0.000001)
    assert relay.level is False


def test_a_pin_follows_while_the_program_hangs(start):
    board = start(MAKE + "machine = make()\nwhile True:\n    time.monotonic()", PICO)
    board.pins["GP6"].external(False)
    board.run_for(0.00001)
    assert board.pins["GP2"].level is False


def test_its_pins_are_its_own_until_deinit(output):
    assert output(
        MAKE
        + """
machine = make()
for pin in (board.GP2, board.GP6):
    try:
        digitalio.DigitalInOut(pin)
    except ValueError as error:
        print(error)
machine.deinit()
print(digitalio.DigitalInOut(board.GP6).value)
try:
    make()
except ValueError as error:
    print(error)
""",
        PICO,
    ) == ["GPIO2 in use", "GPIO6 in use", "False", "GPIO6 in use"]


def test_at_the_end_of_the_program_the_pin_floats(start):
    board = start(MAKE + "machine = make()\ntime.sleep(0.1)", PICO)
    assert board.ended.traceback is None
    assert board.pins["GP2"].driven is None
    board.pins["GP6"].external(True)
    assert board.pins["GP2"].driven is None


def test_state_machines_run_out(make_board):
    board = make_board(MAKE + "make()", PICO)
    board.parts["rp2pio"] = 0
    board.power(True)
    board.run_until(lambda: board.ended, 5)
    assert "RuntimeError: All state machines in use" in board.ended.traceback


def test_levels_are_read_through_it_without_waiting(output):
    assert output(
        MAKE
        + """
machine = make(may_exec=b"\\x01\\x40\\x00\\x80")  # in pins, 1; push noblock
buffer = bytearray(1)
print(machine.in_waiting)
for _ in range(10):
    machine.run(b"\\x01\\x40\\x00\\x80")
print(machine.in_waiting)
machine.readinto(buffer)
print(machine.in_waiting, buffer[0])
""",
        PICO,
    ) == ["0", "8", "7 1"]


def test_nothing_is_read_without_a_program_that_pushes(start):
    board = start(MAKE + "make().readinto(bytearray(1))", PICO)
    assert "RuntimeError: No in in program" in board.ended.traceback


def test_a_restart_begins_anew_with_the_first_level(start):
    board = start(
        MAKE
        + """
machine = make(initial_set_pin_state=1)
time.sleep(2)
machine.stop()
machine.run(b"\\x00\\xe0")  # set pins, 0
time.sleep(2)
machine.restart()
time.sleep(2)
""",
        PICO,
        seconds=2.5,
    )
    levels = []
    for _ in range(3):
        levels.append(board.pins["GP2"].level)
        board.run_for(2)
    # It follows GP6, which is pulled up; stopped, it does what it is told; then it follows again.
    assert levels == [True, False, True]


@pytest.mark.parametrize("word", [0x2020, 0x8080, 0xC000, 0xE101], ids=["wait", "pull", "irq", "delay"])
def test_what_is_not_modelled_is_refused(word):
    state = State(0, 0, 0, 0, 32, False)
    with pytest.raises(NotImplementedError):
        Program([word], 0, 0).step(state, Inputs(0, False))
