# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What an owner has: a central system with a web page, accounts, a card, and a charger, which is simulated."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest
from chargerctl.central.books import owner, users
from chargerctl.central.books.store import open_books
from chargerctl.central.web.login.passwords import Passwords
from chargerctl.cli.drive_to_boot import new_drive
from chargerctl.simulator.job import Job, Simulation

from tests.whole.central.serve import BOUND_S, Serve

PASSWORD = "correct horse battery"
CARD, CARD_NAME = "04A1B2C3", "Anna's car"
SERIAL, NAME = "GA-0001", "Garage"

# A reading each second, so that the page has something to show.
_SETTINGS = """
[central]
unknown_chargers = "refuse"
unknown_cards = "refuse"

[central.profile]
MeterValueSampleInterval = "1"
"""


class Charger:
    """The real firmware on the virtual board, in a process of its own."""

    def __init__(self, drive, broker):
        job = Job(drive, realtime=True, broker=broker, local_central=False, by_hand=True)
        self.events = []
        self._arrived = threading.Condition()
        self._simulation = Simulation(job)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def do(self, *lines):
        """Lines of the script language, by hand: "plug", "swipe 04A1B2C3"."""
        for line in lines:
            self._simulation.give(line)

    def until(self, **wanted):
        """Wait for an event with these fields, since the last one that was waited for."""
        end = time.monotonic() + BOUND_S
        with self._arrived:
            while True:
                for place, event in enumerate(self.events):
                    if wanted.items() <= event.items():
                        del self.events[: place + 1]
                        return event
                if not self._arrived.wait(end - time.monotonic()):
                    pytest.fail(f"the charger: no event {wanted} in {self.events}")

    def close(self):
        self._simulation.interrupt()
        self._reader.join(BOUND_S)
        self._simulation.close()

    def _read(self):
        for event in self._simulation.events():
            with self._arrived:
                self.events.append(event)
                self._arrived.notify_all()


class Site:
    """Use it in a with block."""

    def __init__(self, folder):
        self._folder = folder
        self._stack = ExitStack()
        self._cookies = {}  # by the name of who has logged in

    def __enter__(self):
        (self._folder / "central.toml").write_text(_SETTINGS)
        database = str(self._folder / "books.sqlite")
        self.store = open_books(database)
        self._stack.callback(self.store.close)
        now, password = time.time(), Passwords().hash(PASSWORD)
        with self.store.writing() as connection:
            owner.add_charger(connection, SERIAL, now, name=NAME)
            owner.put_cards(connection, [owner.Card(CARD, name=CARD_NAME)], now)
            users.add_user(connection, "anna", password, now, read_only=False)
            users.add_user(connection, "guest", password, now, read_only=True)
        ways = ("--listen", "127.0.0.1:0", "--http", "127.0.0.1:0")
        self.serve = self._stack.enter_context(Serve(self._folder, "--database", database, *ways))
        broker = f"127.0.0.1:{self.serve.expect('listening')['details']['mqtt_port']}"
        self.url = self.serve.expect("listening")["details"]["url"].rstrip("/")
        # A board that is ready sooner than others.
        settings = (f"charger.serial={SERIAL}", "hardware.board=adafruit_feather_esp32s2")
        drive = self._stack.enter_context(new_drive(None, (), settings, lambda *_: None))
        self.charger = Charger(drive, broker)
        self._stack.callback(self.charger.close)
        return self

    def __exit__(self, *error):
        self._stack.close()

    def log_in(self, browser, name, password=PASSWORD):
        browser.open(f"{self.url}/login")
        browser.fill("[name=name]", name)
        browser.fill("[name=password]", password)
        browser.click("main button")

    def enter(self, browser, name):
        """At the overview, logged in: as a browser is that was here before."""
        if name not in self._cookies:
            self.log_in(browser, name)
            browser.shows(name, ".who")
            self._cookies[name] = browser.cookies()
        browser.take_cookies(self._cookies[name])
        browser.open(self.url)
