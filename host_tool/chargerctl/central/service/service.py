# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The central system as it runs: books, desk, transports, put together from the settings, and taken apart in order."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing

from chargerctl import descriptors
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.retention import Keep
from chargerctl.central.books.store import DatabaseStore, open_books
from chargerctl.central.conversation.serving import Serving
from chargerctl.central.desk.desk import Desk
from chargerctl.central.homeassistant.broker import broker_of
from chargerctl.central.live.watch import Watch
from chargerctl.central.mqtt.embedded import embedded
from chargerctl.central.service.garbage import collect, rarely_collected
from chargerctl.central.service.goodbye import leave, say_goodbye
from chargerctl.central.service.looking_after import Running, look_after
from chargerctl.central.service.sharing import Sharing, sharing
from chargerctl.central.service.showing import expose, home, metrics_of, web_page
from chargerctl.central.service.transports import mqtt, websockets
from chargerctl.central.service.welcome import Ports, welcome
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.login.open_door import require_account
from chargerctl.errors import InputError
from chargerctl.events.event import Event, Tell
from chargerctl.events.sparing import Sparing
from chargerctl.loop_thread import LoopThread

_MOST_NAMED = 8


def serve(
    settings: CentralSettings,
    tell: Tell,
    stop: threading.Event,
    log_waiting: Callable[[], int] = lambda: 0,
) -> None:
    """Until `stop` is set. log_waiting: how many lines that were told are not written yet. ChargerctlError for what cannot
    be used, and for a database or a broker that is not there at first; later they may go and come."""
    if settings.broker is None and settings.listen is None and settings.ocpp is None:
        raise InputError("there is no way to the chargers: give --listen, --broker or --ocpp")
    sparing = Sparing(tell)
    metrics = metrics_of(settings)
    report: Tell = sparing if metrics is None else metrics.counting.of_events(sparing)
    descriptors.prepare(report)
    with ExitStack() as stack:
        settings.make_own_folder()
        policies = policies_of(settings)
        store = open_books(settings.database, policies, keep=keep_of(settings))
        stack.callback(store.close)
        require_account(settings, store)
        thread = LoopThread()
        descriptors.watch(thread.loop, report)
        stack.callback(thread.close)
        counting = None if metrics is None else metrics.counting
        shared = stack.enter_context(sharing(settings, store, thread, report))
        talk = Serving(settings.heartbeat_interval, settings.profile, lambda _: secrets.token_hex(8)).talk
        desk = Desk(store, talk, report, observer=counting, shared=shared)
        own = (
            stack.enter_context(embedded(settings, thread, store, store.charger_account, report))
            if settings.broker is None
            else None
        )
        # Before any charger is told that somebody answers it.
        home_broker = broker_of(settings, own.broker if own is not None else None)
        with (
            websockets(settings, thread, desk, store.charger_account, report, shared) as ocpp_port,
            mqtt(settings, own, thread, desk, report, shared) as side,
        ):
            _tell_of_others(store, report, shared)
            if side is not None and shared is None:
                side.announce(store.known(), True)
            desk.start()
            if shared is not None:
                shared.start(desk, side)
            stack.callback(leave, store, report)
            try:
                if metrics is not None:
                    expose(metrics, store, desk, side, log_waiting)
                with (
                    closing(Watch(store, tell=report)) as watch,
                    web_page(settings, store, watch, report, metrics) as page,
                    home(
                        settings, home_broker, thread, store, watch, policies.cards, report, shared
                    ) as at_home,
                ):
                    books = f"{store.place} (new)" if store.is_new else store.place
                    ports = Ports(own.port if own else 0, ocpp_port, page.port if page else 0)
                    for event in welcome(settings, policies, books, ports):
                        report(event)
                    running: dict[str, Running | None] = {
                        "what answers the chargers": desk,
                        "what connects to the broker": side,
                        "the web page": page,
                        "what publishes for Home Assistant": at_home,
                        "what shares the chargers with other processes": shared,
                    }
                    each_minute: list[Callable[[], object]] = [sparing.sweep, collect]
                    each_minute += [side.repeat] if side is not None else []
                    each_minute += [shared.look] if shared is not None else []
                    with rarely_collected():
                        look_after(stop, store, running, each_minute)
                    report(Event("stopping", "stopping: what has arrived is finished, the chargers are told"))
            finally:
                say_goodbye(desk, side, store, report, shared)
    sparing.sweep()


def policies_of(settings: CentralSettings) -> Policies:
    """auto: who can only come from this computer is accepted."""

    def policy(text: str) -> Policy:
        if settings.learn:
            return Policy.LEARN
        accept = settings.only_here if text == "auto" else text == "accept"
        return Policy.ACCEPT if accept else Policy.REFUSE

    return Policies(policy(settings.unknown_chargers), policy(settings.unknown_cards))


def keep_of(settings: CentralSettings) -> Keep:
    return Keep(days=settings.keep_frames_days, megabytes=settings.keep_frames_mb)


def _tell_of_others(store: DatabaseStore, tell: Tell, shared: Sharing | None) -> None:
    others = store.others(time.time())
    if others and shared is None:
        text = "another central system is, or was until seconds ago, at work on these books: at one broker both would answer"
        tell(Event("warning", text))
    elif others:
        text = f"shares the chargers with {len(others)} other processes: {', '.join(others[:_MOST_NAMED])}"
        tell(Event("leases", text, details={"worker": store.worker, "others": others}))
