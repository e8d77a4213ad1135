# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""nats-watch of docs/brokers, in front of a monitoring port that says what the test wants."""

import itertools
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cluster import program
from tests.host.brokers.accounts import until

WATCH = Path(__file__).parents[3] / "docs/brokers/nats-watch"


@contextmanager
def watching(statuses, folder):
    """statuses: of one answer after another. Gives (how often it was asked, the file with what its command was run for)."""
    asked = []

    class Monitor(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(next(statuses))
            self.end_headers()

        def log_message(self, *_):
            pass

    restarts = folder / "restarts"
    restarts.touch()
    with ThreadingHTTPServer(("127.0.0.1", 0), Monitor) as server:
        threading.Thread(target=server.serve_forever).start()
        address = f"http://127.0.0.1:{server.server_port}"
        command = ["sh", WATCH, address, "1", "sh", "-c", f"echo restarted >> {restarts}"]
        watch = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            yield asked, restarts
        finally:
            watch.kill()
            watch.wait()
            server.shutdown()


@pytest.fixture(autouse=True)
def curl():
    program("curl")


def test_a_server_that_stays_unhealthy_is_restarted_again_and_again(tmp_path):
    with watching(itertools.repeat(503), tmp_path) as (asked, restarts):
        until(lambda: len(restarts.read_text().splitlines()) >= 2)
    assert set(asked) == {"/healthz"}


def test_a_server_that_is_healthy_now_and_then_is_left_alone(tmp_path):
    with watching(itertools.cycle([503, 200]), tmp_path) as (asked, restarts):
        until(lambda: len(asked) >= 40)
        assert restarts.read_text() == ""
