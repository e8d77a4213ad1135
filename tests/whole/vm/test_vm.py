# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's own code.py and all of the charger package on a real 32-bit VM, MiniMQTT and the connection manager too.

Each goal of docs/memory.md that holds is a test here.
"""

import ast

import pytest

from tests.whole.vm import measure
from tests.whole.vm.machine import NEAR, Size, VmError, name_table
from tests.whole.vm.measure import BARE, CORE, FULL, PYSTACK, Charger

KB = 1024
RC522 = Charger("with an RC522 too", {"CHARGER_HARDWARE_CARD_READER": "rc522"})


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
    for module in (
        "checks",
        "settings",
        "settings_file",
        "assembly",
        "hardware.parts",
        "hardware.profiles",
        "start",
    ):
        assert f"'charger.{module}'" not in loaded
    assert "'hold'" not in loaded


@pytest.mark.parametrize(
    ("charger", "delay_ms"),
    [
        pytest.param(BARE, 20, marks=pytest.mark.soak),
        pytest.param(FULL, 20, marks=pytest.mark.soak),
        (FULL, 1500),
    ],
)
def test_the_deepest_chain_leaves_a_third_of_the_smallest_pystack_free(charger, delay_ms):
    start, running = measure.deepest(charger, delay_ms, PYSTACK)
    for depth in (start, running):
        assert depth.size <= PYSTACK * 2 // 3, depth.frames


def test_what_does_not_fit_the_pystack_is_an_error_as_on_a_board(machine):
    measure.prepare(machine, BARE, charger_mpy=True, counted=True)
    with pytest.raises(VmError, match="pystack exhausted"):
        machine.run("pystack.size = 32\nfrom charger import ticks\nticks.add(1, 2)")


def test_it_comes_up_when_every_answer_takes_a_second_and_a_half(machine):
    measure.prepare(machine, FULL, charger_mpy=True)
    machine.run("peer.delay_ms = 1500")
    measure.start(machine)
    measure.run(machine, 400, 50)
    assert actions(machine)["BootNotification"] == 1


@pytest.mark.parametrize(
    "charger",
    [FULL, pytest.param(RC522, marks=pytest.mark.soak), BARE, pytest.param(CORE, marks=pytest.mark.soak)],
    ids=lambda charger: charger.title,
)
def test_an_idle_pass_allocates_nothing(machine, charger):
    measure.boot(machine, charger)
    assert measure.idle(machine) == 0


def test_nor_does_one_while_a_fault_is_latched(machine):
    # The stop is open from the start.
    measure.boot(machine, BARE, CHARGER_HARDWARE_ESTOP_PIN="D10")
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


def test_asking_for_the_time_loads_what_reads_it_and_leaves_nothing_behind(machine):
    measure.boot(machine, BARE, CHARGER_NTP_SERVER="192.0.2.1", CHARGER_NTP_SYNC_INTERVAL_MINUTES="1")
    measure.run(machine, 4500, 200)
    before, asked = machine.live(), machine.number("peer.times")
    measure.run(machine, 4500, 200)
    assert machine.number("peer.times") == asked + 15
    assert machine.live() == before
    loaded = machine.run("print(list(sys.modules))")
    assert "adafruit_ntp" not in loaded
    assert "time_answer" not in loaded


def test_the_idle_measurement_sees_a_single_allocation(machine):
    measure.boot(machine, FULL)
    machine.run("world.seen = None")
    machine.run("def one_pass(ms):\n    world.ms += ms\n    the_pass()\n    world.seen = [ms]")
    assert measure.idle(machine) >= 1000


@pytest.mark.parametrize("sessions", [10, pytest.param(100, marks=pytest.mark.soak)])
def test_sessions_leave_nothing_behind(machine, sessions):
    measure.boot(machine, FULL)
    assert measure.growth(machine, sessions) == 0
    seen = actions(machine)
    assert seen["StartTransaction"] == seen["StopTransaction"] == measure.SETTLING + sessions


def test_what_moves_fits_64_kb_with_every_queue_full_and_what_waited_is_delivered_when_the_broker_is_back(
    machine,
):
    measure.boot(machine, FULL)
    peak = measure.session_peak(machine)
    before = actions(machine)["StopTransaction"]
    waiting = measure.undelivered(machine)
    assert measure.moving(FULL) + peak + waiting + measure.QUEUES <= 64 * KB
    assert actions(machine)["StopTransaction"] == before
    machine.run("peer.gone = False")
    measure.run(machine, 2000, 50)
    assert actions(machine)["StopTransaction"] == before + 16


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


@pytest.mark.parametrize("charger", [BARE, FULL], ids=["bare", "full"])
def test_the_start_stays_within_the_goals(machine, charger):
    assert measure.boot(machine, charger).worse <= measure.AFTER_BOOT[charger.title]


@pytest.mark.parametrize("charger", [BARE, FULL], ids=["bare", "full"])
def test_the_worst_moment_of_the_start_stays_within_the_goals(charger):
    goal = measure.WORST_MOMENT[charger.title]
    assert measure.worst_moment(charger, goal).worse <= goal


def test_the_worse_side_of_the_name_table_counts_before_it_has_doubled():
    assert Size(1000, 620).now == Size(1000, 620).better
    assert Size(1000, 620).worse == Size(1000, 621).now == 1000 + name_table(621)
    assert Size(1000, 620 - NEAR).worse == Size(1000, 620 - NEAR).now


@pytest.mark.parametrize(("hours", "count"), [(0, 48), pytest.param(1, 208, marks=pytest.mark.soak)])
def test_visits_after_sessions_leave_nothing_and_fit_what_is_left(machine, hours, count):
    measure.boot(machine, FULL)
    found = measure.visits(machine, hours, count)
    assert found.answered == count // 2
    # Not a byte a visit: what is shown and remembered at the moment may differ by a block.
    assert found.growth < 200
    assert found.grown == 0
    # Where the longer-lived of what comes and goes happens to lie cuts the free piece; a visit needs 2 KB in one.
    assert found.free_after >= 4 * KB


def test_too_little_room_for_a_visit_would_be_seen(machine):
    """A piece of 2 KB does not fit into the holes and 1 KB, so that the heap grows; with 16 KB it does not."""
    measure.boot(machine, FULL)
    machine.settle(16 * 1024)
    assert not machine.run_watched("bytearray(2048)")
    machine.settle(1024)
    assert machine.run_watched("bytearray(2048)")


def test_no_module_is_above_12_kb_of_bytecode():
    largest = max(measure.bytecode_sizes().items(), key=lambda item: item[1])
    assert largest[1] <= 12 * KB, largest
