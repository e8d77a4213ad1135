# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reset (SPEC 5.14, ERR 3.36): stop the transaction, answer, deliver, then reset the board. What cannot be delivered by then
is sent after the restart, from the journal.

ResetRetries changes nothing: a reset of the board cannot fail, and one that was accepted waits until nothing is in its way.
"""

from micropython import const

from charger import connector, ticks
from charger.ocpp.calls import CallError, required

# How long the last messages may take. Hard means now: time for the answer to the Reset itself and one attempt.
_SOFT_MS = const(45000)
_HARD_MS = const(3000)
# For the last lines to reach the console.
_CONSOLE_MS = const(200)


class Reset:
    """`board`: link, journal, store and reboot, as in core.py."""

    def __init__(self, rpc, transactions, controller, interlock, board, log):
        self._controller = controller
        self._interlock = interlock
        self._transactions = transactions
        self._rpc = rpc
        self._link = board.link
        self._journal = board.journal
        self._store = board.store
        self._reboot = board.reboot
        self._log = log
        self._reason = None
        self._deadline = self._reboot_at = None
        rpc.actions["Reset"] = self._request

    def _request(self, payload):
        kind = required(payload, "type", str)
        if kind not in ("Hard", "Soft"):
            raise CallError("PropertyConstraintViolation", "type is Hard or Soft")
        if self._interlock.fault is not None and self._interlock.holds_cable:
            self._log("loop", "no restart: it would free the cable")
            return {"status": "Rejected"}
        answer = {"status": "Accepted"}
        if self._reason != "HardReset":
            reason = kind + "Reset"
            self._log("loop", "restart requested: " + reason)
            # Last: a request for which there is no memory is answered with InternalError, and must not restart the board.
            self._reason = reason
            self._deadline = None
        return answer

    def step(self, now):
        if self._reason is None:
            return
        if self._deadline is None:
            # Who asks for a reset wants a latched fault cleared, too.
            self._interlock.clear_fault()
            # First: a connector that fails must not prevent a restart. Only for want of memory it is tried again.
            self._deadline = ticks.add(now, _HARD_MS if self._reason == "HardReset" else _SOFT_MS)
            try:
                self._controller.handle(connector.RESTART, self._reason)
            except MemoryError:
                self._deadline = None
                raise
        done = not self._rpc.answers and self._transactions.idle
        if self._reboot_at is None:
            interlock = self._interlock
            held = interlock.closed or interlock.holds_cable
            if (done or ticks.reached(now, self._deadline)) and not held:
                self._log("loop", "restarting")
                self._reboot_at = ticks.add(now, _CONSOLE_MS)
        elif ticks.reached(now, self._reboot_at):
            self._journal.flush()
            # Requested, so not a crash; but a fault that was latched since then stays. And the broker publishes the last
            # will now, not after the keep-alive.
            self._store.save(0, self._interlock.fault)
            self._link.close()
            self._reboot()
