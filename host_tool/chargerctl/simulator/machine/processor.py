# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The chip's own thread, of which one at a time runs, and never together with the thread that runs the board.

A thread, because after a power cut nothing of the program may run any more, not even its `finally` blocks: the
thread is simply never resumed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

# Wall-clock seconds without any board time passing.
_ENDLESS_S = 20.0


class Processor:
    """Runs `program` on a thread of its own, a stretch at a time."""

    def __init__(self, program: Callable[[], object]) -> None:
        self._program = program
        self._go = threading.Semaphore(0)
        self._back = threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        # The exception that ended the program: a defect of the simulator, since the board has no way out.
        self.failure: BaseException | None = None

    def resume(self, progress: Callable[[], object] | None = None) -> None:
        """Let the program run until it pauses or ends.

        RuntimeError when `progress()`, if given, stays the same for 20 s: an endless loop that uses no time, which
        would hang the simulation.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="board", daemon=True)
            self._thread.start()
        self._go.release()
        if progress is None:
            self._back.acquire()
            return
        seen = progress()
        while not self._back.acquire(timeout=_ENDLESS_S):
            if progress() == seen:
                raise RuntimeError(f"the program runs for ever at {seen} us without ever using the clock")
            seen = progress()

    def pause(self) -> None:
        """Give control back; called by the program. Returns when resumed, which may be never."""
        self._back.release()
        self._go.acquire()

    def wait_paused(self, timeout_s: float) -> bool:
        """After an interrupted `resume`: wait until the program has given control back."""
        return self._back.acquire(timeout=timeout_s)

    def runs_here(self) -> bool:
        return threading.current_thread() is self._thread

    def _run(self) -> None:
        self._go.acquire()
        try:
            self._program()
        except BaseException as error:  # noqa: BLE001 - handed to the thread that runs the board
            self.failure = error
        self._back.release()
