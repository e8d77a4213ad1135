# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the central system may ask of us: Reset, RemoteStartTransaction, RemoteStopTransaction.

Every other action is answered with NotImplemented. No command closes the relay: it becomes an event of the connector.
"""

from micropython import const

from charger import connector
from charger.ocpp.rpc import CallError, printable

_MAX_ID_TAG = const(20)


class Commands:
    """`restart`: pending, request(reason); SoftReset or HardReset is also the reason of a StopTransaction."""

    def __init__(self, charge_point, transactions, controller, interlock, restart):
        self._charge_point = charge_point
        self._transactions = transactions
        self._controller = controller
        self._interlock = interlock
        self._restart = restart
        self._handlers = {
            "Reset": self._reset,
            "RemoteStartTransaction": self._remote_start,
            "RemoteStopTransaction": self._remote_stop,
        }

    def answer(self, action, payload):
        """The payload of the CALLRESULT; None: say nothing at all. Raises CallError."""
        if self._charge_point.registration == "Rejected":
            # SPEC 4.2: while rejected, a charge point does not respond to the central system.
            return None
        handler = self._handlers.get(action)
        if handler is None:
            raise CallError("NotImplemented", "this charge point does not know the action")
        return handler(payload)

    def _reset(self, payload):
        kind = _required(payload, "type", str)
        if kind not in ("Hard", "Soft"):
            raise CallError("PropertyConstraintViolation", "type is Hard or Soft")
        self._restart.request(kind + "Reset")
        return {"status": "Accepted"}

    def _remote_start(self, payload):
        id_tag = _required(payload, "idTag", str)
        if not 0 < len(id_tag) <= _MAX_ID_TAG or not printable(id_tag):
            raise CallError("PropertyConstraintViolation", "idTag has 1 to 20 printable ASCII characters")
        connector_id = _optional(payload, "connectorId", int)
        possible = (
            self._charge_point.online
            and self._charge_point.ready
            and connector_id in (None, 1)
            and connector.can_start(self._controller.state)
            and self._interlock.fault is None
            and not self._restart.pending
        )
        if possible:
            self._controller.handle(connector.REMOTE_START, id_tag)
        return {"status": "Accepted" if possible else "Rejected"}

    def _remote_stop(self, payload):
        transaction_id = _required(payload, "transactionId", int)
        # SPEC 5.12: only the transaction that is running. Equal to None never: an unanswered start has no id yet.
        possible = self._charge_point.online and transaction_id == self._transactions.running_id
        if possible:
            self._controller.handle(connector.STOP, "Remote")
        return {"status": "Accepted" if possible else "Rejected"}


def _required(payload, name, kind):
    value = _optional(payload, name, kind)
    if value is None:
        raise CallError("ProtocolError", name + " is missing")
    return value


def _optional(payload, name, kind):
    value = payload.get(name)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise CallError(
            "TypeConstraintViolation", name + (" is a string" if kind is str else " is an integer")
        )
    return value
