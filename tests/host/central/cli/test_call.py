# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`central call` and `configure`: through the books to a central system that runs on them, and back."""

import io
import json
import sys
import time
from functools import partialmethod

import click
import pytest
from chargerctl.central.books import calls
from chargerctl.central.books.interface import Outcome
from chargerctl.central.books.queries.traffic import last_calls
from chargerctl.central.books.tables import calls as calls_table
from chargerctl.central.books.tables import workers
from chargerctl.central.remote import Clock, Remote, Request
from chargerctl.cli import central_configure
from chargerctl.cli.main import cli
from chargerctl.errors import ChargerctlError
from sqlalchemy import select

from tests.host.central.cli.conftest import both_databases
from tests.host.commands import leaves

ACCEPTED = {"status": "Accepted"}
original_init = Remote.__init__


@both_databases
def test_a_call_is_answered_by_the_charger(answering, central, central_json):
    asked = answering({"RemoteStartTransaction": ACCEPTED, "GetLocalListVersion": {"listVersion": 3}})
    status, out, err = central(
        "call", "garage-1", "RemoteStartTransaction", "idTag=04A1B2C3", "connectorId=1"
    )
    assert (status, out, err) == (0, "Accepted\n", "")
    assert asked == [("garage-1", "RemoteStartTransaction", {"idTag": "04A1B2C3", "connectorId": 1})]
    status, found = central_json("call", "garage-1", "getlocallistversion")
    assert (status, found) == (
        0,
        {
            "serial": "garage-1",
            "action": "GetLocalListVersion",
            "payload": {},
            "answer": {"listVersion": 3},
            "error": None,
            "detail": None,
            "done": True,
        },
    )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"status": "Rejected"}, "Rejected"),
        ({"status": "UnlockFailed"}, "UnlockFailed"),
        (Outcome(error="NotSupported", detail="no \x1b[31m lock"), "NotSupported: no \\x1b[31m lock"),
        (Outcome(error="Timeout"), "Timeout"),
        (Outcome(error="NotConnected", detail="it is not here"), "it is not here"),
    ],
)
def test_what_was_not_done_is_status_1_with_the_reason(answering, central, central_json, answer, message):
    answering({"UnlockConnector": answer})
    status, _, err = central("call", "garage-1", "UnlockConnector")
    assert (status, err) == (1, f"chargerctl: garage-1: UnlockConnector: {message}\n")
    status, found = central_json("call", "garage-1", "UnlockConnector")
    assert (status, found["done"]) == (1, False)


def test_the_running_session_is_the_one_that_is_stopped(answering, central):
    asked = answering({"RemoteStopTransaction": ACCEPTED})
    assert central("call", "garage-1", "RemoteStopTransaction")[0] == 0
    assert asked[0][2] == {"transactionId": 4}
    status, _, err = central("call", "garage-2", "RemoteStopTransaction")
    assert (status, "add transactionId=NUMBER" in err) == (2, True)


