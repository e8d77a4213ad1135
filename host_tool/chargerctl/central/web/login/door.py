# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who a request comes from: an account that is logged in, a program with a token, or a person at this computer."""

from __future__ import annotations

import math
import secrets
from contextlib import suppress

from starlette.requests import HTTPConnection

from chargerctl.central.books import users
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.queries.users import WebSession, find_session, find_token, has_users
from chargerctl.central.web.login.addresses import address_of, network_of
from chargerctl.central.web.login.cookies import SESSION, cookie
from chargerctl.central.web.login.limits import Limits, Pace
from chargerctl.central.web.login.open_door import comes_through_proxy, is_local
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.viewer import Viewer
from chargerctl.events.event import Event

OF_TOKENS = Pace("token", 10, 60)

_LONGEST_TOKEN = 512


class NotAdmitted(Exception):  # noqa: N818 (no fault: most requests of strangers end so)
    """status: of HTTP; sentence: what to do; wait_s: before the next try, or 0."""

    def __init__(self, status: int, sentence: str, wait_s: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.wait_s = wait_s


class Door:
    """Reads the books for every request: what is changed there counts at once. Call it in a thread.

    When somebody was here last is written down as long as that keeps nobody waiting; else the next request tries.
    """

    def __init__(self, parts: Parts, limits: Limits) -> None:
        self._store = parts.store
        self._now = parts.now
        self._tell = parts.tell
        self._local = is_local(parts.settings)
        self._limits = limits
        self._csrf_here = secrets.token_urlsafe(32)

    def viewer(self, connection: HTTPConnection) -> Viewer:
        """NotAdmitted: nobody who may come in; BooksError."""
        scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
        # Others, such as Basic, are a reverse proxy's own.
        if scheme.lower() == "bearer":
            return self._program(connection, secret.strip())
        if secret := cookie(connection, SESSION):
            session = self._session(secret)
            if session is not None:
                return Viewer(session.name, not session.read_only, session.csrf)
        if self.is_open(connection):
            return Viewer("", True, self._csrf_here)
        raise NotAdmitted(401, "you are not logged in, or not any more: log in again")

    def is_open(self, connection: HTTPConnection) -> bool:
        """Whether this request needs no login."""
        if not self._local or comes_through_proxy(connection.headers):
            return False
        return not self.has_accounts()

    def has_accounts(self) -> bool:
        with self._store.reading() as reading:
            return has_users(reading)

    def _session(self, secret: str) -> WebSession | None:
        now = self._now()
        with self._store.reading() as reading:
            found = find_session(reading, secret, now)
        if found is not None and users.is_stale(found.last_used_at, now):
            with suppress(BooksError), self._store.writing_at_once() as writing:
                users.use_session(writing, secret, now)
        return found

    def _program(self, connection: HTTPConnection, secret: str) -> Viewer:
        if not is_api(connection.url.path):
            raise NotAdmitted(401, "a token is good for /api/v1 and /metrics only")
        now = self._now()
        with self._store.reading() as reading:
            found = find_token(reading, secret) if len(secret) <= _LONGEST_TOKEN else None
        if found is None:
            raise self._wrong_token(address_of(connection))
        if users.is_stale(found.last_used_at, now):
            with suppress(BooksError), self._store.writing_at_once() as writing:
                users.use_token(writing, found.name, now)
        return Viewer(f"token {found.name}", not found.read_only, "")

    def _wrong_token(self, address: str) -> NotAdmitted:
        """Nobody guesses 256 bits: the wait keeps the log short, and is for wrong ones only, for many share an address."""
        if wait := math.ceil(self._limits.begin([(OF_TOKENS, network_of(address))])):
            return NotAdmitted(429, f"too many wrong tokens: try again in {wait} s", wait)
        text = f"{address} came with a token that is unknown"
        self._tell(Event("token_refused", text, details={"address": address}))
        return NotAdmitted(401, "this token is unknown: `chargerctl central token add` makes one")


def is_api(path: str) -> bool:
    """What programs use."""
    return path in ("/api/v1", "/metrics") or path.startswith("/api/v1/")
