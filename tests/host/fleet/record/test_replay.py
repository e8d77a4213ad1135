# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A record is sent again: the same frames, and what is answered otherwise is found."""

import json
from collections import Counter
from contextlib import closing
from types import SimpleNamespace

import pytest
from chargerctl.central.messages.schemas import ACTIONS
from chargerctl.errors import InputError
from chargerctl.fleet.record.difference import difference
from chargerctl.fleet.record.file import DOWN, IN, OUT, UP, Entry, Reader, Writer
from chargerctl.fleet.record.recorded import share_of
from chargerctl.fleet.record.replaying import Replay, replayed
from chargerctl.fleet.record.tape import Tape
from chargerctl.fleet.report.thresholds import parse
from chargerctl.simulator.network.ntp import START_UNIX

from tests.host.fleet.plans import nobody, plan


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    path = tmp_path_factory.mktemp("record") / "frames.jsonl"
    share_of(plan(2, record=str(path))).run(nobody)
    return path


def entries(path):
    with closing(Reader(path)) as reader:
        return list(reader)


def changed(path, to, change):
    """A copy in which each entry is what `change` makes of it."""
    with closing(Reader(path)) as reader:
        writer = Writer(to, {name: value for name, value in reader.about.items() if name != "record"})
        for entry in reader:
            writer.add(change(entry))
        writer.close()
    return to


def replay(path):
    with closing(Reader(path)) as reader:
        made = Replay(replayed(reader, plan(1)), reader)
        return made, made.run(nobody)


def test_the_same_frames_get_the_same_answers(record):
    calls = [each for each in entries(record) if each.what == OUT and json.loads(each.frame)[0] == 2]
    made, measured = replay(record)
    assert made.others == {}
    assert made.same == len(calls)
    sent = sum(each.times.count for each in measured.tally.calls.values())
    assert sent == len(calls)
    # The central system asks anew, and gets what it got then.
    assert measured.tally.called["GetConfiguration"].times.count == 2
    assert not measured.tally.called["GetConfiguration"].errors


def test_what_is_answered_otherwise_is_named(record, tmp_path):
    def refuse(entry: Entry) -> Entry:
        frame = entry.frame.replace('"idTagInfo":{"status":"Accepted"', '"idTagInfo":{"status":"Blocked"')
        return Entry(entry.us, entry.serial, entry.what, frame) if entry.what == IN else entry

    made, _measured = replay(changed(record, tmp_path / "other.jsonl", refuse))
    assert set(made.others) == {
        f"{action}: idTagInfo.status Blocked became Accepted"
        for action in ("Authorize", "StartTransaction", "StopTransaction")
    } & set(made.others)
    assert made.others["Authorize: idTagInfo.status Blocked became Accepted"] > 0


def test_a_frame_that_is_none_is_named(record, tmp_path):
    broken = changed(
        record,
        tmp_path / "broken.jsonl",
        lambda each: Entry(each.us, each.serial, each.what, "[2]" if each.frame else ""),
    )
    with pytest.raises(InputError, match=r"broken\.jsonl:\d+: no frame of OCPP-J: "):
        replay(broken)


@pytest.mark.parametrize(
    "about",
    [
        {"chargers": 10**9},
        {"chargers": True},
        {"prefix": None},
        {"prefix": "../a"},
        {"seed": -1},
        {"start": 0},
        {"start": -99999999999999999999},
    ],
)
def test_a_record_that_does_not_say_its_chargers_is_refused(tmp_path, about):
    good = {"chargers": 2, "prefix": "f", "seed": 1, "start": START_UNIX}
    path = tmp_path / "frames.jsonl"
    Writer(path, {**good, **about}).close()
    with pytest.raises(InputError, match=r"frames\.jsonl:1: the first line of the record must say"):
        replay(path)


def test_an_entry_of_another_charger_is_named_with_its_line(record, tmp_path):
    def rename(entry: Entry) -> Entry:
        return Entry(entry.us, "fleet-00009", entry.what, entry.frame)

    with pytest.raises(InputError, match=r"other\.jsonl:2: 'fleet-00009' is no charger of this record"):
        replay(changed(record, tmp_path / "other.jsonl", rename))


def test_a_call_that_cannot_be_sent_is_counted(record, tmp_path):
    """One charger never connects, in the record."""

    def without_up(entry: Entry) -> Entry:
        gone = entry.serial == "fleet-00002" and entry.what == UP
        return Entry(entry.us, entry.serial, DOWN) if gone else entry

    path = changed(record, tmp_path / "offline.jsonl", without_up)
    made, measured = replay(path)
    calls = [each for each in entries(path) if each.what == OUT and json.loads(each.frame)[0] == 2]
    of_it = sum(each.serial == "fleet-00002" for each in calls)
    assert (made.calls, made.unsent) == (len(calls), of_it)
    assert made.same == len(calls) - of_it
    assert [each.fails(measured) for each in parse("unsent>0,missing>0", ACTIONS, replay=True)] == [
        f"unsent>0: it is {of_it}",
        "",
    ]


def test_a_call_that_is_not_answered_now_is_missing():
    now_us = 0
    tape = Tape(lambda: now_us, lambda ms: None, Counter())
    link = SimpleNamespace(
        connected=True, publish=lambda text: True, step=lambda now: None, receive=lambda: None
    )
    board = SimpleNamespace(
        link=link, wifi=SimpleNamespace(step=lambda now: None), system=SimpleNamespace(ticks_ms=lambda: 0)
    )
    tape.core(board, {}, "power")
    for entry in (
        Entry(0, "f-00001", UP),
        Entry(0, "f-00001", OUT, '[2,"a","Heartbeat",{}]'),
        Entry(0, "f-00001", IN, '[3,"a",{}]'),
    ):
        tape.take(entry)
    tape.run_pass()
    assert (tape.calls, tape.sent, tape.same, tape.missing) == (1, 1, 0, 1)


def test_differences():
    accepted = [3, "a", {"status": "Accepted", "currentTime": "2026-01-01T00:00:00Z", "interval": 300}]
    later = [3, "a", {"status": "Accepted", "currentTime": "2027-01-01T00:00:00Z", "interval": 300}]
    assert difference(accepted, later) == ""
    assert difference([3, "a", {"transactionId": 1}], [3, "a", {"transactionId": 2}]) == ""
    assert difference(accepted, [3, "a", {"status": "Pending"}]) == "interval 300 became None"
    assert (
        difference(accepted, [4, "a", "InternalError", "", {}]) == "CALLRESULT became CALLERROR InternalError"
    )
    assert difference([4, "a", "GenericError", "", {}], [4, "a", "GenericError", "other words", {}]) == ""
    assert difference([3, "a", {"x": {"y": [1]}}], [3, "a", {"x": {"y": [2]}}]) == "x.y [1] became [2]"
