# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A worker ends in good order: what it held is with another one at once, with its notes."""

from chargerctl.leases.keeper import Keeper
from chargerctl.leases.memory import Database, MemoryRegister
from chargerctl.leases.register import Released
from chargerctl.leases.share import Share

SERIALS = [f"GA{number:02}" for number in range(12)]


class Holder:
    """gained: {serial: note}."""

    def __init__(self):
        self.gained_notes = {}

    def gained(self, chargers):
        self.gained_notes |= {serial: each.note for serial, each in chargers.items()}

    def lost(self, serials, still_ours):
        raise AssertionError(serials)

    def give_up(self, serials):
        pass

    def is_well(self):
        return True


def worker(database, name):
    holder = Holder()
    register = MemoryRegister(database)
    share = Share(register, name, holder, lambda event: None, steady=database.clock)
    share.want(SERIALS)
    share.step()
    return share, holder, register


def two():
    """(share, register) of the one that holds them all and knows of the other, (share, holder) of that one."""
    database = Database(lambda: 0.0)
    first, _, register = worker(database, "a")
    second, holder, _ = worker(database, "b")
    first.doubt()
    first.step()
    assert sorted(first.held()) == SERIALS
    assert first.others
    return (first, register), (second, holder)


def test_one_that_retires_keeps_what_it_holds_until_it_is_released_and_takes_it_not_back():
    (first, _), _ = two()
    first.retire()
    first.step()
    assert sorted(first.held()) == SERIALS
    first.release(dict.fromkeys(SERIALS, Released("note")))
    first.step()
    first.doubt()
    first.step()
    assert first.held() == []


def test_the_others_take_what_it_releases_without_waiting_for_it():
    (first, _), (second, holder) = two()
    first.retire()
    first.release(dict.fromkeys(SERIALS, Released("note")))
    first.step()
    second.doubt()
    second.step()
    assert holder.gained_notes == dict.fromkeys(SERIALS, "note")


def test_what_is_released_just_before_the_end_keeps_its_note():
    (first, register), (second, holder) = two()
    keeper = Keeper(first, register)
    keeper.start()
    first.retire()
    first.release(dict.fromkeys(SERIALS, Released("note")))
    assert keeper.close() == ("b",)
    second.doubt()
    second.step()
    assert holder.gained_notes == dict.fromkeys(SERIALS, "note")
