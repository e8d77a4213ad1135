# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The processes of a fleet, as seen from the command that started them."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import IO, Any

from chargerctl.errors import ChargerctlError, InputError
from chargerctl.fleet.measuring.failures import Failure
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.workers.child import STOP

# As in simulator/job.py: the current folder stays out of the import path.
_START = (
    "import os, sys; sys.path[:] = filter(None, sys.path); "
    "from chargerctl.fleet.workers.child import main; os._exit(main())"
)
_TELL_S = 1.0
_SILENT_S = 60.0
_MAKING_S = 0.02
_AT_ONCE_S = 3.0
_ENDING_S = 1.0


class Workers:
    """plan.workers processes. As Share: run(), and stop() from a signal handler. most_silent_s: who says nothing for longer
    hangs."""

    def __init__(self, plan: Plan) -> None:
        # It says nothing while it makes its chargers.
        self.most_silent_s = _SILENT_S + _MAKING_S * plan.count / plan.workers
        self.processes: list[subprocess.Popen[str]] = []
        # (worker, what it has said; None: it has ended)
        self._said: queue.SimpleQueue[tuple[int, dict[str, Any] | None]] = queue.SimpleQueue()
        # How often stop() was called, how often the workers were told, and until when those have time who were told twice.
        self._stops = self._told = 0
        self._patience_s = 0.0
        self._so_far: dict[int, Measured] = {}
        self._running = set(range(plan.workers))
        self._silent_s = dict.fromkeys(self._running, 0.0)
        self._lost: list[Failure] = []
        for worker in range(plan.workers):
            self._start(replace(plan, worker=worker))

    def _start(self, plan: Plan) -> None:
        process = subprocess.Popen(
            [sys.executable, "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )
        self.processes.append(process)
        assert process.stdin is not None
        with suppress(OSError):  # it has died: whoever reads its stdout finds out
            process.stdin.write(plan.to_json() + "\n")
            process.stdin.flush()
        name = f"worker {plan.worker + 1}"
        threading.Thread(
            target=self._read, args=[plan.worker, process.stdout], name=name, daemon=True
        ).start()

    def stop(self) -> None:
        """End in order; called again: at once, and who has not ended after _AT_ONCE_S is killed; once more: now."""
        self._stops += 1

    def run(self, on_sums: Callable[[Measured], object]) -> Measured:
        """What all have measured. One that dies or hangs ends the run, and is one of its failures. ChargerctlError for what
        one of them cannot do, or where nothing was measured."""
        try:
            return self._run(on_sums)
        finally:
            for process in self.processes:
                process.kill()
                process.wait()
                for stream in (process.stdin, process.stdout):
                    with suppress(OSError):
                        if stream is not None:
                            stream.close()

    def _run(self, on_sums: Callable[[Measured], object]) -> Measured:
        tell_s = time.monotonic() + _TELL_S
        while self._running:
            before_s = time.monotonic()
            with suppress(queue.Empty):
                # Signals are handled between two waits.
                self._hear(*self._said.get(timeout=_TELL_S / 4))
            self._pass_on()
            self._look_for_silence(time.monotonic() - before_s)
            if time.monotonic() >= tell_s and self._so_far:
                tell_s = time.monotonic() + _TELL_S
                on_sums(_together(self._so_far))
        if not self._so_far:
            raise ChargerctlError(self._lost[0].why)
        measured = _together(self._so_far)
        measured.failures += self._lost
        # Whoever is lost has not reached the end, nor said that it was stopped.
        measured.stopped = measured.stopped or bool(self._lost)
        return measured

    def _hear(self, worker: int, said: dict[str, Any] | None) -> None:
        if worker not in self._running:
            return
        self._silent_s[worker] = 0.0
        if said is None:
            self._lose(worker, self._why_it_ended(worker))
            return
        measured = self._so_far[worker] = _measured(said)
        if said["kind"] == "end":
            self._running.discard(worker)
            if measured.stopped and not self._stops:
                # By itself: it cannot go on. So it ends for all.
                self.stop()

    def _pass_on(self) -> None:
        """What stop() was told, to the workers. Here, since a signal handler may interrupt itself."""
        while self._told < self._stops:
            self._told += 1
            self._patience_s = time.monotonic() + _AT_ONCE_S
            for worker in self._running:
                with suppress(OSError, ValueError):
                    stdin = self.processes[worker].stdin
                    assert stdin is not None
                    stdin.write(STOP + "\n")
                    stdin.flush()
        if self._told > 2 or (self._told == 2 and time.monotonic() >= self._patience_s):
            for worker in list(self._running):
                self._lose(worker, "did not end, and was killed")

    def _look_for_silence(self, seconds: float) -> None:
        """seconds: since the last look. This process may have been stopped meanwhile, so they count as a second at most."""
        for worker in list(self._running):
            self._silent_s[worker] += min(seconds, 1.0)
            if self._silent_s[worker] > self.most_silent_s:
                said = f"has said nothing for {self._silent_s[worker]:.0f} s, though each tells once a second"
                self._lose(worker, f"{said}: it hung, and was killed, and its chargers with it")

    def _lose(self, worker: int, why: str) -> None:
        """Without it, the others end in order."""
        self._running.discard(worker)
        self.processes[worker].kill()
        text = f"worker {worker + 1} of {len(self.processes)} {why}"
        self._lost.append(Failure(text, text))
        if not self._stops:
            self.stop()

    def _read(self, worker: int, stream: IO[str]) -> None:
        with suppress(ValueError, OSError):  # closed in the end; or what it says is no JSON
            for line in stream:
                self._said.put((worker, json.loads(line)))
        self._said.put((worker, None))

    def _why_it_ended(self, worker: int) -> str:
        try:
            status = self.processes[worker].wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            return "said what is no JSON, and was killed, and its chargers with it"
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        return (
            f"ended unexpectedly ({how}), and its chargers with it; what it wrote to stderr says more, else look for the "
            "kernel's out-of-memory killer"
        )


def _measured(said: dict[str, Any]) -> Measured:
    kind = said.pop("kind")
    if kind == "error":
        make = InputError if said["exit_status"] == InputError.exit_status else ChargerctlError
        raise make("\n".join(said["lines"]).removeprefix("chargerctl: ") if said["lines"] else said["error"])
    measured = Measured.from_json(said)
    said["kind"] = kind
    return measured


def _together(so_far: dict[int, Measured]) -> Measured:
    """A new one: the others are used up by merging."""
    first, *others = (Measured.from_json(each.to_json()) for each in so_far.values())
    for each in others:
        first.merge(each)
    return first
