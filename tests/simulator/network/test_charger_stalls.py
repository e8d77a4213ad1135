# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""After a stall the charger, as deployed, reads its inputs afresh: one swipe stays one swipe, one press one press.

The stalls are real ones of the firmware; each test waits for one to begin, and acts around it.
"""

import pytest
from chargerctl.simulator.chaos import phases

UID = "04A2B3C4"
ESP32, RP2 = "seeed_xiao_esp32c6", "raspberry_pi_pico_w"


def ready(charger):
    charger.until(lambda: charger.scene.online and charger.scene.status == "Available", 120)


def charge(charger):
    ready(charger)
    charger.world.plug()
    charger.wait(2)
    charger.world.swipe(UID)
    charger.until(lambda: charger.world.relay_closed, 20)
    charger.wait(3)


def look_for(charger, phase, then):
    """Call `then()` from within the program as soon as it is in `phase`."""

    def look():
        if phases.phase(charger.board) == phase:
            then()
        else:
            charger.scene.later(0.0007, look)

    look()


def cards(charger):
    return charger.said("card   " + UID)


def associate(charger):
    """ESP32: seconds, relay open. RP2: half a second."""
    charger.network.wifi(False)
    return "associate"


def connect(charger):
    """3 s with the relay open, 200 ms with it closed."""
    charger.network.faults.syn_black_hole = True
    charger.scene.broker.restart()
    return "connect"


def send(charger):
    """RP2: a send while memory is short; as long as that lasts."""
    charger.network.faults.memory_short = True
    charger.scene.later(1.5, lambda: setattr(charger.network.faults, "memory_short", False))
    return "publish"


STALLS = [(ESP32, associate), (ESP32, connect), (RP2, associate), (RP2, connect)]


@pytest.mark.parametrize(("board_id", "stall"), STALLS)
@pytest.mark.parametrize("hold_s", [0.7, 2.0])
def test_a_card_held_over_a_stall_is_one_swipe(make_charger, board_id, stall, hold_s):
    charger = make_charger(board_id, ocpp__offline_authorization="true", safety__min_off_seconds="0").on()
    charge(charger)
    seen = len(cards(charger))
    phase = stall(charger)
    # The longer stalls wait for the relay to open: the card that opens it still lies there.
    charger.wait(25)
    stalled = []
    look_for(charger, phase, lambda: stalled.append(charger.scene.now_s))
    charger.world.swipe(UID, hold_s)
    charger.wait(hold_s + 6)
    assert stalled
    assert len(cards(charger)) == seen + 1
    assert not charger.world.relay_closed


def test_a_card_held_while_a_send_stalls_is_one_swipe(make_charger):
    charger = make_charger(RP2, ocpp__meter_value_sample_interval="1").on()
    charge(charger)
    seen = len(cards(charger))
    stalled = []
    look_for(charger, send(charger), lambda: stalled.append(charger.scene.now_s))
    charger.world.swipe(UID, 2.5)
    charger.wait(8)
    assert stalled
    assert len(cards(charger)) == seen + 1
    assert not charger.world.relay_closed


def test_the_same_card_counts_again_once_it_was_away(charger):
    charge(charger.on())
    charger.world.swipe(UID)
    charger.until(lambda: not charger.world.relay_closed, 2)
    charger.wait(12)
    charger.world.swipe(UID)
    charger.until(lambda: charger.world.relay_closed, 5)
    assert len(cards(charger)) == 3


@pytest.mark.parametrize(("board_id", "stall"), STALLS)
def test_an_unplug_in_a_stall_is_one_unplug(make_charger, board_id, stall):
    charger = make_charger(board_id, safety__max_stall_ms="1000").on()
    charge(charger)
    phase = stall(charger)
    unplugged = []
    if (board_id, stall) == (ESP32, associate):
        # It waits for the relay.
        unplugged.append(charger.world.unplug())
    else:
        look_for(charger, phase, lambda: unplugged.append(charger.world.unplug()))
    charger.until(lambda: unplugged, 30)
    charger.wait(3)
    assert not charger.world.relay_closed
    assert not charger.world.lock_engaged
    assert len(charger.said("state  Charging -> ")) == 1


@pytest.mark.parametrize(("board_id", "stall"), STALLS)
def test_a_cable_that_was_out_in_a_stall_settles_anew_before_the_relay_closes(make_charger, board_id, stall):
    charger = make_charger(board_id, ocpp__offline_authorization="true").on()
    ready(charger)
    phase = stall(charger)
    charger.world.plug()
    back_s = []

    def flutter():
        charger.world.unplug()
        charger.scene.later(0.05, lambda: (charger.world.plug(), back_s.append(charger.scene.now_s)))
        charger.world.swipe(UID, 5)

    look_for(charger, phase, flutter)
    charger.until(lambda: charger.world.relay_closed, 60)
    assert charger.scene.now_s - back_s[0] >= 0.5


@pytest.mark.parametrize(("board_id", "stall"), STALLS)
def test_a_service_button_held_over_a_stall_clears_nothing_that_comes_after(make_charger, board_id, stall):
    charger = make_charger(board_id, hardware__estop_pin="MTDI" if board_id == ESP32 else "GP20").on()
    ready(charger)
    world = charger.world
    world.press("estop")
    charger.wait(0.2)
    world.release("estop")
    charger.wait(0.2)
    world.press("service")
    charger.wait(0.2)
    assert len(charger.said("fault cleared")) == 1
    stalled = []
    look_for(charger, stall(charger), lambda: stalled.append(world.press("estop")))
    charger.until(lambda: len(charger.said("fault latched")) == 2, 60)
    world.release("estop")
    charger.wait(3)
    assert len(charger.said("fault cleared")) == 1
    world.release("service")
    charger.wait(5)
    world.press("service")
    charger.until(lambda: len(charger.said("fault cleared")) == 2, 10)


@pytest.mark.parametrize(("board_id", "stall"), STALLS)
def test_an_emergency_stop_held_over_the_end_of_a_stall_latches_once(make_charger, board_id, stall):
    charger = make_charger(board_id, hardware__estop_pin="MTDI" if board_id == ESP32 else "GP20").on()
    ready(charger)
    look_for(charger, stall(charger), lambda: charger.world.press("estop"))
    charger.until(lambda: charger.said("fault latched: EmergencyStop"), 60)
    charger.world.release("estop")
    charger.wait(5)
    assert len(charger.said("fault latched")) == 1
    assert not charger.said("fault cleared")


# Wi-Fi and memory


def test_a_pico_that_loses_its_network_in_a_charge_rejoins_after_it(make_charger):
    """Leaving the old network first takes half a second, and by default the relay allows a quarter."""
    charger = make_charger(RP2).on()
    charge(charger)
    charger.network.wifi(False)
    charger.wait(20)
    charger.network.wifi(True)
    joins = []
    look_for(charger, "associate", lambda: joins.append(charger.scene.now_s))
    charger.wait(60)
    assert charger.world.relay_closed
    assert joins == []
    assert charger.said("wifi   Joining simulated waits until the relay is open")
    charger.world.unplug()
    charger.until(lambda: charger.scene.online, 40)


def test_or_during_it_where_the_owner_accepts_half_a_second(make_charger):
    charger = make_charger(RP2, safety__max_stall_ms="500").on()
    charge(charger)
    charger.network.wifi(False)
    charger.wait(20)
    charger.network.wifi(True)
    charger.until(lambda: charger.scene.online, 60)
    assert charger.world.relay_closed
