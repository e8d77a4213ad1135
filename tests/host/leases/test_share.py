# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a worker holds, wants and gives up: with the register in memory, stepped by hand."""

import pytest
from chargerctl.leases.keeper import CALL_S
from chargerctl.leases.memory import Database, MemoryRegister
from chargerctl.leases.register import RegisterError, Released
from chargerctl.leases.rendezvous import preferred
from chargerctl.leases.roll import CLAIM_DELAY_S
from chargerctl.leases.share import RENEW_S, Share
from chargerctl.leases.validity import CLOSING_S, LEASE_S, MARGIN_S

SERIALS = [f"GA{number:02}" for number in range(20)]


class Holder:
    """Remembers what it is told."""

    def __init__(self):
        self.got = {}
        self.lost_ones = []
        self.asked = []
        self.well = True

    def gained(self, chargers):
        self.got.update(chargers)

    def lost(self, serials, still_ours):
        self.lost_ones.append((set(serials), still_ours))

    def give_up(self, serials):
        self.asked += serials

    def is_well(self):
        return self.well


class Rig:
    def __init__(self):
        self.now = 0.0
        self.database = Database(lambda: self.now)
        self.events = []
        self.shares = []

    def worker(self, name):
        register, holder = MemoryRegister(self.database), Holder()
        share = Share(register, name, holder, self.events.append, steady=lambda: self.now)
        share.step()
        self.shares.append(share)
        return share, holder, register

    def pass_by(self, seconds):
        end = self.now + seconds
        while self.now < end:
            self.now += 0.25
            for share in self.shares:
                share.check()
                share.step()

    def texts(self):
        return [event.text for event in self.events]


@pytest.fixture
def rig():
    return Rig()


@pytest.fixture
def pair(rig):
    """Two workers that know of each other."""
    first, second = rig.worker("a"), rig.worker("b")
    rig.pass_by(RENEW_S)
    return first, second


def test_one_worker_holds_what_it_wants(rig):
    share, holder, _ = rig.worker("a")
    share.want(SERIALS)
    share.step()
    assert sorted(holder.got) == SERIALS == sorted(share.held())
    assert all(share.holds(serial) for serial in SERIALS)


def test_of_two_each_takes_those_that_it_prefers(rig, pair):
    for share, _, _ in pair:
        share.want(SERIALS)
        share.step()
    assert {s for s in SERIALS if preferred(s, ["a", "b"]) == "a"} == set(pair[0][0].held())
    assert {s for s in SERIALS if preferred(s, ["a", "b"]) == "b"} == set(pair[1][0].held())


def test_what_the_other_one_does_not_take_is_taken_after_a_moment(rig, pair):
    (share, _, _), _ = pair
    share.want(SERIALS)
    rig.pass_by(CLAIM_DELAY_S - 0.5)
    assert len(share.held()) < len(SERIALS)
    rig.pass_by(1.0)
    assert len(share.held()) == len(SERIALS)


def test_a_worker_that_comes_is_given_its_chargers_with_a_note(rig):
    first, holder, _ = rig.worker("a")
    first.want(SERIALS)
    first.step()
    second, got, _ = rig.worker("b")
    second.want(SERIALS)
    rig.pass_by(RENEW_S)
    assert set(holder.asked) == {s for s in SERIALS if preferred(s, ["a", "b"]) == "b"}
    first.release(dict.fromkeys(holder.asked, Released("passed: 3", quiet_s=2.0)))
    assert not any(first.holds(serial) for serial in holder.asked)
    first.step()
    rig.pass_by(RENEW_S)
    assert sorted(second.held()) == sorted(holder.asked)
    assert {each.note for each in got.got.values()} == {"passed: 3"}
    assert holder.lost_ones == []


def test_each_charger_is_asked_about_once(rig, pair):
    (share, holder, _), _ = pair
    share.want(SERIALS)
    rig.pass_by(20)
    assert len(holder.asked) == len(set(holder.asked)) > 0


