# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""ChangeAvailability (SPEC 5.2). Loaded for one call."""

from charger import connector
from charger.journal import INOPERATIVE
from charger.ocpp.calls import CallError, required
from charger.visit import visit

_BITS = {0: 3, 1: 1}


def _change(charger, payload):
    kind = required(payload, "type", str)
    if kind not in ("Operative", "Inoperative"):
        raise CallError("PropertyConstraintViolation", "type is Operative or Inoperative")
    bits = _BITS.get(required(payload, "connectorId", int))
    controller = charger.controller
    if bits is None or controller.state.operative is None:
        return {"status": "Rejected"}
    operative = kind == "Operative"
    journal = charger.board.journal
    # Whoever makes the only connector operative wants this charge point to charge: connector 0 follows.
    value = None if operative else (journal.get(INOPERATIVE) or 0) | bits

    def done():
        return _apply(charger, operative)

    return visit("ocpp.written").Written(charger.board, INOPERATIVE, value, done)


def _apply(charger, operative):
    controller = charger.controller
    controller.handle(connector.AVAILABILITY, operative)
    charger.availability.phase = None
    # A transaction runs, or its card must free the cable first.
    if operative or controller.state.phase in (connector.UNAVAILABLE, connector.FAULTED):
        return {"status": "Accepted"}
    return {"status": "Scheduled"}


ACTIONS = {"ChangeAvailability": _change}
