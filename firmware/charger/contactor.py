# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The contactor as its auxiliary contact shows it: does it follow the relay? A visitor, used only where there is a contact.

Without one the relay stands in its place: `closed` is what was commanded, and there is no `fault`.
"""

from charger import ticks

# The part before the colon is the errorCode of OCPP, and what nvm keeps (hardware/store.py).
STUCK_CLOSED = "PowerSwitchFailure: stuck closed"
STUCK_OPEN = "PowerSwitchFailure: stuck open"


class Contactor:
    """`contact`: `pressed` while the contactor is closed. `fault`: a text while it does not follow, or None. Stuck closed,
    so that energy may flow although the relay is open, is shown on `screen` as `welded`, whatever else works.

    A contact that shows something else for less than `feedback_ms` does not count: contactors take their time, and bounce.
    `opened_at`: the tick from which on the relay was open before the first step; None: not known.
    """

    def __init__(self, relay, contact, screen, feedback_ms, opened_at):
        self._relay = relay
        self._contact = contact
        self._screen = screen
        self._feedback_ms = feedback_ms
        self._commanded = False
        self.fault = None
        # Since when each sample has shown something else than `fault`.
        self._since = opened_at

    @property
    def closed(self):
        """Current may flow: closed by command, or by measurement at this moment."""
        return self._relay.closed or self._contact.pressed()

    def step(self, now):
        commanded = self._relay.closed
        if commanded != self._commanded:
            # Each movement has its own time; and with the relay open, one that does not close looks like any other.
            self._commanded = commanded
            self._since = None
            if self.fault == STUCK_OPEN:
                self.fault = None
        closed = self._contact.pressed()
        found = None
        if closed != commanded:
            found = STUCK_CLOSED if closed else STUCK_OPEN
        if found == self.fault:
            self._since = None
        elif self._since is None:
            self._since = now
        elif ticks.diff(now, self._since) >= self._feedback_ms:
            self.fault = found
            self._screen.welded = found == STUCK_CLOSED
            self._since = None


make = Contactor
