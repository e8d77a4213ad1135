# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""RemoteStartTransaction and RemoteStopTransaction. Neither closes the relay: they become events of the connector."""

from micropython import const

from charger.ocpp.calls import CallError, optional, printable, required

_MAX_ID_TAG = const(20)


class Remote:
    def __init__(self, rpc, transactions, controller):
        self._rpc = rpc
        self._transactions = transactions
        self._controller = controller
        rpc.actions["RemoteStartTransaction"] = self._start
        rpc.actions["RemoteStopTransaction"] = self._stop

    def _start(self, payload):
        id_tag = required(payload, "idTag", str)
        if not 0 < len(id_tag) <= _MAX_ID_TAG or not printable(id_tag):
            raise CallError("PropertyConstraintViolation", "idTag has 1 to 20 printable ASCII characters")
        accepted = (
            optional(payload, "connectorId", int) in (None, 1)
            and self._rpc.online
            and self._controller.remote_start(id_tag)
        )
        return {"status": "Accepted" if accepted else "Rejected"}

    def _stop(self, payload):
        transaction_id = required(payload, "transactionId", int)
        # SPEC 5.12: only the transaction that is running. None equals no id: an unanswered start has none yet.
        # Also while the central system is said to be offline: who calls is there.
        accepted = self._rpc.registration == "Accepted" and transaction_id == self._transactions.running_id
        if accepted:
            self._controller.remote_stop()
        return {"status": "Accepted" if accepted else "Rejected"}
