# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl simulate --web` as a process, for tests."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 180


class SimulatedPage:
    """One command with --json: what it prints as events, and where its page is."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        env = {name: value for name, value in os.environ.items() if not name.startswith("CHARGER")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chargerctl.cli.main", "simulate", "--json", *arguments],
            cwd=folder,
            env=env | {"TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert self.process.stderr is not None
        first = self.process.stderr.readline()
        found = re.fullmatch(r"chargerctl: page: (http://\S+:\d+/)\n", first)
        assert found, first + self.process.stderr.read()
        self.url = found[1]
        self.seen: list[dict] = []
        self._events: queue.Queue[dict] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._events.put(json.loads(line))

    def until(self, kind: str, **fields: object) -> dict:
        """Wait for an event of this kind that has these fields, later than those waited for before."""
        wanted = {"kind": kind, **fields}
        while True:
            event = self._events.get(timeout=PATIENCE_S)
            self.seen.append(event)
            if wanted.items() <= event.items():
                return event

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def wait(self) -> tuple[int, str]:
        """Its exit status, and the rest of its stderr."""
        status = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        while not self._events.empty():
            self.seen.append(self._events.get())
        assert self.process.stderr is not None
        return status, self.process.stderr.read()


@contextmanager
def simulated_page(folder: Path, *arguments: str, at: str = "127.0.0.1:0") -> Iterator[SimulatedPage]:
    page = SimulatedPage(folder, "--web", at, *arguments)
    try:
        yield page
    finally:
        if page.process.poll() is None:
            page.process.kill()
        page.wait()
        for stream in (page.process.stdout, page.process.stderr):
            assert stream is not None
            stream.close()
