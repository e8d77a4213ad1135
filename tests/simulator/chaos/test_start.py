# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""From the reset to the first pass, and what holds relay and lock safe when it does not come to that."""

import pytest
from chargerctl.simulator.chaos.relay import RelayJudge
from chargerctl.simulator.chaos.soak import Replacement

from tests.simulator.chaos.conftest import BOOT_AGAIN_S, BOOT_S, C6, PICO, breaks, said

PICO_2 = "raspberry_pi_pico2_w"
RELAY = {C6: "D2", PICO: "GP2"}
LOCK = {C6: "D3", PICO: "GP3"}


def raises(file, error):
    """The module raises as soon as it is imported."""
    first = {"charger/hardware/reset.py": "import time\n", "charger/hardware/store.py": "import binascii\n"}
    return Replacement(file, first[file], f"{first[file]}raise {error}\n")


def driven(scene):
    pins, board_id = scene.board.pins, scene.board.profile.board_id
    return pins[RELAY[board_id]].driven, pins[LOCK[board_id]].driven


# The outputs come first.


@pytest.mark.parametrize(("board_id", "seconds"), [(C6, 2.6), (PICO, 1.6)])
def test_relay_and_lock_are_driven_safe_before_anything_is_loaded(charging, board_id, seconds):
    """And from then on without a gap, until the charger drives them itself."""
    scene = charging(board_id, until_charging=False)
    assert scene.board.run_until(lambda: driven(scene) == (False, False), seconds)
    assert "charger.start" not in scene.board.vm.modules
    while scene.board.uptime_us() < BOOT_S * 1_000_000:
        scene.board.run_for(0.001)
        assert driven(scene) == (False, False)
    assert scene.status == "Available"


def test_a_relay_whose_level_is_misspelt_is_left_alone(charging):
    """Driven the wrong way it would close."""
    scene = charging(until_charging=False, power=False)
    settings = scene.board.drive.root / "settings.toml"
    with settings.open("a", encoding="utf-8") as file:
        file.write('CHARGER_HARDWARE_RELAY_ACTIVE = "hgih"\n')
    scene.board.drive.root.joinpath(".deploy").mkdir()
    scene.board.drive.root.joinpath(".deploy/commit").write_text("chargerctl 1\n", encoding="utf-8")
    scene.board.power(True)
    scene.board.run_for(10)
    assert "hold   an unfinished deploy" in said(scene)
    assert driven(scene)[0] is None


def test_the_settings_on_the_drive_have_the_last_word_on_the_pin(charging):
    """The manifest names the profile's pin, of which hold.py lets go when the charger takes another."""
    replaced = Replacement("hold.py", 'return setting(name + "_PIN") or pin,', "return pin,")
    scene = charging(replacements=[replaced], until_charging=False, overrides=["hardware.relay_pin=D8"])
    scene.board.drive.root.joinpath(".chargerctl").write_text("pin relay D2 high\n", encoding="utf-8")
    scene.board.power(False)
    scene.board.power(True)
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)
    assert scene.board.pins["D8"].driven is False
    assert scene.board.pins["D2"].driven is None


# What fails is held.


@pytest.mark.parametrize("board_id", [C6, PICO])
def test_pins_that_the_failed_program_has_claimed_are_held(charging, board_id):
    fails = Replacement("code.py", "        loop.run_pass()\n", '        raise ImportError("seeded")\n')
    scene = charging(board_id, [fails], until_charging=False)
    scene.board.run_for(BOOT_S)
    held = said(scene).partition("held safe: ")[2].partition("\n")[0]
    assert sorted(held.split(", ")) == [f"lock {LOCK[board_id]}", f"relay {RELAY[board_id]}"]
    assert driven(scene) == (False, False)
    assert scene.board.program == "code.py"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("AttributeError", "the charger cannot start"),
        ("MemoryError", "not enough memory"),
        ("RuntimeError('pystack exhausted')", "the charger cannot start"),
    ],
)
@pytest.mark.parametrize("file", ["charger/hardware/reset.py", "charger/hardware/store.py"])
def test_a_defect_before_the_start_is_counted_is_held_and_not_started_again_for_ever(
    charging, file, error, why
):
    scene = charging(replacements=[raises(file, error)], until_charging=False)
    scene.board.run_for(120)
    assert (
        said(scene).count(why)
        == said(scene).count("next try in 30 minutes; held safe: relay D2, lock D3")
        == 1
    )
    assert driven(scene) == (False, False)
    assert scene.board.startup.autoreload
    scene.board.run_for(1800)
    assert said(scene).count(why) == 2


