# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The register of leases: the same in memory and in PostgreSQL."""

import subprocess
import sys

import pytest
from chargerctl.leases.fence import Token
from chargerctl.leases.postgres import PostgresRegister
from chargerctl.leases.register import Gained, Released
from chargerctl.leases.validity import LEASE_S
from chargerctl.leases.worker_name import name_of
from sqlalchemy import make_url


@pytest.fixture
def pair(world):
    """Two workers, a and b, that have joined."""
    first, second = world.register(), world.register()
    first.join("a", takes=True)
    second.join("b", takes=True)
    yield first, second
    first.close()
    second.close()


def _token(register, worker, epoch):
    return Token(register.realm, worker, epoch)


def test_a_charger_has_one_holder(pair):
    first, second = pair
    assert first.claim("a", ["GA001", "GA002"]) == {"GA001": Gained(), "GA002": Gained()}
    assert second.claim("b", ["GA002", "GA003"]) == {"GA003": Gained()}
    assert first.held("a") == {"GA001", "GA002"}


def test_who_lives_is_known_by_name(pair):
    first, second = pair
    second.renew("b", takes=False)
    standing = first.renew("a", takes=True)
    assert (standing.living, standing.takers) == (("a", "b"), ("a",))


def test_a_lease_that_was_not_renewed_ends_and_frees_its_chargers(world, pair):
    first, second = pair
    first.claim("a", ["GA001"])
    world.now += LEASE_S - 1
    second.renew("b", takes=True)
    world.now += 1.5
    standing = second.renew("b", takes=True)
    assert (standing.living, standing.free) == (("b",), ("GA001",))
    assert second.claim("b", ["GA001"])["GA001"].free_s == pytest.approx(0.5, abs=0.01)


def test_a_lease_that_has_ended_is_not_renewed_even_if_nobody_has_noticed(world, pair):
    first, _second = pair
    first.claim("a", ["GA001"])
    world.now += LEASE_S
    assert first.renew("a", takes=True) is None
    assert first.claim("a", ["GA002"]) is None
    assert first.take("a", ["GA001"]) is None


def test_who_begins_anew_has_nothing_of_what_it_had(pair):
    first, second = pair
    first.claim("a", ["GA001"])
    assert first.join("a", takes=True) > 1
    assert first.held("a") == set()
    assert "GA001" in second.claim("b", ["GA001"])


def test_a_note_goes_to_the_next_holder_and_to_no_other(pair):
    first, second = pair
    first.claim("a", ["GA001"])
    first.release("a", {"GA001": Released("passed: 17")})
    assert second.claim("b", ["GA001"])["GA001"].note == "passed: 17"
    second.release("b", {"GA001": Released()})
    assert first.claim("a", ["GA001"])["GA001"].note is None


def test_a_note_of_somebody_who_does_not_hold_the_charger_is_nothing(pair):
    first, second = pair
    first.claim("a", ["GA001"])
    second.release("b", {"GA001": Released("mine")})
    assert first.held("a") == {"GA001"}


def test_a_note_is_lost_with_the_lease(world, pair):
    first, second = pair
    first.claim("a", ["GA001"])
    first.release("a", {"GA001": Released("old")})
    first.claim("a", ["GA001"])
    world.now += LEASE_S - 1
    second.renew("b", takes=True)
    world.now += 2
    second.renew("b", takes=True)
    assert second.claim("b", ["GA001"])["GA001"].note is None


def test_since_when_nobody_speaks_to_a_charger_is_known(world, pair):
    first, second = pair
    first.claim("a", ["GA001"])
    first.release("a", {"GA001": Released(quiet_s=2.0)})
    world.now += 0.5
    assert second.claim("b", ["GA001"])["GA001"].free_s == pytest.approx(2.5, abs=0.01)


