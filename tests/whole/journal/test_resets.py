# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The program ends in every state of three sessions and behind every frame, for each reason that a chip knows; and sixteen
sessions wait for the central system.
"""

import pytest
from chargerctl.central.messages.defaults import timestamp

from tests.whole.journal import books, script
from tests.whole.journal.charger import NOW, Charger
from tests.whole.journal.stores import KINDS, Stores

REASONS = ("software", "watchdog", "brownout", "reload")


@pytest.fixture
def stores(request):
    made = Stores(request.param)
    yield made
    made.close()


def names():
    """The states of the script, each with its place."""
    stores = Stores("fram")
    charger = Charger(stores)
    charger.start()
    found = list(script.steps(charger))
    stores.close()
    return found


def ended_behind(kind, reason, places):
    """Run to each of these places, end the program there, let it start for that reason: place -> mistakes in the books."""
    wrong = {}
    for place in places:
        stores = Stores(kind)
        charger = Charger(stores)
        charger.start()
        for number, _ in enumerate(script.steps(charger)):
            if number == place:
                break
        charger.end()
        script.recover(charger, reason)
        stores.close()
        if found := books.mistakes(charger):
            wrong[place] = found
    return wrong


@pytest.mark.slow
@pytest.mark.requirement("SPEC 4.10", "a transaction that a reset interrupted is in the books once")
@pytest.mark.parametrize("reason", REASONS)
def test_a_reset_in_any_state_leaves_each_session_in_the_books_once(reason):
    kind = KINDS[REASONS.index(reason)]
    assert not ended_behind(kind, reason, range(len(names())))


class AfterFrame(BaseException):
    """The program ends behind this frame."""


def ended_after_frame(kind, reason, number):
    """As above, right behind the `number`th frame, before anything else happens; None when there are not so many."""
    stores = Stores(kind)
    charger = Charger(stores)
    receive, frames = charger.receive, 0

    def count(frame):
        nonlocal frames
        answers = receive(frame)
        frames += 1
        if frames == number + 1:
            raise AfterFrame
        return answers

    charger.receive = count
    try:
        script.run(charger)
    except AfterFrame:
        charger.receive = receive
        charger.end()
        script.recover(charger, reason)
        return books.mistakes(charger)
    finally:
        stores.close()
    return None


def behind_frames(kind, reason, step, first=0):
    wrong, number = {}, first
    while (found := ended_after_frame(kind, reason, number)) is not None:
        if found:
            wrong[number] = found
        number += step
    assert number > 30, "there were frames"
    return wrong


@pytest.mark.slow
@pytest.mark.requirement(
    "SPEC 3.7", "A message whose answer is lost with the program is sent again with the same id."
)
@pytest.mark.parametrize("place", range(len(REASONS)))
def test_a_reset_behind_a_frame_leaves_each_session_in_the_books_once(place):
    assert not behind_frames(KINDS[place], REASONS[place], len(REASONS), place)


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reason", REASONS)
def test_a_reset_anywhere_leaves_each_session_in_the_books_once(kind, reason):
    assert not ended_behind(kind, reason, range(len(names())))
    assert not behind_frames(kind, reason, 1)


@pytest.mark.slow
@pytest.mark.requirement(
    "SPEC 3.7", "Transactions of an offline time are delivered in their order with their timestamps."
)
@pytest.mark.parametrize("stores", KINDS, indirect=True)
def test_sixteen_offline_sessions_are_delivered_in_order_within_30_seconds(stores):
    charger = Charger(stores)
    charger.start()
    charger.run(12)
    charger.link(False)
    began = [offline_session(charger) for _ in range(16)]
    charger.link(True)
    seconds = 0
    while len(charger.rig.journal) and seconds < 60:
        charger.run(1)
        seconds += 1
    assert seconds <= 30
    assert not books.mistakes(charger)
    starts = [payload["timestamp"] for _, payload in charger.books.of("StartTransaction")]
    assert len(starts) == 16
    for stamp, (before, after) in zip(starts, began, strict=True):
        assert before <= stamp <= after
    print(f"{stores.kind}: 16 sessions in {seconds} s")


def offline_session(charger):
    """Five minutes apart; between which times it began, as timestamps of OCPP."""
    charger.plug(True)
    charger.run(1)
    before = stamp(charger)
    charger.swipe()
    charger.run(3, script.WATTS)
    after = stamp(charger)
    charger.plug(False)
    charger.run(296)
    return before, after


def stamp(charger):
    return timestamp(NOW + (charger.unix - NOW) // 1).replace(".000", "")
