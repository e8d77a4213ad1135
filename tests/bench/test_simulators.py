# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The measurement of other simulators: how it judges and tells what it found, and that its central system can misbehave.
None of them is installed here."""

import asyncio
import json
from collections import Counter

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bench import simulators
from bench._simulators import charging, report
from bench._simulators.central import CentralSystem, Frame
from bench._simulators.judging import CALLS, judge, missing_keys, violation, violations
from bench._simulators.load import Load
from bench._simulators.table import OURS, SIMULATORS, Order


def result(payload):
    return [3, "c1", payload]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (result({"status": "Accepted"}), "Accepted"),
        (result({"status": "Sideways"}), "Sideways, against the schema"),
        (result({"status": "Accepted", "extra": 1}), "Accepted, against the schema"),
        ([4, "c1", "NotSupported", "", {}], "CALLERROR NotSupported"),
        ([4, "c1", None, "not here", None], "CALLERROR None, malformed"),
        ([3, "c1"], "malformed: "),
        (None, "silent"),
    ],
)
def test_an_answer_is_judged_by_the_schema(answer, verdict):
    assert judge("Reset", answer).startswith(verdict)


def test_no_answer_and_no_connection_is_another_thing_than_silence():
    assert judge("Reset", None, alive=False) == "disconnects"


def test_an_answer_without_a_status_is_just_answered():
    assert judge("GetConfiguration", result({"configurationKey": []})) == "answered"


def test_every_call_of_a_central_system_is_there_and_valid():
    assert len(CALLS) == 19
    assert [violation(2, action, payload) for action, (_, payload) in CALLS.items()] == [""] * 19


def test_what_a_charger_sends_wrong_is_told_once():
    beat = [2, "1", "Heartbeat", {}]
    wrong = [2, "2", "StatusNotification", {"connectorId": 1, "status": "Available"}]
    assert violations([beat, wrong, wrong]) == ['StatusNotification: "errorCode" is a required property']


def test_required_keys_are_counted():
    keys = [{"key": "HeartbeatInterval", "readonly": False, "value": "300"}]
    lacking = missing_keys(result({"configurationKey": keys}))
    assert len(lacking) == 20
    assert "HeartbeatInterval" not in lacking
    assert len(missing_keys([4, "c1", "NotImplemented", "", {}])) == 21


def call(action, payload, at=0.0, wall=0.0):
    return Frame(at, wall, 1, True, json.dumps([2, "x", action, payload]))


def test_a_session_is_told_as_a_story():
    frames = [
        call("StatusNotification", {"status": "Charging"}),
        call("MeterValues", {}),
        call("MeterValues", {}),
        call("StopTransaction", {}),
    ]
    assert charging.story(frames) == "Charging, MeterValues, StopTransaction"


def test_meter_values_are_of_before_the_reconnect_by_their_own_time():
    payload = {"meterValue": [{"timestamp": "1970-01-01T00:01:30Z"}]}
    # It came at 100 s after a reconnect at 98 s, at 0:02:00 by the clock: 30 s old, 28 s of that before the reconnect.
    assert charging.age(call("MeterValues", payload, at=100.0, wall=120.0), 98.0) == pytest.approx(28.0)
    assert charging.age(call("MeterValues", {"values": []}), 98.0) == 0.0


def test_tables_are_markdown_with_a_dash_for_nothing():
    found = {"one": {"Reset": "Accepted", "garbage": "a|b"}, "two": {"Reset": ""}}
    assert "| Reset (Core) | Accepted | - |" in report.calls(found).splitlines()
    assert report.behaviour(found).splitlines() == [
        "| - | one | two |",
        "| --- | --- | --- |",
        "| garbage | a\\|b | - |",
    ]


def test_a_load_is_told_for_one_charger_and_one_hour():
    load = Load(
        count=100,
        wanted=200,
        seconds=60.0,
        cpu_s=6.0,
        boot_s=2.0,
        boot_cpu_s=1.0,
        memory=101 * 1024,
        one=2 * 1024,
        charging=50,
        messages=Counter(MeterValues=50),
        back=0,
        back_s=0.0,
    )
    assert load.a_core == 1000
    row = report.loads({"ours": load, "other": "does not connect"}).splitlines()[2:]
    assert row[0] == "| ours | 100 of 200 | 30 | 3.600 | 1,000 | 1 KB | 2 s | 10.0 | none |"
    assert row[1].startswith("| other | does not connect | - |")


def test_simulators_are_chosen_by_parts_of_their_names():
    assert simulators.chosen("") == list(SIMULATORS)
    assert [each.name for each in simulators.chosen("ocpp-rpc, evsetool")] == [
        "evsetool 0.1.5",
        "ocpp-rpc 2.2.1",
    ]


def test_what_is_installed_is_pinned():
    for each in SIMULATORS:
        assert all("@" in name[1:] or "==" in name for name in each.packages)
        assert each.packages or each.registry == OURS


def test_each_has_a_command_that_names_the_central_system(tmp_path):
    order = Order("ws://127.0.0.1:1", tmp_path, 2, scratch=tmp_path)
    for each in SIMULATORS:
        commands = each.commands(order)
        told = [part for command in commands for part in (*command.line, *command.environment.values())]
        assert any("ws://127.0.0.1:1" in part for part in told), each.name


async def _with_a_charger(does):
    """does(central, connection, url): with one that is connected."""
    central = CentralSystem()
    url = f"ws://127.0.0.1:{await central.start()}/charger-0"
    try:
        async with connect(url, subprotocols=["ocpp1.6"]) as connection:
            await central.until(lambda: central.joined, 5)
            return await does(central, connection, url)
    finally:
        await central.stop()


def test_the_central_system_answers_and_records():
    async def does(central, connection, url):
        await connection.send(json.dumps([2, "a", "BootNotification", {}]))
        answer = json.loads(await connection.recv())
        return answer, central.since(0, "BootNotification"), central.accepted

    answer, boots, accepted = asyncio.run(_with_a_charger(does))
    assert answer[2]["status"] == "Accepted"
    assert len(boots) == 1
    assert "charger-0" in accepted


def test_the_central_system_tells_each_its_own_interval():
    async def does(central, connection, url):
        central.interval = lambda number: 60 * number
        await connection.send(json.dumps([2, "a", "BootNotification", {}]))
        return json.loads(await connection.recv())[2]["interval"]

    assert asyncio.run(_with_a_charger(does)) == 60


def test_the_central_system_is_silent_when_told():
    async def does(central, connection, url):
        central.silent.add("StartTransaction")
        await connection.send(json.dumps([2, "a", "StartTransaction", {}]))
        await connection.send(json.dumps([2, "b", "Heartbeat", {}]))
        return json.loads(await connection.recv())[1]

    assert asyncio.run(_with_a_charger(does)) == "b"


def test_the_central_system_gets_the_answer_to_its_call():
    async def does(central, connection, url):
        asked = asyncio.create_task(central.call("Reset", {"type": "Soft"}, 5))
        called = json.loads(await connection.recv())
        await connection.send(json.dumps([3, called[1], {"status": "Accepted"}]))
        return await asked

    assert asyncio.run(_with_a_charger(does))[2] == {"status": "Accepted"}


def test_the_central_system_cuts_and_refuses():
    async def does(central, connection, url):
        central.refuses = True
        central.cut()
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        with pytest.raises(InvalidStatus):
            await connect(url, subprotocols=["ocpp1.6"])

    asyncio.run(_with_a_charger(does))
