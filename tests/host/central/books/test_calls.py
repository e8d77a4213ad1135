# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Calls pass through the books from a command to the central system, once, and back."""

import os
import socket
import subprocess
import sys
import time

import pytest
from chargerctl.central.books import calls, owner, workers
from chargerctl.central.books.interface import Outcome
from chargerctl.central.books.queries.chargers import all_chargers, configuration_of
from chargerctl.central.books.queries.traffic import last_calls
from chargerctl.central.books.tables import calls as table
from chargerctl.central.passwords import password_matches
from chargerctl.leases.worker_name import name_of

from tests.host.central.books.charger import NOW, Charger, rows


@pytest.fixture
def served(opened):
    """Books that a central system runs on, with one charger."""
    books = opened()
    Charger(books).boot()
    beat(books)
    return books


def beat(books, now=NOW):
    with books.unit() as unit:
        unit.working(now)


def ask(books, action="Reset", payload=None, timeout_s=30.0, now=NOW, **more):
    with books.writing() as connection:
        return calls.ask(connection, "GA001", action, payload or {"type": "Soft"}, timeout_s, now, **more)


def given_out(books, now=NOW):
    with books.unit() as unit:
        return list(unit.waiting_calls(now))


def sent(books, call, now=NOW):
    """Whether it may be sent, when it is its turn."""
    with books.unit() as unit:
        return unit.charger("GA001").sending(call, now)


def outcome(books, call):
    with books.reading() as connection:
        return calls.outcome(connection, call)


def test_a_call_is_given_out_once_and_answered(served):
    call = ask(served)
    ((number, serial, action, payload, timeout_s),) = [
        (each.id, each.serial, each.action, each.payload, each.timeout_s) for each in given_out(served)
    ]
    assert (number, serial, action, payload, timeout_s) == (call, "GA001", "Reset", {"type": "Soft"}, 30.0)
    assert given_out(served) == []
    assert outcome(served, call) is None
    with served.unit() as unit:
        unit.answered(call, Outcome(answer={"status": "Accepted"}), NOW)
    assert outcome(served, call) == Outcome(answer={"status": "Accepted"})


def test_calls_are_given_out_in_their_order(served):
    assert [ask(served) for _each in range(3)] == [each.id for each in given_out(served)]


def test_a_call_is_given_out_again_if_the_unit_was_not_kept(served):
    call = ask(served)
    with pytest.raises(ZeroDivisionError), served.unit() as unit:
        unit.waiting_calls(NOW)[0].id / 0
    assert [each.id for each in given_out(served)] == [call]


def test_two_workers_never_get_the_same_call(opened, served):
    other = opened()
    beat(other)
    asked = [ask(served) for _each in range(3)]
    if served.place.startswith("127.0.0.1"):
        with served.unit() as unit, other.unit() as another:
            found = [each.id for each in unit.waiting_calls(NOW)]
            assert list(another.waiting_calls(NOW)) == []
    else:
        found = [each.id for each in given_out(served) + given_out(other)]
    assert found == asked


def test_the_first_outcome_counts(served):
    call = ask(served)
    given_out(served)
    with served.unit() as unit:
        unit.answered(call, Outcome(error="Timeout", detail="30 s"), NOW)
        unit.answered(call, Outcome(answer={}), NOW)
        unit.answered(call + 1, Outcome(answer={}), NOW)
    assert outcome(served, call) == Outcome(error="Timeout", detail="30 s")


def test_what_nobody_takes_is_not_connected(served):
    call = ask(served, wait_s=10)
    assert [each.id for each in given_out(served, NOW + 9.9)] == [call]
    late = ask(served, wait_s=10)
    assert given_out(served, NOW + 10.1) == []
    assert outcome(served, late).error == "NotConnected"


def test_the_command_ends_a_call_itself_where_nobody_serves(opened):
    books = opened()
    Charger(books).boot()
    call = ask(books, wait_s=10)
    with books.writing() as connection:
        assert workers.count_living(connection, NOW) == 0
        calls.end_overdue(connection, NOW + 11)
    assert outcome(books, call).error == "NotConnected"


def test_what_a_dead_worker_had_has_no_answer(opened, served):
    call, waits = ask(served, timeout_s=600), ask(served)
    given_out(served)
    assert sent(served, call)
    other = opened()
    beat(other, NOW + 10)
    given_out(other, NOW + 10)
    assert outcome(served, call) is None
    beat(other, NOW + workers.WORKER_LEASE_S + 1)
    given_out(other, NOW + workers.WORKER_LEASE_S + 1)
    assert outcome(served, call).error == "Timeout"
    assert outcome(served, waits).error == "NotConnected"


