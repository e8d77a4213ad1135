# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`central serve` when the system gives it no more file descriptors: who is connected is served, who comes later waits."""

import json
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.whole.central.serve import BOUND_S, Serve

ALLOWED = 64
_MOST_CPU_S = 1.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def charger(serve_port, serial):
    return connect(
        f"ws://127.0.0.1:{serve_port}/{serial}", proxy=None, subprotocols=["ocpp1.6"], open_timeout=BOUND_S
    )


def answered(websocket, number):
    """A BootNotification of this charger."""
    boot = {"chargePointVendor": "Others", "chargePointModel": "One"}
    websocket.send(json.dumps([2, str(number), "BootNotification", boot]))
    while True:
        message = json.loads(websocket.recv(timeout=BOUND_S))
        if message[:2] == [3, str(number)]:
            return message[2]["status"]


def cpu_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_without_descriptors_nothing_hangs_nothing_spins_and_it_is_told_once(tmp_path):
    way = ["--listen", "none", "--ocpp", "127.0.0.1:0", "--database", str(tmp_path / "books.sqlite")]
    with Serve(tmp_path, *way, descriptors=ALLOWED) as serve:
        serve.expect("warning", open_files=ALLOWED)
        port = serve.expect("listening")["details"]["ocpp_port"]
        with charger(port, "early") as early, ExitStack() as crowd:
            assert answered(early, 1) == "Accepted"
            for _each in range(ALLOWED):
                crowd.enter_context(socket.create_connection(("127.0.0.1", port)))
            serve.expect("descriptors")
            before = cpu_s(serve.pid)
            time.sleep(2.5)  # in which it tries again
            assert cpu_s(serve.pid) - before < _MOST_CPU_S
            assert answered(early, 2) == "Accepted"
        with charger(port, "late") as late:
            assert answered(late, 1) == "Accepted"
        assert serve.stop() == 0
        assert serve.report() == ""
    assert [event["what"] for event in serve.events].count("descriptors") == 1
