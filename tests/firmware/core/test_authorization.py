# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Cards: the authorization cache, what is decided without an answer, remote starts and refused starts, the vehicle's end
of the cable, and UnlockConnector."""

import pytest
from charger.journal import CARDS
from charger.visit import visit

from tests.firmware.core.parts import parts

CARD = "04A2B3C4"
OTHER = "0511223344"
UNTIL = "2026-11-22T08:00:00Z"


def answer(status="Accepted", **more):
    return {"idTagInfo": {"status": status, **more}}


def configure(rig, **values):
    for name, value in values.items():
        assert hasattr(parts(rig).configuration, name)
        setattr(parts(rig).configuration, name, value)


def present(rig, uid=CARD, ms=300):
    rig.swipe(uid)
    rig.run(ms)


def learn(rig, uid, info):
    """The central system has answered about this card; nothing was started."""
    rig.answers["Authorize"] = info
    present(rig, uid, 200)
    if info["idTagInfo"]["status"] == "Accepted":
        # Presented again: ends the wait for a cable.
        present(rig, uid, 200)


def cut(rig):
    rig.link.connected = False
    rig.run(100)


def places(rig):
    return [rig.journal.get(CARDS + place) for place in range(20)]


@pytest.fixture
def ready(rig):
    rig.run(11000)
    return rig


@pytest.mark.requirement("SPEC 3.5", "LocalAuthorizeOffline decides about a cached card offline")
@pytest.mark.requirement(
    "SPEC 3.5.1", "The cache has every card, accepted or not; AuthorizationCacheEnabled switches it"
)
@pytest.mark.requirement(
    "SPEC 3.5", "Offline, a card that the cache has as Accepted starts a transaction; any other does not"
)
@pytest.mark.requirement("behaviour 14", "Cards that are not Accepted or have expired are refused offline")
@pytest.mark.parametrize(
    ("info", "keys", "charges"),
    [
        (answer(), {}, True),
        (answer(), {"local_authorize_offline": False}, False),
        (answer(), {"authorization_cache_enabled": False}, False),
        (answer(), {"local_authorize_offline": False, "allow_offline_tx_for_unknown_id": True}, True),
        (answer("Blocked"), {}, False),
        (answer("Blocked"), {"allow_offline_tx_for_unknown_id": True}, False),
        (
            answer("Blocked"),
            {"allow_offline_tx_for_unknown_id": True, "local_authorize_offline": False},
            False,
        ),
        (answer("ConcurrentTx"), {"allow_offline_tx_for_unknown_id": True}, False),
        (answer("NoSuchStatus"), {"allow_offline_tx_for_unknown_id": True}, False),
        (answer(expiryDate=UNTIL), {}, True),
        (answer(expiryDate="2026-11-22T07:30:05Z"), {"allow_offline_tx_for_unknown_id": True}, False),
        (answer(expiryDate="9999-12-31T23:59:59Z"), {}, True),
        (answer(expiryDate="soon"), {}, False),
        (answer(expiryDate=17), {}, False),
        (answer(expiryDate=None), {}, True),
    ],
)
def test_offline_the_cache_and_then_the_keys_decide(ready, info, keys, charges):
    learn(ready, CARD, info)
    configure(ready, **keys)
    ready.rtc += 60
    ready.plug()
    cut(ready)
    present(ready)
    assert ready.relay.closed == charges
    assert len(ready.calls("Authorize")) == 1


@pytest.mark.requirement("SPEC 3.5.1", "An entry expires while the charger runs")
def test_a_card_expires_while_the_charger_runs(ready):
    learn(ready, CARD, answer(expiryDate=UNTIL))
    cut(ready)
    ready.plug()
    ready.rtc += 3600
    present(ready)
    assert not ready.relay.closed
    assert ready.screen.notices[-1] == "Rejected"


@pytest.mark.parametrize("allowed", [True, False])
def test_a_card_that_nobody_knows_is_accepted_offline_only_if_the_key_says_so(ready, allowed):
    """AllowOfflineTxForUnknownId, from [ocpp] offline_authorization."""
    configure(ready, allow_offline_tx_for_unknown_id=allowed)
    cut(ready)
    ready.plug()
    present(ready)
    assert ready.relay.closed == allowed


@pytest.mark.requirement("SPEC 3.5", "A central system that does not answer counts as offline")
def test_a_silent_central_system_counts_as_offline(ready):
    learn(ready, CARD, answer())
    ready.answers["Authorize"] = None
    ready.plug()
    present(ready)
    assert not ready.relay.closed
    ready.run(11000)
    assert ready.relay.closed


@pytest.mark.requirement("SPEC 4.1", "The answer updates the cache")
@pytest.mark.requirement("SPEC 4.8", "The answer updates the cache")
@pytest.mark.requirement("SPEC 4.10", "The answer updates the cache")
@pytest.mark.requirement(
    "SPEC 3.5.1", "Authorize, StartTransaction and StopTransaction update the cache, the last one counts"
)
def test_each_answer_about_a_card_updates_the_cache(ready):
    ready.charge()
    present(ready)
    ready.run(1000)
    assert len(ready.calls("StopTransaction")) == 1
    ready.answers["StartTransaction"] = {**answer("Blocked"), "transactionId": 8}
    present(ready)
    ready.run(12000)
    present(ready)
    cut(ready)
    configure(ready, allow_offline_tx_for_unknown_id=True)
    present(ready)
    assert ready.screen.notices[-1] == "Rejected", "StartTransaction.conf said Blocked"
    ready.link.connected = True
    ready.answers["StartTransaction"] = {**answer(), "transactionId": 9}
    ready.run(12000)
    present(ready)
    assert ready.relay.closed
    ready.answers["StopTransaction"] = answer("Expired")
    present(ready)
    ready.run(1000)
    cut(ready)
    present(ready)
    assert not ready.relay.closed, "StopTransaction.conf said Expired"


@pytest.mark.requirement("SPEC 3.5.1", "A full cache loses cards that are not valid first, then the oldest")
def test_a_full_cache_loses_the_refused_cards_first_and_then_the_oldest(ready):
    for number in range(16):
        learn(ready, f"0000{number:04X}", answer("Blocked" if number == 9 else "Accepted"))
    assert sum(record is not None for record in places(ready)) == 16
    cache = visit("ocpp.cache")

    def known(number):
        return cache.look(ready.journal, ready.rtc, [], f"0000{number:04X}")[0]

    assert [known(number) for number in (0, 9, 15)] == ["Accepted", "Blocked", "Accepted"]
    learn(ready, "00000010", answer())
    assert [known(number) for number in (0, 9, 16)] == ["Accepted", None, "Accepted"]
    learn(ready, "00000011", answer())
    assert [known(number) for number in (0, 1, 17)] == [None, "Accepted", "Accepted"]


def test_a_card_that_comes_every_day_does_not_wear_out_the_flash(ready):
    learn(ready, CARD, answer(parentIdTag="FAMILY"))
    before = places(ready)
    for _ in range(3):
        learn(ready, CARD, answer(parentIdTag="FAMILY"))
    assert places(ready) == before
    assert sum(len(record or b"") for record in before) == 8 + 4 + 6


@pytest.mark.requirement("SPEC 3.9", "idTags are the same in upper and lower case")
@pytest.mark.parametrize("tag", ["04a2b3c4", "App-User.7", "x" * 20, "0" * 19])
def test_any_id_tag_is_found_again_in_whatever_case(ready, tag):
    """Behaviour 13: never assumed to be hex."""
    news = [(tag, "Accepted", "Group-1", None), ("AB", "Blocked", "ab", None)]
    cache = visit("ocpp.cache")
    assert cache.look(ready.journal, ready.rtc, news, tag.swapcase()) == ("Accepted", "GROUP-1")
    assert cache.look(ready.journal, ready.rtc, news, "ab") == ("Blocked", "AB")
    assert news == []
    assert cache.look(ready.journal, None, [], tag) == ("Accepted", "GROUP-1")


def test_without_a_known_time_a_card_that_can_expire_is_not_trusted(ready):
    news = [(CARD, "Accepted", None, UNTIL)]
    assert visit("ocpp.cache").look(ready.journal, None, news, CARD) == ("Expired", None)


@pytest.mark.requirement("SPEC 3.5", "LocalPreAuthorize starts without waiting")
@pytest.mark.requirement("SPEC 9.1.13", "LocalPreAuthorize starts from the cache without an Authorize")
def test_local_pre_authorize_starts_from_the_cache_while_online(ready):
    learn(ready, CARD, answer())
    learn(ready, OTHER, answer("Blocked"))
    assert len(ready.calls("Authorize")) == 2
    configure(ready, local_pre_authorize=True)
    ready.answers["Authorize"] = answer()
    ready.plug()
    present(ready)
    assert ready.relay.closed
    assert len(ready.calls("Authorize")) == 2
    present(ready)
    ready.run(12000)
    # A card that is not valid may have become so: the central system is asked (SPEC 3.5.1).
    present(ready, OTHER)
    assert ready.calls("Authorize")[2:] == [{"idTag": OTHER}]
    assert ready.relay.closed


def test_offline_a_card_of_the_same_group_ends_the_charge(ready):
    learn(ready, OTHER, answer(parentIdTag="family"))
    ready.answers["Authorize"] = answer(parentIdTag="FAMILY")
    ready.charge()
    cut(ready)
    present(ready, OTHER)
    assert not ready.relay.closed


def test_the_cache_is_read_only_where_that_may_block(ready):
    learn(ready, OTHER, answer(parentIdTag="family"))
    ready.answers["Authorize"] = answer(parentIdTag="FAMILY")
    ready.charge()
    cut(ready)
    ready.stalls.allow = lambda ms: False
    present(ready, OTHER)
    assert ready.relay.closed
    assert ready.screen.notices[-1] == "Offline"
    present(ready)
    assert not ready.relay.closed


@pytest.mark.requirement("SPEC 5.4", "ClearCache empties the cache and touches no transaction")
@pytest.mark.requirement("ERR 3.23", "ClearCache without a cache is Rejected")
def test_clear_cache(ready):
    """Behaviour 25."""
    learn(ready, CARD, answer())
    ready.charge()
    ready.answers["StopTransaction"] = None
    present(ready)
    waiting = len(ready.journal)
    assert waiting
    configure(ready, authorization_cache_enabled=False)
    assert ready.call("ClearCache", {}, "c1")[2] == {"status": "Rejected"}
    assert any(places(ready))
    configure(ready, authorization_cache_enabled=True)
    assert ready.call("ClearCache", {}, "c2")[2] == {"status": "Accepted"}
    assert not any(places(ready))
    assert len(ready.journal) == waiting


@pytest.mark.requirement("SPEC 5.11", "AuthorizeRemoteTxRequests true: authorised as a local start would be")
@pytest.mark.parametrize("cable_first", [True, False])
def test_a_remote_start_is_authorised_first_where_the_key_says_so(ready, cable_first):
    """Behaviour 15; a charging profile is ignored."""
    configure(ready, authorize_remote_tx_requests=True)
    if cable_first:
        ready.plug()
    ready.answers["Authorize"] = None
    request = {"idTag": "app-1", "connectorId": 1, "chargingProfile": {"chargingProfileId": 1}}
    assert ready.call("RemoteStartTransaction", request)[2] == {"status": "Accepted"}
    ready.run(500)
    assert ready.calls("Authorize") == [{"idTag": "app-1"}]
    assert not ready.calls("StartTransaction")
    (frame,) = [frame for frame in ready.link.sent if frame[0] == 2 and frame[2] == "Authorize"]
    ready.link.deliver([3, frame[1], answer()])
    ready.run(300)
    if not cable_first:
        ready.plug()
        ready.run(300)
    assert ready.relay.closed
    assert ready.calls("StartTransaction")[0]["idTag"] == "app-1"


@pytest.mark.parametrize("key", [True, False])
def test_a_remote_start_that_the_central_system_refuses_afterwards(ready, key):
    configure(ready, authorize_remote_tx_requests=key)
    ready.answers["Authorize"] = answer("Blocked")
    ready.plug()
    assert ready.call("RemoteStartTransaction", {"idTag": "app-1"})[2] == {"status": "Accepted"}
    ready.run(500)
    assert ready.relay.closed != key
    assert len(ready.calls("Authorize")) == key


def refuse(rig, **keys):
    """Charges until StartTransaction is answered Blocked."""
    configure(rig, **keys)
    rig.answers["StartTransaction"] = None
    rig.charge()
    (frame,) = [frame for frame in rig.link.sent if frame[0] == 2 and frame[2] == "StartTransaction"]
    rig.link.deliver([3, frame[1], {**answer("Blocked", parentIdTag="FAMILY"), "transactionId": 7}])
    rig.run(200)


@pytest.mark.requirement("ERR 3.17", "A refused start stops the transaction or only its energy")
def test_a_refused_start_stops_only_the_energy_where_the_key_says_so(make_rig):
    """Behaviours 10 and 11."""
    rig = make_rig()
    refuse(rig, stop_transaction_on_invalid_id=False)
    assert not rig.relay.closed
    assert rig.lock.engaged
    assert not rig.calls("StopTransaction")
    assert rig.statuses()[-1] == "SuspendedEVSE"
    rig.wait(120)
    assert not rig.relay.closed
    rig.answers["Authorize"] = answer(parentIdTag="STRANGERS")
    present(rig, OTHER)
    assert rig.lock.engaged
    rig.answers["Authorize"] = answer(parentIdTag="family")
    present(rig, OTHER)
    assert not rig.lock.engaged
    assert rig.calls("StopTransaction")[-1]["reason"] == "Local"
    assert rig.statuses()[-1] == "Finishing"


@pytest.mark.requirement("ERR 3.17", "DeAuthorized, and the cable stays locked until its card")
def test_a_refused_start_stops_the_transaction_where_the_key_says_so(make_rig):
    rig = make_rig()
    refuse(rig, stop_transaction_on_invalid_id=True, max_energy_on_invalid_id_wh=500)
    assert rig.calls("StopTransaction")[-1]["reason"] == "DeAuthorized"
    assert rig.lock.engaged
    present(rig, CARD.lower())
    assert not rig.lock.engaged


@pytest.mark.requirement("SPEC 3.5.4", "MaxEnergyOnInvalidId allows so much energy after a refusal")
@pytest.mark.requirement("SPEC 9.1.14", "MaxEnergyOnInvalidId may still flow after the refusal")
def test_some_energy_may_still_flow_after_a_refusal(make_rig):
    rig = make_rig()
    refuse(rig, stop_transaction_on_invalid_id=False, max_energy_on_invalid_id_wh=500)
    assert rig.relay.closed
    rig.meter.energy_wh += 499
    rig.run(100)
    assert rig.relay.closed
    rig.meter.energy_wh += 1
    rig.run(100)
    assert not rig.relay.closed
    assert rig.statuses()[-1] == "SuspendedEVSE"
    present(rig)
    assert rig.calls("StopTransaction")[-1]["meterStop"] == 1500


def test_energy_that_cannot_be_measured_does_not_flow_after_a_refusal(make_rig):
    rig = make_rig()
    refuse(rig, stop_transaction_on_invalid_id=False, max_energy_on_invalid_id_wh=500)
    assert rig.relay.closed
    rig.meter.lost = True
    rig.run(100)
    assert not rig.relay.closed


@pytest.mark.requirement("SPEC 4.10", "StopTransactionOnEVSideDisconnect false has priority over unlocking")
@pytest.mark.parametrize("unlocks", [True, False])
def test_a_transaction_goes_on_without_energy_while_the_vehicle_is_unplugged(ready, unlocks):
    """Behaviour 18."""
    configure(
        ready,
        stop_transaction_on_ev_side_disconnect=False,
        unlock_connector_on_ev_side_disconnect=unlocks,
    )
    ready.charge()
    ready.cable.on = False
    ready.run(10)
    assert not ready.relay.closed, "at the first sample"
    ready.run(500)
    assert ready.lock.engaged
    assert not ready.calls("StopTransaction")
    status = ready.calls("StatusNotification")[-1]
    assert (status["status"], status["errorCode"]) == ("SuspendedEV", "NoError")
    assert status["info"] == "EV side disconnected"
    ready.wait(20)
    ready.plug()
    ready.run(100)
    assert ready.relay.closed
    assert ready.statuses()[-1] == "Charging"
    ready.unplug()
    present(ready)
    assert not ready.lock.engaged
    assert ready.calls("StopTransaction")[-1]["reason"] == "Local"
    assert ready.statuses()[-1] == "Available"


def test_plugged_in_again_the_relay_still_rests(make_rig):
    rig = make_rig(SAFETY_MIN_OFF_SECONDS="120")
    configure(rig, stop_transaction_on_ev_side_disconnect=False)
    rig.charge()
    rig.unplug()
    rig.plug()
    rig.wait(100)
    assert not rig.relay.closed
    assert rig.statuses()[-1] == "SuspendedEVSE"
    rig.wait(30)
    assert rig.relay.closed, "the transaction goes on, however long the relay rests"


@pytest.mark.requirement("SPEC 9.1.33", "UnlockConnectorOnEVSideDisconnect false keeps the cable locked")
def test_an_unplugged_vehicle_ends_the_transaction_and_leaves_the_cable_locked_until_its_card(ready):
    configure(ready, unlock_connector_on_ev_side_disconnect=False)
    ready.charge()
    ready.unplug()
    assert ready.calls("StopTransaction")[-1]["reason"] == "EVDisconnected"
    assert ready.lock.engaged
    status = ready.calls("StatusNotification")[-1]
    assert (status["status"], status["info"]) == ("Finishing", "EV side disconnected")
    present(ready, OTHER)
    assert ready.lock.engaged
    present(ready)
    assert not ready.lock.engaged
    assert ready.statuses()[-1] == "Available"


def test_without_a_lock_an_unplugged_vehicle_leaves_nothing_held(ready):
    ready.lock.fitted = False
    configure(ready, unlock_connector_on_ev_side_disconnect=False)
    ready.charge()
    ready.unplug()
    assert ready.statuses()[-1] == "Available"


@pytest.mark.requirement("SPEC 5.18", "The answer says that the lock was opened: Unlocked")
@pytest.mark.requirement(
    "SPEC 5.18", "UnlockConnector ends a transaction first, and reports what the lock did"
)
def test_unlock_connector_ends_the_transaction_and_answers_when_the_lock_is_released(make_rig):
    """Behaviour 24."""
    rig = make_rig(SAFETY_RELAY_SETTLE_MS="2000", measured=True)
    rig.charge()
    rig.link.deliver([2, "u1", "UnlockConnector", {"connectorId": 1}])
    rig.run(1500)
    assert not rig.relay.closed
    assert rig.lock.engaged, "never under load"
    rig.link.deliver([2, "u1", "UnlockConnector", {"connectorId": 1}])
    rig.run(100)
    assert not [frame for frame in rig.results() if frame[1] == "u1"]
    rig.run(600)
    assert not rig.lock.engaged
    assert [frame for frame in rig.results() if frame[1] == "u1"] == [[3, "u1", {"status": "Unlocked"}]]
    assert rig.calls("StopTransaction")[-1]["reason"] == "UnlockCommand"
    assert rig.call("UnlockConnector", {"connectorId": 1}, "u1") == [3, "u1", {"status": "Unlocked"}]
    assert rig.call("UnlockConnector", {"connectorId": 1}, "u2") == [3, "u2", {"status": "Unlocked"}]


def test_unlock_connector_fails_where_the_contactor_stays_closed(make_rig):
    rig = make_rig(measured=True)
    rig.charge()
    rig.contactor.stuck = True
    rig.link.deliver([2, "u1", "UnlockConnector", {"connectorId": 1}])
    rig.run(11000)
    assert rig.results()[-1] == [3, "u1", {"status": "UnlockFailed"}]
    assert rig.lock.engaged
    assert rig.statuses()[-1] == "Faulted"


def test_unlock_connector_frees_a_cable_that_is_held(make_rig):
    rig = make_rig()
    refuse(rig, stop_transaction_on_invalid_id=True)
    assert rig.lock.engaged
    rig.link.deliver([2, "u1", "UnlockConnector", {"connectorId": 1}])
    rig.run(300)
    assert rig.results()[-1] == [3, "u1", {"status": "Unlocked"}]
    assert len(rig.calls("StopTransaction")) == 1


def test_unlock_connector_of_a_charge_without_energy_answers_when_the_transaction_has_ended(make_rig):
    rig = make_rig(cable_in=True)
    refuse(rig, stop_transaction_on_invalid_id=False)
    rig.run(300)
    assert rig.lock.engaged
    rig.link.deliver([2, "u1", "UnlockConnector", {"connectorId": 1}])
    rig.run(300)
    assert rig.results()[-1] == [3, "u1", {"status": "Unlocked"}]
    assert rig.calls("StopTransaction")[-1]["reason"] == "UnlockCommand"
    assert not rig.relay.closed
    assert not rig.lock.engaged


@pytest.mark.requirement("ERR 3.85", "No lock, or an unknown connector: NotSupported")
@pytest.mark.parametrize("connector_id", [0, 2, -1])
def test_unlock_connector_of_what_is_not_there(ready, connector_id):
    ready.charge()
    request = {"connectorId": connector_id}
    assert ready.call("UnlockConnector", request, "u1")[2] == {"status": "NotSupported"}
    ready.lock.fitted = False
    assert ready.call("UnlockConnector", {"connectorId": 1}, "u2")[2] == {"status": "NotSupported"}
    assert ready.relay.closed, "nothing was ended"


def test_while_an_answer_is_awaited_other_calls_are_answered(make_rig):
    rig = make_rig(SAFETY_RELAY_SETTLE_MS="5000")
    rig.charge()
    for number in range(6):
        rig.link.deliver([2, f"u{number}", "UnlockConnector", {"connectorId": 1}])
    rig.run(200)
    refused = [frame for frame in rig.results() if frame[0] == 4]
    assert [frame[1:3] for frame in refused] == [["u4", "InternalError"], ["u5", "InternalError"]]
    answer = rig.call("RemoteStopTransaction", {"transactionId": 7}, "s1")
    assert answer == [3, "s1", {"status": "Rejected"}]
    rig.run(6000)
    assert [frame[1] for frame in rig.results() if frame[2] == {"status": "Unlocked"}] == [
        "u0",
        "u1",
        "u2",
        "u3",
    ]


@pytest.mark.requirement("SPEC 4.1", "Stopping with the same idTag needs no Authorize; another one does")
def test_stopping_with_the_same_card_needs_no_authorize(ready):
    """Behaviour 12."""
    ready.charge()
    assert len(ready.calls("Authorize")) == 1
    present(ready, OTHER)
    assert len(ready.calls("Authorize")) == 2
    assert ready.relay.closed
    present(ready, CARD.lower())
    assert len(ready.calls("Authorize")) == 2
    assert not ready.relay.closed
