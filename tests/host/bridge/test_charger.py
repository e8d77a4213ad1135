# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger of the bridge, whose connection flaps."""

import asyncio

from chargerctl.bridge import charger as charger_module
from chargerctl.bridge.charger import Charger
from chargerctl.bridge.socket import Approach
from chargerctl.mqtt.pauses import Pauses


class Out:
    def send(self, payload):
        pass

    def available(self, online):
        pass

    async def room(self):
        pass


class Sockets:
    """Each is open until the central system answers its closing, `answer`."""

    def __init__(self):
        self.open = self.most = 0
        self.opened, self.closing, self.answer = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def connect(self, approach):
        self.open += 1
        self.most = max(self.most, self.open)
        self.opened.set()
        return self

    async def recv(self):
        await asyncio.Event().wait()

    async def send(self, frame):
        pass

    async def close(self):
        self.closing.set()
        await self.answer.wait()
        self.open -= 1


def test_a_charger_that_comes_and_goes_while_one_still_closes_has_one_websocket_at_a_time(monkeypatch):
    async def story():
        sockets = Sockets()
        monkeypatch.setattr(charger_module, "open_socket", sockets.connect)
        approach, pauses = Approach("ws://h/c1", "c1"), Pauses(lambda: 0.5)
        told = []
        charger = Charger("c1", approach, Out(), pauses, asyncio.Semaphore(1), told.append, settle_s=0)
        charger.came()
        await sockets.opened.wait()
        await asyncio.sleep(0)
        sockets.opened.clear()
        for turn in (charger.went, charger.came, charger.went, charger.came):
            turn()
            await asyncio.sleep(0)
        await sockets.closing.wait()
        await asyncio.sleep(0.05)  # what is not waited for has opened by then
        assert not sockets.opened.is_set()
        sockets.answer.set()
        await asyncio.wait_for(sockets.opened.wait(), 60)
        await charger.close()
        assert (sockets.open, sockets.most) == (0, 1)

    asyncio.run(story())
