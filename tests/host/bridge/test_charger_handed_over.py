# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger that goes from one bridge to the next."""

import asyncio

import pytest
from chargerctl.bridge import charger as charger_module
from chargerctl.bridge.charger import Charger
from chargerctl.bridge.handover import Handover
from chargerctl.bridge.refusal import no_answer
from chargerctl.bridge.socket import Approach
from chargerctl.mqtt.pauses import Pauses

PATIENCE_S = 60


def call(call_id, action="Heartbeat"):
    return f'[2,"{call_id}","{action}",{{}}]'


def answer(call_id):
    return f'[3,"{call_id}",{{}}]'


class World:
    """What is around one charger: the broker's side, the central system's, and whether the charger is ours. `log`: what the
    charger was told and what became of its WebSocket, in order."""

    def __init__(self):
        self.is_ours = True
        self.refuses = False
        self.log = []
        self.to_charger = []
        self.to_central = []
        self.from_central = asyncio.Queue()
        self.opened = asyncio.Event()
        self._news = asyncio.Event()

    # The broker's side.

    def send(self, payload):
        self.to_charger.append(payload.decode())
        self._news.set()

    def available(self, online):
        self._note("online" if online else "offline")

    async def room(self):
        pass

    # The WebSocket.

    async def connect(self, approach):
        if self.refuses:
            raise no_answer(approach.place, 15)
        self._note("open")
        return self

    async def recv(self):
        return await self.from_central.get()

    async def close(self):
        self._note("closed")

    def _note(self, what):
        self.log.append(what)
        self._news.set()

    async def until(self, condition):
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._news.clear()
                await self._news.wait()


class ToCentral:
    """Each WebSocket is the world, but for `send`, which is the broker's there."""

    def __init__(self, world):
        self.recv, self.close = world.recv, world.close
        self._world = world

    async def send(self, frame):
        self._world.to_central.append(frame)
        self._world._news.set()


@pytest.fixture
def play(monkeypatch):
    def run(story):
        async def on_loop():
            world = World()

            async def opened(approach):
                await world.connect(approach)
                return ToCentral(world)

            monkeypatch.setattr(charger_module, "open_socket", opened)
            charger = Charger(
                "c1",
                Approach("ws://h/c1", "c1"),
                world,
                Pauses(lambda: 0.5, 0.001),
                asyncio.Semaphore(1),
                lambda event: None,
                settle_s=0,
                ours=lambda: world.is_ours,
            )
            await story(charger, world)
            await charger.close()

        asyncio.run(on_loop())

    return run


async def connected(charger, world):
    charger.came()
    await world.until(lambda: world.log == ["offline", "open", "online"])
    world.log.clear()


def test_it_is_handed_over_when_no_call_waits_for_its_answer_and_the_charger_is_not_told(play):
    async def story(charger, world):
        await connected(charger, world)
        charger.received(call("a-1").encode())
        handing = asyncio.ensure_future(charger.hand_over(PATIENCE_S))
        world.from_central.put_nowait(call("c-1", "Reset"))
        await world.until(lambda: world.to_charger == [call("c-1", "Reset")])
        world.from_central.put_nowait(answer("a-1"))
        await world.until(lambda: len(world.to_charger) == 2)
        assert not handing.done(), "the charger has not answered yet"
        charger.received(answer("c-1").encode())
        charger.received(call("a-2").encode())
        world.from_central.put_nowait(answer("a-2"))
        assert await handing == ["a-1", "a-2"]
        assert world.to_central == [call("a-1"), answer("c-1"), call("a-2")]
        charger.received(call("a-3").encode())
        assert world.to_central[3:] == [], "that is for the next bridge"
        assert world.log == ["closed"]

    play(story)


def test_where_there_is_no_quiet_moment_the_charger_is_told(play):
    async def story(charger, world):
        await connected(charger, world)
        charger.received(call("a-1").encode())
        assert await charger.hand_over(0.01) is None
        assert world.log == ["offline", "closed"]

    play(story)


