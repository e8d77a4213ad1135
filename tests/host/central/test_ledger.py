# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sessions and energy, counted once, also after retries."""

from chargerctl.central.conversation.script import Behaviour


def test_a_session_counts_when_started_and_its_energy_when_stopped(booted):
    transaction = booted.start(meter=1000)[0][2]["transactionId"]
    assert (len(booted.central.ledger.transactions), booted.central.ledger.energy_wh) == (1, 0)
    booted.stop(transaction, meter=2500)
    assert (len(booted.central.ledger.transactions), booted.central.ledger.energy_wh) == (1, 1500)


def test_transactions_are_numbered(booted):
    assert [booted.start(meter=each)[0][2]["transactionId"] for each in range(3)] == [1, 2, 3]


def test_a_repeated_start_is_the_same_session(booted):
    first = booted.start()[0][2]["transactionId"]
    assert booted.start()[0][2]["transactionId"] == first
    assert len(booted.central.ledger.transactions) == 1


def test_a_repeated_stop_counts_once(booted):
    booted.start(meter=0)
    for _each in range(3):
        booted.stop(1, meter=100)
    assert booted.central.ledger.energy_wh == 100


def test_a_start_that_was_not_accepted_is_no_session(booted):
    booted.central.script.add(
        "StartTransaction", Behaviour(payload={"transactionId": 5, "idTagInfo": {"status": "Blocked"}})
    )
    booted.start()
    booted.central.script.add("StartTransaction", Behaviour(silent=True))
    booted.start(meter=1)
    booted.central.script.add("StartTransaction", Behaviour(error="InternalError"))
    booted.start(meter=2)
    assert booted.central.ledger.transactions == {}


def test_a_scripted_transaction_id_is_the_id(booted):
    booted.central.script.add(
        "StartTransaction", Behaviour(payload={"transactionId": -7, "idTagInfo": {"status": "Accepted"}})
    )
    booted.start(meter=0)
    booted.stop(-7, meter=30)
    assert booted.central.ledger.energy_wh == 30


def test_a_stop_of_an_unknown_transaction_changes_nothing(booted):
    booted.stop(-1)
    assert booted.central.ledger.energy_wh == 0
    assert booted.central.ledger.transactions == {}


def test_the_running_transaction_is_the_last_unless_stopped(booted):
    assert booted.central.ledger.running is None
    booted.start()
    assert booted.central.ledger.running.id == 1
    booted.stop(1)
    assert booted.central.ledger.running is None


def test_the_last_status_of_each_connector_is_kept(booted):
    booted.call("StatusNotification", connectorId=1, errorCode="NoError", status="Available")
    booted.call("StatusNotification", connectorId=1, errorCode="NoError", status="Preparing")
    assert booted.central.ledger.statuses[1]["status"] == "Preparing"


def test_a_complete_session_after_another_is_nothing_to_complain_of(booted):
    booted.start(meter=1000, time="2026-11-22T07:30:00Z")
    booted.stop(1, meter=2500)
    booted.start(meter=2500, time="2026-11-22T09:30:00Z")
    assert booted.central.ledger.complaints() == []


def test_a_lost_stop_is_seen_when_another_transaction_follows(booted):
    booted.start(meter=0)
    booted.start(meter=1)
    assert booted.central.ledger.complaints() == ["transaction 1 was never stopped, and 2 followed it"]


def test_a_doubled_start_is_seen_by_its_time(booted):
    booted.start(meter=0, time="2026-11-22T07:30:00Z")
    booted.stop(1, meter=10)
    booted.start(meter=10, time="2026-11-22T07:30:01Z")
    assert booted.central.ledger.complaints() == ["transaction 2 began before 1 had ended"]


def test_energy_that_runs_backwards_is_seen(booted):
    booted.start(meter=100)
    booted.stop(1, meter=50)
    booted.start(meter=40, time="2026-11-22T09:30:00Z")
    assert booted.central.ledger.complaints() == [
        "transaction 1 ends with less energy than it began with",
        "transaction 2 begins with less energy than 1 ended with",
    ]


def test_a_second_stop_of_other_contents_does_not_count_and_is_seen(booted):
    booted.start(meter=0)
    booted.stop(1, meter=10)
    booted.stop(1, meter=20)
    assert booted.central.ledger.energy_wh == 10
    assert booted.central.ledger.complaints() == ["transaction 1 was stopped twice, with different contents"]


def test_only_a_stop_whose_start_was_never_processed_may_be_of_no_transaction(booted):
    booted.stop(-1)
    assert booted.central.ledger.complaints() == []
    booted.stop(9)
    assert booted.central.ledger.complaints() == ["transaction 9 was stopped, but never started"]


def test_stop_with_a_card_gets_its_status(booted):
    booted.start()
    assert booted.stop(1, idTag="A")[0][2] == {"idTagInfo": {"status": "Accepted"}}
