# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A central system in the style of the `ocpp` library's example: a class with a handler for each action, one object for each
WebSocket. It knows no restart and no repeated message: each StartTransaction is a transaction."""

import asyncio
import contextlib
from datetime import UTC, datetime

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.enums import Action, AuthorizationStatus, DataTransferStatus, RegistrationStatus
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed


def now():
    return datetime.now(UTC).isoformat()


class Handlers(ChargePoint):
    """`books`: shared by all connections of a charger."""

    books: "Csms"

    @on(Action.boot_notification)
    def on_boot(self, charge_point_vendor, charge_point_model, **rest):
        self.books.seen.append("BootNotification")
        return call_result.BootNotification(
            current_time=now(), interval=300, status=RegistrationStatus.accepted
        )

    @on(Action.heartbeat)
    def on_heartbeat(self):
        self.books.seen.append("Heartbeat")
        return call_result.Heartbeat(current_time=now())

    @on(Action.authorize)
    def on_authorize(self, id_tag):
        self.books.seen.append("Authorize")
        return call_result.Authorize(id_tag_info={"status": AuthorizationStatus.accepted})

    @on(Action.status_notification)
    def on_status(self, connector_id, error_code, status, **rest):
        self.books.seen.append("StatusNotification")
        self.books.statuses[connector_id] = status
        return call_result.StatusNotification()

    @on(Action.start_transaction)
    def on_start(self, connector_id, id_tag, meter_start, timestamp, **rest):
        self.books.seen.append("StartTransaction")
        number = self.books.begin(id_tag, meter_start, timestamp)
        return call_result.StartTransaction(
            transaction_id=number, id_tag_info={"status": AuthorizationStatus.accepted}
        )

    @on(Action.meter_values)
    def on_meter(self, connector_id, meter_value, **rest):
        self.books.seen.append("MeterValues")
        return call_result.MeterValues()

    @on(Action.stop_transaction)
    def on_stop(self, meter_stop, timestamp, transaction_id, **rest):
        self.books.seen.append("StopTransaction")
        self.books.end(transaction_id, meter_stop)
        return call_result.StopTransaction()

    @on(Action.data_transfer)
    def on_data(self, vendor_id, **rest):
        return call_result.DataTransfer(status=DataTransferStatus.rejected)


class Csms:
    """`transactions`: {id: (idTag, meterStart, timestamp, meterStop or None)}."""

    def __init__(self):
        self.seen = []
        self.statuses = {}
        self.transactions = {}
        self.doubled = 0
        self.handlers = None
        self.connections = 0
        self._starts = {}
        self.port = 0

    def begin(self, id_tag, meter_start, timestamp):
        """A start that comes again is the same, as SPEC 3.7.1 makes possible."""
        key = id_tag, meter_start, timestamp
        if key in self._starts:
            self.doubled += 1
        number = self._starts.setdefault(key, len(self._starts) + 1)
        self.transactions.setdefault(number, [id_tag, meter_start, None])
        return number

    def end(self, number, meter_stop):
        transaction = self.transactions[number]
        assert transaction[2] in (None, meter_stop), "stopped twice with different contents"
        transaction[2] = meter_stop

    async def __aenter__(self):
        self._server = await serve(self._visit, "127.0.0.1", self.port, subprotocols=["ocpp1.6"])
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error):
        self._server.close()
        await self._server.wait_closed()

    async def _visit(self, socket):
        self.connections += 1
        handlers = self.handlers = Handlers(socket.request.path.rpartition("/")[2], self.wrap(socket))
        handlers.books = self
        with contextlib.suppress(ConnectionClosed, asyncio.CancelledError):
            await handlers.start()

    def wrap(self, socket):
        """What the library reads from and writes to."""
        return socket

    async def call(self, request):
        return await self.handlers.call(request, suppress=False)


REQUESTS = call