def test_a_payload_may_come_from_stdin(answering, central, monkeypatch):
    asked = answering({"SendLocalList": ACCEPTED})
    payload = {"listVersion": 2, "updateType": "Full", "localAuthorizationList": []}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(payload, indent=2)))
    assert central("call", "garage-1", "SendLocalList", "-")[0] == 0
    assert asked[0][2] == payload
    monkeypatch.setattr(sys, "stdin", io.StringIO("x" * 70_000))
    assert central("call", "garage-1", "SendLocalList", "-")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["garage-1", "Rset"], "did you mean Reset?"),
        (["garage-1", "BootNotification"], "is not a call of OCPP 1.6 to a charger"),
        (["garage-1", "Reset", "type=Sotf"], "type"),
        (["garage-1", "Reset", "{"], "Reset"),
        (["garage-3", "Reset"], "did you mean garage-2?"),
        (["garage-1", "Reset", "--timeout", "0"], "--timeout"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_sent(answering, central, arguments, message):
    asked = answering({})
    status, _, err = central("call", *arguments)
    assert (status, message in err, asked) == (2, True, [])


def test_without_a_central_system_nothing_is_asked_for(filled, central, monkeypatch):
    later = time.time() + 60
    monkeypatch.setattr("time.time", lambda: later)
    monkeypatch.setattr("chargerctl.central.remote.Clock.now", staticmethod(lambda: later), raising=False)
    with filled.writing() as connection:
        from chargerctl.central.books import tables

        connection.execute(tables.workers.delete())
    status, _, err = central("call", "garage-1", "Reset")
    assert status == 1
    assert "no central system runs on these books: start it with `chargerctl central serve`" in err
    with filled.reading() as connection:
        assert last_calls(connection) == []


class Hand:
    """A clock that a test moves: each pause takes a second, and `then` happens."""

    def __init__(self, then=lambda: None):
        self.time = time.time()
        self.waited = 0
        self.then = then

    def sleep(self, seconds):
        self.time += 1
        self.waited += 1
        self.then()

    @property
    def clock(self):
        return Clock(lambda: self.time, self.sleep, lambda: self.waited)


def test_a_central_system_that_dies_meanwhile_is_noticed(filled):
    remote = Remote(filled, Hand().clock)
    with pytest.raises(ChargerctlError, match="no central system runs on these books"):
        remote.call("garage-1", "Reset", {"type": "Soft"}, 30)
    with filled.reading() as connection:
        assert last_calls(connection)[0].error == "Cancelled"


def test_a_date_that_is_set_back_makes_nobody_wait_longer(filled):
    def live():
        if hand.waited == 1:
            hand.time -= 7200
        assert hand.waited < 300
        with filled.unit() as unit:
            unit.working(hand.time)

    hand = Hand(live)
    with pytest.raises(ChargerctlError):
        Remote(filled, hand.clock).call("garage-1", "Reset", {"type": "Soft"}, 30)


def test_a_central_system_that_does_not_take_the_call_is_not_waited_for_for_ever(filled):
    hand = Hand()

    def live():
        with filled.unit() as unit:
            unit.working(hand.time)

    hand.then = live
    with pytest.raises(ChargerctlError, match="did not send the call, which is taken back"):
        Remote(filled, hand.clock).call("garage-1", "Reset", {"type": "Soft"}, 30)
    assert hand.time - time.time() < 200


def test_that_a_call_was_sent_is_said_where_its_outcome_is_missing(filled):
    hand = Hand()

    def send():
        with filled.unit() as unit:
            unit.working(hand.time)
            for call in unit.waiting_calls(hand.time):
                unit.charger("garage-1").sending(call.id, hand.time)

    hand.then = send
    with pytest.raises(ChargerctlError, match="the call was sent"):
        Remote(filled, hand.clock).call("garage-1", "Reset", {"type": "Soft"}, 30)


@pytest.mark.parametrize("is_taken", [False, True])
def test_ctrl_c_takes_a_call_back_that_was_not_sent(filled, is_taken):
    """Also one that waits in the central system, behind another call."""
    taken = []

    def interrupt():
        if is_taken:
            with filled.unit() as unit:
                taken.extend(unit.waiting_calls(time.time()))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Remote(filled, Hand(interrupt).clock).call("garage-1", "Reset", {"type": "Soft"}, 30)
    with filled.unit() as unit:
        assert list(unit.waiting_calls(time.time())) == []
        assert [unit.charger("garage-1").sending(each.id, time.time()) for each in taken] == [
            False
        ] * is_taken


def keys(serial, payload):
    known = {
        "HeartbeatInterval": (False, "300"),
        "NumberOfConnectors": (True, "1"),
        "AuthorizationKey": (False, "Zq1"),
    }
    wanted = payload.get("key") or known
    return {
        "configurationKey": [
            {"key": key, "readonly": known[key][0], "value": known[key][1]} for key in wanted if key in known
        ],
        "unknownKey": [key for key in wanted if key not in known],
    }


def test_configure_shows_the_keys_of_a_charger_without_secrets(answering, central, central_json):
    answering({"GetConfiguration": keys})
    status, out, _ = central("configure", "garage-1")
    assert (status, out.splitlines()) == (
        0,
        ["AuthorizationKey\t***\tno", "HeartbeatInterval\t300\tno", "NumberOfConnectors\t1\tyes"],
    )
    status, found = central_json("configure", "garage-1", "NumberOfConnectors", "Nonsense")
    assert (status, found["chargers"][0]["keys"]) == (
        1,
        [
            {"key": "NumberOfConnectors", "value": "1", "readonly": True},
            {"key": "Nonsense", "value": None, "readonly": None},
        ],
    )


def changed(serial, payload):
    words = {"HeartbeatInterval": "Accepted", "WebSocketPingInterval": "RebootRequired"}
    return {"status": words.get(payload["key"], "NotSupported")}


def test_each_assignment_has_its_answer(answering, central, central_json):
    asked = answering({"ChangeConfiguration": changed})
    status, out, err = central("configure", "garage-1", "HeartbeatInterval=60", "WebSocketPingInterval=")
    assert (status, out.splitlines()) == (
        0,
        ["HeartbeatInterval\t60\tAccepted", "WebSocketPingInterval\t-\tRebootRequired"],
    )
    assert "chargerctl central call garage-1 Reset" in err
    status, found = central_json("configure", "garage-1", "Nonsense=a=b", "HeartbeatInterval=60")
    assert status == 1
    assert [each["answer"] for each in found["chargers"][0]["changes"]] == ["NotSupported", "Accepted"]
    assert asked[2][2] == {"key": "Nonsense", "value": "a=b"}


def test_all_chargers_are_configured_and_one_that_is_gone_does_not_stop_it(answering, central, central_json):
    def answer(serial, payload):
        return Outcome(error="NotConnected", detail="") if serial == "garage-1" else changed(serial, payload)

    answering({"ChangeConfiguration": answer, "GetConfiguration": Outcome(error="Timeout")})
    status, out, _ = central("configure", "--all", "HeartbeatInterval=60")
    assert (status, out.splitlines()) == (
        1,
        ["garage-1\tHeartbeatInterval\t60\tNotConnected", "garage-2\tHeartbeatInterval\t60\tAccepted"],
    )
    status, found = central_json("configure", "--all", "HeartbeatInterval")
    assert status == 1
    assert [each["error"] for each in found["chargers"]] == ["Timeout", "Timeout"]


def test_all_chargers_are_asked_at_the_same_time_and_one_that_is_silent_holds_up_no_other(filled):
    """garage-1 never answers; garage-2 answers its two calls while garage-1 is waited for."""
    hand = Hand()
    given, ended = [], []

    def serve():
        with filled.unit() as unit:
            unit.working(hand.time)
            for call in unit.waiting_calls(hand.time):
                given.append(call)
                if call.serial == "garage-2":
                    unit.answered(call.id, Outcome(answer=ACCEPTED), hand.time)
            if hand.time > began + 29:
                unit.answered(given[0].id, Outcome(error="Timeout"), hand.time)

    began, hand.then = hand.time, serve
    requests = [
        Request("garage-1", "Reset", {"type": "Soft"}),
        *[Request("garage-2", "ChangeConfiguration", {"key": key, "value": "1"}) for key in "ab"],
    ]
    Remote(filled, hand.clock).call_all(
        requests, 30, lambda index, outcome: ended.append((index, outcome.error, hand.time - began))
    )
    assert ended[:2] == [(1, "", 1), (2, "", 1)]
    assert ended[2][:2] == (0, "Timeout")
    assert [call.payload.get("key") for call in given] == [None, "a", "b"]


def test_many_calls_have_the_time_that_it_takes_to_give_them_out(filled):
    hand = Hand()
    ended = []

    def serve():
        with filled.unit() as unit:
            unit.working(hand.time)
            for call in unit.waiting_calls(hand.time):
                unit.answered(call.id, Outcome(answer=ACCEPTED), hand.time)

    hand.then = serve
    requests = [Request("garage-1", "Reset", {"type": "Soft"})] * 350
    Remote(filled, hand.clock).call_all(requests, 1, lambda _index, outcome: ended.append(outcome.error))
    assert ended == [""] * 350


def test_a_central_system_that_goes_away_ends_it_with_what_was_done(
    filled, central, central_json, monkeypatch
):
    """garage-1 has answered when it goes; garage-2 has not got its call yet, and will not get it later."""
    hand = Hand()
    rounds = iter(range(100))

    def serve_once():
        if next(rounds) == 0:
            with filled.unit() as unit:
                for call in unit.waiting_calls(hand.time):
                    if call.serial == "garage-1":
                        unit.answered(call.id, Outcome(answer=ACCEPTED), hand.time)

    hand.then = serve_once
    monkeypatch.setattr(Remote, "__init__", partialmethod(remote_with, hand.clock))
    status, out, err = central("configure", "--all", "HeartbeatInterval=60")
    assert status == 1
    assert out.splitlines() == [
        "garage-1\tHeartbeatInterval\t60\tAccepted",
        "garage-2\tHeartbeatInterval\t60\tthe central system stopped before the answer came",
    ]
    assert "no central system runs on these books: start it with `chargerctl central serve`" in err
    status, out, err = central("configure", "--all", "HeartbeatInterval=60")
    assert (status, out) == (1, "")
    assert "no central system runs on these books" in err


def remote_with(self, clock, store):
    original_init(self, store, clock)


def test_a_secret_that_nobody_took_leaves_the_books_with_the_next_command(filled, central):
    long_ago = time.time() - 100
    with filled.writing() as connection:
        key = {"key": "AuthorizationKey", "value": "Zq-lost"}
        calls.ask(connection, "garage-1", "ChangeConfiguration", key, 30, long_ago)
        connection.execute(workers.delete())
    assert central("call", "garage-1", "Reset")[0] == 1
    with filled.reading() as connection:
        assert "Zq" not in str(list(connection.execute(select(calls_table.c.payload))))


def test_a_secret_is_asked_for_sent_and_never_shown(answering, filled, central, monkeypatch):
    asked = answering({"ChangeConfiguration": ACCEPTED})
    monkeypatch.setattr(sys, "stdin", io.StringIO("Zq-secret\n"))
    status, out, err = central("configure", "garage-1", "--ask", "AuthorizationKey")
    assert (status, out) == (0, "AuthorizationKey\t***\tAccepted\n")
    assert "garage-1 has a new password, and so have the books" in err
    assert "chargerctl central chargers password garage-1" in err
    assert "broker" not in err
    assert asked[0][2] == {"key": "AuthorizationKey", "value": "Zq-secret"}
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(central_configure.click, "prompt", lambda *_, **options: "Zq-typed")
    assert central("configure", "garage-1", "--ask", "AuthorizationKey")[0] == 0
    assert asked[1][2]["value"] == "Zq-typed"
    for arguments in (
        ["configure", "garage-1", "AuthorizationKey=Zq-typed"],
        ["call", "garage-1", "ChangeConfiguration", "key=AuthorizationKey", "value=Zq-typed", "--json"],
    ):
        status, out, err = central(*arguments)
        assert status == 0
        assert "other users can read it there (ps)" in err
        assert ("has a new password" in err) is ("--json" not in arguments)
        assert "Zq" not in out + err
    with filled.reading() as connection:
        assert "Zq" not in str(last_calls(connection))


def test_a_broker_has_to_be_told_of_a_new_password(answering, central, monkeypatch):
    answers = {"ChangeConfiguration": ACCEPTED}
    answering(answers)
    monkeypatch.setenv("CHARGERCTL_CENTRAL_BROKER", "broker.lan:8883")
    arguments = ("call", "garage-1", "ChangeConfiguration", "key=AuthorizationKey", "value=Zq")
    assert "chargerctl central broker mosquitto writes its files" in central(*arguments)[2]
    answers["ChangeConfiguration"] = {"status": "NotSupported"}
    err = central(*arguments)[2]
    assert "NotSupported" in err
    assert "broker" not in err
    assert "new password" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["AuthorizationKey=Zq"],
        ["garage-1", "A=1", "B"],
        ["garage-1", "=1"],
        ["garage-1", "x" * 51],
        ["garage-1", "A=" + "Zq" * 300],
        ["nowhere", "A=1"],
    ],
)
def test_what_cannot_be_configured_is_refused(answering, central, arguments):
    answering({})
    status, out, err = central("configure", *arguments)
    assert status == 2
    assert "Zq" not in out + err


