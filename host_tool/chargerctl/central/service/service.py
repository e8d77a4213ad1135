# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The central system as it runs: books, desk, transports, put together from the settings, and taken apart in order."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from chargerctl import descriptors
from chargerctl.central.accounts import Accounts
from chargerctl.central.books.interface import Books, BooksError, Outcome
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.retention import PAUSE_S, Keep
from chargerctl.central.books.store import DatabaseStore, open_books
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.conversation.ended import Ended
from chargerctl.central.conversation.manner import of_a_service
from chargerctl.central.conversation.violation import Violation
from chargerctl.central.desk.desk import Desk
from chargerctl.central.homeassistant.serving import HomeAssistant, home_assistant
from chargerctl.central.live.watch import Watch
from chargerctl.central.mqtt.approach import broker_at, topics_of
from chargerctl.central.mqtt.embedded import Embedded, embedded
from chargerctl.central.mqtt.side import MqttSide
from chargerctl.central.service.garbage import collect, rarely_collected
from chargerctl.central.service.welcome import Ports, welcome
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.login.open_door import require_account
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.events.event import Event, Tell
from chargerctl.events.sparing import Sparing
from chargerctl.loop_thread import LoopThread

if TYPE_CHECKING:
    from chargerctl.central.metrics.metrics import Metrics
    from chargerctl.web.server import Server

_TICK_S = 1.0
_MINUTE_S = 60.0


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
    metrics = _metrics(settings)
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
        desk = Desk(store, partial(_conversation, settings), report, observer=counting)
        own = (
            stack.enter_context(embedded(settings, thread, store, store.charger_account, report))
            if settings.broker is None
            else None
        )
        with (
            _websockets(settings, thread, desk, store.charger_account, report) as ocpp_port,
            _mqtt(settings, own, thread, desk, report) as side,
        ):
            _warn_of_others(store, report)
            if side is not None:
                side.announce(store.known(), True)
            desk.start()
            stack.callback(_leave, store, report)
            try:
                if metrics is not None:
                    _expose(metrics, store, desk, side, log_waiting)
                with (
                    closing(Watch(store)) as watch,
                    _page(settings, store, watch, report, metrics) as page,
                    _home(settings, own, thread, store, watch, policies.cards, report) as home,
                ):
                    books = f"{store.place} (new)" if store.is_new else store.place
                    ports = Ports(own.port if own else 0, ocpp_port, page.port if page else 0)
                    for event in welcome(settings, policies, books, ports):
                        report(event)
                    running: dict[str, Running | None] = {
                        "what answers the chargers": desk,
                        "what connects to the broker": side,
                        "the web page": page,
                        "what publishes for Home Assistant": home,
                    }
                    each_minute = [sparing.sweep, collect, *([side.repeat] if side is not None else [])]
                    with rarely_collected():
                        look_after(stop, store, running, each_minute)
                    report(Event("stopping", "stopping: what has arrived is finished, the chargers are told"))
            finally:
                say_goodbye(desk, side, store, report)
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


def _conversation(
    settings: CentralSettings,
    serial: str,
    books: Books,
    on_violation: Callable[[Violation], object],
    on_outcome: Callable[[Any, Outcome], object],
    on_refused: Callable[[Mapping[str, str]], object],
    on_ended: Callable[[Ended], object],
) -> Conversation:
    return Conversation(
        settings.heartbeat_interval,
        on_violation,
        books,
        on_outcome=on_outcome,
        on_refused=on_refused,
        on_ended=on_ended,
        manner=of_a_service(settings.profile),
        id_prefix=secrets.token_hex(8),
    )


@contextmanager
def _mqtt(
    settings: CentralSettings, own: Embedded | None, thread: LoopThread, desk: Desk, tell: Tell
) -> Iterator[MqttSide | None]:
    if own is not None:
        broker = own.broker
    elif settings.broker is not None:
        broker = broker_at(settings, settings.broker)
    else:
        yield None
        return
    side = MqttSide(thread, broker, topics_of(settings), desk, tell)
    side.open()
    try:
        yield side
    finally:
        side.close()


