# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who is connected, who is unknown, who sends too much, and who is two."""

import gc
import weakref

from chargerctl.central.books.interface import WaitingCall
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.desk.inbox import Limits

from tests.host.central.desk.conftest import Rig
from tests.host.central.desk.fakes import BOOT, Link, call


def boot(number, model):
    return call("BootNotification", number, chargePointVendor="GA Make", chargePointModel=model)


def test_a_charger_that_only_sends_is_connected(rig):
    link = Link()
    rig.desk.received("c-1", link, BOOT)
    rig.step()
    assert link.sent


def test_the_newest_link_counts_and_the_older_one_is_closed(rig):
    old = rig.charger(transport="websocket")
    new = rig.charger(transport="websocket")
    assert old.closed == ["the charger has a newer connection"]
    rig.desk.disconnected("c-1", old)
    rig.desk.received("c-1", new, call("Heartbeat"))
    rig.step()
    assert new.sent
    assert ("connected", "c-1", None) not in rig.store.kept


def test_that_a_charger_has_gone_is_booked_also_if_the_books_fail_at_first(rig):
    link = rig.charger()
    rig.store.refuses = lambda what: what == ("connected", "c-1", None)
    rig.desk.disconnected("c-1", link)
    rig.run(1)
    rig.store.refuses = lambda what: False
    rig.run(2)
    assert ("connected", "c-1", None) in rig.store.kept


def test_an_unknown_charger_is_rejected_not_told_and_not_remembered(rig):
    link = Link()
    for number in range(3):
        rig.desk.connected("stranger", link)
        rig.desk.received("stranger", link, boot(number, "C6"))
        rig.step()
    assert '{"status": "Rejected"}' in link.sent[0]
    assert link.told == [None] * 3
    assert len(rig.talks) == 3
    assert not any(what[0] == "frame" for what in rig.store.kept)


def test_a_charger_that_is_learnt_is_told_that_somebody_answers(rig):
    rig.store.accepts_all = True
    link = Link()
    rig.desk.connected("new", link)
    rig.desk.received("new", link, BOOT)
    rig.step()
    assert link.told == [True]
    rig.desk.received("new", link, call("Heartbeat", 2))
    rig.step()
    assert len(rig.talks) == 1


def connections(rig, serial):
    return [what[2] for what in rig.store.kept if what[:2] == ("connected", serial)]


def test_a_charger_that_is_learnt_is_booked_as_connected_at_once(rig):
    rig.store.accepts_all = True
    link = Link()
    rig.desk.connected("new", link)
    rig.step()
    rig.desk.received("new", link, BOOT)
    rig.step()
    rig.desk.received("new", link, call("Heartbeat", 2))
    rig.step()
    assert connections(rig, "new") == ["mqtt"]


def test_a_charger_that_the_owner_allows_is_booked_as_connected_with_its_next_frame(rig):
    link = Link("websocket")
    rig.desk.connected("new", link)
    rig.desk.received("new", link, BOOT)
    rig.step()
    assert connections(rig, "new") == []
    rig.store.known.add("new")
    rig.desk.received("new", link, call("Heartbeat", 2))
    rig.step()
    assert connections(rig, "new") == ["websocket"]


def test_a_charger_that_comes_back_without_a_word_is_booked_as_connected(rig):
    rig.desk.disconnected("c-1", rig.charger())
    rig.desk.received("c-1", Link(), call("Heartbeat"))
    rig.step()
    assert connections(rig, "c-1") == ["mqtt", None, "mqtt"]


def test_a_charger_that_the_owner_does_not_allow_any_more_is_forgotten_within_seconds(rig):
    link = rig.charger()
    rig.desk.received("c-1", link, BOOT)
    rig.step()
    rig.store.known.remove("c-1")
    rig.step(6)
    rig.desk.received("c-1", link, call("Heartbeat", 2))
    rig.step()
    rig.desk.received("c-1", link, boot(3, "C6"))
    rig.step()
    assert '{"status": "Rejected"}' in link.sent[-1]
    assert len(rig.talks) == 3


def refuse(rig, link, frame):
    """The owner does not allow it any more; seconds later it sends this."""
    rig.store.known.remove("c-1")
    rig.step(6)
    if frame:
        rig.desk.received("c-1", link, frame)
        rig.step()


def test_what_a_refused_charger_sends_is_a_strangers(rig):
    link = rig.charger(transport="websocket")
    rig.desk.received("c-1", link, BOOT)
    rig.step()
    refuse(rig, link, call("Heartbeat", 2))
    assert len(rig.talks) == 2
    assert not rig.talks[1].registered
    assert rig.texts("disconnected") == ["is not allowed any more"]


