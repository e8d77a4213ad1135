# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which worker a charger had best be with, and how long a worker may speak."""

from collections import Counter

from chargerctl.leases.rendezvous import preferred
from chargerctl.leases.validity import CLOSING_S, LEASE_S, MARGIN_S, Validity, steady_clock

_SERIALS = [f"GA{number:05}" for number in range(2000)]


def test_nobody_is_preferred_where_there_is_nobody():
    assert preferred("GA001", []) == ""


def test_all_workers_prefer_the_same_one_whatever_their_order():
    assert all(
        preferred(serial, ["a", "b", "c"]) == preferred(serial, ["c", "a", "b"]) for serial in _SERIALS
    )


def test_chargers_are_shared_evenly():
    counts = Counter(preferred(serial, ["a", "b", "c", "d"]) for serial in _SERIALS)
    assert all(400 < counts[worker] < 600 for worker in "abcd")


def test_a_worker_that_ends_moves_only_its_own_chargers():
    before = {serial: preferred(serial, ["a", "b", "c"]) for serial in _SERIALS}
    after = {serial: preferred(serial, ["a", "b"]) for serial in _SERIALS}
    assert all(after[serial] == worker for serial, worker in before.items() if worker != "c")


def test_a_lease_is_counted_from_when_its_renewal_was_sent():
    validity = Validity()
    validity.renewed(asked_at=100.0)
    assert validity.lasts(100.0 + LEASE_S - MARGIN_S - 0.01)
    assert not validity.lasts(100.0 + LEASE_S - MARGIN_S)


def test_connections_are_closed_while_the_worker_may_still_speak():
    validity = Validity()
    validity.renewed(asked_at=100.0)
    closing = 100.0 + LEASE_S - MARGIN_S - CLOSING_S
    assert not validity.is_closing(closing - 0.01)
    assert validity.is_closing(closing)
    assert validity.lasts(closing)


def test_a_renewal_that_was_sent_earlier_does_not_shorten_a_later_one():
    validity = Validity()
    validity.renewed(asked_at=100.0)
    validity.renewed(asked_at=98.0)
    assert validity.until == 100.0 + LEASE_S - MARGIN_S


def test_nothing_may_be_said_without_a_lease():
    assert not Validity().lasts(0.0)


def test_the_steady_clock_does_not_go_back():
    clock = steady_clock()
    assert clock() <= clock()
