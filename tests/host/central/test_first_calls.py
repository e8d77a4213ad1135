# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a central system asks a charger that it has accepted."""

import pytest

from tests.host.central.service import Service

STATUS = {"requestedMessage": "StatusNotification"}
BOOT = {"requestedMessage": "BootNotification"}


def entry(key, value=None, readonly=False):
    return {"key": key, "readonly": readonly} | ({} if value is None else {"value": value})


class Charger:
    """Answers calls: `entries` is its configuration, `statuses` what it says to a change of a key."""

    def __init__(self, *entries, **statuses):
        self.entries = list(entries)
        self.statuses = statuses

    def __call__(self, action, payload):
        if action == "GetConfiguration":
            return {"configurationKey": self.entries}
        if action == "ChangeConfiguration":
            return {"status": self.statuses.get(payload["key"], "Accepted")}
        return {"status": "Accepted"}


def welcomed(service, charger):
    """The calls after a BootNotification."""
    service.boot()
    return service.converse(charger)


def test_after_a_boot_it_asks_for_the_configuration_and_the_books_learn_it():
    service = Service()
    charger = Charger(entry("HeartbeatInterval", "300"))
    assert welcomed(service, charger) == [("GetConfiguration", {})]
    assert service.books.answers == [("GetConfiguration", {}, {"configurationKey": charger.entries})]
    assert service.refused == []
    assert service.reasons() == []


