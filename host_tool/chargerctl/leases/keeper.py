# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The threads of a share: one waits for the register, the other one for nobody."""

from __future__ import annotations

import threading
import time

from chargerctl.leases.register import Register
from chargerctl.leases.share import Share

CALL_S = 2.5
"""How long the register may take for one transaction, or to connect. A step has several."""
_TICK_S = 0.2


class Keeper:
    """Keeps the share from start() to close()."""

    def __init__(self, share: Share, register: Register) -> None:
        self._share = share
        self._register = register
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(act,), name=name, daemon=True)
            for name, act in (("leases", self._step), ("lease-clock", self._tick))
        ]
        self.failure: Exception | None = None
        """What has ended a thread: a bug. The lease ends with it."""
        self._first_step = threading.Event()

    def start(self) -> None:
        """Begin. Whether the register can be reached shows later."""
        for thread in self._threads:
            thread.start()

    def wait_for_first_step(self) -> None:
        """Then the register knows this worker, if it can be reached; at most CALL_S."""
        self._first_step.wait(CALL_S)

    def close(self) -> tuple[str, ...]:
        """End the lease; the names of the workers that live on. RegisterError where nobody can know."""
        self._closing.set()
        self._register.wake()
        for thread in self._threads:
            while thread.is_alive():
                thread.join(CALL_S)
                if thread.is_alive():
                    self._register.abort()
        watch = threading.Timer(CALL_S, self._register.abort)
        watch.daemon = True
        watch.start()
        try:
            return self._share.leave()
        finally:
            watch.cancel()
            self._register.close()

    def _step(self) -> None:
        pause_s = self._share.step()
        self._first_step.set()
        if not self._closing.is_set() and self._register.wait(pause_s):
            self._share.doubt()

    def _tick(self) -> None:
        self._closing.wait(_TICK_S)
        busy_since = self._register.busy_since
        if busy_since is not None and time.monotonic() - busy_since > CALL_S:
            # Again at each tick, until it fails: it may only just connect.
            self._register.abort()
        self._share.check()

    def _run(self, act: object) -> None:
        assert callable(act)
        try:
            while not self._closing.is_set():
                act()
        except Exception as error:  # noqa: BLE001 (whoever runs it reports it)
            self.failure = error
