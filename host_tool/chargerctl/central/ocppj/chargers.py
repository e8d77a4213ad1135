# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The chargers that are connected, one connection each: a new one replaces the old one, which may be half-open."""

from __future__ import annotations

from chargerctl.central.ocppj.link import WebSocketLink

REPLACED = "replaced by a newer connection of the same charger"


class Chargers:
    """Links by identity. That connections replace each other again and again is for the desk to notice."""

    def __init__(self) -> None:
        self._links: dict[str, WebSocketLink] = {}

    def enter(self, identity: str, link: WebSocketLink) -> WebSocketLink | None:
        """The connection that this one replaces."""
        before = self._links.get(identity)
        self._links[identity] = link
        return before

    def leave(self, identity: str, link: WebSocketLink) -> bool:
        """Whether it was the charger's connection until now: it was not replaced."""
        if self._links.get(identity) is not link:
            return False
        del self._links[identity]
        return True