def test_a_worker_that_is_cut_off_says_so_and_lets_go_while_it_still_may_speak(rig):
    share, holder, register = rig.worker("a")
    share.want(["GA00"])
    share.step()
    register.is_cut_off = True
    rig.pass_by(LEASE_S - MARGIN_S - CLOSING_S - 0.5)
    assert holder.lost_ones == []
    rig.pass_by(0.5)
    assert holder.lost_ones == [({"GA00"}, True)]
    assert not share.holds("GA00")
    assert rig.texts()[-2:] == [
        "cannot reach the database: stops speaking to 1 chargers in 3 s",
        "cannot reach the database: speaks to no charger any more, 1 are left to other workers",
    ]


def test_a_worker_that_has_no_chargers_says_once_that_it_takes_none(rig):
    _, holder, register = rig.worker("a")
    register.is_cut_off = True
    rig.pass_by(LEASE_S)
    assert holder.lost_ones == [(set(), True)]
    assert rig.texts() == ["cannot reach the database: takes no chargers"]


def test_a_worker_that_has_hung_does_not_speak_when_it_wakes(rig):
    share, holder, _ = rig.worker("a")
    share.want(["GA00"])
    share.step()
    rig.now += 60
    assert not share.holds("GA00")
    share.check()
    assert holder.lost_ones == [({"GA00"}, False)]


def test_it_takes_chargers_again_when_the_database_is_back(rig):
    share, _, register = rig.worker("a")
    share.want(["GA00"])
    share.step()
    register.is_cut_off = True
    rig.pass_by(LEASE_S + 5)
    register.is_cut_off = False
    rig.pass_by(1)
    assert share.holds("GA00")
    assert "the database is back: takes chargers again" in rig.texts()


def test_a_worker_whose_program_hangs_lets_go(rig):
    share, holder, _ = rig.worker("a")
    share.want(["GA00"])
    share.step()
    holder.well = False
    rig.pass_by(LEASE_S)
    assert holder.lost_ones == [({"GA00"}, True)]


def test_a_short_pause_of_the_database_is_nothing(rig):
    share, holder, register = rig.worker("a")
    share.want(["GA00"])
    share.step()
    register.is_cut_off = True
    rig.pass_by(RENEW_S + 1)
    register.is_cut_off = False
    rig.pass_by(LEASE_S)
    assert holder.lost_ones == []
    assert rig.events == []


def test_the_chargers_of_a_worker_that_died_are_taken_over(rig, pair):
    (dead, _, _), (living, _, _) = pair
    for share in (dead, living):
        share.want(SERIALS)
        share.step()
    count = len(dead.held())
    rig.shares.remove(dead)
    rig.pass_by(LEASE_S + RENEW_S)
    assert sorted(living.held()) == SERIALS
    assert f"takes over {count} chargers that other workers have left" in rig.texts()


def test_who_takes_a_charger_by_force_has_it(rig, pair):
    (first, holder, _), (second, _, _) = pair
    first.want(["GA00"])
    rig.pass_by(CLAIM_DELAY_S + 0.5)
    before = first.token
    future = second.take("GA00")
    second.step()
    assert future.result(0) is True
    assert not rig.database.stands(before)
    first.doubt()
    first.step()
    assert holder.lost_ones == [({"GA00"}, False)]
    assert rig.database.stands(first.token)


def test_a_charger_cannot_be_taken_without_the_register(rig):
    share, _, register = rig.worker("a")
    register.is_cut_off = True
    future = share.take("GA00")
    share.step()
    with pytest.raises(RegisterError):
        future.result(0)


def test_a_charger_that_is_not_waited_for_any_more_stays_where_it_is(rig, pair):
    (first, holder, _), (second, _, _) = pair
    stale = second.take("GA00")
    stale.cancel()
    future = first.take("GA00")
    rig.pass_by(RENEW_S)
    assert future.result(0) is True
    assert first.holds("GA00")
    assert not second.holds("GA00")
    assert holder.lost_ones == []


def test_what_was_taken_for_somebody_who_has_given_up_meanwhile_is_free(rig):
    share, _, register = rig.worker("a")
    future = share.take("GA00")

    def take(*asked):
        future.cancel()
        return MemoryRegister.take(register, *asked)

    register.take = take
    share.step()
    assert not share.holds("GA00")
    share.step()
    assert rig.database.chargers["GA00"].worker is None