def test_a_traceback_has_the_lines_that_the_program_has(charging):
    scene = charging(replacements=[breaks("charger/view.py", "step")])
    scene.board.run_for(20)
    (line,) = [each for each in said(scene).splitlines() if 'charger/view.py", line' in each]
    assert line.endswith(", in step")


# Ctrl-C.


@pytest.mark.parametrize("board_id", [C6, PICO])
def test_ctrl_c_while_charging_opens_the_relay_before_the_pins_are_let_go(charging, board_id):
    scene = charging(board_id)
    assert not scene.board.startup.autoreload
    opened_by = []
    scene.events.listen(
        lambda event: opened_by.append(scene.board.program) if event["kind"] == "relay" else None
    )
    scene.board.console.type(b"\x03")
    scene.board.run_for(1)
    assert opened_by[0] == "code.py"
    assert scene.board.program is None
    assert scene.board.startup.autoreload


# Resets.


def test_the_reset_button_of_an_rp2_does_not_count_as_a_crash(charging):
    scene = charging(PICO, until_charging=False)
    scene.wait(lambda: scene.status == "Available", BOOT_S)
    counted = bytes(scene.board.nvm.data[:64])
    scene.board.reset("button")
    scene.infos.clear()
    assert scene.wait(lambda: scene.infos == ["reset: button"], BOOT_S)
    assert scene.board.nvm.data[:64] == counted


def latched(scene):
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)
    scene.estop(True)
    assert scene.wait(lambda: scene.status == "Faulted", 5)
    scene.board.run_for(1)
    scene.estop(False)
    scene.central.ledger.statuses.clear()


@pytest.mark.parametrize(
    ("board_id", "cause", "survives"),
    [
        *((board_id, cause, True) for board_id in (C6, PICO) for cause in ("power", "button", "brownout")),
        (PICO_2, "brownout", True),
        (PICO_2, "button", True),
        # Only this chip tells a power-on from a brown-out and from its reset button.
        (PICO_2, "power", False),
    ],
)
def test_a_latched_fault_outlasts_what_may_be_no_power_on(charging, board_id, cause, survives):
    pin = "MTDI" if board_id == C6 else "GP20"
    scene = charging(board_id, until_charging=False, overrides=[f"hardware.estop_pin={pin}"])
    latched(scene)
    if cause == "power":
        scene.board.power(False)
        scene.board.run_for(2)
        scene.board.power(True)
    else:
        scene.board.reset(cause)
    assert scene.wait(lambda: scene.status is not None, BOOT_AGAIN_S)
    assert (scene.status == "Faulted") is survives


@pytest.mark.parametrize("forgets", [True, False])
def test_the_judge_of_chaos_knows_when_a_latch_has_to_outlast_a_reset(charging, forgets):
    bug = [Replacement("charger/start.py", "None if reset.was_off() else store.fault", "None")]
    overrides = ["hardware.estop_pin=MTDI"]
    scene = charging(replacements=bug if forgets else [], power=False, overrides=overrides)
    violations = []
    RelayJudge(scene, violations.append)
    scene.board.power(True)
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)
    scene.estop(True)
    scene.board.run_for(10)
    scene.estop(False)
    scene.board.reset("button")
    scene.board.run_for(BOOT_S)
    assert any("a fault was latched before it" in text for text in violations) is forgets


def test_the_service_button_clears_a_latched_fault_for_good(charging):
    scene = charging(until_charging=False, overrides=["hardware.estop_pin=MTDI"])
    latched(scene)
    scene.service(True)
    assert scene.wait(lambda: scene.status == "Available", 5)
    scene.service(False)
    scene.board.run_for(1)
    scene.central.ledger.statuses.clear()
    scene.board.power(False)
    scene.board.power(True)
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)


@pytest.mark.parametrize("again", [False, True], ids=["first start", "power switched off and on"])
def test_the_relay_rests_from_every_reset_on_but_the_boards_first(charging, again):
    """When it opened is not known; before the first start it was never closed."""
    scene = charging(PICO, overrides=["safety.min_off_seconds=30"], until_charging=False)
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)
    if again:
        scene.board.power(False)
        scene.board.power(True)
        scene.central.ledger.statuses.clear()
        assert scene.wait(lambda: scene.status == "Available", BOOT_S)
    scene.world.plug()
    scene.world.swipe("04A2B3C4")
    assert scene.wait(lambda: scene.world.relay_closed, 30)
    closed_s = scene.board.uptime_us() / 1e6
    assert 30 <= closed_s < 31 if again else closed_s < 20


