# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Display and reader on the wires of every chip, and what a wire that something holds costs a charge."""

import pytest
from chargerctl.settings import effective_for_simulation
from chargerctl.simulator.chaos.opening import Opening
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.chaos.soak import Drives, Replacement
from chargerctl.simulator.chaos.wires import ONE
from chargerctl.simulator.machine.costs import Costs

C6, S2, S3 = "seeed_xiao_esp32c6", "adafruit_feather_esp32s2", "adafruit_feather_esp32s3_nopsram"
PICO, PICO_2 = "raspberry_pi_pico_w", "raspberry_pi_pico2_w"
LIMIT_S = {C6: 2.0, PICO: 1.0}
UID = "04A2B3C4"
# An RP2's PIO program would open the relay whatever blocks the program.
NO_GATE = "hardware.relay_gate=none"


@pytest.fixture
def charger(tmp_path):
    """charger(board_id, *settings, version, replacements): powered, with a judge's `violations` and `stuck` transfers."""
    scenes = []

    def make(board_id=C6, *settings, version=(10, 3, 0), replacements=()):
        drive = Drives(tmp_path, replacements).of(board_id)
        effective = effective_for_simulation(None, {}, list(settings), board_id=board_id)
        (drive / "settings.toml").write_text(effective.render(), encoding="utf-8")
        scene = Scene(drive, board_id, effective.values, Costs(), seed=1)
        scenes.append(scene)
        scene.board.version = version
        scene.violations, scene.stuck = [], []
        scene.opening = Opening(scene, scene.violations.append)
        judge = scene.world.i2c.stuck
        scene.world.i2c.stuck = lambda us: (scene.stuck.append(scene.world.relay_closed), judge(us))
        scene.board.settle_boot_out()
        scene.board.power(True)
        return scene

    yield make
    for scene in scenes:
        scene.board.power(False)


def charge(scene):
    assert scene.wait(lambda: scene.status == "Available", 15), said(scene)
    scene.world.plug()
    if scene.values["hardware.card_reader"] == "none":
        scene.publish('[2, "remote-1", "RemoteStartTransaction", {"idTag": "04A2B3C4"}]')
    else:
        scene.world.swipe(UID)
    assert scene.wait(lambda: scene.world.relay_closed, 8), said(scene)
    scene.board.run_for(3)


def opens_after(scene, timeout_s=10.0):
    """Unplug; how long until the relay is open."""
    scene.opening.expect("unplug")
    scene.world.unplug()
    since_s = scene.now_s
    assert scene.board.run_until(lambda: not scene.world.relay_closed, timeout_s)
    scene.opening.opened()
    return scene.now_s - since_s


def said(scene):
    return "\n".join(scene.board.console.lines)


