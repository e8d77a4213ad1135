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
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.workers.child import STOP

# As in simulator/job.py: the current folder stays out of the import path.
_START = (
    "import os, sys; sys.path[:] = filter(None, sys.path); "
    "from chargerctl.fleet.workers.child import main; os._exit(main())"
)
_TELL_S = 1.0


class Workers:
    """plan.workers processes. As Share: run(), and stop() from a signal handler."""

    def __init__(self, plan: Plan) -> None:
        self.processes: list[subprocess.Popen[str]] = []
        # (worker, what it has said; None: it has ended)
        self._said: queue.SimpleQueue[tuple[int, dict[str, Any] | None]] = queue.SimpleQueue()
        self._stops = 0
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
        """End in order; called again: at once."""
        self._stops += 1
        for process in self.processes:
            with suppress(OSError, ValueError):
                assert process.stdin is not None
                process.stdin.write(STOP + "\n")
                process.stdin.flush()

    def run(self, on_sums: Callable[[Measured], object]) -> Measured:
        """What all have measured. ChargerctlError where one fails or dies."""
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
        so_far: dict[int, Measured] = {}
        ended: set[int] = set()
        tell_s = time.monotonic() + _TELL_S
        while len(ended) < len(self.processes):
            with suppress(queue.Empty):
                # Signals are handled between two waits.
                worker, said = self._said.get(timeout=_TELL_S / 4)
                if said is None and worker not in ended:
                    raise self._died(worker)
                if said is not None:
                    so_far[worker] = _measured(said)
                    if said["kind"] == "end":
                        ended.add(worker)
            if time.monotonic() >= tell_s and so_far:
                tell_s = time.monotonic() + _TELL_S
                on_sums(_together(so_far))
        return _together(so_far)

    def _read(self, worker: int, stream: IO[str]) -> None:
        with suppress(ValueError, OSError):  # closed in the end
            for line in stream:
                self._said.put((worker, json.loads(line)))
        self._said.put((worker, None))

    def _died(self, worker: int) -> ChargerctlError:
        status = self.processes[worker].wait()
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        return ChargerctlError(
            f"worker {worker + 1} of {len(self.processes)} ended unexpectedly ({how}), and its chargers with it; what it "
            "wrote to stderr says more, else look for the kernel's out-of-memory killer"
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
