# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The questions at the console: what the answer says, and that a hold keeps the relay open for its minutes and no longer."""

import pytest
from charger import VERSION, maintenance
from chargerctl.monitor.charger import Charger
from chargerctl.monitor.entries import BoardLine
from chargerctl.monitor.events import Said

HELD = "asked relay open, no transaction, held open for 5 min"
MINUTES_S = maintenance.HOLD_MINUTES * 60


def ask(rig, question):
    """The lines of the answer."""
    return [f"{tag} {text}" for tag, text in maintenance.answer(question, rig.console.charger, rig.now)]


def answer(rig, question):
    return next(line for line in ask(rig, question) if line.startswith("asked"))


def status(rig):
    return rig.statuses()[-1]


def test_an_idle_charger_says_so_and_what_a_doctor_wants_to_know(rig):
    rig.run(11_000)
    assert ask(rig, "?relay") == [
        "asked relay open, no transaction, not held",
        "view phase=Available relay=open cable=out energy_wh=None elapsed_s=None online=yes",
        f"asked firmware {VERSION}, serial t-1, up 11 s, fault None, crashes 0",
        "memory 1 byte free",
    ]
    assert rig.statuses() == ["Available"]


def test_during_a_charge_nothing_is_held(rig):
    rig.charge()
    rig.meter.energy_wh += 7
    assert "view phase=Charging relay=closed cable=in energy_wh=7 elapsed_s=1 online=yes" in ask(
        rig, "?relay"
    )
    assert answer(rig, "?hold") == "asked relay closed, transaction, not held"
    rig.run(1000)
    assert rig.relay.closed
    assert status(rig) == "Charging"


def test_the_panel_of_a_monitor_understands_the_answer(rig):
    rig.charge()
    rig.meter.energy_wh += 7
    charger = Charger()
    for tag, text in maintenance.answer("?relay", rig.console.charger, rig.now):
        charger.see(BoardLine(100.0, Said(text, text, tag, 1.0)))
    assert (charger.phase, charger.relay, charger.cable, charger.fault) == ("Charging", "closed", "in", None)
    assert (charger.energy_wh, charger.charging_since, charger.online) == (7, 99.0, True)
    assert (charger.firmware, charger.serial) == (VERSION, "t-1")


def test_a_transaction_without_energy_is_not_held_either(rig):
    rig.charge()
    rig.cable.on = False
    rig.step()
    assert not rig.relay.closed
    assert answer(rig, "?hold") == "asked relay open, transaction, not held"


def test_a_cable_that_is_just_being_freed_comes_first(rig):
    rig.charge()
    rig.swipe()
    assert rig.interlock.busy
    assert answer(rig, "?hold") == "asked relay open, no transaction, not held"
    rig.run(1000)
    assert answer(rig, "?hold") == HELD


def test_held_the_connector_is_unavailable_and_nothing_closes_the_relay(rig):
    rig.run(11_000)
    rig.plug()
    assert answer(rig, "?hold") == HELD
    rig.run(500)
    assert status(rig) == "Unavailable"
    rig.swipe()
    assert rig.screen.notices[-1] == "Out of Service"
    assert rig.call("RemoteStartTransaction", {"idTag": "app-1"})[2] == {"status": "Rejected"}
    rig.run(5000)
    assert not rig.relay.closed
    assert not rig.calls("StartTransaction")


def test_the_interlock_itself_refuses_while_it_has_a_hold(rig):
    rig.run(11_000)
    rig.plug()
    ask(rig, "?hold")
    rig.interlock.lock_cable()
    rig.interlock.permit(rig.now)
    rig.run(1000)
    assert rig.interlock.permitted
    assert not rig.relay.closed
    rig.interlock.hold = None
    rig.run(20)
    assert rig.relay.closed, "it was the hold alone"


def test_somebody_who_is_authorised_and_has_no_cable_yet_is_told(rig):
    rig.run(11_000)
    rig.swipe()
    rig.run(500)
    assert answer(rig, "?hold") == HELD
    assert rig.screen.notices[-1] == "Out of Service"
    rig.plug()
    rig.run(2000)
    assert not rig.relay.closed


def test_it_ends_by_itself_and_the_next_card_charges(rig):
    rig.run(11_000)
    rig.plug()
    ask(rig, "?hold")
    rig.wait(MINUTES_S - 1)
    assert status(rig) == "Unavailable"
    rig.wait(2)
    assert "asked the hold has ended" in rig.log_lines
    assert status(rig) == "Preparing"
    rig.swipe()
    rig.run(1000)
    assert rig.relay.closed


def test_asked_again_the_time_starts_anew_and_free_ends_it(rig):
    rig.run(11_000)
    ask(rig, "?hold")
    rig.wait(MINUTES_S - 10)
    assert answer(rig, "?relay") == "asked relay open, no transaction, held open for 1 min"
    assert answer(rig, "?hold") == HELD
    rig.wait(60)
    assert status(rig) == "Unavailable"
    assert answer(rig, "?free") == "asked relay open, no transaction, not held"
    rig.run(500)
    assert status(rig) == "Available"
    rig.wait(MINUTES_S)
    assert rig.log_lines.count("asked the hold has ended") == 1


@pytest.mark.parametrize("kind", ["Operative", "Inoperative"])
def test_what_the_central_system_wants_meanwhile_counts_afterwards(rig, kind):
    rig.run(11_000)
    ask(rig, "?hold")
    rig.run(100)
    rig.call("ChangeAvailability", {"connectorId": 1, "type": kind})
    rig.run(1000)
    assert status(rig) == "Unavailable"
    assert not rig.console.charger.controller.state.operative
    rig.wait(MINUTES_S + 1)
    assert status(rig) == ("Available" if kind == "Operative" else "Unavailable")


def test_a_fault_outranks_it(rig):
    rig.run(11_000)
    ask(rig, "?hold")
    rig.interlock.latch("GroundFailure")
    rig.run(1000)
    assert status(rig) == "Faulted"
    rig.wait(MINUTES_S + 1)
    assert status(rig) == "Faulted"
    assert rig.interlock.hold is None


@pytest.mark.parametrize("text", ["?", "?Hold", "hold", "?hold ", "?relay?"])
def test_anything_else_is_ignored(rig, text):
    rig.run(11_000)
    assert ask(rig, text) == []
