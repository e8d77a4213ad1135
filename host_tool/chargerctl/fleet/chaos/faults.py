# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What happens at random to one charger of a fleet: each fault ends by itself, and all have ended after close()."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.conversation.script import Behaviour
from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.network.network import Network
from chargerctl.simulator.machine.clock import Timer

RATE_H = 4.0
"""Faults an hour for each charger."""

# Seconds that one lasts: a moment, shorter and longer than every time limit of a connection.
_LASTS_S = (0.5, 8.0, 40.0, 300.0)
_ACTIONS = ("StartTransaction", "StopTransaction", "Authorize", "StatusNotification", "MeterValues")
_ERRORS = ("InternalError", "GenericError", "NotSupported")

Fault = tuple[Callable[[], object], Callable[[], object]]
"""How it begins, and how it ends."""


class Faults:
    """counts: how often each has happened, by name. conversation: the charger's own central system, where a script could
    direct it, so that it may be silent or answer with errors."""

    def __init__(
        self,
        charger: Charger,
        network: Network,
        random: Random,
        counts: Counter[str],
        conversation: Conversation | None = None,
        rate_h: float = RATE_H,
    ) -> None:
        self._charger = charger
        self._random = random
        self._counts = counts
        self._conversation = conversation
        self._mean_us = 3_600_000_000 / rate_h
        self._faults: dict[str, Fault] = {
            "wifi": (lambda: network.wifi(False), lambda: network.wifi(True)),
            "broker": (lambda: network.broker(False), lambda: network.broker(True)),
            "link half-open": (lambda: network.silent(True), lambda: network.silent(False)),
            "connection half-open": (network.half_open, _nothing),
            "slow": (lambda: network.slow(400), lambda: network.slow(0)),
            "power cut": (lambda: charger.power(False), lambda: charger.power(True)),
            "brownout": (lambda: charger.reset("brownout"), _nothing),
            "reset": (lambda: charger.reset("button"), _nothing),
            "reader": (lambda: self._reader(True), lambda: self._reader(False)),
        }
        if conversation is not None:
            self._faults["central silent"] = self._central(lambda: Behaviour(silent=True))
            self._faults["central error"] = self._central(lambda: Behaviour(error=random.choice(_ERRORS)))
            self._faults["central late"] = self._central(lambda: Behaviour(delay_s=random.uniform(1, 40)))
        self._next: Timer | None = None
        # How those end that are under way, by name, and when.
        self._under_way: dict[str, tuple[Timer, Callable[[], object]]] = {}

    def start(self) -> None:
        self._plan()

    def close(self) -> None:
        """Everything ends now, and nothing more happens."""
        if self._next is not None:
            self._next.cancel()
        for name in list(self._under_way):
            self._end(name)
        if self._conversation is not None:
            self._conversation.script.clear()

    def _plan(self) -> None:
        us = round(self._random.expovariate(1) * self._mean_us)
        self._next = self._charger.clock.call_in(us, self._happen)

    def _happen(self) -> None:
        self._plan()
        name = self._random.choice(list(self._faults))
        lasts_us = round(self._random.choice(_LASTS_S) * self._random.uniform(0.5, 1.5) * 1e6)
        if name in self._under_way:
            return
        begin, end = self._faults[name]
        self._counts[name] += 1
        timer = self._charger.clock.call_in(lasts_us, lambda: self._end(name))
        self._under_way[name] = timer, end
        begin()

    def _end(self, name: str) -> None:
        timer, end = self._under_way.pop(name)
        timer.cancel()
        end()

    def _reader(self, cut: bool) -> None:
        self._charger.reader.cut = cut
        self._charger.stir()

    def _central(self, make: Callable[[], Behaviour]) -> Fault:
        def begin() -> None:
            assert self._conversation is not None
            self._conversation.script.add(self._random.choice(_ACTIONS), make(), self._random.randint(1, 3))

        return begin, _nothing


def _nothing() -> None:
    pass
