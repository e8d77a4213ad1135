# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Frames are kept for a time, without secrets, and never too many."""

import json
import time

import pytest
from chargerctl.central.books.masking import masked
from chargerctl.central.books.queries.traffic import frame, frames_after, frames_before, last_frames
from chargerctl.central.books.retention import PORTION, Keep, Retention
from chargerctl.central.books.tables import calls, complaints, frames
from chargerctl.central.books.unit import LONGEST_FRAME
from chargerctl.central.service.looking_after import look_after

from tests.host.central.books.charger import NOW, Charger, rows
from tests.host.central.books.test_calls import ask


def keep(books, *texts, serial="GA001", now=NOW):
    with books.unit() as unit:
        for each in texts:
            unit.frame(serial, False, each, now)


def tidy(books, now=NOW):
    count = 1
    while books.tidy(now):
        count += 1
        assert count < 1000
    return count


def test_frames_are_read_in_their_order(books):
    with books.unit() as unit:
        unit.frame("GA001", False, "[2]", NOW)
        unit.frame("GA001", True, "[3]", NOW + 1)
        unit.frame("GA002", False, "\0[\ud800", NOW)
    with books.reading() as connection:
        found = last_frames(connection, "GA001")
        assert [(each.at, each.outgoing, each.text) for each in found] == [
            (NOW, False, "[2]"),
            (NOW + 1, True, "[3]"),
        ]
        assert [each.text for each in last_frames(connection, most=1)] == ["␀[\ufffd"]
        assert [each.text for each in frames_after(connection, found[0].id)] == ["[3]", "␀[\ufffd"]


def test_frames_are_read_backwards_a_page_at_a_time(books):
    keep(books, "[1]", "[2]", "[3]", "[4]")
    keep(books, "[9]", serial="GA002")
    with books.reading() as connection:
        newest = frames_before(connection, "GA001", None, 2)
        older = frames_before(connection, "GA001", newest[0].id, 9)
        assert [each.text for each in (*older, *newest)] == ["[1]", "[2]", "[3]", "[4]"]
        assert frame(connection, "GA001", newest[0].id) == newest[0]
        assert frame(connection, "GA002", newest[0].id) is None


def test_of_a_frame_without_end_the_beginning_is_kept(books):
    keep(books, "x" * 100_000)
    assert rows(books, frames, "size") == [LONGEST_FRAME]


@pytest.mark.parametrize(
    "frame",
    [
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"hunter2"}]',
        '[2,"1","ChangeConfiguration",{"value":"hunter2","key":"authorizationkey"}]',
        r'[2,"1","ChangeConfiguration",{"\u006bey":"\u0041uthorizationKey","value":"hunter2"}]',
        '[3,"1",{"configurationKey":[{"key":"A","value":"1"},{"key":"MqttPassword","value":"hunter2"}]}]',
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"hunter2"',
        '[2,"1","GetDiagnostics",{"location":"ftp://user:hunter2@files.example/x"}]',
        '[2,"1","UpdateFirmware",{"location":"https://:hunter2@files.example/x"}]',
        '[2,"1","UpdateFirmware",{"location":"ftp://user:a:hunter2@b@files.example/x"}]',
        r'[2,"1","UpdateFirmware",{"location":"ftp:\/\/user:\u00e4hunter2@files.example\/x"}]',
    ],
)
def test_secrets_are_masked(frame):
    assert "hunter2" not in masked(frame)
    assert "***" in masked(frame)


def test_secrets_are_not_kept(books):
    keep(books, '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"hunter2"}]')
    assert rows(books, frames, "text") == [
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"***"}]'
    ]


@pytest.mark.parametrize(
    "frame",
    [
        '[2,"1","ChangeConfiguration",{"key":"HeartbeatInterval","value":"60"}]',
        '[2,"1","StatusNotification", {"info":"a@b"}]',
        '[3,"1",{"configurationKey":[{"key":"AuthorizationKey","readonly":false}]}]',
        "[" * 100_000,
        "",
    ],
)
def test_a_frame_without_a_secret_is_as_it_came(frame):
    assert masked(frame) == frame


