# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The parts that show what the books know, from the settings: the web page, its metrics, Home Assistant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chargerctl.central.books.policies import Policy
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.desk.desk import Desk
from chargerctl.central.homeassistant.serving import HomeAssistant, home_assistant
from chargerctl.central.live.watch import Watch
from chargerctl.central.mqtt.side import MqttSide
from chargerctl.central.service.sharing import Sharing
from chargerctl.central.settings import CentralSettings
from chargerctl.events.event import Tell
from chargerctl.loop_thread import LoopThread
from chargerctl.mqtt.connection import Broker

if TYPE_CHECKING:
    from chargerctl.central.metrics.metrics import Metrics
    from chargerctl.web.server import Server


def metrics_of(settings: CentralSettings) -> Metrics | None:
    """None where nobody could ask for them: then nothing is counted."""
    if settings.http is None:
        return None
    from chargerctl.central.metrics.metrics import Metrics  # needs the packages of an extra

    return Metrics()


def expose(
    metrics: Metrics, store: DatabaseStore, desk: Desk, side: MqttSide | None, log_waiting: Callable[[], int]
) -> None:
    """Say where the values are that are read when somebody asks."""
    from chargerctl.central.metrics.books import OfBooks
    from chargerctl.central.metrics.process import OfProcess

    broker = None if side is None else lambda: side.is_connected
    metrics.expose(OfProcess(desk, broker, log_waiting), OfBooks(store))


@contextmanager
def web_page(
    settings: CentralSettings, store: DatabaseStore, watch: Watch, tell: Tell, metrics: Metrics | None
) -> Iterator[Server | None]:
    """None where `http` names no place for it."""
    if settings.http is None:
        yield None
        return
    from chargerctl.central.web.serving import serving  # needs the packages of an extra

    with serving(settings, store, watch, tell, metrics) as server:
        yield server


@contextmanager
def home(
    settings: CentralSettings,
    broker: Broker | None,
    thread: LoopThread,
    store: DatabaseStore,
    watch: Watch,
    cards: Policy,
    tell: Tell,
    shared: Sharing | None,
) -> Iterator[HomeAssistant | None]:
    """broker: where Home Assistant finds the chargers; None: nowhere."""
    if broker is None:
        yield None
        return
    if shared is None:
        with home_assistant(settings, broker, thread, store, watch, cards, tell) as part:
            yield part
        return
    with home_assistant(settings, broker, thread, store, watch, cards, tell, shared.holds) as part:
        shared.subscribe(part.held_others)
        yield part