@contextmanager
def _websockets(
    settings: CentralSettings, thread: LoopThread, desk: Desk, accounts: Accounts, tell: Tell
) -> Iterator[int]:
    """Gives its port, 0 where nobody listens."""
    if settings.ocpp is None:
        yield 0
        return
    from chargerctl.central.ocppj.server import WebSocketServer
    from chargerctl.ocppj import server_tls

    tls = None
    if settings.ocpp_certificate is not None and settings.ocpp_key is not None:
        tls = server_tls(settings.ocpp_certificate, settings.ocpp_key)
    host, port = settings.ocpp
    without_password = settings.ocpp.is_loopback or settings.ocpp_without_password
    server = WebSocketServer(
        thread, host, port, desk, accounts, tell, without_password, tls, settings.ocpp_ping_interval
    )
    try:
        yield server.port
    finally:
        server.close()


def _metrics(settings: CentralSettings) -> Metrics | None:
    """None where nobody could ask for them: then nothing is counted."""
    if settings.http is None:
        return None
    from chargerctl.central.metrics.metrics import Metrics  # needs the packages of an extra

    return Metrics()


def _expose(
    metrics: Metrics, store: DatabaseStore, desk: Desk, side: MqttSide | None, log_waiting: Callable[[], int]
) -> None:
    from chargerctl.central.metrics.books import OfBooks
    from chargerctl.central.metrics.process import OfProcess

    broker = None if side is None else lambda: side.is_connected
    metrics.expose(OfProcess(desk, broker, log_waiting), OfBooks(store))


@contextmanager
def _page(
    settings: CentralSettings, store: DatabaseStore, watch: Watch, tell: Tell, metrics: Metrics | None
) -> Iterator[Server | None]:
    if settings.http is None:
        yield None
        return
    from chargerctl.central.web.serving import serving  # needs the packages of an extra

    with serving(settings, store, watch, tell, metrics) as server:
        yield server


@contextmanager
def _home(
    settings: CentralSettings,
    own: Embedded | None,
    thread: LoopThread,
    store: DatabaseStore,
    watch: Watch,
    cards: Policy,
    tell: Tell,
) -> Iterator[HomeAssistant | None]:
    if settings.home_assistant is None:
        yield None
        return
    broker = own.broker if own is not None else None
    with home_assistant(settings, broker, thread, store, watch, cards, tell) as part:
        yield part


def _warn_of_others(store: DatabaseStore, tell: Tell) -> None:
    if store.others(time.time()):
        text = "another central system is, or was until seconds ago, at work on these books: at one broker both would answer"
        tell(Event("warning", text))


class Running(Protocol):
    """A part that works on its own until it is closed. failure: what has ended it before; None while it works."""

    @property
    def failure(self) -> BaseException | None: ...


def look_after(
    stop: threading.Event,
    store: DatabaseStore,
    running: Mapping[str, Running | None],
    each_minute: Sequence[Callable[[], object]],
) -> None:
    """What the main thread does until the end. running: by what a person calls them. ChargerctlError when one has ended."""
    minute_at = time.monotonic() + _MINUTE_S
    pause_s = _TICK_S
    while not stop.wait(pause_s):
        pause_s = _TICK_S
        for name, part in running.items():
            if part is not None and part.failure is not None:
                raise ChargerctlError(
                    f"{name} has ended, start it again; a bug in chargerctl, please report it: {part.failure!r}"
                )
        with suppress(BooksError):  # the desk tells
            if store.tidy(time.time()):
                pause_s = PAUSE_S
        if time.monotonic() >= minute_at:
            minute_at = time.monotonic() + _MINUTE_S
            for act in each_minute:
                act()


def say_goodbye(desk: Desk, side: MqttSide | None, store: DatabaseStore, tell: Tell) -> None:
    """Also to those that are not connected now: they find it when they come. Whatever becomes of the desk."""
    try:
        desk.close()
    finally:
        if side is not None:
            _announce_the_end(side, store, tell)


def _announce_the_end(side: MqttSide, store: DatabaseStore, tell: Tell) -> None:
    try:
        side.announce({*side.announced, *store.known()}, False)
    except BooksError as error:
        side.announce(side.announced, False)
        tell(Event("books", f"only chargers that have been here are told that nobody answers: {error}"))


def _leave(store: DatabaseStore, tell: Tell) -> None:
    try:
        store.leave(time.time())
    except BooksError as error:
        tell(Event("books", f"the end of this process is not in the books: {error}"))