def test_keys_of_the_profile_are_set_where_the_charger_has_another_value():
    service = Service(
        {"HeartbeatInterval": "60", "ConnectionTimeOut": "30", "Vendor": "x", "AuthorizationKey": "k"}
    )
    calls = welcomed(
        service,
        Charger(
            entry("heartbeatinterval", "60"), entry("ConnectionTimeOut", "60"), entry("AuthorizationKey")
        ),
    )
    assert calls == [
        ("GetConfiguration", {}),
        ("ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "30"}),
        ("ChangeConfiguration", {"key": "Vendor", "value": "x"}),
        ("ChangeConfiguration", {"key": "AuthorizationKey", "value": "k"}),
    ]
    assert [action for action, *_rest in service.books.answers] == ["GetConfiguration"] + [
        "ChangeConfiguration"
    ] * 3
    assert service.refused == []


def test_keys_that_were_not_simply_accepted_are_told():
    profile = dict.fromkeys(("A", "B", "C", "D", "E"), "1")
    charger = Charger(entry("E", "2", readonly=True), A="Rejected", B="NotSupported", C="RebootRequired")
    service = Service(profile)
    calls = welcomed(service, charger)
    assert service.refused == [{"A": "Rejected", "B": "NotSupported", "C": "RebootRequired", "E": "ReadOnly"}]
    assert ("ChangeConfiguration", {"key": "E", "value": "1"}) not in calls


@pytest.mark.parametrize("answer", [None, "NotImplemented", {"configurationKey": "nonsense"}, {}])
def test_a_charger_that_does_not_tell_its_configuration_gets_the_keys_all_the_same(answer):
    service = Service({"HeartbeatInterval": "60"})
    calls = welcomed(
        service, lambda action, payload: answer if action == "GetConfiguration" else {"status": "Accepted"}
    )
    assert [action for action, _payload in calls] == ["GetConfiguration", "ChangeConfiguration"]


def test_a_charger_that_never_answers_is_asked_each_thing_once():
    service = Service({"A": "1", "B": "2"})
    calls = welcomed(service, lambda action, payload: None)
    assert [action for action, _payload in calls] == [
        "GetConfiguration",
        "ChangeConfiguration",
        "ChangeConfiguration",
    ]
    assert service.refused == [{"A": "Timeout", "B": "Timeout"}]


def test_calls_of_others_come_in_between():
    service = Service({"A": "1"})
    service.boot()
    service.conversation.ask(1, "ClearCache", {}, 30)
    calls = service.converse(Charger())
    assert [action for action, _payload in calls] == ["GetConfiguration", "ClearCache", "ChangeConfiguration"]


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_a_charger_that_is_not_accepted_is_not_welcomed_and_asks_again_soon(status):
    service = Service({"A": "1"})
    service.books.status = status
    [[_kind, _id, answer]] = service.boot()
    assert answer["interval"] == 60
    assert service.due() == []
    assert service.call("Heartbeat")[0][2] == "SecurityError"
    assert service.due() == []


def test_a_charger_that_boots_again_is_welcomed_again():
    service = Service({"A": "1"})
    service.boot()
    first, _action, _payload = service.next_call()
    service.boot()
    service.answer(first, {})
    calls = service.converse(Charger())
    assert [action for action, _payload in calls] == ["GetConfiguration", "ChangeConfiguration"]


def test_a_charger_that_boots_without_end_fills_nothing():
    service = Service({"A": "1"})
    for _each in range(500):
        service.boot()
    assert len(service.converse(Charger(), most=10)) == 2


class TestAfterARestartOfTheCentralSystem:
    @pytest.fixture
    def service(self):
        service = Service()
        service.books.known = True
        return service

    def test_a_charger_that_the_books_know_as_accepted_is_believed(self, service):
        assert service.call("Heartbeat")[0][0] == 3
        assert service.reasons() == []

    @pytest.mark.parametrize(
        ("number", "triggers"),
        [
            ("1", [STATUS | {"connectorId": 0}, STATUS | {"connectorId": 1}]),
            ("2", [STATUS | {"connectorId": each} for each in range(3)]),
            ("0", [STATUS]),
            ("many", [STATUS]),
            ("²", [STATUS]),
            ("99999999999999", [STATUS]),
            (None, [STATUS]),
        ],
    )
    def test_and_is_asked_for_the_status_of_each_connector(self, service, number, triggers):
        service.call("Heartbeat")
        entries = [entry("NumberOfConnectors", number, readonly=True)]
        calls = service.converse(Charger(*entries))
        assert calls == [("GetConfiguration", {})] + [("TriggerMessage", each) for each in [BOOT, *triggers]]

    @pytest.mark.parametrize(
        ("profiles", "triggered"),
        [
            ("Core,RemoteTrigger", True),
            ("Core,SmartCharging", False),
            ("", True),
            ("nonsense", True),
        ],
    )
    def test_unless_it_says_that_nothing_can_be_triggered(self, service, profiles, triggered):
        service.call("Heartbeat")
        calls = service.converse(Charger(entry("SupportedFeatureProfiles", profiles)))
        assert (("TriggerMessage", STATUS) in calls) == triggered

    def test_what_it_refuses_to_send_is_no_reason_to_stop(self, service):
        service.call("Heartbeat")
        charger = Charger(entry("NumberOfConnectors", "2"))
        calls = service.converse(
            lambda action, payload: (
                {"status": "Rejected"} if action == "TriggerMessage" else charger(action, payload)
            )
        )
        assert len(calls) == 5

    def test_it_may_boot_nevertheless(self, service):
        service.call("Heartbeat")
        service.boot()
        assert service.converse(Charger()) == [("GetConfiguration", {}), ("TriggerMessage", STATUS)]

    def test_one_that_boots_when_it_is_told_to_is_asked_for_its_statuses_after_that(self, service):
        service.call("Heartbeat")
        charger = Charger()

        def answer(action, payload):
            if payload == BOOT:
                service.boot()
            return charger(action, payload)

        assert service.converse(answer) == [
            ("GetConfiguration", {}),
            ("TriggerMessage", BOOT),
            ("GetConfiguration", {}),
            ("TriggerMessage", STATUS),
        ]

    def test_a_welcome_that_a_lost_link_broke_off_begins_again(self, service):
        service.call("Heartbeat")
        service.next_call()
        service.conversation.disconnected()
        service.books.known = True
        service.call("Heartbeat")
        calls = service.converse(Charger())
        assert [payload for _action, payload in calls] == [{}, BOOT, STATUS]

    def test_one_that_was_over_does_not(self, service):
        service.call("Heartbeat")
        service.converse(Charger())
        service.conversation.disconnected()
        service.call("Heartbeat")
        assert service.converse(Charger()) == []


class TestAStranger:
    def test_gets_a_security_error_for_all_but_its_boot(self):
        service = Service()
        [[_kind, _id, code, reason, _details]] = service.call("StatusNotification", connectorId=1)
        assert (code, reason) == ("SecurityError", "StatusNotification before BootNotification was accepted")
        assert service.books.booked == []
        assert service.due() == []

    def test_that_boots_is_accepted_if_the_books_say_so(self):
        service = Service()
        service.call("Heartbeat")
        assert service.boot()[0][2]["status"] == "Accepted"
        assert service.converse(Charger()) == [("GetConfiguration", {})]
        assert service.call("Heartbeat")[0][0] == 3

    def test_may_send_what_it_was_told_to_send(self):
        service = Service()
        service.books.status = "Pending"
        service.boot()
        service.conversation.ask(1, "TriggerMessage", STATUS, 30)
        service.next_call()
        answer = service.call("StatusNotification", connectorId=1, errorCode="NoError", status="Available")
        assert answer[0][0] == 3
        assert service.call("Heartbeat")[0][2] == "SecurityError"


def test_a_vendor_that_nobody_knows_is_told_so():
    service = Service()
    service.boot()
    assert service.call("DataTransfer", vendorId="x")[0][2] == {"status": "UnknownVendorId"}


def test_the_time_is_new_in_each_answer_also_to_the_same_frame():
    service = Service()
    boot = '[2,"1","BootNotification",{"chargePointVendor":"v","chargePointModel":"m"}]'
    before = service.send(boot)[0][2]["currentTime"]
    service.now += 3600
    assert service.send(boot)[0][2]["currentTime"] > before
    heard = service.send('[2,"2","Heartbeat",{}]')[0][2]["currentTime"]
    service.now += 3600
    assert service.send('[2,"2","Heartbeat",{}]')[0][2]["currentTime"] > heard


def test_after_a_lost_link_the_charger_may_begin_its_ids_anew():
    service = Service()
    service.boot()
    service.books.known = True
    service.conversation.disconnected()
    service.send('[2,"id-1","Heartbeat",{}]')
    assert service.reasons() == []