def test_what_a_worker_forgets_ends_at_last(served):
    call = ask(served, timeout_s=30)
    given_out(served)
    assert sent(served, call)
    for later in (100, 4499):
        beat(served, NOW + later)
        given_out(served, NOW + later)
        assert outcome(served, call) is None
    beat(served, NOW + 4501)
    given_out(served, NOW + 4501)
    assert outcome(served, call).error == "Timeout"


def cancelled(books, call):
    with books.writing() as connection:
        return calls.cancel(connection, call, NOW)


def test_a_call_can_be_taken_back_until_it_was_sent(served):
    call, waits, gone = (ask(served) for _each in range(3))
    assert cancelled(served, call)
    assert not cancelled(served, call)
    assert [each.id for each in given_out(served)] == [waits, gone]
    assert sent(served, gone)
    assert cancelled(served, waits)
    assert not sent(served, waits)
    assert not cancelled(served, gone)
    assert [outcome(served, each) and outcome(served, each).error for each in (call, waits, gone)] == [
        "Cancelled",
        "Cancelled",
        None,
    ]


def test_a_call_that_waited_too_long_behind_others_ends_and_is_not_sent(served):
    call = ask(served, wait_s=60)
    given_out(served)
    beat(served, NOW + 61)
    assert not sent(served, call, NOW + 61)
    given_out(served, NOW + 61)
    assert outcome(served, call) == Outcome(
        error="Cancelled", detail="not sent in time: the charger had not answered the calls before it"
    )


def test_a_call_goes_to_the_worker_that_has_the_charger_as_long_as_it_lives(opened, served):
    other = opened()
    with other.unit() as unit:
        unit.working(NOW)
        unit.connected("GA001", "websocket", NOW)
    call = ask(served)
    assert given_out(served) == []
    assert [each.id for each in given_out(other)] == [call]
    later = NOW + workers.WORKER_LEASE_S + 1
    call = ask(served, now=later)
    assert [each.id for each in given_out(served, later)] == [call]


def test_nobody_can_call_a_charger_that_is_not_there(served):
    with served.writing() as connection:
        assert calls.ask(connection, "GA404", "Reset", {}, 30, NOW) is None
    assert outcome(served, 4711).error == "Cancelled"


SECRET = {"key": "AuthorizationKey", "value": "hunter2"}


def ask_secret(books):
    return ask(books, "ChangeConfiguration", SECRET)


def payloads(books):
    return "".join(map(str, rows(books, table, "payload")))


def test_a_secret_leaves_the_books_when_it_is_given_out(served):
    ask_secret(served)
    assert "hunter2" in payloads(served)
    assert given_out(served)[0].payload["value"] == "hunter2"
    assert "hunter2" not in payloads(served)
    assert "AuthorizationKey" in payloads(served)


def test_a_secret_leaves_the_books_when_the_call_is_taken_back(served):
    call, other = ask_secret(served), ask_secret(served)
    with served.writing() as connection:
        assert calls.cancel(connection, call, NOW)
    assert payloads(served).count("hunter2") == 1
    with served.writing() as connection:
        assert calls.cancel(connection, other, NOW)
    assert "hunter2" not in payloads(served)


def test_a_secret_leaves_the_books_when_nobody_takes_the_call(served):
    call = ask_secret(served)
    assert given_out(served, NOW + 61) == []
    assert outcome(served, call).error == "NotConnected"
    assert "hunter2" not in payloads(served)


def test_a_secret_leaves_the_books_with_an_outcome_that_nobody_expected(served):
    call = ask_secret(served)
    with served.unit() as unit:
        unit.answered(call, Outcome(error="NotConnected"), NOW)
    assert "hunter2" not in payloads(served)


def password_of(books):
    with books.reading() as connection:
        (account,) = owner.accounts(connection)
    return account.password


def test_an_authorizationkey_that_was_accepted_is_the_password_from_now_on(served):
    with served.writing() as connection:
        owner.set_password(connection, "GA001", b"the old one")
    call = ask(served, "ChangeConfiguration", {"key": "authorizationKEY", "value": "the new one"})
    given_out(served)
    for status in ("Rejected", "NotSupported"):
        with served.unit() as unit:
            unit.charger("GA001").told(
                "ChangeConfiguration",
                {"key": "AuthorizationKey", "value": "the new one"},
                {"status": status},
                NOW,
            )
        assert password_matches(password_of(served), b"the old one")
    accepted = {"status": "Accepted"}
    with served.unit() as unit:
        key = {"key": "authorizationKEY", "value": "the new one"}
        unit.charger("GA001").told("ChangeConfiguration", key, accepted, NOW)
        unit.answered(call, Outcome(answer=accepted), NOW)
    assert password_matches(password_of(served), b"the new one")
    with served.unit() as unit:
        key = {"key": "AuthorizationKey", "value": ""}
        unit.charger("GA001").told("ChangeConfiguration", key, {"status": "RebootRequired"}, NOW)
    assert password_of(served) == ""


