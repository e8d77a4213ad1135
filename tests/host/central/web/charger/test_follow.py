# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The streams of a charger's pages look at the books where they have changed."""

import asyncio
import time
from contextlib import aclosing

from chargerctl.central.web.charger import follow

from tests.host.central.cli.conftest import status

BOUND_S = 60


class Portions:
    """A follower that finds what the test gives it, one thing a look; looks: how many there were."""

    def __init__(self):
        self.there = []
        self.looks = 0

    def look(self, connection):
        self.looks += 1
        return [("part", self.there.pop(0))] if self.there else []


def test_a_stream_looks_after_a_change_until_there_is_no_more_of_it(parts, store, monkeypatch):
    monkeypatch.setattr(follow, "_PAUSE_S", 0.01)
    follower = Portions()
    found = []

    async def read():
        async with aclosing(follow.followed(parts, follower)) as events:
            follower.there = ["first"]
            found.append(await asyncio.wait_for(anext(events), BOUND_S))
            upcoming = asyncio.ensure_future(anext(events))
            while follower.looks < 2:
                await asyncio.sleep(0.01)
            # Found only where the books say that there is something.
            follower.there = ["a", "b", "c"]
            await asyncio.to_thread(change, store)
            found.append(await asyncio.wait_for(upcoming, BOUND_S))
            for _ in range(2):
                found.append(await asyncio.wait_for(anext(events), BOUND_S))

    asyncio.run(read())
    assert [each for _, each in found] == ["first", "a", "b", "c"]


def test_a_stream_does_not_look_where_nothing_has_changed(parts, monkeypatch):
    monkeypatch.setattr(follow, "_PAUSE_S", 0.01)
    follower = Portions()
    asked = []
    version = parts.store.version
    monkeypatch.setattr(parts.store.store, "version", lambda: asked.append(1) or version())

    async def read():
        async with aclosing(follow.followed(parts, follower)) as events:
            upcoming = asyncio.ensure_future(anext(events))
            while len(asked) < 20:
                await asyncio.sleep(0.01)
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)

    asyncio.run(read())
    assert follower.looks < 10


def change(store):
    with store.unit() as unit:
        status(unit, "garage-1", 1, "Available", time.time())
