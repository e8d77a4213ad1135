# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central serve`: the central system itself."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from chargerctl.central import extra
from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_options import central_options
from chargerctl.cli.event_log import event_log
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.web import extra as page


@click.command(cls=Command)
@central_options(
    "listen",
    "broker",
    "broker_user",
    "broker_password_file",
    "broker_tls",
    "broker_ca",
    "ocpp",
    "http",
    "home_assistant",
    "learn",
)
@click.pass_obj
def command(output: Output, settings: CentralSettings) -> Answer:
    """Answer chargers and keep the books, until Ctrl-C.

    Chargers come over MQTT: to a broker of its own (--listen), or all to another one (--broker). Chargers that speak
    OCPP-J connect to --ocpp. --http is a web page for their owner, with a JSON API and metrics. What happens is a line
    on stderr each; with --json, a line of JSON on stdout.

    Where its own ports are on loopback addresses everybody is let in. Beyond, and with --broker, only chargers and
    cards that are in the books: add them with `chargerctl central chargers add` and `cards add`, or let them be entered
    by themselves on the first day (--learn).

    \b
    chargerctl central serve
    chargerctl central serve --broker localhost --broker-user central --broker-password-file central.password
    chargerctl central serve --ocpp 0.0.0.0:9000
    chargerctl central serve --http 127.0.0.1:8080
    chargerctl central serve --learn --database postgresql://central@db.lan/central
    """
    extra.require()
    if settings.http is not None:
        page.require("--http")
    # Imported here: it needs the packages of the extra.
    from chargerctl.central.service.service import serve

    with event_log(output) as log, stopped_by_signals() as stop:
        serve(settings, log, stop, lambda: log.waiting)
    return Answer()


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that SIGINT (Ctrl-C) and SIGTERM set. A second one ends the program at once."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def on_signal(number: int, frame: object) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
