# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who may connect to the embedded broker, and to which topics: each charger with the password in the books, and only to its
own. Asked before amqtt sees a client: that ends another client's session by its id before it asks for a password, and sends
last wills without asking whether they are allowed.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from dataclasses import dataclass, field

from amqtt.contexts import Action

from chargerctl.central.accounts import Account, Accounts
from chargerctl.central.broker.rights import Rights
from chargerctl.central.mqtt.connect import (
    BAD_ACCOUNT,
    LONGEST,
    NOT_AUTHORIZED,
    UNAVAILABLE,
    Connect,
    ConnectError,
    read_connect,
)
from chargerctl.central.ocppj.admission import Admission, Refusal
from chargerctl.central.ocppj.limits import Limits
from chargerctl.events.event import Event, Tell
from chargerctl.listening.door import network_of
from chargerctl.mqtt.topics import Topics
from chargerctl.ocppj import basic_auth
from chargerctl.serials import is_serial

_CONNECT = 0x10
_CODES = {401: BAD_ACCOUNT, 503: UNAVAILABLE, 429: UNAVAILABLE}


@dataclass(frozen=True)
class Guest:
    """password_hash: as in passwords.py."""

    rights: Rights
    password_hash: str = field(repr=False)


class Gate:
    """The central system's own account is made anew each time, and has all topics. guest: who is no charger, and may come
    with an account of its own; a charger of this name cannot (CentralSettings.check_new_charger)."""

    def __init__(
        self,
        accounts: Accounts,
        topics: Topics,
        tell: Tell,
        limits: Limits | None = None,
        guest: Guest | None = None,
    ) -> None:
        self.username = f"central-{secrets.token_hex(8)}/"  # no charger can have a slash
        self.password = secrets.token_urlsafe(24)
        self._topics = topics
        self._tell = tell
        self._limits = limits or Limits()
        self._guest = guest
        self._admission = Admission(_with(guest, accounts), without_password=False, limits=self._limits)
        self._door = self._limits.door()

    def close(self) -> None:
        self._admission.close()

    async def admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes | None:
        """The CONNECT to hand on, with the user name as the client id; None: the client was refused."""
        peer = writer.get_extra_info("peername")
        address = peer[0]
        full = self._door.enter(peer)
        if full:
            self._refused(full, address)
            return None
        code: int | None
        try:
            connect = await asyncio.wait_for(_first_packet(reader), self._limits.handshake_s)
            code = await self._check(connect, address)
        except ConnectError as error:
            self._refused(str(error), address)
            code = error.code
        except TimeoutError:
            self._refused(f"no CONNECT within {self._limits.handshake_s:g} s", address)
            return None
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        finally:
            self._door.leave(peer)
        if code == 0:
            # A charger that comes back ends its own old session, and nobody else's. The central system has several.
            own = connect.client_id if connect.username == self.username else ""
            return Connect(**{**vars(connect), "client_id": f"{connect.username}{own}"}).packet()
        if code is not None:
            writer.write(bytes([0x20, 2, 0, code]))
        return None

    def allows(self, username: str | None, topic: str, action: Action) -> bool:
        """Whether this user may do that with this topic, which is a filter for SUBSCRIBE."""
        if username == self.username:
            return True
        if username is None:
            return False
        if self._guest is not None and username == self._guest.rights.name:
            rights = self._guest.rights
            return rights.may_write(topic) if action == Action.PUBLISH else rights.may_read(topic)
        if action == Action.PUBLISH:
            found = self._topics.whose(topic)
            return found is not None and found[0] == username
        return topic in (self._topics.frames_to(username), self._topics.state_to(username))

    async def _check(self, connect: Connect, address: str) -> int:
        username, password = connect.username or "", connect.password or b""
        if username == self.username and hmac.compare_digest(password, self.password.encode()):
            return 0
        if not is_serial(username):
            self._tell(
                Event(
                    "refused",
                    f"an MQTT client from {address} has no charger's serial as its user name",
                    details={"address": address},
                )
            )
            return BAD_ACCOUNT
        verdict = await self._admission.ask(username, basic_auth(username, password), network_of(address))
        if isinstance(verdict, Refusal):
            self._tell(Event("refused", f"MQTT from {address} refused: {verdict.reason}", username))
            return _CODES.get(verdict.status, NOT_AUTHORIZED)
        if connect.will_topic is not None and not self.allows(username, connect.will_topic, Action.PUBLISH):
            self._tell(
                Event("refused", f"MQTT from {address} refused: its last will is for another", username)
            )
            return NOT_AUTHORIZED
        return 0

    def _refused(self, text: str, address: str) -> None:
        self._tell(Event("refused", f"MQTT from {address} refused: {text}", details={"address": address}))


def _with(guest: Guest | None, accounts: Accounts) -> Accounts:
    if guest is None:
        return accounts
    account = Account(guest.rights.name, guest.password_hash)
    return lambda name: account if name == account.name else accounts(name)


async def _first_packet(reader: asyncio.StreamReader) -> Connect:
    if (await reader.readexactly(1))[0] != _CONNECT:
        raise ConnectError("it does not begin with a CONNECT: it may speak TLS, or another protocol")
    length = shift = 0
    while True:
        digit = (await reader.readexactly(1))[0]
        length |= (digit & 0x7F) << shift
        shift += 7
        if length > LONGEST or shift > 21:
            raise ConnectError(f"its CONNECT has more than {LONGEST} bytes")
        if not digit & 0x80:
            return read_connect(await reader.readexactly(length))
