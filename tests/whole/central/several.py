# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Several processes of one central system, which share the chargers of one broker by leases in PostgreSQL. Each of them
has a way of its own to the database, and can be killed, made to hang, and cut off from it."""

from __future__ import annotations

import contextlib
import os
import signal
from contextlib import ExitStack

from chargerctl.central.books.queries.sessions import Filter, meter_values_of, sessions
from chargerctl.central.books.store import open_books
from chargerctl.leases.tables import chargers
from sqlalchemy import make_url, select

from tests.mosquitto import Mosquitto, free_port
from tests.tcp_gate import TcpGate
from tests.whole.central.serve import EVERYBODY, Serve


class Worker:
    """One process. It runs from start() on. mqtt_port: of the brokers that all share; 0: it has a broker of its own."""

    def __init__(self, folder, url, mqtt_port, gate):
        self._folder = folder
        self._url = make_url(url).set(port=gate.port).render_as_string(hide_password=False)
        self._mqtt_port = mqtt_port
        self._gate = gate
        self.ocpp_port, self.own_port = free_port(), free_port()
        self.serve = None
        self.bugs = []

    def start(self):
        self.begin()
        self.until_ready()

    def begin(self):
        self._end()
        self.serve = Serve(
            self._folder,
            "--database",
            self._url,
            *self._way_of_mqtt(),
            "--ocpp",
            f"127.0.0.1:{self.ocpp_port}",
            **EVERYBODY,
        )

    def until_ready(self):
        self.serve.expect("listening", ocpp_port=self.ocpp_port)

    def _way_of_mqtt(self):
        if self._mqtt_port:
            return "--broker", f"127.0.0.1:{self._mqtt_port}"
        return "--listen", f"127.0.0.1:{self.own_port}"

    @property
    def name(self):
        """Of its lease: host, process, and a word."""
        return f"-{self.serve.pid}-"

    def kill(self):
        self.serve.kill()

    def hang(self):
        os.kill(self.serve.pid, signal.SIGSTOP)

    def wake(self):
        os.kill(self.serve.pid, signal.SIGCONT)

    def cut_off(self):
        self._gate.shut()

    def reach(self):
        self._gate.open()

    def stop(self):
        """As systemd does; the exit status."""
        status = self.serve.stop()
        self._end()
        return status

    def close(self):
        if self.serve is not None:
            with contextlib.suppress(ProcessLookupError):
                self.wake()
        self._end()

    def _end(self):
        if self.serve is not None:
            self.serve.__exit__()
            self.bugs += [event for event in self.serve.events if event["what"] == "bug"]
            self.serve = None


class Several:
    """Use it in a with block. one_broker: for all; else each has its own."""

    def __init__(self, folder, postgres, workers, one_broker=True):
        self._one_broker = one_broker
        self._folder = folder
        self._postgres = postgres
        self._count = workers
        self._stack = ExitStack()
        self._database = postgres.database()
        self.mqtt_port = 0
        self.workers = []

    def __enter__(self):
        if self._one_broker:
            mosquitto = Mosquitto(self._folder, "allow_anonymous true")
            self._stack.callback(mosquitto.stop)
            self.mqtt_port = mosquitto.port
        for _ in range(self._count):
            gate = self._stack.enter_context(TcpGate(self._postgres.port))
            worker = Worker(self._folder, self._database, self.mqtt_port, gate)
            self._stack.callback(worker.close)
            worker.begin()
            self.workers.append(worker)
        return self

    def until_ready(self):
        """All of them, which begin side by side with whatever is done before this."""
        for worker in self.workers:
            worker.until_ready()

    def __exit__(self, *error):
        self._stack.close()

    def holders(self):
        """{serial: the name of the worker that holds it}."""
        with self._reading() as connection:
            rows = connection.execute(select(chargers.c.serial, chargers.c.worker)).all()
        return dict(rows)

    def sessions(self):
        with self._reading() as connection:
            return list(sessions(connection, Filter()))

    def meter_values(self, transactions):
        """{transaction: its meter values}."""
        with self._reading() as connection:
            return {each: list(meter_values_of(connection, each)) for each in transactions}

    @contextlib.contextmanager
    def _reading(self):
        books = open_books(self._database, create=False)
        try:
            with books.reading() as connection:
                yield connection
        finally:
            books.close()
