# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A central system with its broker and its database, any of which can be killed at any moment, and starts again."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from chargerctl.central.books.queries.sessions import Filter, meter_values_of, sessions
from chargerctl.central.books.store import open_books

from tests.mosquitto import Mosquitto, free_port
from tests.whole.central.serve import Serve


class Site:
    """broker: "mosquitto" or "amqtt", which is in the process of the service. postgres: where the books are; None for
    SQLite. Use it in a with block."""

    def __init__(self, folder, broker, postgres=None):
        self.folder = folder
        self.ocpp_port = free_port()
        self.mosquitto = Mosquitto(folder, "allow_anonymous true") if broker == "mosquitto" else None
        self.mqtt_port = self.mosquitto.port if self.mosquitto else free_port()
        self._postgres = postgres
        self.database = postgres.database() if postgres else str(folder / "books.sqlite")
        self._service = None

    def __enter__(self):
        self._start()
        return self

    def __exit__(self, *error):
        if self._service is not None:
            self._service.__exit__(*error)
        if self.mosquitto is not None:
            self.mosquitto.stop()

    def kill_service(self):
        self._service.kill()
        self._service.__exit__()
        self._start()

    def kill_broker(self):
        self.mosquitto.kill()
        self.mosquitto.start()

    def kill_database(self):
        """A PostgreSQL that is killed; SQLite's file locked by another connection until the service has noticed."""
        if self._postgres is not None:
            self._postgres.crash()
            return
        with closing(sqlite3.connect(self.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self._expect_books("cannot be written")
            other.execute("ROLLBACK")
        self._expect_books("can be written again")

    def stop(self):
        """As systemd does: the exit status, and the events of the last start that tell of a mistake."""
        status = self._service.stop()
        wrong = [event for event in self._service.events if event["what"] in ("bug", "violation", "hostile")]
        return status, wrong

    def sessions(self):
        """Of the books, whoever has them open."""
        with self._reading() as connection:
            return list(sessions(connection, Filter()))

    def meter_values(self, transaction):
        with self._reading() as connection:
            return list(meter_values_of(connection, transaction))

    def _reading(self):
        return _Reading(self.database)

    def _expect_books(self, text):
        while text not in self._service.expect("books")["text"]:
            pass

    def _start(self):
        mqtt = ("--broker" if self.mosquitto else "--listen", f"127.0.0.1:{self.mqtt_port}")
        ocpp = ("--ocpp", f"127.0.0.1:{self.ocpp_port}")
        self._service = Serve(self.folder, "--database", self.database, *mqtt, *ocpp)
        self._service.expect("listening", ocpp_port=self.ocpp_port)


class _Reading:
    """A connection to the books, opened for the length of a with block."""

    def __init__(self, database):
        self._database = database

    def __enter__(self):
        self._books = open_books(self._database, create=False)
        self._reading = self._books.reading()
        return self._reading.__enter__()

    def __exit__(self, *error):
        self._reading.__exit__(*error)
        self._books.close()
