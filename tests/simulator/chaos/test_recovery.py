# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One mishap at a time during a charge, on the virtual board: what the charger does about it, and what it says."""

import pytest
from chargerctl.simulator.chaos.program import ProgramJudge
from chargerctl.simulator.chaos.soak import Replacement
from chargerctl.simulator.machine.console import FIFO_BYTES, Reader

from tests.simulator.chaos.conftest import BOOT_AGAIN_S, BOOT_S, C6, CHARGING_S, PICO, breaks, said
from tests.simulator.conftest import laptop_writes


@pytest.mark.parametrize(
    ("board_id", "mishap", "reason"),
    [
        (C6, "brownout", "brownout"),
        (C6, "button", "power"),
        (PICO, "button", "button"),
        (C6, "crash", "software"),
        (PICO, "crash", "software"),
    ],
)
def test_after_a_reset_the_relay_is_open_and_the_reason_is_said(charging, board_id, mishap, reason):
    scene = charging(board_id)
    scene.board.reset(mishap)
    assert not scene.world.relay_closed
    scene.board.console.lines.clear()
    scene.infos.clear()
    assert scene.wait(lambda: scene.infos, BOOT_AGAIN_S)
    assert f"reset: {reason}" in said(scene)
    assert scene.infos == [f"reset: {reason}"]
    assert scene.board.safe_mode is None
    assert not scene.world.relay_closed


def test_a_crash_before_the_time_is_known_is_reported_as_one(charging):
    scene = charging(until_charging=False)
    scene.board.run_for(1.5)
    scene.board.reset("crash")
    assert scene.wait(lambda: scene.infos, BOOT_AGAIN_S)
    assert scene.infos == ["reset: crash"]


def test_a_power_cut_opens_the_relay_and_the_charger_comes_back(charging):
    scene = charging()
    scene.board.power(False)
    assert not scene.world.relay_closed
    scene.world.unplug()
    scene.board.power(True)
    scene.central.ledger.statuses.clear()
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)
    assert scene.infos[-1] == "reset: power"


def test_who_asks_for_safe_mode_gets_it(charging):
    scene = charging()
    scene.board.boot_button = True
    scene.board.reset("button")
    scene.board.run_for(5)
    assert scene.board.safe_mode == "USER"
    assert not scene.world.relay_closed


def test_an_exception_in_a_task_is_said_once_and_the_charge_goes_on(charging):
    scene = charging(replacements=[breaks("charger/view.py", "step")])
    scene.board.run_for(30)
    assert said(scene).count("Traceback") == 1
    assert "outputs failed (ValueError), again in 1 s" in said(scene)
    assert "outputs failed (ValueError), again in 2 s" in said(scene)
    assert scene.world.relay_closed


def test_a_failed_task_is_noticed_by_the_judge_although_the_console_is_not_read(charging):
    scene = charging(PICO, replacements=[breaks("charger/view.py", "step")])
    violations = []
    ProgramJudge(scene, violations.append)
    scene.board.console.reader = Reader.STUCK
    scene.board.console.offer(bytes(FIFO_BYTES))
    scene.board.run_for(CHARGING_S)
    assert "Traceback" not in said(scene)
    assert "task outputs has failed 1 times" in violations


@pytest.mark.parametrize("part", ["interlock", "controller"])
def test_an_exception_in_what_the_relay_depends_on_opens_it_for_good(charging, part):
    scene = charging(replacements=[breaks(f"charger/{part}.py", "step")])
    scene.board.run_for(30)
    assert said(scene).count("Traceback") == 1
    assert not scene.world.relay_closed
    assert "fault latched: InternalError" in said(scene)
    assert scene.status == "Faulted"
    assert scene.central.ledger.statuses[1]["info"] == "InternalError"
    # Neither hangs the board, nor resets it.
    assert "code.py" in scene.board.program


def test_a_led_that_cannot_be_driven_ends_no_charge(charging):
    write = "neopixel_write.neopixel_write(self._pin, colour)"
    fails = Replacement("charger/hardware/led.py", write, 'raise OSError(5, "seeded: no such pin")')
    scene = charging(replacements=[fails])
    scene.board.run_for(30)
    assert said(scene).count("Traceback") == 1
    assert scene.world.relay_closed