def test_of_each_charger_that_is_released_it_is_known_by_itself(pair):
    first, second = pair
    first.claim("a", ["GA001", "GA002"])
    first.release("a", {"GA001": Released(), "GA002": Released(quiet_s=2.0)})
    found = second.claim("b", ["GA001", "GA002"])
    assert {serial: round(each.free_s) for serial, each in found.items()} == {"GA001": 0, "GA002": 2}


def test_who_leaves_may_have_been_silent_before(world, pair):
    first, second = pair
    first.claim("a", ["GA001"])
    first.leave("a", quiet_s=3.0)
    world.now += 0.5
    assert second.claim("b", ["GA001"])["GA001"].free_s == pytest.approx(3.5, abs=0.01)


def test_a_charger_can_be_taken_from_a_worker_that_lives(world, pair):
    first, second = pair
    first.claim("a", ["GA001", "GA002"])
    before = first.renew("a", takes=True).epoch
    assert second.take("b", ["GA001"]) is not None
    assert first.held("a") == {"GA002"}
    assert not world.stands(_token(first, "a", before))
    after = first.renew("a", takes=True).epoch
    assert world.stands(_token(first, "a", after))


def test_chargers_of_several_workers_are_taken_at_once(world, pair):
    first, second = pair
    third = world.register()
    third.join("c", takes=True)
    first.claim("a", ["GA001"])
    second.claim("b", ["GA002", "GA003"])
    before = {name: each.renew(name, takes=True).epoch for name, each in zip("ab", pair, strict=True)}
    assert third.take("c", ["GA001", "GA002", "GA004"]).keys() == {"GA001", "GA002", "GA004"}
    assert (first.held("a"), second.held("b")) == (set(), {"GA003"})
    assert not any(world.stands(_token(first, name, epoch)) for name, epoch in before.items())
    third.close()


def test_what_is_taken_may_be_new_or_held_already(pair):
    first, _second = pair
    assert first.take("a", ["GA001"]) == {"GA001": Gained()}
    assert first.take("a", ["GA001"]) is not None
    assert first.held("a") == {"GA001"}


def test_the_fence_stands_while_nothing_was_taken_away(world, pair):
    first, second = pair
    epoch = first.renew("a", takes=True).epoch
    first.claim("a", ["GA001", "GA002"])
    second.claim("b", ["GA003"])
    first.release("a", {"GA002": Released()})
    assert world.stands(_token(first, "a", epoch))


def test_the_fence_falls_with_the_lease(world, pair):
    first, _second = pair
    epoch = first.renew("a", takes=True).epoch
    world.now += LEASE_S
    assert not world.stands(_token(first, "a", epoch))


def test_the_last_one_that_leaves_knows_it(pair):
    first, second = pair
    assert first.leave("a") == ("b",)
    assert second.leave("b") == ()


def test_who_leaves_frees_its_chargers(pair):
    first, second = pair
    first.claim("a", ["GA001"])
    first.leave("a")
    assert second.renew("b", takes=True).free == ("GA001",)


def test_whoever_waits_is_woken_by_what_another_one_frees(world, pair):
    first, second = pair
    first.claim("a", ["GA001"])
    second.wait(0.0)
    first.release("a", {"GA001": Released()})
    assert second.wait(60.0) is True
    assert "GA001" in second.claim("b", ["GA001"])


def test_whoever_waits_can_be_woken_before_it_waits(pair):
    first, _second = pair
    first.wake()
    first.wait(60.0)


def test_a_process_that_was_killed_on_this_computer_has_ended(postgres):
    with subprocess.Popen([sys.executable, "-c", ""]) as killed:
        killed.wait()
    url = make_url(postgres.database()).set(drivername="postgresql+psycopg")
    gone, other = name_of(killed.pid), "other-1-0badcafe"
    first, second = PostgresRegister(url, "central"), PostgresRegister(url, "central")
    for name in (gone, other):
        first.join(name, takes=True)
        first.claim(name, [f"of {name}"])
    second.join("b", takes=True)
    standing = second.renew("b", takes=True)
    assert (standing.living, standing.free) == (("b", other), (f"of {gone}",))
    first.close()
    second.close()
