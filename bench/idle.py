# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What `central serve` takes of a core while nothing happens: books with 200 chargers, in SQLite and in PostgreSQL; nobody
looks, or one looks at the overview, at one charger, or at the cards.

CHARGERCTL_BENCH_SECONDS: how long each is measured, 20.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx2 as httpx

from bench._processes import warn_if_busy
from tests.mosquitto import free_port
from tests.whole.central.serve import Serve
from tests.whole.web.crowd import fill

CHARGERS = 200
_STREAMS = {
    "nobody looks": None,
    "the overview": "/stream",
    "one charger": "/chargers/GA-0000/stream",
    "the cards": "/stream/cards",
}
_TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    warn_if_busy()
    seconds = float(os.environ.get("CHARGERCTL_BENCH_SECONDS", "20"))
    print(f"  {CHARGERS} chargers, of one core, over {seconds:.0f} s each")
    with ExitStack() as stack:
        _measure(stack, "SQLite", None, seconds)
    with ExitStack() as stack:
        _postgresql(stack, seconds)


def _postgresql(stack: ExitStack, seconds: float) -> None:
    import pytest

    from tests.postgres import Postgres

    try:
        server = Postgres()
    except pytest.skip.Exception as error:
        print(f"  PostgreSQL is left out: {error}")
        return
    stack.callback(server.close)
    _measure(stack, "PostgreSQL", server.database(), seconds)


def _measure(stack: ExitStack, title: str, database: str | None, seconds: float) -> None:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    database = database or str(folder / "books.sqlite")
    fill(database, {f"GA-{each:04}": f"Parking place {each}" for each in range(CHARGERS)}).close()
    options = ["--database", database, "--listen", "none", "--ocpp", f"127.0.0.1:{free_port()}"]
    port = free_port()
    service = stack.enter_context(Serve(folder, *options, "--http", f"127.0.0.1:{port}"))
    service.expect("listening", http_port=port)
    time.sleep(3)  # what comes after a start
    for what, path in _STREAMS.items():
        with ExitStack() as looking:
            if path is not None:
                looking.enter_context(_Viewer(f"http://127.0.0.1:{port}{path}"))
            before = _cpu_s(service.pid)
            time.sleep(seconds)
            took = _cpu_s(service.pid) - before
        print(f"  {title:12}{what:16}{took / seconds:>8.1%}", flush=True)


class _Viewer:
    """Reads a stream until the end of its with block, which begins when the first event is there."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._there = threading.Event()
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> None:
        self._thread.start()
        if not self._there.wait(60):
            raise RuntimeError(f"nothing comes from {self._url}")
        time.sleep(2)  # what is drawn at first

    def __exit__(self, *error: object) -> None:
        self._gone.set()
        self._thread.join()

    def _read(self) -> None:
        with httpx.stream("GET", self._url, timeout=60) as answer:
            answer.raise_for_status()
            for _ in answer.iter_lines():
                self._there.set()
                if self._gone.is_set():
                    return


def _cpu_s(pid: int) -> float:
    """Of all its threads, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


if __name__ == "__main__":
    main()
