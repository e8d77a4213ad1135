# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger's part of the books, for its conversation (interface.Books)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from chargerctl.central.books import calls, cards, masking, meter_rows, storable, transactions
from chargerctl.central.books.direct import Direct, Single
from chargerctl.central.books.gathered import Gathered
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.serials import Serials
from chargerctl.central.books.statements import Statements
from chargerctl.central.books.tables import LARGEST_TRANSACTION_ID, chargers, configuration
from chargerctl.central.passwords import hash_password, is_password

Payload = dict[str, Any]

MOST_CONNECTORS = 255
"""Of a charger. They are numbered from 1 without gaps (OCPP 1.6, 3.8)."""

_STANDING = Single(
    select(chargers.c.known, chargers.c.allowed, chargers.c.registration).where(
        chargers.c.id == bindparam("charger")
    )
)
_LEARNT = (
    update(chargers)
    .where(chargers.c.id == bindparam("charger"), chargers.c.allowed, ~chargers.c.known)
    .values(known=True)
)
_THIS = update(chargers).where(chargers.c.id == bindparam("charger"))


class ChargerBooks:
    """Of the charger with this serial, within one unit of work."""

    def __init__(
        self,
        serial: str,
        connection: Connection,
        direct: Direct,
        statements: Statements,
        serials: Serials,
        numbers: transactions.Numbers,
        gathered: Gathered,
        policies: Policies,
    ) -> None:
        self._serial = serial
        self._connection = connection
        self._direct = direct
        self._statements = statements
        self._serials = serials
        self._numbers = numbers
        self._gathered = gathered
        self._policies = policies
        self._learnt = False

    def registration(self, boot: Payload, now: float) -> str:
        return "Accepted" if is_welcome(self._standing(), self._policies) else "Rejected"

    def registered(self) -> bool:
        return is_welcome(self._standing(), self._policies)

    def id_tag_info(self, id_tag: str, now: float) -> Payload:
        charger = self._serials.find(self._serial)
        return cards.id_tag_info(self._direct, self._policies.cards, id_tag, charger, now)

    def transaction_id(self, start: Payload) -> int:
        charger = self._serials.find(self._serial)
        digest = storable.digest(storable.exact(start))
        known = None if charger is None else transactions.known_id(self._direct, charger, digest)
        return self._numbers.new(self._serial, digest) if known is None else known

    def book(self, action: str, payload: Payload, answer: Any, now: float) -> None:
        keep = _KEEP.get(action)
        if not keep:
            return
        charger = self._serials.enter(self._serial, now)
        if charger is not None:
            self._learn(charger)
            keep(self, charger, payload, answer, now)
        elif is_welcome(None, self._policies):
            raise RuntimeError(f"{self._serial!r} may take part, and cannot have a row in the books")

    def told(self, action: str, payload: Payload, answer: Payload, now: float) -> None:
        charger = self._serials.enter(self._serial, now)
        if charger is None:
            return
        self._learn(charger)
        if action == "GetConfiguration":
            self._configured(charger, payload.get("key") or [], answer.get("configurationKey", []), now)
        elif action == "ChangeConfiguration" and answer["status"] in ("Accepted", "RebootRequired"):
            key = {"key": payload["key"], "value": payload["value"], "readonly": False}
            self._configured(charger, [payload["key"]], [key], now)
            if is_password(payload["key"]):
                self._password(charger, payload["value"])

    def sending(self, call: Any, now: float) -> bool:
        return calls.send(self._connection, call, now)

    def _password(self, charger: int, password: str) -> None:
        """The one with which it connects from now on (security white paper, A00)."""
        kept = hash_password(password.encode("utf-8", "surrogatepass")) if password else None
        self._connection.execute(_THIS.values(password_hash=kept), {"charger": charger})

    def _standing(self) -> Any:
        charger = self._serials.find(self._serial)
        return None if charger is None else self._direct.one(_STANDING, charger=charger)

    def _learn(self, charger: int) -> None:
        """Also one that goes on without a BootNotification: it was accepted elsewhere, or before it was learnt."""
        if self._policies.chargers is Policy.LEARN and not self._learnt:
            self._connection.execute(_LEARNT, {"charger": charger})
            self._learnt = True

    # What each call of the charger leaves behind.

    def _boot(self, charger: int, payload: Payload, answer: Any, now: float) -> None:
        status = _dig(answer, "status")
        booted = _THIS.values(
            boot=storable.exact(payload),
            booted_at=now,
            registration=storable.text(status) if status else None,
        )
        self._connection.execute(booted, {"charger": charger})

    def _authorize(self, charger: int, payload: Payload, answer: Any, now: float) -> None:
        status = _dig(answer, "idTagInfo", "status")
        if status == "Accepted":
            if self._policies.cards is Policy.LEARN:
                cards.learn(self._connection, self._statements, payload["idTag"], now)
        elif isinstance(status, str) and cards.is_id_tag(payload["idTag"]):
            id_tag = cards.normal(payload["idTag"])
            self._gathered.refused[charger, id_tag] = {
                "charger_id": charger,
                "id_tag": id_tag,
                "status": storable.text(status),
                "at": now,
            }

    def _status(self, charger: int, payload: Payload, answer: Any, now: float) -> None:
        connector = storable.number(payload["connectorId"])
        if connector is None or not 0 <= connector <= MOST_CONNECTORS:
            strange = f"connectorId is not one of 0 to {MOST_CONNECTORS}"
            self._complain(charger, "StatusNotification", payload, None, strange, now)
            return
        time = payload.get("timestamp")
        self._gathered.statuses[charger, connector] = {
            "charger_id": charger,
            "connector_id": connector,
            "status": storable.text(payload["status"]),
            "error_code": storable.text(payload["errorCode"]),
            "info": storable.text(payload.get("info", "")),
            "vendor_id": storable.text(payload.get("vendorId", "")),
            "vendor_error_code": storable.text(payload.get("vendorErrorCode", "")),
            "time": None if time is None else storable.text(time),
            "received_at": now,
        }

    def _start(self, charger: int, payload: Payload, answer: Any, now: float) -> None:
        number = storable.number(_dig(answer, "transactionId"))
        # Another id can only come from a script.
        if number is not None and 0 < number <= LARGEST_TRANSACTION_ID:
            status = str(_dig(answer, "idTagInfo", "status"))
            closed, strange = transactions.start(self._direct, charger, payload, number, status, now)
            self._gathered.closed += closed
            self._complain(charger, "StartTransaction", payload, number, strange, now)
        self._authorize(charger, payload, answer, now)

    def _stop(self, charger: int, payload: Payload, answer: Any, now: float) -> None:
        found, strange = transactions.stop(self._direct, charger, payload, now)
        number = storable.number(payload["transactionId"])
        self._complain(charger, "StopTransaction", payload, number, strange, now)
        if found is not None:
            values = payload.get("transactionData", [])
            self._gathered.meter_values += meter_rows.rows(values, charger, found.connector_id, found.id, now)

    def _meter_values(self, charger: int, payload: Payload, answer: Any, now: float) -> None:
        connector = storable.number(payload["connectorId"])
        number = storable.number(payload.get("transactionId"))
        self._gathered.meter_values += meter_rows.rows(payload["meterValue"], charger, connector, number, now)

    def _complain(
        self,
        charger: int,
        action: str,
        payload: Payload,
        number: int | None,
        reason: str | None,
        now: float,
    ) -> None:
        if reason is not None:
            row = {
                "charger_id": charger,
                "transaction_id": number,
                "at": now,
                "reason": reason,
                "action": action,
                "payload": storable.exact(payload),
                "digest": storable.digest(action, reason, storable.exact(payload)),
            }
            self._gathered.complaints.append(row)

    def _configured(self, charger: int, asked: list[str], keys: list[Payload], now: float) -> None:
        """All keys, if none were asked for by name; else only those that were."""
        names = {each.lower() for each in asked}
        rows = {
            each["key"]: {
                "charger_id": charger,
                "key": storable.text(each["key"]),
                "value": None
                if each.get("value") is None or masking.is_secret(each["key"])
                else storable.text(each["value"]),
                "readonly": bool(each["readonly"]),
                "received_at": now,
            }
            for each in keys
            if not names or each["key"].lower() in names
        }
        if not names:
            self._connection.execute(delete(configuration).where(configuration.c.charger_id == charger))
        if rows:
            self._connection.execute(self._statements.configuration, list(rows.values()))


def is_welcome(standing: Any, policies: Policies) -> bool:
    """Whether a charger whose row this is, or that has none, may take part."""
    if standing is None or (standing.allowed and not standing.known):
        return policies.chargers is not Policy.REFUSE
    return bool(standing.allowed)


def _dig(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


_KEEP: dict[str, Callable[..., None]] = {
    "BootNotification": ChargerBooks._boot,
    "Authorize": ChargerBooks._authorize,
    "StatusNotification": ChargerBooks._status,
    "StartTransaction": ChargerBooks._start,
    "StopTransaction": ChargerBooks._stop,
    "MeterValues": ChargerBooks._meter_values,
}
