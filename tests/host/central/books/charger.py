# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger whose calls go straight into the books, each in a unit of its own or as the test wants."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

NOW = 1_795_332_600.0  # 2026-11-22T07:30:00Z
START = {"connectorId": 1, "idTag": "04A1B2C3", "meterStart": 1000, "timestamp": "2026-11-22T07:30:00Z"}
STOP = {"meterStop": 2500, "timestamp": "2026-11-22T08:30:00Z"}


class Charger:
    """Answers its calls as the conversation does, and books them."""

    def __init__(self, books, serial="GA001"):
        self.books = books
        self.serial = serial
        self.now = NOW

    def call(self, action: str, payload: dict[str, Any]) -> Any:
        """The answer."""
        with self.books.unit() as unit:
            return call(unit, self.serial, action, payload, self.now)

    def boot(self, **more) -> str:
        payload = {"chargePointVendor": "GA Make", "chargePointModel": "ESP32-C6"} | more
        return self.call("BootNotification", payload)["status"]

    def start(self, **more) -> int:
        return self.call("StartTransaction", START | more)["transactionId"]

    def stop(self, number: int, **more) -> None:
        self.call("StopTransaction", STOP | {"transactionId": number} | more)

    def meter(self, *values: str, transaction: int | None = 1, time="2026-11-22T07:45:00Z", **sample) -> None:
        sampled = [{"value": each} | sample for each in values]
        payload: dict[str, Any] = {
            "connectorId": 1,
            "meterValue": [{"timestamp": time, "sampledValue": sampled}],
        }
        if transaction is not None:
            payload["transactionId"] = transaction
        self.call("MeterValues", payload)


def call(unit, serial: str, action: str, payload: dict[str, Any], now: float = NOW) -> Any:
    books = unit.charger(serial)
    answer: dict[str, Any] = {}
    if action == "BootNotification":
        answer = {"status": books.registration(payload, now)}
    elif action in ("Authorize", "StartTransaction"):
        answer = {"idTagInfo": books.id_tag_info(payload["idTag"], now)}
    if action == "StartTransaction":
        answer["transactionId"] = books.transaction_id(payload)
    books.book(action, payload, answer, now)
    return answer


def rows(books, table, *columns: str) -> list[Any]:
    """All rows, the oldest first: the one column, or tuples of these."""
    with books.reading() as connection:
        wanted = [table.c[each] for each in columns]
        found = connection.execute(select(*wanted).order_by(*table.primary_key)).all()
    return [each[0] for each in found] if len(columns) == 1 else [tuple(each) for each in found]