def test_a_storm_of_chargers_that_connect_is_taken_with_renewals_between(rig):
    share, holder, register = rig.worker("a")
    # Each transaction takes its time.
    for name in ("renew", "release", "take", "claim"):
        setattr(register, name, _slow(rig, getattr(register, name)))
    futures = [share.take(f"CP{number:04}") for number in range(5000)]
    longest = 0.0
    while not all(future.done() for future in futures):
        began = rig.now
        share.check()
        share.step()
        longest = max(longest, rig.now - began)
    assert all(future.result(0) for future in futures)
    assert longest < CALL_S
    assert holder.lost_ones == []


def _slow(rig, call):
    def slow(*values, **more):
        rig.now += 0.5
        return call(*values, **more)

    return slow


def test_a_worker_that_pauses_has_none_and_takes_none(rig, pair):
    (first, holder, _), (second, _, _) = pair
    for share in (first, second):
        share.want(SERIALS)
        share.step()
    first.pause()
    assert first.held() == []
    ((gone, still_ours),) = holder.lost_ones
    assert gone
    assert not still_ours
    rig.pass_by(2 * RENEW_S)
    assert sorted(second.held()) == SERIALS
    first.resume()
    rig.pass_by(2 * RENEW_S)
    assert first.others


def test_a_worker_that_pauses_keeps_what_does_not_need_its_broker_and_takes_what_connects(rig, pair):
    (first, holder, _), (second, _, _) = pair
    for share in (first, second):
        share.want(SERIALS)
        share.step()
    kept, *gone = first.held()
    first.pause(but={kept})
    assert holder.lost_ones == [(set(gone), False)]
    rig.pass_by(2 * RENEW_S)
    assert first.held() == [kept]
    come = first.take("GA99")
    rig.pass_by(2 * RENEW_S)
    assert come.result()
    assert sorted(first.held()) == sorted([kept, "GA99"])
    assert sorted(second.held()) == sorted({*SERIALS} - {kept})


def test_a_worker_that_pauses_has_nothing_to_ask_until_it_renews(rig):
    share, _, _ = rig.worker("a")
    share.want(SERIALS)
    share.step()
    share.pause()
    rig.pass_by(2 * CLAIM_DELAY_S)
    share.doubt()
    assert share.step() == pytest.approx(RENEW_S)


def test_what_is_given_up_and_what_is_let_go_at_once_are_silent_for_as_long_as_each_was(rig, pair):
    (first, _, _), (_, _, register) = pair
    first.want(SERIALS)
    first.step()
    quiet, gone, *_ = first.held()
    first.release({quiet: Released(quiet_s=2.0)})
    first.unwant([gone])
    first.step()
    found = register.claim("b", [quiet, gone])
    assert {serial: each.free_s for serial, each in found.items()} == {quiet: 2.0, gone: 0.0}


def test_a_worker_that_ends_leaves_what_has_come_since_it_was_silent(rig, pair):
    (first, _, _), (second, holder, _) = pair
    first.want(SERIALS)
    first.step()
    held = first.held()
    first.retire()
    first.fall_silent(since_s=0.5)
    rig.now += 1.0
    first.leave()
    second.want(held)
    second.doubt()
    second.step()
    assert {holder.got[serial].free_s for serial in second.held()} == {1.5}


def test_a_worker_that_retires_takes_nobody_from_another_one(rig, pair):
    (first, _, _), (second, _, _) = pair
    second.want(SERIALS)
    second.step()
    theirs, *_ = second.held()
    first.retire()
    come = first.take(theirs)
    rig.pass_by(RENEW_S)
    with pytest.raises(RegisterError, match="ends"):
        come.result()
    assert theirs in second.held()


def test_what_is_not_wanted_any_more_is_free(rig):
    share, _, _ = rig.worker("a")
    share.want(["GA00"])
    share.step()
    share.unwant(["GA00"])
    share.step()
    assert rig.database.chargers["GA00"].worker is None
    rig.pass_by(10)
    assert share.held() == []


def test_the_last_one_that_leaves_knows_it(rig, pair):
    (first, _, _), (second, _, _) = pair
    assert first.leave() == ("b",)
    assert second.leave() == ()
    assert not first.may_speak
