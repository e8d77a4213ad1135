# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The central system in this process, with its books in a file and its WebSocket server: for others' chargers."""

from __future__ import annotations

import secrets

from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.queries.sessions import Filter, sessions
from chargerctl.central.books.store import open_books
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.conversation.manner import of_a_service
from chargerctl.central.desk.desk import Desk
from chargerctl.central.ocppj.server import WebSocketServer
from chargerctl.central.remote import Remote
from chargerctl.events.event import Event


class RunningCentral:
    """Chargers and cards that it does not know are entered as they come. Close it."""

    def __init__(self, folder, thread) -> None:
        self.events: list[Event] = []
        self.store = open_books(str(folder / "books.db"), Policies(Policy.LEARN, Policy.LEARN))
        self._desk = Desk(self.store, _conversation, self.events.append)
        self._server = WebSocketServer(
            thread, "127.0.0.1", 0, self._desk, self.store.charger_account, self.events.append, True
        )
        self._desk.start()
        self.url = f"ws://127.0.0.1:{self._server.port}/ocpp"

    def close(self) -> None:
        self._desk.close()
        self._server.close()
        self.store.close()

    def call(self, serial: str, action: str, payload: dict, timeout_s: float = 30):
        """As `chargerctl central call` does."""
        return Remote(self.store).call(serial, action, payload, timeout_s)

    def sessions(self):
        """The newest first."""
        with self.store.reading() as connection:
            return list(sessions(connection, Filter()))

    def violations(self) -> list[str]:
        return [event.text for event in self.events if event.what == "violation"]


def _conversation(serial, books, on_violation, on_outcome, on_refused, on_ended) -> Conversation:
    return Conversation(
        300,
        on_violation,
        books,
        on_outcome=on_outcome,
        on_refused=on_refused,
        on_ended=on_ended,
        manner=of_a_service({}),
        id_prefix=secrets.token_hex(8),
    )
