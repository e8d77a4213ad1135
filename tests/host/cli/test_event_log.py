# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who reports to the log of a service never waits and never fails, whatever becomes of what is written there."""

import errno
import io
import json
import os
import re
import threading
from decimal import Decimal

import pytest
from chargerctl.cli.event_log import Log
from chargerctl.events.event import Event

BOUND_S = 60.0


class Disk(io.RawIOBase):
    """`room`: bytes that fit until it is full."""

    def __init__(self, room=1 << 30):
        self.room = room
        self.refused = threading.Event()
        self._written = bytearray()
        self._changed = threading.Condition()

    def writable(self):
        return True

    def write(self, data):
        with self._changed:
            if not self.room:
                self.refused.set()
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            fits = bytes(data[: self.room])
            self.room -= len(fits)
            self._written += fits
            self._changed.notify_all()
            return len(fits)

    def text_with(self, end):
        with self._changed:
            assert self._changed.wait_for(lambda: self._written.endswith(end.encode()), BOUND_S)
            return self._written.decode()


def log_on(raw, as_json=False):
    return Log(io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8"), as_json)


def events(count, characters=0):
    return [Event("status", f"{number} {'x' * characters}!") for number in range(count)]


def test_a_tab_in_what_a_charger_says_is_shown():
    disk = Disk()
    log = log_on(disk)
    log(Event("boot", "boots: a\tb", "c-1"))
    assert disk.text_with("\n").endswith("  c-1: boots: a\\tb\n")
    assert log.close()


def test_an_event_is_a_line():
    disk = Disk()
    log = log_on(disk)
    log(Event("boot", "boots\x1b[2J", "c-1"))
    assert log.close()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  c-1: boots[^\x1b]*\n", disk.text_with("\n"))


def test_with_json_it_is_an_object():
    disk = Disk()
    log = log_on(disk, as_json=True)
    log(Event("boot", "boots \ud800", "c-1", {"limit": Decimal("1.5")}))
    assert log.close()
    line = json.loads(disk.text_with("\n"))
    assert (line["what"], line["serial"], line["details"]) == ("boot", "c-1", {"limit": "1.5"})


def test_a_full_disk_loses_no_line_that_has_room_to_wait_and_tears_none():
    disk = Disk(room=30)
    log = log_on(disk)
    for event in events(100):
        log(event)
    assert disk.refused.wait(BOUND_S)
    disk.room = 1 << 30
    lines = disk.text_with("99 !\n").splitlines()
    assert [line.split("  ")[1] for line in lines] == [f"{number} !" for number in range(100)]
    assert log.close()


def test_what_has_no_room_is_counted_at_its_place():
    disk = Disk(room=0)
    log = log_on(disk)
    for event in events(3000, characters=1000):
        log(event)
    disk.room = 1 << 30
    *lines, missing = disk.text_with("could not be written\n").splitlines()
    assert len(lines) > 500
    assert f"  {3000 - len(lines)} lines are missing here" in missing
    log(Event("status", "and goes on"))
    assert disk.text_with("and goes on\n")
    assert log.close()


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    ends = os.fdopen(reader, "rb"), os.fdopen(writer, "w")
    yield ends
    for end in reversed(ends):
        end.close()


def test_a_reader_that_stands_still_holds_nobody_up_and_the_end_neither(pipe):
    reader, writer = pipe
    log = Log(writer, False)
    for event in events(3000, characters=1000):
        log(event)
    assert not log.close()
    # Whoever flushes stdout at the end of the process does not wait either.
    writer.flush()
    threading.Thread(target=reader.read, daemon=True).start()  # lets the thread of the log end
    log._thread.join(BOUND_S)


def test_a_reader_that_is_gone_holds_nobody_up_and_the_end_neither(pipe):
    reader, writer = pipe
    reader.close()
    log = Log(writer, False)
    for event in events(10):
        log(event)
    assert not log.close()
    writer.flush()