@pytest.mark.parametrize(
    "frame",
    [
        "://" + "a:" * 128_000 + " @",
        "://a:" + "@" * 256_000 + " ",
        "://a:" * 51_200 + " @",
        ":" * 256_000 + "@",
        ':\\/\\/x:"' + "\\u00e4" * 42_000,
        "pass" * 64_000 + '"key"',
    ],
)
def test_a_frame_of_any_content_is_masked_in_linear_time(frame):
    """While it is masked, the whole process waits: re does not let other threads run."""

    def cpu_s(text):
        began = time.thread_time()
        masked(text)
        return time.thread_time() - began

    # A quadratic one needs minutes; 20 ms are usual.
    assert cpu_s(frame[: len(frame) // 16] + "@") < 0.1
    assert cpu_s(frame) < 1.0


def test_nested_secrets_are_all_masked():
    key = {"key": "secret", "value": "hunter2"}
    frame = json.dumps([3, "1", {"configurationKey": [key, key], "key": "password", "value": "hunter2"}])
    assert "hunter2" not in masked(frame)


def test_old_frames_are_removed(opened):
    books = opened(keep=Keep(days=1))
    keep(books, "old", now=NOW - 86_401)
    keep(books, "new", now=NOW)
    tidy(books)
    assert rows(books, frames, "text") == ["new"]


def test_each_charger_keeps_so_many(opened):
    books = opened(keep=Keep(each=3))
    keep(books, *"abcde")
    keep(books, *"fghij", serial="GA002")
    keep(books, "k", serial="GA003")
    tidy(books)
    assert rows(books, frames, "text") == list("cdehijk")


def test_all_frames_together_have_a_limit_that_holds_between_two_counts(opened):
    books = opened(keep=Keep(megabytes=0.001))
    tidy(books)
    for number in range(15):
        keep(books, f"{number:0100}")
        tidy(books, NOW + 1)
        assert sum(rows(books, frames, "size")) <= 1000
    assert rows(books, frames, "text")[-1] == f"{14:0100}"


class Waits:
    """An event that is set after so many waits, without waiting."""

    def __init__(self, most):
        self.most = most
        self.seconds = []

    def wait(self, seconds):
        self.seconds.append(seconds)
        return len(self.seconds) > self.most


def test_their_limit_holds_also_for_more_than_a_portion_a_second(opened):
    books = opened(keep=Keep(megabytes=0.1))
    keep(books, *["x" * 100] * (10 * PORTION))
    waits = Waits(15)
    look_after(waits, books, {"nothing": None}, [])
    assert sum(rows(books, frames, "size")) <= 100_000
    assert sum(waits.seconds) < 10


def test_to_measure_all_frames_keeps_nobody_from_writing(opened, monkeypatch):
    books = opened(keep=Keep(each=3))
    keep(books, *"abcde")
    measure, measured = Retention.measure, []

    def measure_meanwhile(self, connection, now):
        keep(books, "f")
        measured.append(now)
        measure(self, connection, now)

    monkeypatch.setattr(Retention, "measure", measure_meanwhile)
    tidy(books)
    assert measured == [NOW]
    assert len(rows(books, frames, "id")) == 3


def test_many_are_removed_in_small_portions(opened):
    books = opened(keep=Keep(days=1))
    keep(books, *["x"] * (3 * PORTION), now=NOW - 90_000)
    assert books.tidy(NOW)
    assert len(rows(books, frames, "id")) == 2 * PORTION
    assert tidy(books) >= 2
    assert rows(books, frames, "id") == []


def test_frames_need_not_be_kept(opened):
    books = opened(keep=Keep(megabytes=0))
    keep(books, "a")
    tidy(books)
    assert rows(books, frames, "id") == []


def test_complaints_and_calls_do_not_grow_without_end(opened):
    books = opened()
    charger = Charger(books)
    with books.unit() as unit:
        for number in range(1010):
            unit.charger("GA001").book("StopTransaction", {"transactionId": -1, "meterStop": number}, {}, NOW)
    charger.boot()
    ask(books, now=NOW - 40 * 86_400)
    ask(books, now=NOW)
    tidy(books)
    assert len(rows(books, complaints, "id")) == 1000
    assert rows(books, calls, "asked_at") == [NOW]
