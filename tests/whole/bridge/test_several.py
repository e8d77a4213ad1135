# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Several bridges share the chargers: each charger has one WebSocket, whatever becomes of its bridge."""

import asyncio
import itertools
from pathlib import Path
from random import Random

import pytest
from chargerctl.mqtt.connection import Broker

from tests.mosquitto import Mosquitto, needs_mosquitto
from tests.tcp_gate import TcpGate
from tests.whole.bridge.csms import Csms
from tests.whole.bridge.several import GO, HOST, KILL, STOP, TERM, Bridge, Site, until
from tests.whole.bridge.test_central_systems import simulate

REPLACED_S = 15
SCRIPT = Path(__file__).with_name("handed_over.script")


@pytest.fixture
def mosquitto(tmp_path):
    needs_mosquitto()
    server = Mosquitto(tmp_path, "allow_anonymous true")
    yield server
    server.stop()


@pytest.fixture
def play(tmp_path, mosquitto, postgres):
    """play(story): run `story(site, gate, gated)`. gate: one before the database; gated: the database's URL through it."""

    def run(story, chargers=40):
        async def on_loop():
            database = postgres.database()
            with TcpGate(postgres.port) as gate:
                async with Site(tmp_path, mosquitto.port, database, chargers) as site:
                    await story(site, gate, database.replace(f":{postgres.port}/", f":{gate.port}/"))
            assert site.faults() == {}

        asyncio.run(on_loop())

    return run


def test_a_bridge_that_ends_in_good_order_hands_over_and_no_charger_notices(play, record_property):
    async def story(site, gate, gated):
        first, _ = await asyncio.gather(site.start("first"), site.start("second"))
        await site.shared_by("first", "second")
        await site.all_talk()
        # While they share the chargers out, one that is never quiet may be told to send again.
        told = {point: len(point.told) for point in site.points}
        sent = {point: point.sent.copy() for point in site.points}
        handed = site.of("first")
        site.central.cut_off.clear()
        first.signal(TERM)
        took = await site.takes(lambda: handed <= site.of("second"))
        assert await first.ended() == 0
        await site.all_talk()
        await site.start("third")
        await site.shared_by("second", "third")
        await site.all_talk()
        assert not any("offline" in point.told[told[point] :] for point in site.points)
        assert not any(point.called & site.central.cut_off for point in site.points)
        sent_again = [
            (each, point.told)
            for point in site.points
            for each, times in point.sent.items()
            if times > max(1, sent[point][each])
        ]
        assert sent_again == []
        record_property("counts", f"{len(handed)} chargers handed over in {took:.1f} s, none noticed")

    play(story)


def test_one_that_dies_hangs_or_is_cut_off_from_the_database_is_replaced(play, record_property):
    async def story(site, gate, gated):
        dies, hangs, _, cut = await asyncio.gather(
            *(site.start(name) for name in ("dies", "hangs", "survives")), site.start("cut off", gated)
        )
        await site.shared_by("dies", "hangs", "survives", "cut off")
        await site.all_talk()
        theirs = {name: site.of(name) for name in ("dies", "hangs", "cut off")}
        dies.signal(KILL)
        hangs.signal(STOP)
        site.central.stands_still("hangs")
        gate.shut()
        waits = [site.takes(lambda gone=gone: gone <= site.of("survives")) for gone in theirs.values()]
        took = dict(zip(theirs, await asyncio.gather(*waits), strict=True))
        await site.all_talk()
        await until(lambda: cut.has_told("leases", "cannot reach the database"))
        hangs.signal(GO)
        gate.open()
        await site.shared_by("hangs", "survives", "cut off")
        await site.all_talk()
        words = ", ".join(f"one that {name}: {seconds:.1f} s" for name, seconds in took.items())
        record_property("counts", f"until other bridges have the chargers of {words}")

    play(story)


def test_the_last_one_tells_the_chargers_that_nobody_answers(play):
    async def story(site, gate, gated):
        bridges = [await site.start(name) for name in ("first", "second")]
        await site.shared_by("first", "second")
        for bridge in bridges:
            bridge.signal(TERM)
        for bridge in bridges:
            assert await bridge.ended() == 0
        await until(lambda: all(point.told[-1] == "offline" for point in site.points))

    play(story)


