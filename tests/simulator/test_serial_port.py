# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The virtual board's console as a serial port: what a program that opens it sees, and what the board notices of it."""

import os
import select
from contextlib import suppress

import pytest
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.console import Console, Reader
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.machine.scheduler import Scheduler
from chargerctl.simulator.serial_port import SerialPort

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs ptys")


class Bench:
    """A console with a serial port, on a board that has just been reset."""

    def __init__(self):
        self.clock = Clock(realtime=True)
        self.events = Events(self.clock)
        self.console = Console(self.clock, Scheduler(self.clock), Costs(), self.events, has_usb=False)
        self.port = SerialPort(self.console, self.clock, self.events)
        self.opened = []

    def open(self):
        self.opened.append(os.open(self.port.path, os.O_RDWR | os.O_NOCTTY))
        return self.opened[-1]

    def pass_time_until(self, holds):
        """Board time, which here is real: until something has come over the port's own thread."""
        while not holds():
            self.clock.spend(1000)


@pytest.fixture
def bench():
    bench = Bench()
    with bench.port:
        bench.events.emit("power", on=True)
        bench.events.emit("reset", reason="power")
        yield bench
        for descriptor in bench.opened:
            os.close(descriptor)


def read(descriptor, count):
    data = b""
    while len(data) < count:
        data += os.read(descriptor, count - len(data))
    return data


def print_until_read(bench, descriptor):
    """The port's thread looks for an opened port now and then, so the first lines may be lost."""
    while not select.select([descriptor], [], [], 0.01)[0]:
        bench.console.print("x\n")
    bench.console.print("last\n")
    data = b""
    while not data.endswith(b"last\r\n"):
        data += os.read(descriptor, 4096)


def test_what_the_board_prints_can_be_read(bench):
    descriptor = bench.open()
    print_until_read(bench, descriptor)
    bench.console.print("caf\u00e9\n")
    assert read(descriptor, 7) == "caf\u00e9\r\n".encode()


def test_what_is_typed_reaches_the_program(bench):
    descriptor = bench.open()
    print_until_read(bench, descriptor)
    os.write(descriptor, b"?relay\r")
    bench.pass_time_until(lambda: bytes(bench.console.typed) == b"?relay\r")


def test_what_is_printed_while_no_program_listens_is_lost_and_holds_nobody_back(bench):
    for _ in range(80):
        bench.console.print("x" * 999 + "\n")
    bench.pass_time_until(lambda: bench.console.reader is Reader.READING)
    bench.console.print("x\n")
    assert bench.console.reader is Reader.READING


@pytest.mark.parametrize("happens", [("reset",), ("power off", "power on")])
def test_a_reset_makes_the_port_vanish_and_come_back_under_another_name(bench, happens):
    before = bench.port.path.readlink()
    descriptor = bench.open()
    print_until_read(bench, descriptor)
    if "power off" in happens:
        bench.events.emit("power", on=False)
        assert not bench.port.path.is_symlink()
        bench.events.emit("power", on=True)
    bench.events.emit("reset", reason="software")
    with suppress(OSError):  # or the end of the file, as the system likes
        assert os.read(descriptor, 1) == b""
    assert bench.port.path.readlink() != before
    again = bench.open()
    print_until_read(bench, again)


def test_a_program_that_does_not_read_stops_the_board(bench):
    descriptor = bench.open()
    print_until_read(bench, descriptor)
    while bench.console.reader is Reader.READING:
        bench.console.print("x" * 1000 + "\n")

    def drained():
        if select.select([descriptor], [], [], 0)[0]:
            os.read(descriptor, 1 << 16)
        return bench.console.reader is Reader.READING

    bench.pass_time_until(drained)


def test_nothing_is_left_behind():
    bench = Bench()
    with bench.port:
        bench.events.emit("reset", reason="power")
        assert bench.port.path.exists()
    assert not bench.port.path.parent.exists()
