# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The answer to a call whose change must outlast a restart (SPEC 5.2, 5.3): not before it is in the journal. Loaded for one
call, until its answer is known.
"""

from micropython import const

from charger import ticks
from charger.ocpp.calls import CallError

# A write that failed is tried again after 2 s.
_PATIENCE_MS = const(10000)
# What the record of a value takes at most.
_BYTES = const(32)


class Written:
    """Rejected, before anything is changed, where the fact cannot be written now. Else what `done()` returns, when it is
    written."""

    def __init__(self, board, fact, value, done):
        self._board = board
        self._fact = fact
        self._value = value
        self._done = done
        self._until = None

    def step(self, now):
        """The payload of the answer, or None while it is not known. The first step has the fact written, not the call
        itself: there the stack is deeper."""
        journal = self._board.journal
        if self._until is None:
            was = journal.get(self._fact)
            if was != self._value and not self._can_write(journal):
                return {"status": "Rejected"}
            self._until = ticks.add(now, _PATIENCE_MS)
            journal.put(self._fact, self._value)
            self._value = was
        if journal.written:
            return self._done()
        if ticks.reached(now, self._until):
            journal.put(self._fact, self._value)
            raise CallError("InternalError", "the journal cannot be written")
        return None

    def _can_write(self, journal):
        ms = journal.ms(_BYTES)
        stalls = self._board.stalls
        return journal.trouble is None and journal.spare() >= _BYTES and stalls.fits(ms) and stalls.may(ms)