def test_a_brown_out_in_the_first_second_of_a_start_leaves_no_board_in_safe_mode(charging):
    scene = charging(until_charging=False)
    scene.board.run_for(0.5)
    scene.board.reset("brownout")
    assert scene.wait(lambda: scene.status == "Available", BOOT_AGAIN_S)
    assert scene.board.safe_mode is None


# nvm.


@pytest.mark.parametrize("board_id", [C6, PICO])
def test_a_charger_that_cannot_write_nvm_says_so_and_charges_if_its_journal_is_elsewhere(charging, board_id):
    scene = charging(board_id, power=False)
    scene.board.nvm.fault = "write"
    # A crash that has to be forgotten, so that there is something to write.
    scene.board.power(True)
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)
    scene.board.reset("crash")
    scene.central.ledger.statuses.clear()
    assert scene.wait(lambda: scene.status == "Available", BOOT_AGAIN_S)
    scene.board.run_for(200)
    assert said(scene).count("store  nvm cannot be written") == 2, "once at each start"
    assert "Traceback" not in said(scene)
    scene.world.plug()
    scene.world.swipe("04A2B3C4")
    assert scene.wait(lambda: scene.world.relay_closed, 5) == (board_id == C6)
    assert ("refused: the journal cannot be written" in said(scene)) == (board_id == PICO)


def test_a_latched_fault_that_cannot_be_written_down_stays_and_is_written_later(charging):
    scene = charging(until_charging=False, overrides=["hardware.estop_pin=MTDI"])
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)
    scene.board.nvm.fault = "write"
    latched(scene)
    scene.board.run_for(150)
    assert said(scene).count("nvm cannot be written") == 1
    assert "InternalError" not in said(scene)
    # One try a minute wears no flash.
    assert 1 <= scene.board.nvm.writes <= 4
    scene.board.nvm.fault = None
    scene.board.run_for(61)
    scene.board.power(False)
    scene.board.power(True)
    assert scene.wait(lambda: scene.status == "Faulted", BOOT_S)


def test_an_nvm_that_cannot_be_read_may_have_held_a_fault(charging):
    scene = charging(power=False)
    scene.board.nvm.fault = "read"
    scene.board.power(True)
    assert scene.wait(lambda: scene.status == "Faulted", BOOT_S)
    assert scene.central.ledger.statuses[1]["info"] == "NvmFailure"
    assert said(scene).count("store  nvm cannot be read") == 1
    scene.service(True)
    scene.board.run_for(5)
    assert scene.status == "Faulted", "it still cannot be read"
    scene.service(False)
    scene.board.nvm.fault = None
    scene.board.run_for(61)
    assert scene.status == "Faulted", "until a person clears it"
    scene.service(True)
    assert scene.wait(lambda: scene.status == "Available", 5)
    scene.service(False)
    scene.board.run_for(5)
    assert scene.status == "Available"
    assert "Traceback" not in said(scene)


def test_without_nvm_a_program_that_fails_is_held_since_nothing_counts_its_crashes(charging):
    fails = Replacement("code.py", "        loop.run_pass()\n", '        raise ValueError("seeded")\n')
    scene = charging(replacements=[fails], power=False)
    scene.board.nvm.fault = "read"
    scene.board.power(True)
    scene.board.run_for(120)
    assert said(scene).count("ValueError: seeded") == 1
    assert driven(scene) == (False, False)


# Bluetooth.

BLUETOOTH = "Bluetooth is on"


def test_boot_py_switches_bluetooth_off(charging):
    scene = charging(C6, until_charging=False)
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)
    assert not scene.board.bluetooth_open
    assert BLUETOOTH not in said(scene)


def test_bluetooth_that_is_on_nevertheless_is_reported(charging):
    scene = charging(C6, until_charging=False, power=False)
    (scene.board.drive.root / "boot.py").unlink()
    scene.board.power(True)
    assert scene.wait(lambda: scene.status == "Available", BOOT_S)
    assert scene.board.bluetooth_open
    assert BLUETOOTH in said(scene)
