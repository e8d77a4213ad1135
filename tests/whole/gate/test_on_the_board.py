# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The relay's PIO gate on a Pico W: it opens the relay in the middle of any work of the program."""

import pytest
from chargerctl.simulator.machine.errors import ReloadException

from tests.whole.gate.charger import ESTOP, STALLS, unplug_in_the_middle

LIMIT_US = 100


@pytest.mark.parametrize("how", STALLS.values(), ids=STALLS)
def test_unplugging_opens_it_in_the_middle_of_a_stall(make_charger, how):
    opened_s, knew_s = unplug_in_the_middle(make_charger().charge(), how)
    assert opened_s * 1e6 <= LIMIT_US
    assert knew_s > 0.05


def test_without_the_gate_the_same_stall_delays_it(make_charger):
    opened_s, _ = unplug_in_the_middle(make_charger("hardware.relay_gate=none").charge(), 5)
    assert opened_s > 0.05


@pytest.mark.parametrize("board_id", ["raspberry_pi_pico_w", "raspberry_pi_pico2_w"])
@pytest.mark.parametrize("active", ["high", "low"])
def test_it_opens_the_same_whichever_level_closes(make_charger, active, board_id):
    charger = make_charger(f"hardware.relay_active={active}", board_id=board_id).charge()
    since = charger.mark()
    charger.world.unplug()
    charger.board.run_for(0.01)
    assert charger.opened_after_us(since) <= LIMIT_US
    assert charger.board.pins["GP2"].driven is (active == "low")


def test_a_cable_that_is_out_and_in_again_before_the_program_looks(make_charger):
    charger = make_charger().charge()
    charger.block(3)
    since = charger.mark()
    charger.world.unplug()
    charger.board.run_for(0.001)
    charger.world.plug()
    assert charger.opened_after_us(since) <= LIMIT_US
    charger.unblock()
    charger.until(lambda: charger.said("relay  open: cable unplugged"))
    # It rests as after any other opening, the transaction goes on, and the cycle counts.
    charger.until(lambda: charger.world.relay_closed)
    assert charger.since("relay", closed=True)[0]["t"] - since >= 10
    assert not [
        event for event in charger.since("frame", dir="out") if event["frame"][2] == "StopTransaction"
    ]


def test_cycles_are_counted_however_short_the_cable_was_out(make_charger):
    charger = make_charger("safety.max_cycles_per_hour=2", "safety.min_off_seconds=0").charge()
    for _ in range(3):
        charger.world.unplug()
        charger.board.run_for(0.0001)
        charger.world.plug()
        charger.board.run_for(3)
    assert len(charger.since("relay", closed=True)) == 2
    assert charger.said("cycle limit reached")


@pytest.mark.parametrize("pressed_s", [0.001, 3])
def test_an_emergency_stop_in_the_middle_of_a_stall_opens_and_latches(make_charger, pressed_s):
    charger = make_charger(ESTOP).charge()
    charger.block(3)
    since = charger.mark()
    charger.scene.estop(True)
    charger.board.run_for(pressed_s)
    charger.scene.estop(False)
    assert charger.opened_after_us(since) <= LIMIT_US
    charger.unblock()
    charger.until(lambda: charger.scene.status == "Faulted")
    assert charger.said("fault latched: EmergencyStop")
    assert not charger.world.relay_closed


def test_pressed_with_the_relay_open_it_latches_too(make_charger):
    charger = make_charger(ESTOP).boot()
    charger.scene.estop(True)
    charger.until(lambda: charger.scene.status == "Faulted", 3)


@pytest.mark.parametrize("charging", [True, False])
def test_a_spark_of_a_few_microseconds_is_neither_an_unplug_nor_an_emergency_stop(make_charger, charging):
    charger = make_charger(ESTOP)
    charger = charger.charge() if charging else charger.boot()
    charger.mark()
    for _ in range(20):
        charger.scene.estop(True)
        charger.world.unplug()
        # Between two looks of the program; one of them would count.
        charger.board.clock.spend(5) if charger.board.vm is None else charger.board.run_for(0.000005)
        charger.scene.estop(False)
        charger.world.plug()
        charger.board.run_for(0.1)
    assert charger.world.relay_closed is charging
    assert not charger.since("relay")


def test_a_program_that_hangs_opens_at_the_unplug_and_stays_open_through_the_watchdog(make_charger):
    charger = make_charger().charge()

    def hang(time):
        while True:
            time.monotonic()

    charger.instead_of_the_light(hang)
    charger.board.run_for(1)
    since = charger.mark()
    charger.world.unplug()
    charger.board.run_for(9)
    assert charger.opened_after_us(since) <= LIMIT_US
    assert charger.since("reset", reason="watchdog")
    charger.world.plug()
    charger.board.run_for(5)
    assert not charger.since("relay", closed=True)


@pytest.mark.parametrize("level", [False, True])
def test_what_holds_the_outputs_safe_opens_it_as_it_would_a_pin(make_charger, level):
    charger = make_charger().charge()
    modules = charger.board.vm.modules
    made = []
    gate_class = modules["charger.hardware.gate"].Gate
    plugged = gate_class.plugged

    def caught(gate):
        gate_class.plugged = plugged
        made.append(gate)
        return plugged(gate)

    gate_class.plugged = caught
    charger.board.run_for(0.1)
    charger.mark()
    charger.instead_of_the_light(lambda _: setattr(made[0], "value", level))
    charger.board.run_for(0.1)
    assert charger.since("relay", closed=False)
    assert not charger.since("relay", closed=True)


