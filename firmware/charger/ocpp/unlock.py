# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""UnlockConnector (SPEC 5.18, ERR 3.85). Loaded for one call, until its answer is known."""

from micropython import const

from charger import connector, ticks
from charger.ocpp.calls import required

# Longer than relay_settle_ms and feedback_ms can be together.
_PATIENCE_MS = const(10000)


class _Unlocking:
    """The interlock decides when the lock may move: the relay and the contactor are open, and have been for a while. So
    the answer waits for it."""

    def __init__(self, lock, interlock):
        self._lock = lock
        self._interlock = interlock
        self._until = None

    def step(self, now):
        """The payload of the answer, or None while it is not known."""
        if not self._lock.engaged:
            return {"status": "Unlocked"}
        if self._until is None:
            self._until = ticks.add(now, _PATIENCE_MS)
        # Not busy: a contactor that is stuck closed keeps the cable locked.
        if self._interlock.busy and not ticks.reached(now, self._until):
            return None
        return {"status": "UnlockFailed"}


def _unlock(charger, payload):
    lock = charger.board.lock
    if required(payload, "connectorId", int) != 1 or not lock.fitted:
        return {"status": "NotSupported"}
    state = charger.controller.state
    if state.running or connector.holds_cable(state):
        charger.controller.remote_stop("UnlockCommand")
    if lock.engaged:
        # At once: the answer waits for this, and would come before the controller's next step.
        charger.interlock.free_cable()
    return _Unlocking(lock, charger.interlock)


ACTIONS = {"UnlockConnector": _unlock}