def test_a_refused_charger_is_connected_no_more(rig):
    link = rig.charger(transport="websocket")
    refuse(rig, link, call("Heartbeat"))
    assert connections(rig, "c-1") == ["websocket", None]
    assert link.told == [True, None]
    assert link.closed == ["the charger is not allowed any more"]
    rig.desk.disconnected("c-1", link)
    rig.step()
    assert connections(rig, "c-1") == ["websocket", None]


def test_the_calls_of_a_refused_charger_end():
    rig = Rig(talk=lambda books, violated, outcome, *_: Conversation(books=books, on_outcome=outcome))
    link = rig.charger()
    rig.store.waiting = [WaitingCall(number, "c-1", "Reset", {"type": "Soft"}, 300) for number in (8, 9)]
    rig.run(0.5)
    refuse(rig, link, call("Heartbeat"))
    assert [rig.store.outcomes()[number].error for number in (8, 9)] == ["Timeout", "NotConnected"]


def test_a_refused_charger_gets_no_call(rig):
    link = rig.charger()
    refuse(rig, link, None)
    rig.store.waiting = [WaitingCall(9, "c-1", "Reset", {"type": "Soft"}, 30)]
    rig.run(0.5)
    assert link.sent == []
    assert rig.store.outcomes()[9].error == "NotConnected"


def test_a_charger_is_refused_also_if_the_books_fail_at_first(rig):
    link = rig.charger()
    rig.store.refuses = lambda what: what == ("connected", "c-1", None)
    refuse(rig, link, call("Heartbeat"))
    assert link.closed == []
    rig.store.refuses = lambda what: False
    rig.run(2)
    assert len(link.closed) == 1
    assert connections(rig, "c-1") == ["mqtt", None]


def test_thousands_of_unknown_serials_do_not_stay_in_memory():
    rig = Rig(Limits(remembered=1000))
    links = weakref.WeakSet()
    most = 0
    for number in range(3000):
        link = Link()
        links.add(link)
        rig.desk.connected(f"stranger-{number}", link)
        rig.desk.received(f"stranger-{number}", link, BOOT)
        if number % 100 == 0:
            rig.step()
            rig.talks.clear()
            most = max(most, len(links))
    rig.step(1)
    rig.talks.clear()
    del link
    gc.collect()
    assert most < 1500  # garbage collection has its own pace
    assert len(links) == 0
    assert len(rig.texts("boot")) == 200


def test_a_flood_is_dropped_told_once_a_minute_and_no_other_charger_waits():
    rig = Rig(Limits(waiting=10, rate=5, burst=20))
    flood, other = rig.charger("c-1"), rig.charger("c-2")
    for second in range(61):
        for number in range(50):
            rig.desk.received("c-1", flood, call("Heartbeat", number))
        rig.desk.received("c-2", other, call("Heartbeat", second))
        rig.step(1)
    assert len(other.sent) == 61
    assert len(flood.sent) <= 20 + 5 * 61
    [text] = rig.texts("flood")
    assert "of its frames were dropped in the last minute" in text


def test_frames_of_one_charger_keep_their_order(rig):
    link = rig.charger()
    for number in range(30):
        rig.desk.received("c-1", link, call("Heartbeat", number))
    rig.step()
    rig.step()
    assert link.sent == [f'[3, "{number}", {{}}]' for number in range(30)]


def test_two_chargers_that_boot_in_turn_are_reported(rig):
    link = rig.charger()
    for number, model in enumerate(("A", "B", "A")):
        rig.desk.received("c-1", link, boot(number, model))
        rig.step()
        rig.now += 40
    assert rig.texts("double") == [
        "boots with two different BootNotifications in turn: two chargers may have this serial"
    ]


def test_a_connection_that_flaps_is_reported_once(rig):
    for _ in range(20):
        rig.desk.disconnected("c-1", rig.charger())
        rig.step(2)
    [text] = rig.texts("double")
    assert text.startswith(
        "connected 5 times within a minute: two chargers may have this serial, or its network"
    )


def test_a_charger_that_restarts_by_itself_now_and_then_is_not_reported(rig):
    link = rig.charger()
    for number in range(20):
        rig.desk.received("c-1", link, boot(number, "A"))
        rig.step()
        rig.now += 40
    assert rig.texts("double") == []


def test_a_charger_with_the_serial_of_another_one_is_seen_where_topic_and_serial_are_the_same(rig):
    for transport, seen in (("websocket", 0), ("mqtt", 1)):
        link = rig.charger("c-1", transport)
        named = {"chargePointVendor": "v", "chargePointModel": "m", "chargePointSerialNumber": "HW-123"}
        rig.desk.received("c-1", link, call("BootNotification", 1, **named))
        rig.desk.received(
            "c-1", link, call("BootNotification", 2, **{**named, "chargePointSerialNumber": "c-1"})
        )
        rig.step()
        assert len(rig.texts("serial")) == seen
        assert not rig.texts("violation")
    assert rig.texts("serial")[0].startswith("chargePointSerialNumber is 'HW-123', but it comes as 'c-1'")
