# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A central system that costs as little as possible: it keeps nothing, and accepts everything. A process.

python -m bench._fleet.answering mqtt PORT: all chargers of the MQTT broker at this port
python -m bench._fleet.answering ws PORT: all that connect to this port with a WebSocket
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from chargerctl.descriptors import raise_limit
from chargerctl.ocppj import SUBPROTOCOL
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from bench._chargers import _end_of_packet, _packet, _text

_ACCEPTED = {"status": "Accepted"}
_RETRY_S = 0.2


class Answering:
    def __init__(self) -> None:
        self._transactions = itertools.count(1)

    def answer(self, frame: str | bytes) -> str | None:
        kind, number, *rest = json.loads(frame)
        return json.dumps([3, number, self._payload(rest[0])]) if kind == 2 else None

    def _payload(self, action: str) -> dict[str, Any]:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if action == "BootNotification":
            return {**_ACCEPTED, "currentTime": now, "interval": 300}
        if action == "Heartbeat":
            return {"currentTime": now}
        if action == "StartTransaction":
            return {"transactionId": next(self._transactions), "idTagInfo": _ACCEPTED}
        return {"idTagInfo": _ACCEPTED} if action in ("Authorize", "StopTransaction") else {}


async def over_mqtt(port: int) -> None:
    """Again and again: a broker may restart."""
    central = Answering()
    while True:
        try:
            await _serve(port, central)
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(_RETRY_S)


async def over_websocket(port: int) -> None:
    raise_limit()
    central = Answering()

    async def visit(connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            async for frame in connection:
                answer = central.answer(frame)
                if answer is not None:
                    await connection.send(answer)

    subprotocols = [Subprotocol(SUBPROTOCOL)]
    # The backlog: of a storm nobody is to be left outside.
    async with serve(
        visit, "127.0.0.1", port, subprotocols=subprotocols, compression=None, backlog=4096
    ) as server:
        print("listening", flush=True)
        await server.serve_forever()


async def _serve(port: int, central: Answering) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_packet(0x10, _text("MQTT") + b"\x04\x02\0\0" + _text("answering")))
    writer.write(_packet(0x82, b"\0\1" + _text("/charger/+") + b"\0"))
    await reader.readexactly(4 + 5)
    print("listening", flush=True)
    buffer = b""
    try:
        while data := await reader.read(1 << 20):
            buffer += data
            at = 0
            while (end := _end_of_packet(buffer, at)) is not None:
                start = next(index for index in range(at + 1, at + 5) if not buffer[index] & 0x80) + 1
                body = start + 2 + (buffer[start] << 8 | buffer[start + 1])
                serial = buffer[start + 2 : body].decode().rpartition("/")[2]
                answer = central.answer(buffer[body:end])
                if answer is not None:
                    writer.write(_packet(0x30, _text(f"/system/{serial}") + answer.encode()))
                at = end
            buffer = buffer[at:]
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run({"mqtt": over_mqtt, "ws": over_websocket}[sys.argv[1]](int(sys.argv[2])))
