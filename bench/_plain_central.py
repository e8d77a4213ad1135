# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The yardstick of bench/central.py: a central system in the plain style of the `ocpp` library's example, a process.

    python -m bench._plain_central PORT [FILE]

FILE: each message is written into this SQLite database and committed before it is answered, with the database's own
defaults. Without it nothing is kept.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import sqlite3
import sys
from datetime import UTC, datetime
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import Action, AuthorizationStatus, RegistrationStatus
from websockets.asyncio.server import ServerConnection, serve

_ACCEPTED = {"status": AuthorizationStatus.accepted}


class Plain(ChargePoint):
    """One charger. `books` None: nothing is kept."""

    books: sqlite3.Connection | None = None
    numbers = itertools.count(1)

    def _book(self, action: str, payload: Any) -> None:
        if self.books is not None:
            row = (self.id, datetime.now(UTC).isoformat(), action, json.dumps(payload))
            self.books.execute("INSERT INTO messages VALUES (?, ?, ?, ?)", row)
            self.books.commit()

    @on(Action.boot_notification)
    def boot_notification(self, **payload: Any) -> call_result.BootNotification:
        self._book("BootNotification", payload)
        return call_result.BootNotification(_now(), 300, RegistrationStatus.accepted)

    @on(Action.heartbeat)
    def heartbeat(self) -> call_result.Heartbeat:
        self._book("Heartbeat", {})
        return call_result.Heartbeat(_now())

    @on(Action.status_notification)
    def status_notification(self, **payload: Any) -> call_result.StatusNotification:
        self._book("StatusNotification", payload)
        return call_result.StatusNotification()

    @on(Action.authorize)
    def authorize(self, **payload: Any) -> call_result.Authorize:
        self._book("Authorize", payload)
        return call_result.Authorize(_ACCEPTED)

    @on(Action.start_transaction)
    def start_transaction(self, **payload: Any) -> call_result.StartTransaction:
        self._book("StartTransaction", payload)
        return call_result.StartTransaction(next(self.numbers), _ACCEPTED)

    @on(Action.meter_values)
    def meter_values(self, **payload: Any) -> call_result.MeterValues:
        self._book("MeterValues", payload)
        return call_result.MeterValues()

    @on(Action.stop_transaction)
    def stop_transaction(self, **payload: Any) -> call_result.StopTransaction:
        self._book("StopTransaction", payload)
        return call_result.StopTransaction(_ACCEPTED)


def _now() -> str:
    return datetime.now(UTC).isoformat()


async def _connected(connection: ServerConnection) -> None:
    assert connection.request is not None
    await Plain(connection.request.path.strip("/"), connection).start()


async def _main(port: int, file: str | None) -> None:
    # The library logs each message at INFO, which nobody reads here.
    logging.getLogger("ocpp").setLevel(logging.WARNING)
    if file is not None:
        Plain.books = sqlite3.connect(file)
        Plain.books.execute("CREATE TABLE messages (charger TEXT, at TEXT, action TEXT, payload TEXT)")
        Plain.books.commit()
    async with serve(_connected, "127.0.0.1", port, subprotocols=["ocpp1.6"]) as server:  # type: ignore[list-item]
        print("listening", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