def completed(name, given, parameter, incomplete):
    command = leaves()[name]
    with command.make_context(name, given, parent=click.Context(cli), resilient_parsing=True) as context:
        (param,) = [each for each in command.params if each.name == parameter]
        return [item.value for item in param.shell_complete(context, incomplete)]


def test_the_shell_completes_serials_actions_fields_values_and_keys(filled):
    assert completed("central call", [], "serial", "gar") == ["garage-1", "garage-2"]
    assert completed("central call", ["garage-1"], "action", "remote") == [
        "RemoteStartTransaction",
        "RemoteStopTransaction",
    ]
    assert completed("central call", ["garage-1", "Reset"], "words", "") == ["type="]
    assert completed("central call", ["garage-1", "Reset"], "words", "type=") == ["type=Hard", "type=Soft"]
    assert completed("central call", ["garage-1", "Nonsense"], "words", "") == []
    assert completed("central configure", [], "words", "") == ["garage-1", "garage-2", "yard"]
    assert completed("central configure", ["garage-1"], "words", "Heart") == ["HeartbeatInterval="]
    assert completed("central cards block", [], "uids", "04") == ["04A1B2C3", "04D4E5F6"]


def test_where_there_are_no_books_nothing_is_completed_and_none_are_made(database, folder):
    assert completed("central call", [], "serial", "") == []
    assert not (folder / "central.sqlite").exists()