def catch(scene, nth=1, at_least_us=0):
    """SDA goes down in the middle of a transfer, and stays there."""

    def began(us):
        nonlocal nth
        nth -= us >= at_least_us
        if nth == 0:
            scene.clock.call_in(us // 2, lambda: scene.world.hold_wire("sda"))

    scene.world.i2c.began = began
    assert scene.board.run_until(lambda: scene.world.i2c.held, 20)
    scene.world.let_transfers_be()


@pytest.mark.parametrize("version", [(9, 2, 0), (10, 3, 0)])
@pytest.mark.parametrize("board_id", [C6, S2, S3, PICO, PICO_2])
def test_display_and_reader_are_found_on_every_chip_and_version(charger, board_id, version):
    scene = charger(board_id, version=version)
    assert scene.wait(lambda: scene.world.panel.shows("Available"), 20), said(scene)
    scene.world.plug()
    scene.world.swipe(UID)
    assert scene.wait(lambda: scene.world.panel.shows("Charging"), 8), said(scene)


@pytest.mark.parametrize("reader", ["pn532_i2c", "none"])
@pytest.mark.parametrize("wire", ["sda", "scl"])
@pytest.mark.parametrize("board_id", [C6, PICO])
def test_a_wire_that_is_held_blocks_one_transfer_at_most(charger, board_id, wire, reader):
    scene = charger(board_id, f"hardware.card_reader={reader}", NO_GATE)
    charge(scene)
    scene.world.hold_wire(wire)
    # Until a transfer has met it; on the C6 a probe has, long before.
    scene.board.run_until(lambda: scene.stuck, 1.5)
    took_s = opens_after(scene)
    scene.board.run_for(2)
    assert scene.stuck.count(True) == (0 if board_id == C6 else 1)
    assert took_s < (0.05 if board_id == C6 else LIMIT_S[board_id] + 0.05)
    assert not scene.violations


@pytest.mark.parametrize("board_id", [C6, PICO])
def test_one_that_goes_down_in_the_middle_of_a_transfer_does_so_too_on_every_chip(charger, board_id):
    scene = charger(board_id, NO_GATE)
    charge(scene)
    catch(scene, nth=20)
    took_s = opens_after(scene)
    assert scene.stuck == [True]
    assert LIMIT_S[board_id] - 0.1 < took_s < LIMIT_S[board_id] + 0.05
    assert scene.opening.worst_ms[f"unplug, {ONE}"]
    assert not scene.violations


@pytest.mark.parametrize("board_id", [C6, PICO])
def test_a_transfer_that_goes_on_after_the_wire_is_free_is_no_violation(charger, board_id):
    scene = charger(board_id, NO_GATE)
    charge(scene)
    catch(scene, nth=20)
    scene.world.hold_wire(None)
    assert opens_after(scene) > LIMIT_S[board_id] - 0.1
    assert not scene.violations


def test_the_judge_sees_a_series(charger):
    careless = Replacement(
        "charger/hardware/i2c.py",
        "        self._retry = ticks.add(now, _RETRY_MS)\n        return True",
        "        return False",
    )
    scene = charger(PICO, replacements=[careless])
    charge(scene)
    scene.world.hold_wire("sda")
    scene.board.run_for(4)
    assert "one held wire has blocked 2 transfers with the relay closed" in scene.violations


@pytest.mark.parametrize("board_id", [C6, PICO])
def test_after_a_held_wire_both_parts_come_back_when_the_relay_has_opened(charger, board_id):
    scene = charger(board_id, NO_GATE)
    charge(scene)
    catch(scene, nth=20)
    scene.board.run_for(5)
    scene.world.hold_wire(None)
    scene.world.unplug()
    assert scene.wait(lambda: scene.world.panel.shows("Available"), 45), said(scene)
    charge(scene)


def test_with_a_watchdog_too_short_for_it_the_display_is_not_used_and_the_log_says_so(charger):
    scene = charger(C6, "safety.watchdog_seconds=4")
    assert scene.wait(lambda: scene.status == "Available", 15)
    assert (
        "not used: [safety] watchdog_seconds is too short for the 6150 ms that a held wire may take"
        in said(scene)
    )
    assert not scene.world.panel.on
    # The reader has the bus for itself then, and no held wire blocks that.
    charge(scene)
    catch(scene, nth=5)
    assert opens_after(scene) < 0.05
    assert scene.stuck == []


def test_memory_that_the_chip_lacks_for_a_transfer_loses_the_parts_and_no_task_fails(charger):
    scene = charger(C6)
    charge(scene)
    scene.world.i2c.out_of_memory = True
    assert scene.wait(lambda: not scene.world.relay_closed, 5), "a reader lost during a charge ends it"
    assert "card   lost: out of memory" in said(scene) or "card   lost: does not answer" in said(scene)
    scene.world.i2c.out_of_memory = False
    scene.world.unplug()
    assert scene.wait(lambda: scene.world.panel.shows("Available"), 10), said(scene)
    assert "failed" not in said(scene)
    charge(scene)


def test_no_pass_of_the_display_takes_longer_than_its_budget(charger):
    scene = charger(PICO)
    charge(scene)
    scene.world.swipe(UID)
    scene.board.run_for(3)
    scene.world.unplug()
    scene.board.run_for(3)
    assert scene.world.panel.shows("Available")
    assert "display took" not in said(scene)
