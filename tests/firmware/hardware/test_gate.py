# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The words of the relay's PIO gate: they do what the comment beside them says, whichever levels the pins have
and whenever Python interferes. tests/whole/vm runs the same words on another emulator."""

import re
import struct

import adafruit_pioasm
import pytest
from chargerctl.simulator.machine.pio import Inputs, Program, Shifter, State
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.whole.gate_words import SOURCE, constants

GATE = constants()
WORDS = struct.unpack("<18H", GATE["_PROGRAM"])
GOOD = Inputs(0, False)
BADS = (Inputs(1, False), Inputs(0, True), Inputs(1, True))
# Beyond this it has opened; below the other, what was amiss counts for nothing.
FILTER_CYCLES = 1240
SPARK_CYCLES = 1000


def assembled(text):
    return list(adafruit_pioasm.Program(text).assembled)


class Machine:
    """The program, its pins, and Python's hand on it."""

    def __init__(self, words=WORDS):
        self._program = Program(words, GATE["_WRAP_TARGET"], GATE["_WRAP"])
        self._shifter = Shifter()
        self.inputs = GOOD
        self.state = State(0, 7, 9, 5, 3, True)  # anything may be left in it
        self.restart()

    @property
    def on(self):
        return self.state.output

    def run(self, cycles, inputs=None):
        if inputs is not None:
            self.inputs = inputs
        self.state = self._program.orbit(self.state, self.inputs).after(cycles)

    def restart(self):
        self.state = self.state._replace(pc=0, shifted=32, output=False)
        self._shifter.clear()

    def send(self, words, apart=12):
        for (word,) in struct.iter_unpack("<H", words):
            if not self._shifter.execute(word, self.state, self.inputs):
                self.state = self._program.execute(word, self.state, self.inputs)
            self.run(apart)

    def enable(self):
        self.send(GATE["_ENABLE"])

    def look(self):
        self.send(GATE["_LOOK"])
        return self._shifter.fifo.pop() & 0xFF


@pytest.fixture
def machine():
    made = Machine()
    made.run(50)
    return made


def test_the_words_are_the_comment_beside_them():
    comment = re.search(r"^# \.program.*(?:\n# .*)*", SOURCE, re.MULTILINE).group()
    found = adafruit_pioasm.Program(re.sub("^# ", "", comment, flags=re.MULTILINE))
    assert list(found.assembled) == list(WORDS)
    assert found.pio_kwargs["wrap_target"] == GATE["_WRAP_TARGET"]
    assert found.pio_kwargs["wrap"] == GATE["_WRAP"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_LOOK", "mov isr, y\nin pins, 1\npush noblock"),
        ("_ENABLE", "set x, 1"),
        ("_FORGET", "set y, 0"),
        ("_NOP", "nop"),
    ],
)
def test_what_python_sends_is_what_its_comment_says(name, text):
    assert list(struct.unpack(f"<{len(GATE[name]) // 2}H", GATE[name])) == assembled(text)


def test_the_words_that_are_changed_are_the_right_ones():
    assert [WORDS[at] for at in GATE["_SETS"]] == assembled("set pins, 0\nset pins, 1")
    assert all(WORDS[at] & 0xE0E0 == 0x00C0 for at in GATE["_STOPS"])  # jmp pin
    assert sum(WORDS[at] & 0xE0E0 == 0x00C0 for at in range(18)) == len(GATE["_STOPS"])
    assert sum(word & 0xE0E0 == 0xE000 for word in WORDS) == len(GATE["_SETS"])


def test_it_starts_open_and_stays_open(machine):
    assert not machine.on
    machine.run(10_000)
    assert not machine.on


def test_enabled_it_closes_within_a_few_cycles(machine):
    machine.enable()
    assert machine.on


@pytest.mark.parametrize("bad", BADS)
def test_it_opens_in_ten_microseconds_and_stays_open(machine, bad):
    machine.enable()
    machine.run(SPARK_CYCLES, bad)
    assert machine.on
    machine.run(FILTER_CYCLES - SPARK_CYCLES)
    assert not machine.on
    machine.run(1_000_000, GOOD)
    assert not machine.on


@pytest.mark.parametrize("bad", BADS)
def test_sparks_do_not_add_up(machine, bad):
    machine.enable()
    for _ in range(20):
        machine.run(SPARK_CYCLES, bad)
        machine.run(60, GOOD)
    assert machine.on


@pytest.mark.parametrize("bad", BADS)
def test_enabled_while_something_is_amiss_it_does_not_close_then_or_later(machine, bad):
    machine.run(500, bad)
    machine.enable()
    machine.run(5_000)
    assert not machine.on
    machine.run(5_000, GOOD)
    assert not machine.on


def test_a_restart_opens_at_any_point_of_the_program(machine):
    for cycles in range(200):
        machine.enable()
        machine.run(cycles)
        assert machine.on
        machine.restart()
        assert not machine.on
        machine.run(1_000)
        assert not machine.on


def test_what_a_look_gives(machine):
    assert machine.look() == 0
    machine.run(100, Inputs(1, False))
    assert machine.look() == GATE["_OUT"]
    machine.run(100, Inputs(0, True))
    assert machine.look() == GATE["_STOPPED"]
    machine.run(100, GOOD)
    assert machine.look() == GATE["_STOPPED"]
    machine.send(GATE["_FORGET"])
    assert machine.look() == 0
    machine.enable()
    assert GATE["_TRIPPED"] <= machine.look() < GATE["_STOPPED"]
    machine.run(2_000, Inputs(0, True))
    machine.run(2_000, GOOD)
    assert machine.look() == GATE["_STOPPED"]


def test_active_low_is_the_same_the_other_way_round():
    words = list(WORDS)
    for at in GATE["_SETS"]:
        words[at] ^= 1
    machine = Machine(words)
    machine.state = machine.state._replace(output=True)
    machine.run(50)
    assert machine.on
    machine.enable()
    assert not machine.on
    machine.run(FILTER_CYCLES, Inputs(1, False))
    assert machine.on


HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("pins"), st.sampled_from((GOOD, GOOD, *BADS)), st.integers(1, 3_000)),
        st.tuples(st.sampled_from(("enable", "restart", "look", "forget")), st.integers(1, 40)),
    ),
    max_size=40,
)


@given(HAPPENINGS)
@example([("pins", BADS[0], 1241), ("enable", 1), ("pins", GOOD, 8)])
@settings(max_examples=3 * settings.default.max_examples)
def test_it_is_on_only_when_enabled_since_it_last_opened_and_never_for_long_while_something_is_amiss(
    happenings,
):
    machine = Machine()
    allowed = False
    amiss = 0
    for what, *more in happenings:
        if what == "pins":
            inputs, cycles = more
            amiss = 0 if inputs == GOOD else amiss + cycles
            machine.run(cycles, inputs)
        elif what == "restart":
            machine.restart()
            allowed = False
        else:
            (apart,) = more
            # Python enables nothing that is closed already, and forgets only what it saw open.
            if what == "enable" and not machine.on:
                machine.send(GATE["_ENABLE"], apart)
                allowed = True
                # What was amiss before, and is well again by its first sample, it does not see.
                amiss = 0
            elif what == "forget" and not machine.on and not allowed:
                machine.send(GATE["_FORGET"], apart)
            elif what == "look":
                machine.send(GATE["_LOOK"], apart)
        if amiss > FILTER_CYCLES:
            allowed = False
        assert allowed or not machine.on
