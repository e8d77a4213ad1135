# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A central system with its broker and its books, any of which can be broken at any moment, and mended."""

from __future__ import annotations

import resource
import sqlite3
from contextlib import closing, contextmanager

from chargerctl.central.books.queries.sessions import Filter, meter_values_of, sessions
from chargerctl.central.books.store import open_books

from tests.mosquitto import Mosquitto, free_port
from tests.whole.central.serve import EVERYBODY, Serve


class Site:
    """broker: "mosquitto" or "amqtt", which is in the process of the service. postgres: where the books are; None for
    SQLite. Use it in a with block.

    breaks: what breaks each part, at once and from any thread; mends: what brings it back.
    """

    def __init__(self, folder, broker, postgres=None):
        self._folder = folder
        self.ocpp_port = free_port()
        self._mosquitto = Mosquitto(folder, "allow_anonymous true") if broker == "mosquitto" else None
        self.mqtt_port = self._mosquitto.port if self._mosquitto else free_port()
        self._database = postgres.database() if postgres else str(folder / "books.sqlite")
        self._service = None
        # "disk": writing fails, so that what was begun cannot be committed; "lock": it cannot be begun.
        self.breaks = {"service": self._kill_service, "disk": self._fill_disk, "lock": lambda: None}
        self.mends = {"service": self._restart_service, "disk": self._clear_disk, "lock": self._lock}
        if self._mosquitto:
            self.breaks["broker"], self.mends["broker"] = self._mosquitto.kill, self._mosquitto.start
        if postgres:
            self.breaks["database"], self.mends["database"] = postgres.kill, postgres.start_again

    def __enter__(self):
        self._start()
        return self

    def __exit__(self, *error):
        if self._service is not None:
            self._service.__exit__(*error)
        if self._mosquitto is not None:
            self._mosquitto.stop()

    def stop(self):
        """As systemd does: the exit status, and the events since the last start that tell of a mistake of ours.

        An answer to a call of the process that was killed is a violation, and none of the charger's.
        """
        status = self._service.stop()
        return status, [event for event in self._service.events if event["what"] == "bug"]

    def sessions(self):
        """Of the books, whoever has them open."""
        with self._reading() as connection:
            return list(sessions(connection, Filter()))

    def meter_values(self, transactions):
        """{transaction: its meter values}."""
        with self._reading() as connection:
            return {each: list(meter_values_of(connection, each)) for each in transactions}

    @contextmanager
    def _reading(self):
        books = open_books(self._database, create=False)
        try:
            with books.reading() as connection:
                yield connection
        finally:
            books.close()

    def _start(self):
        mqtt = ("--broker" if self._mosquitto else "--listen", f"127.0.0.1:{self.mqtt_port}")
        ocpp = ("--ocpp", f"127.0.0.1:{self.ocpp_port}")
        self._service = Serve(self._folder, "--database", self._database, *mqtt, *ocpp, **EVERYBODY)
        self._service.expect("listening", ocpp_port=self.ocpp_port)

    def _kill_service(self):
        self._service.kill()

    def _restart_service(self):
        self._service.__exit__()
        self._start()

    def _fill_disk(self):
        """No file of the service can grow beyond its first byte."""
        self._limit_files(1)

    def _clear_disk(self):
        self._expect_books("cannot be written")
        self._limit_files(resource.RLIM_INFINITY)
        self._expect_books("can be written again")

    def _limit_files(self, size):
        _, hard = resource.prlimit(self._service.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._service.pid, resource.RLIMIT_FSIZE, (size, hard))

    def _lock(self):
        """By another connection, until the service has noticed."""
        with closing(sqlite3.connect(self._database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self._expect_books("cannot be written")
            other.execute("ROLLBACK")
        self._expect_books("can be written again")

    def _expect_books(self, text):
        while text not in self._service.expect("books")["text"]:
            pass
