# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Several bridges share the chargers: each charger has one WebSocket, whatever becomes of its bridge."""

import asyncio

import pytest

from tests.mosquitto import Mosquitto, needs_mosquitto
from tests.postgres import Postgres
from tests.whole.bridge.several import GO, KILL, STOP, TERM, Proxy, Site, until

REPLACED_S = 15


@pytest.fixture(scope="module")
def postgres():
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def mosquitto(tmp_path):
    needs_mosquitto()
    server = Mosquitto(tmp_path, "allow_anonymous true")
    yield server
    server.stop()


@pytest.fixture
def play(tmp_path, mosquitto, postgres):
    """play(story): run `story(site, proxied)`; proxied: (a proxy to the database, and its URL through it)."""

    def run(story, chargers=40):
        async def on_loop():
            database = postgres.database()
            async with (
                Proxy(postgres.port) as proxy,
                Site(tmp_path, mosquitto.port, database, chargers) as site,
            ):
                proxied = database.replace(f":{postgres.port}/", f":{proxy.port}/")
                await story(site, proxy, proxied)
            assert site.faults() == {}

        asyncio.run(on_loop())

    return run


def test_a_bridge_that_ends_in_good_order_hands_over_and_no_charger_notices(play, record_property):
    async def story(site, proxy, proxied):
        first, _ = await asyncio.gather(site.start("first"), site.start("second"))
        await site.shared_by("first", "second")
        await site.all_talk()
        told = {point: len(point.told) for point in site.points}
        handed = site.of("first")
        site.central.cut_off = 0
        first.signal(TERM)
        took = await site.takes(lambda: handed <= site.of("second"))
        assert await first.ended() == 0
        await site.all_talk()
        await site.start("third")
        await site.shared_by("second", "third")
        await site.all_talk()
        assert not any("offline" in point.told[told[point] :] for point in site.points)
        assert site.central.cut_off == 0
        assert all(times == 1 for point in site.points for times in point.sent.values())
        record_property("counts", f"{len(handed)} chargers handed over in {took:.1f} s, none noticed")

    play(story)


def test_one_that_dies_hangs_or_is_cut_off_from_the_database_is_replaced(play, record_property):
    async def story(site, proxy, proxied):
        dies, hangs, _, cut = await asyncio.gather(
            *(site.start(name) for name in ("dies", "hangs", "survives")), site.start("cut off", proxied)
        )
        await site.shared_by("dies", "hangs", "survives", "cut off")
        await site.all_talk()
        theirs = {name: site.of(name) for name in ("dies", "hangs", "cut off")}
        dies.signal(KILL)
        hangs.signal(STOP)
        site.central.stands_still("hangs")
        proxy.cut()
        waits = [site.takes(lambda gone=gone: gone <= site.of("survives")) for gone in theirs.values()]
        took = dict(zip(theirs, await asyncio.gather(*waits), strict=True))
        await site.all_talk()
        assert cut.has_told("leases", "cannot reach the database")
        hangs.signal(GO)
        proxy.mend()
        await site.shared_by("hangs", "survives", "cut off")
        await site.all_talk()
        assert max(took.values()) < REPLACED_S
        words = ", ".join(f"one that {name}: {seconds:.1f} s" for name, seconds in took.items())
        record_property("counts", f"until other bridges have the chargers of {words}")

    play(story)


def test_the_last_one_tells_the_chargers_that_nobody_answers(play):
    async def story(site, proxy, proxied):
        bridges = [await site.start(name) for name in ("first", "second")]
        await site.shared_by("first", "second")
        for bridge in bridges:
            bridge.signal(TERM)
        for bridge in bridges:
            assert await bridge.ended() == 0
        await until(lambda: all(point.told[-1] == "offline" for point in site.points))

    play(story)