def test_one_without_a_websocket_hands_nothing_over(play):
    async def story(charger, world):
        assert await charger.hand_over(PATIENCE_S) is None
        world.refuses = True
        charger.came()
        assert await charger.hand_over(PATIENCE_S) is None
        assert world.log == ["offline"]

    play(story)


def test_one_whose_websocket_breaks_meanwhile_is_told(play):
    async def story(charger, world):
        await connected(charger, world)
        charger.received(call("a-1").encode())
        handing = asyncio.ensure_future(charger.hand_over(PATIENCE_S))
        await asyncio.sleep(0)
        charger.went()
        assert await handing is None
        assert world.log == ["offline", "closed"]

    play(story)


def test_the_next_bridge_passes_what_came_in_between_and_nothing_twice(play):
    async def story(charger, world):
        charger.came(Handover(["a-1"], call("a-1").encode()))
        charger.received(call("a-2").encode())
        await world.until(lambda: world.to_central == [call("a-2")])
        charger.received(call("a-3").encode())
        await world.until(lambda: world.to_central == [call("a-2"), call("a-3")])
        assert world.log == ["open", "online"], "it was never told offline"

    play(story)


def test_the_next_bridge_passes_a_last_call_that_the_first_one_has_not_passed(play):
    async def story(charger, world):
        charger.came(Handover(["a-1"], call("a-2").encode()))
        await world.until(lambda: world.to_central == [call("a-2")])

    play(story)


def test_where_the_next_bridge_is_not_let_in_the_charger_is_told_and_what_waited_is_dropped(play):
    async def story(charger, world):
        world.refuses = True
        charger.came(Handover([], call("a-1").encode()))
        await world.until(lambda: world.log == ["offline"])
        world.refuses = False
        await world.until(lambda: world.log == ["offline", "open", "online"])
        charger.received(call("a-2").encode())
        await world.until(lambda: world.to_central == [call("a-2")])

    play(story)


def test_one_that_came_and_went_at_once_leaves_nothing_behind(play):
    async def story(charger, world):
        charger.came(Handover([], call("a-1").encode()))
        charger.went()
        charger.came()
        await world.until(lambda: "online" in world.log)
        charger.received(call("a-2").encode())
        await world.until(lambda: world.to_central == [call("a-2")])

    play(story)


def test_a_bridge_that_hands_over_and_gets_it_back_goes_on(play):
    async def story(charger, world):
        await connected(charger, world)
        passed = await charger.hand_over(PATIENCE_S)
        charger.forget()
        charger.came(Handover(passed))
        await world.until(lambda: world.log == ["closed", "open", "online"])
        charger.went()
        await world.until(lambda: world.log[3:] == ["offline", "closed"])

    play(story)


def test_a_bridge_that_gets_it_back_looks_for_it_where_it_is_not_heard(play):
    async def story(charger, world):
        await connected(charger, world)
        await charger.hand_over(PATIENCE_S)
        world.log.clear()
        charger.gained()
        charger.look_for()
        await world.until(lambda: world.log)
        assert world.log[0] == "offline"

    play(story)


def test_a_bridge_that_stood_still_says_nothing_to_either_side(play):
    async def story(charger, world):
        await connected(charger, world)
        charger.received(call("a-1").encode())
        world.is_ours = False
        charger.received(call("a-2").encode())
        world.from_central.put_nowait(answer("a-1"))
        world.from_central.put_nowait(call("c-1", "Reset"))
        charger.went()
        await world.until(lambda: world.log == ["closed"])
        assert (world.to_central, world.to_charger) == ([], [])

    play(story)


def test_one_that_is_lost_in_time_is_told(play):
    async def story(charger, world):
        await connected(charger, world)
        charger.went()
        world.is_ours = False
        await world.until(lambda: world.log == ["offline", "closed"])

    play(story)


def test_a_websocket_that_opens_too_late_is_closed_without_a_word(play):
    async def story(charger, world):
        charger.came()
        await world.until(lambda: "open" in world.log or world.log == ["offline"])
        world.is_ours = False
        await asyncio.sleep(0.05)  # what is not held back is said by then
        assert "online" not in world.log

    play(story)
