# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger that sends large frames takes no more from the others than one that sends many."""

import pytest
from chargerctl.central.desk.inbox import Arrival, Inbox, Limits

from tests.host.central.desk.conftest import Rig
from tests.host.central.desk.fakes import Link, call

LARGE = 240_000


def large(number):
    return call("Heartbeat", number, padding="x" * LARGE)


def sizes(group):
    return [each.size for each in group]


@pytest.fixture
def inbox():
    return Inbox(Limits())


def put(inbox, serial, *frames, at=0.0):
    for frame in frames:
        inbox.put(Arrival(serial, Link(), at, frame))


def test_one_large_frame_of_a_charger_is_in_a_group(inbox):
    put(inbox, "c-1", *["x" * LARGE] * 4)
    put(inbox, "c-2", "small")
    assert sizes(inbox.take(0.0)) == [LARGE, 5]
    assert sizes(inbox.take(0.0)) == [LARGE]


def test_the_large_frames_of_many_chargers_are_several_groups(inbox):
    for number in range(100):
        put(inbox, f"c-{number}", "x" * LARGE)
    taken = sizes(inbox.take(0.0))
    assert sum(taken) < 1.5e6
    while more := sizes(inbox.take(0.0)):
        assert sum(more) < 1.5e6
        taken += more
    assert len(taken) == 100


def test_bytes_that_come_too_fast_wait(inbox):
    taken = 0
    for second in range(100):
        put(inbox, "c-1", *["x" * LARGE] * 4, at=float(second))
        taken += sum(sizes(inbox.take(float(second))))
    assert taken <= Limits.burst_bytes + 100 * Limits.rate_bytes + LARGE


def test_every_frame_that_is_allowed_comes_through_in_time(inbox):
    for second in range(0, 3600, 60):
        put(inbox, "c-1", "x" * Limits.frame_bytes, at=float(second))
        assert sizes(inbox.take(float(second))) == [Limits.frame_bytes]


def test_what_is_tried_again_costs_once(inbox):
    put(inbox, "c-1", *["x" * Limits.frame_bytes] * 2)
    for _ in range(20):
        inbox.put_back(inbox.take(0.0))
    assert sizes(inbox.take(0.0)) == [Limits.frame_bytes]


def test_what_waits_of_some_leaves_room_for_the_others():
    rig = Rig(Limits(waiting_bytes=4 << 20))
    floods = {f"c-{number}": Link() for number in range(30)}
    rig.store.known |= {*floods, "good"}
    good = rig.charger("good")
    for serial, link in floods.items():
        for number in range(8):
            rig.desk.received(serial, link, large(number))
    rig.desk.received("good", good, call("Heartbeat", 7))
    rig.run(60, every=1)
    assert good.sent == ['[3, "7", {}]']
    rig.step(5)
    told = rig.texts("flood")
    assert any("of all chargers that wait are too large" in text for text in told)
    assert not any(event.serial == "good" for event in rig.events if event.what == "flood")


def test_one_charger_cannot_fill_the_memory(inbox):
    put(inbox, "c-1", *["x" * LARGE] * 32)
    waiting = 0
    for second in range(0, 6000, 60):
        waiting += sum(sizes(inbox.take(float(second))))
    assert waiting <= Limits.each_bytes


@pytest.mark.parametrize("padding", ["x" * 300_000, "ä" * 150_000], ids=["ascii", "two bytes each"])
@pytest.mark.parametrize("encoding", ["bytes", "text"])
def test_a_frame_beyond_the_limit_is_named_at_once_and_is_no_flood(rig, padding, encoding):
    link = rig.charger()
    frame = f'[2,"1","Heartbeat",{{"padding":"{padding}"}}]'
    rig.desk.received("c-1", link, frame.encode() if encoding == "bytes" else frame)
    size = len(frame.encode())
    assert rig.texts("violation") == [f"a frame of {size:,} bytes, at most 262,144 allowed"]
    rig.run(70, every=5)
    assert rig.texts("flood") == []
    assert link.sent == []
