# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who runs: the board's program, a stretch at a time, or, while there is none, the clock alone.

A program that is dropped stops where it next spends time, and is never resumed. A signal (Ctrl-C,
watchdog, reload) is raised in the program there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chargerctl.simulator.machine.clock import NEVER, Clock
from chargerctl.simulator.machine.processor import Processor


class Scheduler:
    """One at most of the programs that were started is the current one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        clock.on_attention = self._attend
        self._current: Processor | None = None
        self._running: Processor | None = None
        # Whether the program that runs can be interrupted: it has a VM.
        self._takes_signals = False
        self._signal: BaseException | None = None
        self._held = 0
        self._stopping = False

    def start(self, program: Callable[[], object]) -> None:
        """Make this the current program; it begins when the board is next run."""
        self._current = Processor(program)

    def drop(self) -> None:
        """Have no current program: the one there was never runs again."""
        self._current = None
        self.refuse_signals()
        self._clock.request_attention()

    # Signals

    def signal(self, exception: BaseException) -> None:
        """Raise `exception` in the program when it next spends time; it is lost when no program runs."""
        if self._takes_signals:
            self._signal = exception
            self._clock.request_attention()

    def take_signals(self) -> None:
        """A program has begun that can be interrupted."""
        self._takes_signals = True

    def refuse_signals(self) -> None:
        """It has ended: what was still to be raised in it is lost, and nothing holds signals back any more."""
        self._takes_signals = False
        self._signal = None
        self._held = 0

    @contextmanager
    def shield(self) -> Iterator[None]:
        """Hold signals back: what goes on cannot be interrupted by anything but the loss of power."""
        self.hold_signals()
        try:
            yield
        finally:
            self.let_signals()

    def hold_signals(self) -> None:
        self._held += 1

    def let_signals(self) -> bool:
        """Undo one `hold_signals`; False when there was none to undo."""
        if not self._held:
            return False
        self._held -= 1
        if self._signal is not None:
            self._clock.request_attention()
        return True

    # Running

    def run(self, until_us: int | None = None) -> None:
        """Run until `until_us` on the clock, or until `stop()`; without either, without end.

        Raises what a timer raised.
        """
        self._stopping = False
        limit = None if until_us is None else self._clock.call_at(until_us, self.stop)
        try:
            while not self._stopping:
                self._run_a_stretch()
                failure, self._clock.failure = self._clock.failure, None
                if failure is not None:
                    raise failure
        finally:
            if limit is not None:
                limit.cancel()

    def stop(self) -> None:
        """Have `run` return; the program stays where it is until it is run again."""
        self._stopping = True
        self._clock.request_attention()

    def _run_a_stretch(self) -> None:
        processor = self._current
        if processor is None:
            self._clock.step(NEVER)
            return
        self._running = processor
        try:
            processor.resume(None if self._clock.realtime else lambda: self._clock.now_us)
        except KeyboardInterrupt:
            self.stop()
            processor.wait_paused(2.0)
            raise
        finally:
            self._running = None
        if processor.failure is not None:
            raise processor.failure

    def _attend(self) -> None:
        """On the thread that spends time: pause when requested, without end if this program is no longer current."""
        processor = self._running
        if processor is None or not processor.runs_here():
            return
        if self._stopping or processor is not self._current or self._clock.failure is not None:
            processor.pause()
        if self._signal is not None and not self._held:
            exception, self._signal = self._signal, None
            raise exception