@pytest.mark.soak
def test_a_session_of_the_real_firmware_that_is_handed_over_again_and_again(
    tmp_path, mosquitto, postgres, record_property
):
    async def hand_over(made):
        """From one bridge to the next, until it is cancelled."""
        before = None
        for number in itertools.count(1):
            bridge = made(f"bridge-{number}")
            await bridge.start()
            if before is not None:
                await until(lambda bridge=bridge: bridge.has_told("broker", "connected"))
                await asyncio.sleep(2.5)  # each has it for a while
                before.signal(TERM)
                assert await before.ended() == 0
            before = bridge

    async def story():
        database, bridges = postgres.database(), []

        def made(name):
            to = f"ws://{HOST}:{csms.port}/CentralSystem"
            bridges.append(Bridge(name, tmp_path, to, Broker(HOST, mosquitto.port), database))
            return bridges[-1]

        async with Csms() as csms:
            handing = asyncio.ensure_future(hand_over(made))
            try:
                assert await simulate(mosquitto, SCRIPT) == ""
                assert not handing.done()
            finally:
                handing.cancel()
                await asyncio.gather(handing, return_exceptions=True)
                for bridge in bridges:
                    await bridge.kill()
            ((_, start, stop),) = csms.transactions.values()
            assert stop > start
            assert csms.doubled == 0
            record_property(
                "counts", f"one session over {csms.connections} WebSockets of {len(bridges)} bridges"
            )

    asyncio.run(story())


@pytest.mark.soak
def test_without_the_database_nobody_speaks_and_when_it_is_back_all_do(play):
    async def story(site, gate, gated):
        await asyncio.gather(site.start("first", gated), site.start("second", gated))
        await site.shared_by("first", "second")
        gate.refuse()
        await until(
            lambda: not site.central.open and all(point.told[-1] == "offline" for point in site.points)
        )
        gate.open()
        await site.shared_by("first", "second")
        await site.all_talk()

    play(story)


@pytest.mark.soak
def test_one_that_is_cut_off_from_the_broker_leaves_its_chargers_to_the_others(
    play, mosquitto, record_property
):
    async def story(site, gate, gated):
        with TcpGate(mosquitto.port) as way:
            await asyncio.gather(site.start("first"), site.start("second", broker=Broker(HOST, way.port)))
            await site.shared_by("first", "second")
            theirs = site.of("second")
            way.refuse()
            took = await site.takes(lambda: theirs <= site.of("first"))
            await site.all_talk()
            way.open()
            await site.shared_by("first", "second")
            await site.all_talk()
            record_property(
                "counts", f"chargers of one without its broker are another one's after {took:.1f} s"
            )

    play(story)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_whatever_becomes_of_them_no_frame_passes_twice_and_no_charger_has_two(seed, play, record_property):
    async def story(site, gate, gated):
        random = Random(seed)
        names = ["first", "second", "third", "behind the gate"]

        async def start(name):
            await site.start(name, gated if name == names[-1] else None)

        async def again(name):
            await site.bridges[name].ended()
            await start(name)

        async def on(name):
            site.bridges[name].signal(GO)

        async def mend(name):
            gate.open()

        ends = {"ends": (TERM, again), "dies": (KILL, again), "hangs": (STOP, on), "is cut off": (None, mend)}
        took = {what: [] for what in ends}
        for name in names:
            await start(name)
        for _ in range(12):
            await site.shared_by(*names)
            await site.all_talk()
            what = random.choice([*ends])
            name = names[-1] if what == "is cut off" else random.choice(names)
            number, mends = ends[what]
            gone, others = site.of(name), [each for each in names if each != name]
            if number is None:
                gate.shut()
            else:
                site.bridges[name].signal(number)
            if what == "hangs":
                site.central.stands_still(name)
            took[what].append(await site.takes(lambda gone=gone, others=others: gone <= site.of(*others)))
            await asyncio.sleep(random.uniform(0, 3))
            await mends(name)
        await site.shared_by(*names)
        await site.all_talk()
        words = ", ".join(f"{what}: {max(each):.1f} s ({len(each)})" for what, each in took.items() if each)
        record_property(
            "counts", f"seed {seed}: longest until other bridges have the chargers of one that {words}"
        )
        assert max(map(max, filter(None, took.values()))) < REPLACED_S

    play(story)
