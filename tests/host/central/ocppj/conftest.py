# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A WebSocket server with a desk that only listens, and chargers that connect to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from chargerctl.central.accounts import Account
from chargerctl.central.ocppj.limits import Limits
from chargerctl.central.ocppj.server import WebSocketServer
from chargerctl.central.passwords import hash_password
from chargerctl.events.sparing import Sparing
from chargerctl.loop_thread import LoopThread
from chargerctl.ocppj import SUBPROTOCOL, basic_auth
from websockets.sync.client import connect

from tests.host.central.ocppj.running import RunningCentral

WAIT_S = 60


class ListeningDesk:
    """Keeps what the server told it. echo: sends each frame back."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, ...]] = []
        self.links: dict[str, object] = {}
        self.echo = False
        self._changed = threading.Condition()

    def connected(self, serial, link) -> None:
        self.links[serial] = link
        self._hear("connected", serial)

    def disconnected(self, serial, link) -> None:
        self._hear("disconnected", serial)

    def received(self, serial, link, frame) -> None:
        if self.echo:
            link.send(frame)
        self._hear("received", serial, frame)

    def _hear(self, *what: str) -> None:
        with self._changed:
            self.heard.append(what)
            self._changed.notify_all()

    def wait_for(self, *what: str, times: int = 1) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self.heard.count(what) >= times, WAIT_S):
                pytest.fail(f"{what} did not come {times} times: {self.heard[-20:]}")


class Setup:
    """A server, its desk, its log, and its books: `accounts`, by identity."""

    def __init__(self, thread: LoopThread) -> None:
        self.desk = ListeningDesk()
        self.log: list[str] = []
        self.accounts: dict[str, Account] = {"CP1": Account("CP1"), "CP2": Account("CP2", PASSWORD_HASH)}
        self.trouble: Exception | None = None
        self.server: WebSocketServer | None = None
        self._thread = thread

    def start(self, *, without_password: bool = True, limits: Limits | None = None, **options) -> Setup:
        self.server = WebSocketServer(
            self._thread,
            "127.0.0.1",
            0,
            self.desk,
            self._account,
            Sparing(lambda event: self.log.append(f"{event.serial}: {event.text}")),
            without_password=without_password,
            limits=limits,
            **options,
        )
        return self

    def _account(self, identity: str) -> Account | None:
        if self.trouble:
            raise self.trouble
        return self.accounts.get(identity)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.server.port}/ocpp/"

    def connect(self, identity: str = "CP1", password: bytes | None = None, **options):
        """A charger, connected."""
        if password is not None:
            options["additional_headers"] = {"Authorization": basic_auth(identity, password)}
        options.setdefault("subprotocols", [SUBPROTOCOL])
        return connect(self.url + identity, proxy=None, compression=None, open_timeout=WAIT_S, **options)

    def wait_for_log(self, part: str) -> str:
        return await_(
            lambda: next((line for line in self.log if part in line), None), f"{part} in {self.log}"
        )


PASSWORD = b"a password of sixteen"
PASSWORD_HASH = hash_password(PASSWORD, iterations=1000)


def await_(condition: Callable[[], object], what: str):
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.005)
    pytest.fail(f"never: {what}")
    return None


@pytest.fixture(scope="session")
def loop_thread() -> LoopThread:
    return LoopThread()


@pytest.fixture
def setup(loop_thread):
    """A server that is not started yet: CP1 has no password, CP2 has PASSWORD."""
    setup = Setup(loop_thread)
    yield setup
    if setup.server is not None:
        setup.server.close()


@pytest.fixture
def central(tmp_path, loop_thread):
    """The whole central system."""
    central = RunningCentral(tmp_path, loop_thread)
    yield central
    central.close()
