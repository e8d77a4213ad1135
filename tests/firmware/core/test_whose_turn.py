# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Several customers at one charger: whose authorisation, charge and cable it is, and that nobody is locked in."""

import pytest

from tests.firmware import rig as rig_module

OTHER = "04999999"
REFUSALS = {
    "refused": {"idTagInfo": {"status": "Invalid"}},
    "nonsense": {},
    "accepted": {"idTagInfo": {"status": "Accepted"}},
    "of the same group": {"idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}},
    "unanswered": None,
}


@pytest.mark.parametrize("remote", [True, False], ids=["remote start", "card"])
@pytest.mark.parametrize("answer", REFUSALS)
def test_another_card_takes_nothing_from_who_waits_for_a_cable(rig, remote, answer):
    rig.answers["Authorize"] = lambda p: (
        REFUSALS[answer] if p["idTag"] == OTHER else REFUSALS["of the same group"]
    )
    rig.run(11_000)
    if remote:
        rig.call("RemoteStartTransaction", {"idTag": "app-1"})
    else:
        rig.swipe()
    rig.run(500)
    rig.swipe(OTHER)
    rig.run(1000)
    assert rig.calls("Authorize")[-1] == {"idTag": OTHER}
    assert rig.statuses()[-1] == "Preparing"
    rig.plug()
    rig.run(500)
    assert rig.relay.closed
    if answer == "unanswered":
        rig.run(31_000)
    assert [start["idTag"] for start in rig.calls("StartTransaction")] == ["app-1" if remote else "04A2B3C4"]


def test_an_offline_card_takes_nothing_from_who_waits_for_a_cable(rig):
    rig.run(11_000)
    rig.swipe()
    rig.run(500)
    rig.link.connected = False
    rig.swipe(OTHER)
    rig.run(500)
    assert rig.screen.notices[-1] == "Offline"
    rig.plug()
    rig.run(500)
    assert rig.relay.closed


def test_the_connection_timeout_goes_on_while_others_try_their_cards(make_rig):
    rig = make_rig(OCPP_CONNECTION_TIMEOUT="10")
    rig.answers["Authorize"] = lambda p: REFUSALS["refused" if p["idTag"] == OTHER else "accepted"]
    rig.run(11_000)
    rig.swipe()
    for _ in range(3):
        rig.run(3000)
        rig.swipe(OTHER)
    assert rig.statuses()[-1] == "Preparing"
    rig.run(1100)
    assert rig.statuses()[-1] == "Available"
    rig.plug()
    assert not rig.relay.closed


def test_a_card_that_is_accepted_as_the_first_ones_time_ends_has_its_own_time(make_rig):
    rig = make_rig(OCPP_CONNECTION_TIMEOUT="10")
    rig.answers["Authorize"] = lambda p: None if p["idTag"] == OTHER else REFUSALS["accepted"]
    rig.run(11_000)
    rig.swipe()
    rig.run(9000)
    rig.swipe(OTHER)
    unique_id = rig.link.sent[-1][1]
    rig.run(2000)
    rig.link.deliver([3, unique_id, REFUSALS["accepted"]])
    rig.run(9000)
    rig.plug()
    rig.run(500)
    assert rig.calls("StartTransaction")[0]["idTag"] == OTHER


def test_a_card_that_is_accepted_in_the_very_pass_in_which_the_first_ones_time_ends_has_its_own_time(
    make_rig,
):
    def asked():
        rig = make_rig(OCPP_CONNECTION_TIMEOUT="10")
        rig.answers["Authorize"] = lambda p: None if p["idTag"] == OTHER else REFUSALS["accepted"]
        rig.run(11_000)
        rig.swipe()
        rig.run(9000)
        rig.swipe(OTHER)
        return rig

    rig, passes = asked(), 0
    while "state neither cable nor card within the connection timeout" not in rig.log_lines:
        rig.run(5)
        passes += 1
    rig = asked()
    rig.run((passes - 1) * 5)
    rig.link.deliver([3, rig.link.sent[-1][1], REFUSALS["accepted"]])
    rig.run(9000)
    rig.plug()
    rig.run(500)
    assert rig.calls("StartTransaction")[0]["idTag"] == OTHER


@pytest.mark.requirement("behaviour 21", "A cable without a card is Finishing after ConnectionTimeOut")
def test_a_cable_without_a_card_is_finishing_after_the_connection_timeout(make_rig):
    """ERR 3.20. One that is in at the start begins as Preparing; a refused card does not start the time anew."""
    rig = make_rig(cable_in=True, OCPP_CONNECTION_TIMEOUT="10")
    rig.answers["Authorize"] = REFUSALS["refused"]
    rig.run(8000)
    assert rig.statuses() == ["Preparing"]
    rig.swipe()
    rig.run(4000)
    assert rig.statuses() == ["Preparing", "Finishing"]
    rig.answers["Authorize"] = REFUSALS["accepted"]
    rig.swipe()
    rig.run(500)
    assert rig.relay.closed


@pytest.mark.requirement("SPEC 3.10", "A blank parent names no group")
@pytest.mark.parametrize("parent", ["", " ", "\t", "\u00a0", "\x00", None, 7, [], {}, True])
def test_a_parent_that_is_blank_or_no_text_names_no_group(rig, parent):
    rig.answers["Authorize"] = {"idTagInfo": {"status": "Accepted", "parentIdTag": parent}}
    rig.answers["StartTransaction"] = {
        "idTagInfo": {"status": "Accepted", "parentIdTag": parent},
        "transactionId": 7,
    }
    rig.charge()
    rig.swipe(OTHER)
    rig.run(1000)
    assert rig.relay.closed
    assert not rig.calls("StopTransaction")
    assert rig.screen.notices[-1] == "In Use"


@pytest.mark.parametrize(
    ("at_authorize", "at_start", "frees", "holds"),
    [
        (None, "P1", "p1", "P2"),
        ("P2", "P1", "P1", "P2"),
        ("P1", None, "P1", "P2"),
        ("P1", "", "P1", ""),
    ],
)
def test_the_parent_that_the_central_system_named_last_frees_a_held_cable(
    rig, at_authorize, at_start, frees, holds
):
    """ERR 3.5, also when the two answers about one card differ."""
    parents = {"04A2B3C4": at_authorize, "STRANGER": holds, "SPOUSE": frees}
    rig.answers["Authorize"] = lambda p: {
        "idTagInfo": {"status": "Accepted", "parentIdTag": parents[p["idTag"]]}
    }
    rig.answers["StartTransaction"] = {
        "idTagInfo": {"status": "Blocked", "parentIdTag": at_start},
        "transactionId": 9,
    }
    rig.run(11_000)
    rig.plug()
    rig.swipe()
    rig.run(1000)
    assert rig.lock.engaged
    rig.swipe("STRANGER")
    rig.run(500)
    assert rig.lock.engaged
    rig.swipe("SPOUSE")
    rig.run(500)
    assert not rig.lock.engaged


def remote_charge(rig):
    rig.run(11_000)
    rig.plug()
    rig.call("RemoteStartTransaction", {"idTag": "app-1"})
    rig.run(500)
    assert rig.relay.closed


@pytest.mark.parametrize("allowed", ["true", "false"])
def test_while_nobody_answers_any_card_ends_a_charge_that_was_started_remotely(make_rig, allowed):
    rig = make_rig(OCPP_OFFLINE_AUTHORIZATION=allowed)
    remote_charge(rig)
    rig.swipe(OTHER)
    rig.run(500)
    assert rig.relay.closed, "the central system answers: In Use"
    rig.link.connected = False
    rig.swipe(OTHER)
    rig.run(500)
    assert not rig.relay.closed
    assert not rig.lock.engaged
    rig.link.connected = True
    rig.run(1000)
    (stop,) = rig.calls("StopTransaction")
    assert (stop["reason"], stop["idTag"]) == ("Local", OTHER)


def test_while_nobody_answers_another_card_does_not_end_the_charge_of_a_card(make_rig):
    rig = make_rig(OCPP_OFFLINE_AUTHORIZATION="true")
    rig.charge()
    rig.link.connected = False
    rig.swipe(OTHER)
    rig.run(500)
    assert rig.relay.closed
    rig.swipe()
    rig.run(500)
    assert not rig.lock.engaged


@pytest.mark.parametrize("start", [remote_charge, lambda rig: rig.charge()], ids=["remote start", "card"])
def test_the_service_button_ends_a_charge_and_frees_the_cable(rig, start):
    start(rig)
    rig.link.connected = False
    rig.service_button.on = True
    rig.run(500)
    assert not rig.relay.closed
    assert not rig.lock.engaged
    rig.link.connected = True
    rig.run(1000)
    (stop,) = rig.calls("StopTransaction")
    assert stop["reason"] == "Local"
    assert "idTag" not in stop


@pytest.mark.usefixtures("held")
def test_the_service_button_frees_a_held_cable_and_takes_no_authorisation(rig):
    rig.service_button.on = True
    rig.run(500)
    assert not rig.lock.engaged
    rig.service_button.on = False
    rig.unplug()
    rig.answers["StartTransaction"] = {"idTagInfo": {"status": "Accepted"}, "transactionId": 10}
    rig.run(11_000)
    rig.swipe()
    rig.run(200)
    rig.service_button.on = True
    rig.run(200)
    rig.plug()
    rig.run(500)
    assert rig.relay.closed


def without_reader(rig):
    rig.card_reader.fitted = False


def with_lost_reader(rig):
    rig.card_reader.lost = True


@pytest.mark.parametrize("lacks", [without_reader, with_lost_reader])
@pytest.mark.parametrize("part", ["service_button", "lock"])
def test_with_neither_reader_nor_button_a_remote_charge_ends_when_the_central_system_is_gone(
    make_rig, monkeypatch, lacks, part
):
    """A plug that no lock holds can be taken out at any time: such a charge goes on."""
    kind = {"service_button": rig_module.Contact, "lock": rig_module.Lock}[part]
    monkeypatch.setattr(kind, "fitted", False)
    rig = make_rig(OCPP_CONNECTION_TIMEOUT="20")
    lacks(rig)
    remote_charge(rig)
    rig.link.connected = False
    rig.run(19_000)
    assert rig.relay.closed
    rig.run(2000)
    ended = part == "service_button"
    assert rig.relay.closed is not ended
    assert rig.lock.engaged is not ended
    rig.link.connected = True
    rig.run(1000)
    assert [stop["reason"] for stop in rig.calls("StopTransaction")] == (["Other"] if ended else [])


@pytest.mark.parametrize("meter_values", ["0", "60"])
def test_nor_is_its_customer_locked_in_by_a_central_system_that_is_silent_on_a_good_link(
    make_rig, monkeypatch, meter_values
):
    monkeypatch.setattr(rig_module.Contact, "fitted", False)
    rig = make_rig(
        OCPP_CONNECTION_TIMEOUT="20",
        OCPP_METER_VALUE_SAMPLE_INTERVAL=meter_values,
        OCPP_SUSPENDED_EV_SECONDS="0",
    )
    without_reader(rig)
    remote_charge(rig)
    rig.run(1000)
    rig.answers = dict.fromkeys(rig.answers)
    rig.wait(420)
    assert not rig.relay.closed
    assert not rig.lock.engaged
    assert "ocpp no answer to " + ("Heartbeat" if meter_values == "0" else "MeterValues") in rig.log_lines


def test_one_heartbeat_that_is_lost_on_the_way_ends_no_charge(make_rig, monkeypatch):
    monkeypatch.setattr(rig_module.Contact, "fitted", False)
    rig = make_rig(
        OCPP_CONNECTION_TIMEOUT="20", OCPP_METER_VALUE_SAMPLE_INTERVAL="0", OCPP_SUSPENDED_EV_SECONDS="0"
    )
    without_reader(rig)
    remote_charge(rig)
    answer = rig.answers["Heartbeat"]
    rig.answers["Heartbeat"] = lambda _: answer if len(rig.calls("Heartbeat")) > 1 else None
    rig.wait(500)
    assert rig.log_lines.count("ocpp no answer to Heartbeat") == 1
    assert rig.relay.closed


def test_another_card_does_not_lengthen_the_first_ones_authorisation(make_rig):
    """It lapses by its own age, although another was accepted since."""
    rig = make_rig(OCPP_CONNECTION_TIMEOUT="20", SAFETY_STALE_AUTHORIZATION_SECONDS="20")
    rig.run(11_000)
    rig.swipe()
    rig.run(10_000)
    rig.swipe(OTHER)
    rig.run(8950)
    rig.plug()
    rig.run(1000)
    assert not rig.calls("StartTransaction")


def test_a_parent_frees_a_held_cable_also_while_nothing_could_start(make_rig):
    rig = make_rig(SAFETY_MAX_CYCLES_PER_HOUR="1")
    group = {"idTagInfo": {"status": "Accepted", "parentIdTag": "FAMILY"}}
    rig.answers["Authorize"] = group
    rig.answers["StartTransaction"] = {"idTagInfo": {"status": "Blocked"}, "transactionId": 9}
    rig.run(11_000)
    rig.plug()
    start, rig.answers["StartTransaction"] = rig.answers["StartTransaction"], None
    rig.swipe()
    rig.run(1000)
    assert rig.relay.closed
    rig.link.deliver([3, rig.link.sent[-1][1], start])
    rig.run(500)
    assert rig.lock.engaged
    rig.swipe(OTHER)
    rig.run(500)
    assert not rig.lock.engaged
