# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The customers of one charger: they come by chance, one after the other, and wait if it is occupied.

They come as a Poisson process. One charges, at most WAIT wait, and who comes then drives on.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from math import ceil
from random import Random

from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.customers.customer import Customer, draw, regulars
from chargerctl.fleet.customers.place import Place
from chargerctl.fleet.customers.stories import TOLD, Story
from chargerctl.simulator.machine.clock import Timer

WAIT = 2
_US = 1_000_000
_NEXT_S = 20.0  # from one who leaves to the next one

Wifi = Callable[[bool], object]


class Customers:
    """counts: of all chargers of a process: how many came, by story, and what became of them."""

    def __init__(
        self,
        charger: Charger,
        wifi: Wifi,
        random: Random,
        arrivals_h: float,
        stay_s: float,
        counts: Counter[str],
    ) -> None:
        """wifi(up): of this charger. random: its own. arrivals_h: an hour; 0: only those come who start from afar."""
        self._charger = charger
        self._clock = charger.clock
        self._place = Place(charger)
        self._wifi = wifi
        self._random = random
        self._arrivals_h = arrivals_h
        self._stay_s = stay_s
        self._regulars = regulars(random)
        self._counts = counts
        self._waiting: deque[tuple[float, Customer]] = deque()
        self._story: Story | None = None
        self._next: Timer | None = None
        # When the Wi-Fi comes back.
        self._back: Timer | None = None

    def start(self) -> None:
        if self._arrivals_h:
            self._next = self._clock.call_in(self._until_next_us(), self._arrives)

    def close(self, leave: bool = False) -> None:
        """Nobody comes any more; there is Wi-Fi again. leave: whoever is there unplugs now; else they stay."""
        if self._next is not None:
            self._next.cancel()
        if self._back is not None and self._back.call is not None:
            self._back.cancel()
            self._wifi(True)
        self._arrivals_h = 0
        self._waiting.clear()
        if leave:
            self._story = None
            self._place.hold(None)
            self._place.unplug()

    def call(self) -> None:
        """A charge was started from afar: somebody comes and plugs in, unless somebody is there already."""
        if self._story is None:
            self._begin("called", self._draw())

    def _draw(self) -> Customer:
        return draw(self._random, self._regulars, self._stay_s)

    def _until_next_us(self) -> int:
        return int(self._random.expovariate(self._arrivals_h / 3600) * _US)

    def _arrives(self) -> None:
        who = self._draw()
        self._next = self._clock.call_in(self._until_next_us(), self._arrives)
        if self._story is None:
            self._begin(who.story, who)
        elif len(self._waiting) < WAIT:
            self._waiting.append((self._place.now_s + who.patience_s, who))
        else:
            self._counts["drove_on"] += 1

    def _begin(self, story: str, who: Customer) -> None:
        self._counts[story] += 1
        if story == "offline":
            self._wifi(False)
            self._back = self._clock.call_in(int(who.between_s * 10 * _US), lambda: self._wifi(True))
        self._story = TOLD[story](self._place, who)
        self._go_on()

    def _go_on(self) -> None:
        if self._story is None:
            return
        seconds = next(self._story, None)
        if seconds is not None:
            # Up: what asks for the time until some moment would ask for ever where it is less than a microsecond.
            self._clock.call_in(ceil(seconds * _US), self._go_on)
        else:
            self._clock.call_in(int(_NEXT_S * _US), self._leave)

    def _leave(self) -> None:
        self._story = None
        while self._waiting:
            until_s, who = self._waiting.popleft()
            if self._place.now_s <= until_s:
                self._begin(who.story, who)
                return
            self._counts["lost_patience"] += 1
