# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Background chores: collect garbage, log how much memory is free, store a latched fault, reset the crash count, store that
a stop may be missing in the journal."""

from micropython import const

from charger import ticks

_COLLECT_MS = const(10000)
# A line about memory with every so many collections: at start, then hourly.
_LINE_EVERY = const(360)
_RESERVE = const(1024)
_HEALTHY_S = const(60)
# One store write: 40 ms on a good flash, ten times that on a worn one. More than max_stall_ms usually allows: it waits
# for the relay to be open.
_STORE_MS = const(400)
# Before nvm is tried again when it could not be written.
_AGAIN_MS = const(60000)


class Housekeeping:
    """`collect()` is gc.collect: about 25 ms, at a moment that is chosen here and not by the allocator. `memory()` does it,
    too, and gives a text. `reserve`: a list that holds some memory; after it was cleared, it is filled again."""

    def __init__(self, collect, memory, reserve, store, journal, interlock, stalls, uptime, log, now):
        self._collect = collect
        self._memory = memory
        self._reserve = reserve
        self._log = log
        self._collections = 0
        self._store = store
        self._journal = journal
        self._interlock = interlock
        self._stalls = stalls
        self._uptime = uptime
        self._kept = None if store.trouble else store.fault
        self._next = ticks.add(now, _COLLECT_MS)
        self._write_at = None

    def step(self, now):
        fault = self._interlock.fault
        store = self._store
        if ticks.reached(now, self._next):
            self._next = ticks.add(now, _COLLECT_MS)
            self._tidy()
        elif (
            fault is not self._kept
            or (store.crash_count and self._healthy)
            or store.failing is not self._failing
        ):
            if self._write_at is not None and not ticks.reached(now, self._write_at):
                return
            if self._stalls.allow(_STORE_MS):
                store.save(0 if self._healthy else store.crash_count, fault, self._failing)
                self._write_at = ticks.add(now, _AGAIN_MS) if store.trouble else None
                if not store.trouble:
                    self._kept = fault
                    if fault == "NvmFailure":
                        self._interlock.unblock(store.fault)

    def _tidy(self):
        if self._collections % _LINE_EVERY:
            self._collect()
        else:
            self._log("memory", self._memory())
        self._collections += 1
        if not self._reserve:
            try:
                self._reserve.append(bytearray(_RESERVE))
            except MemoryError:
                # Tried again after the next collection. A task that lacks memory logs that itself.
                pass

    @property
    def _failing(self):
        """Whether a stop may be missing in the journal, so that no transaction may go on at the next start. From then on
        until all is written that waits, also by a later start, which writes a stop of its own."""
        journal = self._journal
        if self._store.failing:
            return not journal.written or journal.trouble is not None
        return journal.failing and journal.running is None

    @property
    def _healthy(self):
        # If the last start ended while it joined its network, not before it has joined now: writing the count at every
        # start would wear the flash.
        return self._uptime.seconds >= _HEALTHY_S and not self._store.blocking
