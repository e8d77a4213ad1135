# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Somebody gives a name and a password: whether that may be tried now, whether it is right, and the session that begins.

A wrong name is answered as a wrong password is, after as much work. How tries are counted (limits.py):

- of an address (an IPv4 address, an IPv6 /64): five are free, then up to 15 minutes pass between two. Everybody behind a
  reverse proxy on this computer has one address: there it is a minute at most.
- of an account, from whatever addresses: ten are free, then up to a minute passes. So nobody has more than some 1,440
  guesses a day at it, with however many addresses.
- in a browser where this account has logged in before, neither counts, only its own: five, then up to 15 minutes. So an
  attacker elsewhere cannot keep owners out of a browser that they use; out of a new one, for a minute after each guess.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.concurrency import run_in_threadpool

from chargerctl.central.books import users
from chargerctl.central.books.queries.users import Credentials, find_credentials
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.web.login import browsers
from chargerctl.central.web.login.addresses import is_shared, network_of
from chargerctl.central.web.login.limits import Key, Limits, Pace
from chargerctl.central.web.login.passwords import Passwords
from chargerctl.events.event import Event, Tell

OF_ADDRESS = Pace("address", 5, 900)
OF_PROXY = Pace("proxy", 5, 60)
OF_ACCOUNT = Pace("account", 10, 60)
OF_BROWSER = Pace("browser", 5, 900)

_MOST_WAITING = 10
_SECRET_BYTES = 32


@dataclass(frozen=True)
class LoggedIn:
    """name: of the account; secret: for the cookie of the session; browser: for the one that recognises the browser."""

    name: str
    secret: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True)
class Refused:
    """status: of HTTP; sentence: for the person; wait_s: until the next try, 0 where nothing has to pass."""

    status: int
    sentence: str
    wait_s: int = 0


class Attempts:
    """Of all who log in at this process."""

    def __init__(
        self,
        store: DatabaseStore,
        now: Callable[[], float],
        tell: Tell,
        passwords: Passwords,
        limits: Limits,
    ) -> None:
        self._store = store
        self._now = now
        self._tell = tell
        self._passwords = passwords
        self._limits = limits
        # One hash at a time, for it takes much memory; whoever floods one of these does not delay the other.
        self._known = CapacityLimiter(1)
        self._strangers = CapacityLimiter(1)

    async def log_in(self, name: str, password: str, browser: str, address: str) -> LoggedIn | Refused:
        """browser: the cookie of that name, or "". All of them may be anything. BooksError."""
        found = await run_in_threadpool(self._find, name)
        known = browsers.recognised(browser, found.password_hash) if found else ""
        hashing = self._known if known else self._strangers
        if hashing.statistics().tasks_waiting >= _MOST_WAITING:
            return Refused(503, "Too many try to log in just now: try again in a moment.", 5)
        keys = _counted(name, known, address)
        if wait := math.ceil(self._limits.begin(keys)):
            self._refused(found, address, "had to wait after wrong passwords")
            return Refused(429, f"Too many wrong passwords: try again in {_words(wait)}.", wait)
        try:
            entered = await anyio.to_thread.run_sync(self._enter, found, password, limiter=hashing)
        except Exception:
            self._limits.forgive(keys)  # nobody knows whether it was right
            raise
        if entered is None:
            self._refused(found, address, "gave a wrong password")
            return Refused(401, "Wrong name or password.")
        self._limits.forgive(keys)
        text = f"{entered.name} logged in from {address}"
        self._tell(Event("login", text, details={"user": entered.name, "address": address}))
        return entered

    def _find(self, name: str) -> Credentials | None:
        with self._store.reading() as connection:
            return find_credentials(connection, name)

    def _enter(self, found: Credentials | None, password: str) -> LoggedIn | None:
        """In a thread. None: wrong."""
        if not self._passwords.matches(found.password_hash if found else None, password) or found is None:
            return None
        kept = found.password_hash
        anew = self._passwords.hash(password) if self._passwords.is_outdated(kept) else None
        secret, csrf = secrets.token_urlsafe(_SECRET_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        with self._store.writing() as connection:
            if anew and users.hash_anew(connection, found.id, kept, anew):
                kept = anew
            if not users.begin_session(connection, found.id, kept, secret, csrf, self._now()):
                return None
        return LoggedIn(found.name, secret, browsers.mark(kept))

    def _refused(self, found: Credentials | None, address: str, what: str) -> None:
        # What is no account may be a password, typed into the wrong field.
        account = f"the account {found.name}" if found else "a name that is no account"
        details = {"user": found.name if found else None, "address": address}
        self._tell(Event("login_refused", f"{address} {what} for {account}", details=details))


def _counted(name: str, known: str, address: str) -> list[Key]:
    if known:
        return [(OF_BROWSER, known)]
    of_address = OF_PROXY if is_shared(address) else OF_ADDRESS
    account = users.normal(name[: users.LONGEST_NAME * 4])
    return [(of_address, network_of(address)), (OF_ACCOUNT, account)]


def _words(seconds: int) -> str:
    if seconds > 90:
        return f"{math.ceil(seconds / 60)} minutes"
    return "a second" if seconds == 1 else f"{seconds} seconds"