def test_the_password_is_that_of_before_if_the_unit_was_not_kept(served):
    with served.writing() as connection:
        owner.set_password(connection, "GA001", b"the old one")

    def told_in_vain():
        with served.unit() as unit:
            unit.charger("GA001").told("ChangeConfiguration", SECRET, {"status": "Accepted"}, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        told_in_vain()
    assert password_matches(password_of(served), b"the old one")


def test_an_answer_of_hostile_content_is_kept(served):
    call = ask(served, "GetConfiguration", {})
    key = {"key": "K\0", "value": "\ud800", "readonly": False}
    with served.unit() as unit:
        unit.answered(call, Outcome(answer={"configurationKey": [key]}, detail="\0"), NOW)
    assert outcome(served, call).answer == {"configurationKey": [key]}


def test_the_answer_to_getconfiguration_is_the_configuration(served):
    def answered(payload, *keys):
        answer = {
            "configurationKey": [{"key": key, "value": value, "readonly": False} for key, value in keys]
        }
        with served.unit() as unit:
            unit.charger("GA001").told("GetConfiguration", payload, answer, NOW)

    answered({}, ("HeartbeatInterval", "300"), ("B", None), ("AuthorizationKey", "hunter2"))
    assert _configuration(served) == {"AuthorizationKey": None, "B": None, "HeartbeatInterval": "300"}
    answered({"key": ["heartbeatinterval"]}, ("HeartbeatInterval", "60"), ("Invented", "1"))
    assert _configuration(served) == {"AuthorizationKey": None, "B": None, "HeartbeatInterval": "60"}
    answered({}, ("HeartbeatInterval", "60"))
    assert _configuration(served) == {"HeartbeatInterval": "60"}


@pytest.mark.parametrize(
    ("status", "value"), [("Accepted", "60"), ("RebootRequired", "60"), ("Rejected", None)]
)
def test_a_key_that_was_changed_is_known(served, status, value):
    payload = {"key": "HeartbeatInterval", "value": "60"}
    with served.unit() as unit:
        unit.charger("GA001").told("ChangeConfiguration", payload, {"status": status}, NOW)
    assert _configuration(served).get("HeartbeatInterval") == value


def _configuration(books):
    with books.reading() as connection:
        return {each.key: each.value for each in configuration_of(connection, "GA001")}


def test_calls_are_listed_the_newest_first(served):
    asked = [ask(served) for _each in range(3)]
    with served.reading() as connection:
        assert [each.id for each in last_calls(connection, "GA001", most=2)] == asked[:0:-1]


def test_what_a_dead_worker_was_connected_to_is_connected_no_more(opened, served):
    with served.unit() as unit:
        unit.connected("GA001", "mqtt", NOW)
    assert _transport(served, NOW) == "mqtt"
    late = NOW + workers.WORKER_LEASE_S + 1
    assert _transport(served, late) == ""
    beat(opened(), late)
    beat(served, late)
    assert _transport(served, late) == ""


def test_a_worker_cannot_disconnect_what_another_one_has(opened, served):
    other = opened()
    beat(other)
    with served.unit() as unit:
        unit.connected("GA001", "mqtt", NOW)
    with other.unit() as unit:
        unit.connected("GA001", "websocket", NOW + 1)
    with served.unit() as unit:
        unit.connected("GA001", None, NOW + 2)
    assert _transport(served, NOW) == "websocket"
    with other.unit() as unit:
        unit.connected("GA001", None, NOW + 3)
    assert _transport(served, NOW) == ""


def test_a_worker_that_leaves_is_gone_at_once(served):
    with served.unit() as unit:
        unit.connected("GA001", "mqtt", NOW)
    served.leave(NOW)
    with served.reading() as connection:
        assert workers.count_living(connection, NOW) == 0
    assert _transport(served, NOW) == ""


def test_a_process_that_was_killed_on_this_computer_is_no_other_worker_although_its_lease_lasts(opened):
    with subprocess.Popen([sys.executable, "-c", ""]) as killed:
        killed.wait()
    gone, here, other = name_of(killed.pid), name_of(os.getpid()), "other-1-0badcafe"
    # In another container, whose processes are not those of this one.
    contained = f"{socket.gethostname()}-{killed.pid}-0badcafe"
    for name in (gone, here, other, contained):
        beat(opened(worker=name), time.time())
    books = opened()
    beat(books, time.time())
    assert sorted(books.others(time.time())) == sorted([here, other, contained])


def _transport(books, now):
    with books.reading() as connection:
        (charger,) = all_chargers(connection, now, "GA001")
    return charger.transport
