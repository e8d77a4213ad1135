# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The chargers that are connected, one connection each: a new one replaces the old one, which may be half-open."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from chargerctl.central.ocppj.limits import Limits
from chargerctl.central.ocppj.link import WebSocketLink

REPLACED = "replaced by a newer connection of the same charger"


class Chargers:
    """Links by identity. `shared(identity, addresses)` is called when connections replace each other again and again."""

    def __init__(self, limits: Limits, shared: Callable[[str, set[str]], object]) -> None:
        self._limits = limits
        self._shared = shared
        self._links: dict[str, WebSocketLink] = {}
        # identity -> when its last connections were replaced, and where those came from.
        self._replaced: dict[str, deque[tuple[float, str]]] = {}

    def enter(self, identity: str, link: WebSocketLink, now: float) -> WebSocketLink | None:
        """The connection that this one replaces."""
        before = self._links.get(identity)
        self._links[identity] = link
        if before is not None:
            self._count(identity, before.connection.address, link.connection.address, now)
        return before

    def leave(self, identity: str, link: WebSocketLink) -> bool:
        """Whether it was the charger's connection until now: it was not replaced."""
        if self._links.get(identity) is not link:
            return False
        del self._links[identity]
        return True

    def _count(self, identity: str, before: str, after: str, now: float) -> None:
        times = self._replaced.setdefault(identity, deque(maxlen=self._limits.replacements))
        times.append((now, before))
        if len(times) == self._limits.replacements and now - times[0][0] <= self._limits.replaced_within_s:
            self._shared(identity, {after, *(address for _, address in times)})
            times.clear()
        if len(self._replaced) > self._limits.remembered:
            del self._replaced[next(iter(self._replaced))]
