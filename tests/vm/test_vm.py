# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's own code.py and all of the charger package on a real 32-bit VM, MiniMQTT and the connection manager too.

Each goal of docs/memory.md that holds is a test here.
"""

import ast

import pytest

from tests.vm import measure
from tests.vm.measure import BARE, CORE, FULL

KB = 1024


def actions(machine):
    return ast.literal_eval(machine.run("print(peer.actions)"))


@pytest.mark.parametrize("charger_mpy", [False, True], ids=["from .py", "from .mpy"])
def test_a_session_with_meter_values_runs_on_the_assembled_charger(machine, charger_mpy):
    measure.boot(machine, FULL, charger_mpy)
    measure.session(machine)
    seen = actions(machine)
    assert seen["StartTransaction"] == seen["StopTransaction"] == seen["BootNotification"] == 1
    assert seen["MeterValues"] >= 1
    assert machine.number("world.pins['D5'].level") == 0


@pytest.mark.parametrize("charger", [CORE, BARE], ids=lambda charger: charger.title)
def test_it_boots_without_what_is_switched_off_and_without_hardware(machine, charger):
    measure.boot(machine, charger)
    assert actions(machine)["BootNotification"] == 1
    loaded = machine.run("print(list(sys.modules))")
    for part in ("display", "canvas", "pn532", "led", "meter"):
        assert f"charger.hardware.{part}'" not in loaded


def test_what_only_starts_the_charger_is_unloaded(machine):
    measure.boot(machine, FULL)
    loaded = machine.run("print(list(sys.modules))")
    for module in ("settings", "settings_file", "assembly", "hardware.parts", "hardware.profiles"):
        assert f"'charger.{module}'" not in loaded


@pytest.mark.parametrize("charger", [FULL, BARE, CORE], ids=lambda charger: charger.title)
def test_an_idle_pass_allocates_nothing(machine, charger):
    measure.boot(machine, charger)
    assert measure.idle(machine) == 0


def test_waiting_for_a_name_server_allocates_nothing_and_its_answer_is_understood(machine):
    measure.boot(machine, BARE, CHARGER_MQTT_BROKER="broker.example")
    machine.run(
        "seen = peer.questions\nwhile peer.questions == seen:\n    one_pass(5)\none_pass(5)\ngc.collect()"
    )
    # The next question comes after a second at the earliest; a poller makes its one tuple when it is first asked.
    assert machine.number("idle(150, 5)") == 0
    assert actions(machine) == {}
    machine.run("peer.knows_names = True")
    measure.run(machine, 400, 50)
    assert actions(machine)["BootNotification"] == 1


def test_the_idle_measurement_sees_a_single_allocation(machine):
    measure.boot(machine, FULL)
    machine.run("world.seen = None\nrun_pass = loop.run_pass")
    machine.run("def one_pass(ms):\n    world.ms += ms\n    run_pass()\n    world.seen = [ms]")
    assert measure.idle(machine) >= 1000


def test_a_hundred_sessions_leave_nothing_behind(machine):
    measure.boot(machine, FULL)
    assert measure.growth(machine, 100) == 0
    seen = actions(machine)
    assert seen["StartTransaction"] == seen["StopTransaction"] == 160


def test_what_moves_fits_64_kb_with_every_queue_full(machine):
    measure.boot(machine, FULL)
    peak = measure.session_peak(machine)
    waiting = measure.undelivered(machine)
    assert measure.moving(FULL) + peak + waiting + measure.QUEUES <= 64 * KB


def test_what_waited_for_the_broker_is_delivered_when_it_is_back(machine):
    measure.boot(machine, FULL)
    measure.undelivered(machine)
    assert "StopTransaction" not in actions(machine)
    machine.run("peer.gone = False")
    measure.run(machine, 2000, 50)
    assert actions(machine)["StopTransaction"] == 16


def test_the_largest_frame_is_taken_and_a_larger_one_is_not_fatal(machine):
    measure.boot(machine, FULL)
    for size in (2048, 2049, 60000):
        machine.run(f"peer.publish('x' * {size})")
        measure.run(machine, 200)
        assert machine.number("len(peer.inbound)") == 0
    machine.run("""peer.publish('[2, "1", "ClearCache", {}]')""")
    before = machine.number("peer.results")
    measure.run(machine, 20)
    assert machine.number("peer.results") == before + 1


@pytest.mark.parametrize(("charger", "goal"), [(BARE, 128 * KB), (FULL, 160 * KB)], ids=["bare", "full"])
def test_live_heap_after_boot_stays_within_the_goals_set(machine, charger, goal):
    assert measure.boot(machine, charger) <= goal


def test_no_module_is_above_12_kb_of_bytecode():
    largest = max(measure.bytecode_sizes().items(), key=lambda item: item[1])
    assert largest[1] <= 12 * KB, largest
