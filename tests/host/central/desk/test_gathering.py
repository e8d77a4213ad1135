# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How long the desk lets frames gather: only under load, and briefly."""

from tests.host.central.desk.fakes import call


def send(rig, chargers):
    links = [(f"c-{number}", rig.charger(f"c-{number}")) for number in range(1, chargers + 1)]
    rig.pass_by(1)
    for serial, link in links:
        rig.desk.received(serial, link, call("Heartbeat"))
    rig.step()
    return [link for _, link in links]


def test_a_charger_that_sends_alone_is_answered_at_once(rig):
    (link,) = send(rig, 1)
    assert link.sent
    assert rig.desk.pause() <= 0


def test_when_many_send_the_next_group_gathers_and_not_for_long(rig):
    rig.store.known |= {f"c-{number}" for number in range(1, 51)}
    links = send(rig, 50)
    assert all(link.sent for link in links)
    assert 0 < rig.desk.pause() <= 0.02
    rig.pass_by(0.015)
    assert rig.desk.pause() <= 0.006
    rig.pass_by(0.015)
    assert rig.desk.pause() <= 0


def test_a_group_that_took_long_is_followed_by_the_next_at_once(rig):
    rig.store.known |= {f"c-{number}" for number in range(1, 51)}
    send(rig, 50)
    rig.pass_by(0.02)
    assert rig.desk.pause() <= 0


def test_books_that_cannot_be_written_are_left_alone_for_a_while(rig):
    link = rig.charger()
    rig.store.gone = True
    rig.desk.received("c-1", link, call("Heartbeat"))
    rig.step()
    assert rig.desk.pause() > 0.02
