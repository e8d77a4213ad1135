# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Home Assistant as a part of the service: from the settings to chargers that it finds."""

from __future__ import annotations

import asyncio
import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from chargerctl.central.books.policies import Policy
from chargerctl.central.books.queries.card_here import card_status
from chargerctl.central.books.queries.metered import Metered, metered
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.homeassistant.announcer import OFFLINE, Announcer
from chargerctl.central.homeassistant.link import Link
from chargerctl.central.homeassistant.names import Names
from chargerctl.central.homeassistant.orders import Orders
from chargerctl.central.live.watch import Change, Watch
from chargerctl.central.settings import CentralSettings
from chargerctl.events.event import Event, Tell
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker

_CLOSE_S = 30.0


def _all(serial: str) -> bool:
    """No other process speaks to chargers."""
    return True


class HomeAssistant:
    """Publishes and obeys from its construction until close(). subscribe: as Watch has it."""

    def __init__(
        self,
        thread: LoopThread,
        broker: Broker,
        names: Names,
        store: DatabaseStore,
        subscribe: Callable[[Callable[[Change], object]], Callable[[], object]],
        orders: Orders,
        tell: Tell,
        pause_s: float = 1.0,
        holds: Callable[[str], bool] = _all,
    ) -> None:
        """holds: whether this process speaks to a charger."""
        self._thread = thread
        self._holds = holds
        self._store = store
        self._orders = orders
        self._tasks: list[asyncio.Task[None]] = []
        self._announcer, self._link = thread.run(self._start(broker, names, tell, pause_s))
        self._unsubscribe = subscribe(self._announcer.changed)

    @property
    def failure(self) -> BaseException | None:
        """What has ended a part of it: a bug."""
        ended = [each for each in self._tasks if each.done() and not each.cancelled()]
        return ended[0].exception() if ended else None

    def held_others(self, gained: Mapping[str, float | None]) -> None:
        """This process speaks to other chargers than before. gained: since how many seconds nobody has spoken to those that
        it has new, None for always. From any thread."""
        self._announcer.held_others(gained)

    def close(self) -> None:
        """Home Assistant shows the chargers as not available from then on."""
        self._unsubscribe()
        self._orders.close()
        self._thread.run(self._stop(), _CLOSE_S)

    async def _start(
        self, broker: Broker, names: Names, tell: Tell, pause_s: float
    ) -> tuple[Announcer, Link]:
        link = Link(
            broker,
            names.subscriptions,
            (names.alive, OFFLINE),
            lambda *message: announcer.received(*message),
            lambda: announcer.connected(),
            tell,
            pause_s,
        )
        announcer = Announcer(names, link, self._metered, self._orders.give, tell, holds=self._holds)
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(link.run()), loop.create_task(announcer.run())]
        return announcer, link

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._announcer.close()
        await self._link.close()

    def _metered(self, serials: Sequence[str]) -> dict[str, Metered]:
        with self._store.reading() as connection:
            return metered(connection, serials)


@contextmanager
def home_assistant(
    settings: CentralSettings,
    broker: Broker,
    thread: LoopThread,
    store: DatabaseStore,
    watch: Watch,
    cards: Policy,
    tell: Tell,
    holds: Callable[[str], bool] = _all,
) -> Iterator[HomeAssistant]:
    """broker: as broker_of() has it; one that is not there is waited for. cards: what becomes of one that is not in the
    books."""
    names = Names(settings.home_assistant_topic)
    card = settings.home_assistant_card
    _look_at(card, cards, store, tell)
    orders = Orders(store, card, cards, settings.call_timeout)
    part = HomeAssistant(thread, broker, names, store, watch.subscribe, orders, tell, holds=holds)
    try:
        yield part
    finally:
        part.close()


def _look_at(card: str, cards: Policy, store: DatabaseStore, tell: Tell) -> None:
    """Tell of a card that no session can start with."""
    if not card or cards is not Policy.REFUSE:
        return
    with store.reading() as connection:
        status = card_status(connection, cards, card, "", time.time())
    if status == "Invalid":
        text = (
            f"Home Assistant can stop sessions, and start none: its card is not in the books; enter it with `chargerctl "
            f"central cards add {shlex.quote(card)}`"
        )
        tell(Event("hint", text))