@pytest.mark.parametrize("text", ["KeyboardInterrupt", "SystemExit"])
def test_the_end_of_the_program_lets_go_of_the_pin(make_charger, text):
    charger = make_charger().charge()
    since = charger.mark()
    charger.board.scheduler.signal({"KeyboardInterrupt": KeyboardInterrupt, "SystemExit": SystemExit}[text]())
    charger.board.run_for(0.5)
    assert charger.opened_after_us(since) < 100_000
    assert charger.board.pins["GP2"].driven is None


def test_a_reload_while_charging_never_closes_it_for_a_moment(make_charger):
    # CircuitPython takes the pins from a state machine at the end of a program, and does not stop it.
    charger = make_charger().charge()
    charger.mark()
    charger.board.scheduler.signal(ReloadException())
    charger.until(lambda: charger.said("hardware gate on the relay"))
    charger.board.run_for(5)
    assert [event["closed"] for event in charger.since("relay")] == [False]


def test_with_no_state_machine_free_the_relay_is_driven_by_software_and_the_log_says_so(make_charger):
    charger = make_charger(state_machines=0).charge()
    charger._mark = 0
    assert charger.said(
        "safety no hardware gate, the relay opens by software alone: All state machines in use"
    )
    since = charger.mark()
    charger.world.unplug()
    charger.board.run_for(0.1)
    assert charger.opened_after_us(since) < 50_000


def test_switched_off_it_is_not_even_loaded(make_charger):
    charger = make_charger("hardware.relay_gate=none").boot()
    assert "charger.hardware.gate" not in charger.board.vm.modules
    assert not charger.said("hardware gate")


def test_an_esp32_has_none_and_loads_none(make_charger):
    charger = make_charger(board_id="seeed_xiao_esp32c6").boot()
    assert "charger.hardware.gate" not in charger.board.vm.modules
    assert not charger.said("hardware gate")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('CHARGER_HARDWARE_CABLE_PIN = "GP2"', "cable_pin: GP2 is already used by relay_pin"),
        ('CHARGER_HARDWARE_ESTOP_PIN = "GP6"', "estop_pin: GP6 is already used by cable_pin"),
        ('CHARGER_HARDWARE_CABLE_PIN = "GP99"', "cable_pin: this board has no pin GP99"),
    ],
)
def test_a_pin_that_cannot_be_used_is_the_fault_it_was(make_charger, line, fault):
    charger = make_charger(typed=line)
    charger.until(lambda: charger.said(f"fault latched: {fault}"))


def test_a_program_that_fails_while_charging_is_held_open_through_the_gate(make_charger):
    charger = make_charger().charge()
    charger.mark()

    def fail():
        raise ImportError("no module named 'charger.gone'")

    charger.board.vm.modules["__main__"].loop.run_pass = fail
    charger.until(lambda: charger.said("held safe: "))
    assert charger.said("relay GP2")
    assert [event["closed"] for event in charger.since("relay")] == [False]
    charger.board.run_for(2)
    assert charger.board.pins["GP2"].driven is False


def test_from_the_first_line_of_the_program_the_relay_is_driven_open_and_then_by_the_gate(make_charger):
    charger = make_charger()
    pin = charger.board.pins["GP2"]
    charger.board.run_until(lambda: pin.driven is not None, 10)
    assert pin.driven is False
    assert pin.claimed_by == "DigitalInOut"
    charger.until(lambda: pin.claimed_by == "StateMachine")
    assert pin.driven is False
    assert not charger.since("relay", closed=True)


@pytest.mark.parametrize("error", [MemoryError("memory allocation failed"), RuntimeError("not enough words")])
def test_without_the_gate_the_relay_is_driven_by_software_and_the_log_says_why(make_charger, error):
    charger = failing_gate(make_charger(), error).charge()
    charger._mark = 0
    why = "out of memory" if isinstance(error, MemoryError) else str(error)
    assert charger.said("no hardware gate, the relay opens by software alone: " + why)
    since = charger.mark()
    charger.world.unplug()
    charger.board.run_for(0.1)
    assert charger.opened_after_us(since) < 50_000


def test_a_defect_in_the_gate_leaves_the_relay_driven_open_while_the_program_ends(make_charger):
    charger = failing_gate(make_charger(), TypeError("extra keyword arguments given"))
    driven = []

    def on_event(event):
        if event["kind"] == "console" and "TypeError" in event["text"]:
            driven.append(charger.board.pins["GP2"].driven)

    charger.scene.events.listen(on_event)
    charger.until(lambda: driven)
    assert driven[0] is False
    assert not charger.since("relay", closed=True)


def failing_gate(charger, error):
    """`charger`, just when it drives its relay open, with a state machine that cannot be made."""
    assert charger.board.run_until(lambda: charger.board.pins["GP2"].driven is False, 10)

    class StateMachine:
        def __init__(self, *_, **__):
            raise error

    charger.board.vm.import_name("rp2pio").StateMachine = StateMachine
    return charger


def test_without_hold_py_a_program_that_failed_keeps_its_outputs_driven_safe(make_charger, tmp_path):
    charger = make_charger("hardware.relay_gate=none").charge()
    charger.mark()
    (tmp_path / "drive/hold.py").unlink()

    def fail():
        raise ImportError("no module named 'charger.gone'")

    charger.board.vm.modules["__main__"].loop.run_pass = fail
    charger.until(lambda: charger.said("hold.py cannot be loaded: ImportError"))
    charger.board.run_for(5)
    assert charger.board.pins["GP2"].driven is False
    assert not charger.since("relay", closed=True)