def test_a_relay_that_cannot_be_closed_is_a_fault(charging):
    fails = Replacement(
        "charger/hardware/relay.py", "self._output.set(True)", 'raise OSError(5, "seeded: no such level")'
    )
    scene = charging(replacements=[fails], until_charging=False)
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)
    scene.world.plug()
    scene.world.swipe("04A2B3C4")
    scene.board.run_for(10)
    assert said(scene).count("Traceback") == 1
    assert scene.status == "Faulted"
    assert not scene.world.relay_closed
    assert not scene.world.lock_engaged
    # The transaction that had begun is told to its end.
    assert scene.central.ledger.running is None


def test_a_relay_that_cannot_be_opened_by_the_program_is_opened_by_a_reset(charging):
    fails = Replacement(
        "charger/hardware/relay.py",
        "    def open(self):\n",
        '    def open(self):\n        if self.closed:\n            raise OSError(5, "seeded: no such level")\n',
    )
    scene = charging(replacements=[fails])
    scene.world.unplug()
    scene.board.run_for(1)
    assert not scene.world.relay_closed
    assert "seeded: no such level" in said(scene)
    assert scene.wait(lambda: "reset: software" in said(scene), BOOT_S)
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)


def test_an_overrun_is_counted_and_named(charging):
    slow = Replacement(
        "charger/view.py",
        "    def step(self, now):\n",
        "    def step(self, now):\n        import time\n\n        time.sleep(0.015)\n",
    )
    scene = charging(replacements=[slow])
    assert "loop   outputs took 15 ms of 10, overrun 1" in said(scene)
    assert "overrun 4" in said(scene)
    assert "overrun 3\n" not in said(scene)


def test_a_task_that_hangs_is_ended_by_the_watchdog(charging):
    hangs = Replacement(
        "charger/view.py",
        "    def step(self, now):\n",
        "    def step(self, now):\n        import time\n\n"
        f"        while time.monotonic() > {CHARGING_S}:\n            pass\n",
    )
    scene = charging(replacements=[hangs])
    scene.board.run_for(CHARGING_S)
    assert not scene.world.relay_closed
    assert scene.wait(lambda: "reset: watchdog" in said(scene), BOOT_S)


CRASHES = Replacement(
    "code.py", "    while True:\n        loop.run_pass()\n", '    raise ValueError("seeded")\n'
)


@pytest.fixture
def held(charging):
    """A charger that has crashed ten times in a row."""
    scene = charging(replacements=[CRASHES], until_charging=False)
    assert scene.wait(lambda: "crashes in a row" in said(scene), 150)
    assert said(scene).count("ValueError: seeded") == 11
    scene.board.console.lines.clear()
    return scene


def test_after_ten_crashes_in_a_row_the_outputs_are_held_and_console_and_drive_are_there(held):
    held.board.run_for(60)
    assert "Traceback" not in said(held)
    assert held.board.program == "code.py"
    assert not held.world.relay_closed


def mended(scene):
    text = (scene.board.drive.root / "code.py").read_text(encoding="utf-8")
    return text.replace(CRASHES.new, CRASHES.old).encode()


def test_after_ten_crashes_whoever_mends_the_program_on_the_drive_has_it_started_again(held):
    held.board.run_for(60)
    laptop_writes(held.board, "code.py", mended(held))
    assert held.wait(lambda: held.status == "Available", BOOT_S)
    # A healthy minute later all crashes are forgotten.
    held.board.run_for(70)
    held.board.reset("crash")
    assert held.wait(lambda: held.infos[-1:] == ["reset: software"], BOOT_AGAIN_S)
    assert "ten crashes in a row" not in said(held)


def test_after_ten_crashes_a_program_that_goes_on_crashing_is_soon_held_again(held):
    laptop_writes(held.board, "notes.txt", b"tried nothing")
    held.board.run_for(60)
    assert said(held).count("ValueError: seeded") == 2
    assert "ten crashes in a row" in said(held)


def test_after_ten_crashes_it_is_tried_again_after_half_an_hour(held):
    (held.board.drive.root / "code.py").write_bytes(mended(held))
    held.board.run_for(1700)
    assert held.status is None
    assert held.wait(lambda: held.status == "Available", 130)


def test_after_ten_crashes_a_power_cycle_starts_it_again(held):
    held.board.power(False)
    held.board.power(True)
    held.board.run_for(BOOT_S)
    assert "ValueError: seeded" in said(held)
