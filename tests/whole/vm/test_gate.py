# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The words of the relay's PIO gate on an emulated RP2040 that somebody else wrote (rp2040js), and beside them the
virtual board's own interpreter: the two agree, and the promise holds on both."""

import json
import random
import struct
import subprocess

import pytest
from chargerctl.simulator.machine.pio import Inputs, Program, Shifter, State

from tests.whole.gate_words import constants
from tests.whole.vm import machine as vm

GATE = constants()
WORDS = struct.unpack("<18H", GATE["_PROGRAM"])
RELAY, CABLE, STOP = 2, 6, 20
OTHERS = (0, 3, 7, 8, 9, 21)
# 10 us at the RP2040's 125 MHz.
LIMIT_CYCLES = 1250


def words(data):
    return list(struct.unpack(f"<{len(data) // 2}H", data))


class Emulator:
    """The gate on pins 2, 6 and 20, where CircuitPython would load it: at the end of instruction memory."""

    def __init__(self, active_high=True):
        vm.install()
        self._process = subprocess.Popen(
            ["node", "pio.mjs"], cwd=vm.HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.active_high = active_high
        program = list(WORDS)
        if not active_high:
            for at in GATE["_SETS"]:
                program[at] ^= 1
        self.ask(
            "load",
            {
                "words": program,
                "offset": 32 - len(WORDS),
                "wrapTarget": GATE["_WRAP_TARGET"],
                "wrap": GATE["_WRAP"],
                "relay": RELAY,
                "cable": CABLE,
                "stop": STOP,
                "initial": int(not active_high),
            },
        )

    def ask(self, command, argument=None):
        self._process.stdin.write(json.dumps([command, argument]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def contacts(self, cable_in, stop_closed):
        self.ask("pins", {CABLE: not cable_in, STOP: not stop_closed})

    def run(self, data, apart=12):
        self.ask("exec", {"words": words(data), "apart": apart})

    def look(self, apart=12):
        self.run(GATE["_LOOK"], apart)
        return self.ask("read") & 0xFF

    @property
    def closed(self):
        return self.ask("relay") == self.active_high

    def cycles_until_open(self):
        return self.ask("until", not self.active_high)

    def kill(self):
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module", params=[True, False], ids=["active high", "active low"])
def emulator(request):
    made = Emulator(request.param)
    yield made
    made.kill()


@pytest.fixture
def gate(emulator):
    emulator.ask("restart")
    emulator.contacts(cable_in=False, stop_closed=True)
    emulator.ask("step", 50)
    return emulator


def close(gate):
    gate.contacts(cable_in=True, stop_closed=True)
    gate.ask("step", 50)
    gate.run(GATE["_ENABLE"])
    assert gate.closed


@pytest.mark.parametrize(
    ("cable_in", "stop_closed"), [(False, True), (True, False), (False, False)], ids=["cable", "stop", "both"]
)
def test_it_opens_within_ten_microseconds_and_stays_open(gate, cable_in, stop_closed, record_property):
    worst = 0
    for phase in range(12):
        close(gate)
        gate.ask("step", phase)
        gate.contacts(cable_in, stop_closed)
        worst = max(worst, gate.cycles_until_open())
        gate.contacts(cable_in=True, stop_closed=True)
        gate.ask("step", 20_000)
        assert not gate.closed
        # As the firmware does when it learns of it.
        gate.ask("restart")
        gate.ask("step", 50)
    record_property("cycles", worst)
    assert 1000 < worst <= LIMIT_CYCLES


def test_it_never_closes_without_enable_cable_and_stop(gate):
    for cable_in, stop_closed in [(True, True), (False, True), (True, False), (False, False), (True, True)]:
        gate.contacts(cable_in, stop_closed)
        gate.ask("step", 5_000)
        assert not gate.closed
    for cable_in, stop_closed in [(False, True), (True, False), (False, False)]:
        gate.contacts(cable_in, stop_closed)
        gate.ask("step", 50)
        gate.run(GATE["_ENABLE"])
        gate.ask("step", 5_000)
        assert not gate.closed
        gate.contacts(cable_in=True, stop_closed=True)
        gate.ask("step", 5_000)
        assert not gate.closed


def test_what_python_reads_at_any_moment_while_closed_says_closed(gate):
    close(gate)
    for apart in range(1, 40):
        assert gate.look(apart) == 31 << 1
    assert gate.closed


@pytest.mark.parametrize("seed", range(4))
def test_both_interpreters_agree_whatever_happens(gate, seed):
    rng = random.Random(seed)
    model = Model(gate.active_high)
    model.run(50)
    for _ in range(150):
        what = rng.choice(("pins", "pins", "enable", "look", "forget", "restart"))
        apart = rng.randint(1, 30)
        if what == "pins":
            model.inputs = Inputs(rng.getrandbits(1), bool(rng.getrandbits(1)) and rng.random() < 0.5)
            gate.contacts(cable_in=not model.inputs.pins, stop_closed=not model.inputs.jump)
            gate.ask("pins", {other: bool(rng.getrandbits(1)) for other in OTHERS})
            cycles = rng.choice((1, 7, 60, 700, 2_000))
            gate.ask("step", cycles)
            model.run(cycles)
        elif what == "restart":
            gate.ask("restart")
            model.restart()
        elif what == "look":
            assert gate.look(apart) == model.look(apart)
        else:
            data = GATE["_ENABLE" if what == "enable" else "_FORGET"]
            gate.run(data, apart)
            model.execute(data, apart)
        assert gate.ask("relay") == model.state.output


class Model:
    """The virtual board's interpreter, driven as the emulator is."""

    def __init__(self, active_high):
        program = list(WORDS)
        if not active_high:
            for at in GATE["_SETS"]:
                program[at] ^= 1
        self._program = Program(program, GATE["_WRAP_TARGET"], GATE["_WRAP"])
        self._shifter = Shifter()
        self._open_level = not active_high
        self.inputs = Inputs(1, False)
        self.state = State(0, 0, 0, 0, 32, self._open_level)

    def run(self, cycles):
        self.state = self._program.orbit(self.state, self.inputs).after(cycles)

    def restart(self):
        self._shifter.clear()
        self.state = self.state._replace(pc=0, shifted=32, output=self._open_level)

    def execute(self, data, apart):
        for word in words(data):
            if not self._shifter.execute(word, self.state, self.inputs):
                self.state = self._program.execute(word, self.state, self.inputs)
            self.run(apart)

    def look(self, apart):
        self.execute(GATE["_LOOK"], apart)
        return self._shifter.fifo.pop() & 0xFF
