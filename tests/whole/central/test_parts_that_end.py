# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A central system of which a part has ended answers nobody: it ends as a whole, so that it can be started again."""

import threading

import pytest
from chargerctl.central.service.service import serve
from chargerctl.central.settings import load_central
from chargerctl.errors import ChargerctlError

from tests.host.central.mqtt.client import BOUND_S, Client
from tests.mosquitto import Mosquitto, needs_mosquitto

_BROKEN = "nothing can be told"


class Log:
    """Of a service that runs here; from `what` on its other threads cannot write it."""

    def __init__(self, what, when_listening):
        self._what = what
        self._when_listening = when_listening
        self._broken = False
        self._main = threading.current_thread()

    def __call__(self, event):
        if event.what == "listening" and self._when_listening is not None:
            act, self._when_listening = self._when_listening, None
            act(event)
        self._broken = self._broken or event.what == self._what
        if self._broken and threading.current_thread() is not self._main:
            raise RuntimeError(_BROKEN)


def run(tmp_path, monkeypatch, what, when_listening, **options):
    monkeypatch.chdir(tmp_path)
    options = {"database": str(tmp_path / "books.sqlite"), **options}
    settings = load_central(None, {}, options).values
    stop = threading.Event()
    too_late = threading.Timer(BOUND_S, stop.set)
    too_late.start()
    try:
        serve(settings, Log(what, when_listening), stop)
    finally:
        too_late.cancel()


def test_without_the_desk(tmp_path, monkeypatch):
    clients = []

    def charger_comes(event):
        clients.append(Client(event.details["mqtt_port"], client_id="c-1"))
        clients[0].publish("/charger/c-1/connection", "online")

    with pytest.raises(ChargerctlError, match=r"what answers the chargers has ended.*nothing can be told"):
        run(tmp_path, monkeypatch, "connected", charger_comes, listen="127.0.0.1:0")
    clients[0].close()


def test_without_what_connects_to_the_broker_again(tmp_path, monkeypatch):
    needs_mosquitto()
    broker = Mosquitto(tmp_path, "allow_anonymous true")
    with pytest.raises(ChargerctlError, match=r"what connects to the broker has ended.*nothing can be told"):
        run(tmp_path, monkeypatch, "broker", lambda _: broker.stop(), broker=f"127.0.0.1:{broker.port}")
