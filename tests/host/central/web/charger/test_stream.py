# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The pages of a charger are live: what is new comes by itself, over a real connection."""

import json
import re
import time
from dataclasses import replace

import httpx2 as httpx
import pytest
from chargerctl.central.web.app import application
from chargerctl.settings.kinds import HostPort
from chargerctl.web.server import Server
from chargerctl.web.streams import Streams

from tests.host.central.cli.conftest import meter
from tests.host.central.web.charger.conftest import HERE


@pytest.fixture
def client(parts):
    own = replace(parts, streams=Streams())
    told = []
    server = Server(
        application(own, lambda host: True), HostPort("127.0.0.1", 0), told.append, own.streams.close
    )
    with httpx.Client(base_url=f"http://localhost:{server.port}", timeout=60) as found:
        yield found
    server.close()
    # On a busy machine the end of a stream may be cut short, which is told, too.
    assert [event.text for event in told if event.what == "bug"] == []


def test_each_page_gets_what_is_new(client, store):
    now = client.get(HERE).text
    seen = re.search('data-seen="([^"]*)"', now)[1]
    newest = re.search('data-newest="([^"]*)"', client.get(f"{HERE}/log").text)[1]
    since = re.search('data-since="([^"]*)"', client.get(f"{HERE}/configuration").text)[1]
    with store.unit() as unit:
        meter(unit, "garage-1", 4, time.time(), 7000)
        unit.frame("garage-1", False, '[2,"z","Heartbeat",{}]', time.time())
        told = {"configurationKey": [{"key": "Fresh", "readonly": True, "value": "1"}]}
        unit.charger("garage-1").told("GetConfiguration", {"key": ["Fresh"]}, told, time.time())
    for path, name, shown in (
        (f"{HERE}/stream?seen={seen}", "parts", "6.500"),
        (f"{HERE}/log/stream?after={newest}", "frames", "Heartbeat"),
        (f"{HERE}/configuration/stream?since={since}", "key", "Fresh"),
    ):
        with client.stream("GET", path) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            event = next(line for line in lines if line.startswith("event:"))
            data = json.loads(next(lines).removeprefix("data: "))
        assert event == f"event: {name}"
        assert shown in "".join(data["html"])


def test_a_stream_without_where_to_begin_is_refused_in_words(owner):
    answer = owner.get(f"{HERE}/log/stream", accept="*/*")
    assert (answer.status_code, "after" in answer.json()["error"]) == (400, True)
