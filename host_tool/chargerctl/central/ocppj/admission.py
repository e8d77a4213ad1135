# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who may connect: the identity in the path against the books, and its password (OCPP-J 6.2.2, security profiles 0 to 2).

An identity that is not in the books, and a wrong password, look alike from outside and cost the same, where passwords are
demanded: nobody learns from the answers which identities there are. Only the log tells them apart.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from chargerctl.central.accounts import Account, Accounts
from chargerctl.central.books.interface import BooksError
from chargerctl.central.ocppj.addresses import Patience
from chargerctl.central.ocppj.limits import Limits
from chargerctl.central.passwords import hash_password, password_matches
from chargerctl.ocppj import basic_password

_THREADS = 2


@dataclass(frozen=True)
class Refusal:
    """The status of the HTTP answer; the reason as a word and in words, which are for the log only."""

    status: int
    what: str
    reason: str
    retry_after_s: int = 0


@dataclass(frozen=True)
class Admitted:
    """proven: with a password."""

    proven: bool


class Admission:
    """Belongs to one event loop. `without_password`: a charger that has none in the books may connect."""

    def __init__(self, accounts: Accounts, without_password: bool, limits: Limits) -> None:
        self._accounts = accounts
        self._without_password = without_password
        self._limits = limits
        # Of an identity at an address: behind one may be a whole garage, and somebody who guesses in it. Of all names
        # at an address that are in no books: their checks are for the look only.
        self._patience = Patience(limits)
        self._strangers = Patience(limits)
        self._usual_s = 0.01
        self._threads = ThreadPoolExecutor(_THREADS, "ocppj-passwords")
        self._checks = 0
        # identity -> the hash in the books and a digest of the password that was right: only the first check is dear. The
        # digest's key is made anew each time, and the password itself is not kept.
        self._right: dict[str, tuple[str, bytes]] = {}
        self._key = os.urandom(32)
        self._nobody = hash_password(os.urandom(20))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def ask(self, identity: str, authorization: str | None, network: str) -> Admitted | Refusal:
        """authorization: the header's value; network: the address that counts failures."""
        loop = asyncio.get_running_loop()
        try:
            account = await loop.run_in_executor(self._threads, self._accounts, identity)
        except BooksError as error:
            return Refusal(503, "books", f"the books cannot be read: {error}", retry_after_s=10)
        if account is None and self._without_password:
            return Refusal(404, "unknown", "unknown charger")  # OCPP-J 3.2
        if account is not None and not account.password and self._without_password:
            return Admitted(proven=False)
        password = basic_password(authorization, identity)
        if password is None:
            if account is None:
                return Refusal(401, "unknown", "unknown charger, no password")
            return Refusal(401, "password", "no password, or for another user name")
        if account is not None and self._is_remembered(identity, account, password):
            return Admitted(proven=True)
        return await self._check(identity, account, password, network)

    async def _check(
        self, identity: str, account: Account | None, password: bytes, network: str
    ) -> Admitted | Refusal:
        loop = asyncio.get_running_loop()
        who = f"{network} {identity}"
        wait = self._patience.wait(who, loop.time())
        if wait is None or self._checks >= self._limits.checks:
            return Refusal(
                429, "slowed", "too many wrong passwords for it from this address", retry_after_s=30
            )
        self._checks += 1
        try:
            if wait:
                await asyncio.sleep(wait)
            if account is None and self._strangers.wait(network, loop.time()) != 0:
                # It looks like a check, and takes no time from those of others.
                await asyncio.sleep(self._usual_s)
                right = False
            else:
                right = await self._matches(account, password)
        finally:
            self._checks -= 1
        if right and account is not None and account.password:
            self._remember(identity, account, password)
            return Admitted(proven=True)
        self._patience.failed(who, loop.time())
        if account is None:
            self._strangers.failed(network, loop.time())
            return Refusal(401, "unknown", "unknown charger")
        return Refusal(
            401, "password", "wrong password" if account.password else "it has no password in the books"
        )

    async def _matches(self, account: Account | None, password: bytes) -> bool:
        loop = asyncio.get_running_loop()
        began = loop.time()
        stored = account.password if account and account.password else self._nobody
        right: bool = await loop.run_in_executor(self._threads, password_matches, stored, password)
        self._usual_s = loop.time() - began
        return right

    def _digest(self, password: bytes) -> bytes:
        return hmac.digest(self._key, password, hashlib.sha256)

    def _is_remembered(self, identity: str, account: Account, password: bytes) -> bool:
        stored, digest = self._right.get(identity, ("", b""))
        # The digest is compared in any case: what it takes tells nothing.
        same = hmac.compare_digest(digest, self._digest(password))
        return same and stored == account.password

    def _remember(self, identity: str, account: Account, password: bytes) -> None:
        self._right[identity] = account.password, self._digest(password)
        if len(self._right) > self._limits.remembered:
            del self._right[next(iter(self._right))]
