# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger that connects to this process is taken from whoever had it, before anything of it is read."""

import pytest
from websockets.exceptions import ConnectionClosed


class Shared:
    def __init__(self):
        self.taken = []
        self.can = self.has = True

    def holds(self, serial):
        return self.has

    async def take(self, serial):
        self.taken.append(serial)
        return self.can


@pytest.fixture
def shared():
    return Shared()


def test_a_charger_is_taken_when_it_connects(setup, shared):
    setup.start(shared=shared)
    with setup.connect() as charger:
        charger.send("[2]")
        setup.desk.wait_for("received", "CP1", "[2]")
    assert shared.taken == ["CP1"]


def test_one_that_cannot_be_taken_is_to_connect_again(setup, shared):
    shared.can = False
    setup.start(shared=shared)
    with setup.connect() as charger, pytest.raises(ConnectionClosed) as closed:
        charger.recv()
    assert closed.value.rcvd.code == 1013
    assert setup.desk.heard == []


def test_nothing_is_sent_once_another_process_has_the_charger(setup, shared):
    setup.start(shared=shared)
    setup.desk.echo = True
    with setup.connect() as charger:
        charger.send("[1]")
        assert charger.recv(60) == "[1]"
        shared.has = False
        charger.send("[2]")
        setup.desk.wait_for("received", "CP1", "[2]")
        with pytest.raises(TimeoutError):
            charger.recv(0.2)
