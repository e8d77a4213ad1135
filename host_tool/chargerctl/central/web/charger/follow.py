# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What has changed since the last look, for each of the pages of one charger: the events of a stream, (name, data) each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.queries.chargers import configuration_told
from chargerctl.central.books.reader import Reader
from chargerctl.central.web.charger import log
from chargerctl.central.web.charger.found import the_charger
from chargerctl.central.web.charger.fragments import Fragments, digest
from chargerctl.central.web.charger.keys import keys_of
from chargerctl.central.web.parts import Parts
from chargerctl.web.streams import Sent

_PAUSE_S = 0.5
# Of one core, for each page that is open.
_SHARE = 0.05


class Follower(Protocol):
    def look(self, connection: Connection) -> Sequence[Sent]:
        """What is new in the books, or a part of it; nothing: there is no more."""


def stream_of(parts: Parts, serial: str, follower: Follower) -> Response:
    """What a route returns. NotFoundError where the books have no such charger."""
    with parts.store.reading() as connection:
        the_charger(connection, serial, parts.now())
    return parts.streams.response(followed(parts, follower))


async def followed(parts: Parts, follower: Follower) -> AsyncGenerator[Sent, None]:
    """The events of a stream. What is not sent because the books cannot be read is found at a later look."""
    reader = Reader(parts.store, follower.look)
    while True:
        began = time.monotonic()
        try:
            events = await run_in_threadpool(reader.look)
        except BooksError:  # the desk reports it
            events = None
        if events:
            reader.forget()  # there may be more
        for event in events or ():
            yield event
        took = time.monotonic() - began
        await asyncio.sleep(max(_PAUSE_S, took / _SHARE))


class NowFollower:
    """Of the live parts of the first page. seen: digests of those that the page has; each event has those that it has then,
    for its next connection."""

    def __init__(self, fragments: Fragments, serial: str, now: Callable[[], float], seen: str) -> None:
        self._fragments = fragments
        self._serial = serial
        self._now = now
        self._seen = set(seen.split("."))

    def look(self, connection: Connection) -> Sequence[Sent]:
        parts = self._fragments.now(connection, self._serial, self._now())
        digests = {name: digest(html) for name, html in parts.items()}
        fresh = [html for name, html in parts.items() if digests[name] not in self._seen]
        self._seen = set(digests.values())
        return [("parts", {"html": fresh, "seen": ".".join(digests.values())})] if fresh else []


class KeysFollower:
    """Of the configuration. since: Unix time of the newest key that the page has. What else it has is not known here: after
    the keys, `told` names all that there are, and the time for its next connection."""

    def __init__(self, fragments: Fragments, serial: str, search: str, since: float) -> None:
        self._fragments = fragments
        self._serial = serial
        self._search = search
        self._since = since
        self._told: tuple[int, float | None] | None = None
        self._shown: set[str] = set()

    def look(self, connection: Connection) -> Sequence[Sent]:
        told = configuration_told(connection, self._serial)
        if told == self._told:
            return []
        keys = keys_of(connection, self._serial, self._search)
        shown = {each.element for each in keys.shown}
        events: list[Sent] = [
            ("key", {"html": self._fragments.key(self._serial, each)})
            for each in keys.shown
            if each.received_at > self._since or (self._told and each.element not in self._shown)
        ]
        self._told, self._shown = told, shown
        self._since = max(self._since, keys.received_at or 0.0)
        told_now = {"html": self._fragments.told(keys), "keys": sorted(shown), "since": self._since}
        return [*events, ("told", told_now)]


class LogFollower:
    """Of the frames that are wanted."""

    def __init__(self, fragments: Fragments, newer: log.Newer) -> None:
        self._fragments = fragments
        self._newer = newer

    def look(self, connection: Connection) -> Sequence[Sent]:
        before = self._newer.newest
        frames = self._newer.look(connection)
        if self._newer.newest == before:
            return []
        html = self._fragments.frames(list(reversed(frames)))
        return [("frames", {"html": html, "count": len(frames), "newest": self._newer.newest})]
