# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is left to do when nothing else is: collect garbage, keep a latched fault, forget old crashes."""

from micropython import const

from charger import ticks

_COLLECT_MS = const(10000)
_HEALTHY_S = const(60)
# One store write: 40 ms on a good flash, ten times that on a worn one. More than max_stall_ms usually allows: it waits
# for the relay to be open.
_STORE_MS = const(400)


class Housekeeping:
    """`collect()` is gc.collect: about 8 ms, at a moment of our own choosing rather than the allocator's."""

    def __init__(self, collect, store, interlock, stalls, uptime, now):
        self._collect = collect
        self._store = store
        self._interlock = interlock
        self._stalls = stalls
        self._uptime = uptime
        self._kept = store.fault
        self._next = ticks.add(now, _COLLECT_MS)

    def step(self, now):
        fault = self._interlock.fault
        store = self._store
        if ticks.reached(now, self._next):
            self._next = ticks.add(now, _COLLECT_MS)
            self._collect()
        elif fault is not self._kept:
            if self._stalls.allow(_STORE_MS):
                store.save(store.crash_count, fault)
                self._kept = fault
        elif store.crash_count and self._healthy and self._stalls.allow(_STORE_MS):
            store.save(0, store.fault)

    @property
    def _healthy(self):
        # Not before it has joined its network, when that is what the last start ended in: to forget and count that
        # again, start by start, would wear the flash.
        return self._uptime.seconds >= _HEALTHY_S and not self._store.standing_still
