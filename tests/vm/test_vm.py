# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charger package on a real 32-bit VM, MiniMQTT and the connection manager included."""

import ast

import pytest

from tests.vm import measure

KB = 1024


def actions(machine):
    return ast.literal_eval(machine.run("print(rig.peer.actions)"))


@pytest.mark.parametrize("charger_mpy", [False, True], ids=["from .py", "from .mpy"])
def test_a_session_with_meter_values_runs(machine, charger_mpy):
    measure.boot(machine, charger_mpy)
    measure.session(machine)
    seen = actions(machine)
    assert seen["StartTransaction"] == seen["StopTransaction"] == seen["BootNotification"] == 1
    assert seen["MeterValues"] >= 1
    assert machine.number("rig.relay.closed") == 0


def test_an_idle_pass_allocates_nothing(machine):
    measure.boot(machine, charger_mpy=True)
    assert measure.idle(machine) == 0


def test_the_idle_measurement_sees_a_single_allocation(machine):
    measure.boot(machine, charger_mpy=True)
    machine.run("rig.inputs.step = lambda now: [now]")
    assert measure.idle(machine, 10) > 0


def test_a_hundred_sessions_leave_nothing_behind(machine):
    measure.boot(machine, charger_mpy=True)
    assert measure.growth(machine, 100) == 0
    seen = actions(machine)
    assert seen["StartTransaction"] == seen["StopTransaction"] == 160


def test_what_moves_fits_64_kb_with_every_queue_full(machine):
    booted = measure.boot(machine, charger_mpy=True)
    peak = measure.session_peak(machine)
    full = measure.fill_queues(machine)
    assert machine.number("len(rig.outbox)") >= 32
    assert booted + full + peak <= 64 * KB


def test_full_queues_drain_when_the_broker_listens_again(machine):
    measure.boot(machine, charger_mpy=True)
    measure.fill_queues(machine)
    machine.run("rig.peer.stalled = False")
    for _ in range(20):
        machine.run("rig.passes(50)")
    assert machine.number("len(rig.outbox)") == 0
    assert actions(machine)["StopTransaction"] == 16


def test_the_largest_frame_is_taken_and_a_larger_one_is_not_fatal(machine):
    measure.boot(machine, charger_mpy=True)
    for size in (2048, 2049, 60000):
        machine.run(f"rig.peer.publish('x' * {size})\nrig.passes(200)")
        assert machine.number("rig.link.connected") == 1


def test_no_module_is_above_12_kb_of_bytecode():
    largest = max(measure.bytecode_sizes().items(), key=lambda item: item[1])
    assert largest[1] <= 12 * KB, largest
