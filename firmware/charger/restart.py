# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An orderly restart: stop the transaction, answer, deliver, then reset the board (SPEC 5.14, ERR 3.36)."""

from micropython import const

from charger import connector, ticks

# How long the last messages may take. Hard means now: only the answer to the Reset itself and one try are waited for.
_SOFT_MS = const(30000)
_HARD_MS = const(3000)
# For the last lines to reach the console.
_CONSOLE_MS = const(200)


class Restart:
    """`link.close()`, `store.save(crash_count, fault)`; `reboot()` does not return."""

    def __init__(self, controller, interlock, transactions, rpc, link, store, reboot, log):
        self._controller = controller
        self._interlock = interlock
        self._transactions = transactions
        self._rpc = rpc
        self._link = link
        self._store = store
        self._reboot = reboot
        self._log = log
        self._reason = None
        self._deadline = self._reboot_at = None

    @property
    def pending(self):
        return self._reason is not None

    def request(self, reason):
        """SoftReset or HardReset. A latched fault is cleared with it: that is what the central system asks for."""
        if self._reason != "HardReset":
            self._log("loop", "restart asked for: " + reason)
            self._reason = reason
            self._deadline = None

    def step(self, now):
        if self._reason is None:
            return
        if self._deadline is None:
            self._deadline = ticks.add(now, _HARD_MS if self._reason == "HardReset" else _SOFT_MS)
            self._controller.handle(connector.STOP, self._reason)
            self._interlock.clear_fault()
        done = self._rpc.all_answered and self._transactions.delivered
        if self._reboot_at is None:
            if (done or ticks.reached(now, self._deadline)) and not self._interlock.closed:
                self._log("loop", "restarting")
                self._reboot_at = ticks.add(now, _CONSOLE_MS)
        elif ticks.reached(now, self._reboot_at):
            # Asked for, so no crash; but what was latched since then stays. And the broker shall tell the others
            # now, not after the keep-alive.
            self._store.save(0, self._interlock.fault)
            self._link.close()
            self._reboot()
