# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A central system that runs, a charger that calls it, and Prometheus that asks."""

from __future__ import annotations

import json
import queue
import threading
import time
import urllib.request

import pytest
from chargerctl.central.service.service import serve
from chargerctl.central.settings import CentralSettings
from chargerctl.settings.kinds import HostPort
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect

ANYWHERE = HostPort("127.0.0.1", 0)
WAIT_S = 60
DANCED = "chargerctl_messages_total", "other", "received", "NotImplemented"


@pytest.fixture
def ports(tmp_path):
    """(that of the chargers, that of the web page)."""
    settings = CentralSettings(
        database=str(tmp_path / "books.db"),
        listen=None,
        ocpp=ANYWHERE,
        http=ANYWHERE,
        unknown_chargers="accept",
    )
    told: queue.Queue = queue.Queue()
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(settings, told.put, stop, lambda: 7))
    thread.start()
    try:
        found = {}
        while not {"ocpp_port", "http_port"} <= found.keys():
            found |= told.get(timeout=WAIT_S).details
        yield found["ocpp_port"], found["http_port"]
    finally:
        stop.set()
        thread.join(WAIT_S)


def scraped(port):
    """By name and the values of the labels, in the order of their names."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=WAIT_S) as answer:
        text = answer.read().decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_a_charger_does_is_in_the_metrics(ports):
    ocpp, http = ports
    boot = {"chargePointVendor": "v", "chargePointModel": "m"}
    with connect(f"ws://127.0.0.1:{ocpp}/garage-1", subprotocols=["ocpp1.6"]) as charger:
        charger.send(json.dumps([2, "1", "BootNotification", boot]))
        while json.loads(charger.recv(WAIT_S))[0] != 3:
            pass
        charger.send(json.dumps([2, "2", "Dance", {}]))
        while json.loads(charger.recv(WAIT_S))[0] != 4:
            pass
        end = time.monotonic() + WAIT_S
        # It is counted when the answer has gone.
        while DANCED not in (found := scraped(http)) and time.monotonic() < end:
            time.sleep(0.05)
    assert found["chargerctl_messages_total", "BootNotification", "received", "result"] == 1
    assert found[DANCED] == 1
    assert found["chargerctl_answer_duration_seconds_count",] == 2
    assert found["chargerctl_connections", "websocket"] == 1
    assert found["chargerctl_charger_online", "garage-1"] == 1
    assert found["chargerctl_events_total", "boot"] == 1
    assert found["chargerctl_events_total", "violation"] == 1
    assert found["chargerctl_log_lines",] == 7
    assert found["chargerctl_workers",] == 1
    assert found["chargerctl_books_up",] == 1
    assert not any(name == "chargerctl_broker_connected" for name, *_ in found)
