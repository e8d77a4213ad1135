# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`central serve` as a process: what it says, what chargers are told when it comes and goes, and what it bears."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from chargerctl.central.books import calls, owner
from chargerctl.central.books.store import open_books
from websockets.sync.client import connect

from tests.host.central.mqtt.client import Client
from tests.mosquitto import Mosquitto, needs_mosquitto
from tests.whole.central.serve import BOUND_S, Serve, chargerctl, surroundings

BOOT = {"chargePointVendor": "GA Make", "chargePointModel": "C6"}


def frame(number, action, **payload):
    return json.dumps([2, str(number), action, payload])


@pytest.fixture
def broker(tmp_path):
    needs_mosquitto()
    started = Mosquitto(tmp_path, "allow_anonymous true")
    yield started
    started.stop()


@pytest.fixture
def books(tmp_path):
    """The path of books that know the charger c-1, with the password secret-1."""
    path = tmp_path / "books.sqlite"
    opened = open_books(str(path))
    with opened.writing() as connection:
        owner.add_charger(connection, "c-1", time.time(), password=b"secret-1")
    opened.close()
    return path


@pytest.fixture
def charger(broker):
    """The charger c-1, connected to the broker."""
    client = Client(broker.port, client_id="c-1")
    assert client.subscribe("/system/c-1")
    assert client.subscribe("/system/c-1/connection")
    client.publish("/charger/c-1/connection", "online", retain=True)
    yield client
    client.close()


def states(charger):
    return charger.payloads("/system/c-1/connection")


def answers(charger):
    return {each[1]: each for each in map(json.loads, charger.payloads("/system/c-1")) if each[0] == 3}


def run(folder, *words):
    return subprocess.run(
        chargerctl(*words),
        cwd=folder,
        env=surroundings(folder),
        capture_output=True,
        text=True,
        timeout=BOUND_S,
    )


def test_chargers_are_told_when_it_comes_when_it_stops_and_by_another_command_when_it_was_killed(
    broker, books, charger, tmp_path
):
    way = ["--broker", f"127.0.0.1:{broker.port}", "--database", str(books)]
    with Serve(tmp_path, *way) as central:
        charger.wait_until(lambda: states(charger)[-1:] == [b"online"])
        central.expect("connected", serial="c-1")
        charger.publish("/charger/c-1", frame(1, "BootNotification", **BOOT))
        charger.wait_until(lambda: "1" in answers(charger))
        assert answers(charger)["1"][2]["status"] == "Accepted"
        assert central.stop() == 0
    assert states(charger)[-1] == b"offline"
    with Serve(tmp_path, *way) as central:
        charger.wait_until(lambda: states(charger)[-1] == b"online")
        central.expect("connected", serial="c-1")
        with Serve(tmp_path, *way) as second:
            assert "another central system" in second.expect("warning")["text"]
            second.kill()
        # As ExecStopPost= of a unit that could not start, because this one runs.
        done = run(tmp_path, "central", "offline", *way)
        assert done.stdout.startswith("nobody is told: a central system runs on these books")
        central.kill()
    assert states(charger)[-1] == b"online"
    done = run(tmp_path, "central", "offline", "--json", *way)
    assert json.loads(done.stdout) == {"told": 1}
    charger.wait_until(lambda: states(charger)[-1] == b"offline")


def test_who_is_connected_is_told_also_without_the_books_and_also_who_was_only_accepted(
    broker, charger, tmp_path
):
    accepted = Client(broker.port, client_id="c-2")
    accepted.subscribe("/system/c-2/connection")
    accepted.publish("/charger/c-2/connection", "online", retain=True)
    way = ["--broker", f"127.0.0.1:{broker.port}", "--database", str(tmp_path / "gone.sqlite")]
    done = run(tmp_path, "central", "offline", *way)
    assert (done.returncode, done.stdout) == (
        0,
        f"told 2 chargers over 127.0.0.1:{broker.port} that nobody answers\n",
    )
    assert "only chargers that are connected were told: " in done.stderr
    assert "gone.sqlite: there are no books yet" in done.stderr
    charger.wait_until(lambda: states(charger)[-1:] == [b"offline"])
    accepted.wait_until(lambda: accepted.payloads("/system/c-2/connection")[-1:] == [b"offline"])
    accepted.close()


def test_a_call_through_the_books_reaches_the_charger_and_its_answer_the_books(
    broker, books, charger, tmp_path
):
    with Serve(tmp_path, "--broker", f"127.0.0.1:{broker.port}", "--database", str(books)) as central:
        central.expect("connected", serial="c-1")
        opened = open_books(str(books))
        with opened.writing() as connection:
            number = calls.ask(connection, "c-1", "Reset", {"type": "Soft"}, timeout_s=30, now=time.time())

        def reset():
            sent = map(json.loads, charger.payloads("/system/c-1"))
            return next((each for each in sent if each[0] == 2 and each[2] == "Reset"), None)

        charger.wait_until(reset)
        charger.publish("/charger/c-1", json.dumps([3, reset()[1], {"status": "Accepted"}]))
        central.expect("call", call=number, error="")
        with opened.reading() as connection:
            assert calls.outcome(connection, number).answer == {"status": "Accepted"}
        opened.close()


def test_while_the_books_are_locked_nothing_is_answered_and_the_chargers_know(
    broker, books, charger, tmp_path
):
    with Serve(tmp_path, "--broker", f"127.0.0.1:{broker.port}", "--database", str(books)) as central:
        central.expect("connected", serial="c-1")
        other = sqlite3.connect(books, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        charger.publish("/charger/c-1", frame(1, "BootNotification", **BOOT))
        charger.wait_until(lambda: states(charger)[-1:] == [b"offline"])
        assert answers(charger) == {}
        other.execute("ROLLBACK")
        other.close()
        charger.wait_until(lambda: states(charger)[-1:] == [b"online"])
        central.expect("books")
        charger.publish("/charger/c-1", frame(2, "BootNotification", **BOOT))
        charger.wait_until(lambda: "2" in answers(charger))
        assert central.stop() == 0


def test_beyond_loopback_a_charger_needs_its_password(books, tmp_path):
    with Serve(tmp_path, "--listen", "0.0.0.0:0", "--database", str(books)) as central:
        port = central.expect("listening")["details"]["mqtt_port"]
        stranger = Client(port, "c-1", "guessed")
        assert stranger.code == "Bad user name or password"
        stranger.close()
        charger = Client(port, "c-1", "secret-1")
        assert charger.subscribe("/system/c-1")
        assert not charger.subscribe("/system/c-2")
        charger.publish("/charger/c-1", frame(1, "BootNotification", **BOOT))
        charger.wait_until(lambda: "1" in answers(charger))
        charger.close()
        assert central.stop() == 0


def test_chargers_of_both_kinds_have_one_desk(tmp_path):
    way = ["--listen", "127.0.0.1:0", "--ocpp", "127.0.0.1:0", "--database", str(tmp_path / "books.sqlite")]
    with Serve(tmp_path, *way) as central:
        port = central.expect("listening")["details"]["mqtt_port"]
        ocpp = central.expect("listening")["details"]["ocpp_port"]
        charger = Client(port, client_id="c-1")
        assert charger.subscribe("/system/c-1")
        with connect(f"ws://127.0.0.1:{ocpp}/c-2", subprotocols=["ocpp1.6"]) as other:
            other.send(frame(1, "BootNotification", **BOOT))
            assert json.loads(other.recv(BOUND_S))[2]["status"] == "Accepted"
            charger.publish("/charger/c-1", frame(1, "BootNotification", **BOOT))
            charger.wait_until(lambda: "1" in answers(charger))
            assert central.stop() == 0
        charger.close()


@pytest.mark.parametrize("reader", ["stands still", "is gone"])
def test_a_log_that_nobody_reads_holds_up_neither_chargers_nor_the_end(
    broker, books, charger, tmp_path, reader
):
    way = ["--json", "--broker", f"127.0.0.1:{broker.port}", "--database", str(books)]
    read_end, write_end = os.pipe()
    fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, 4096)
    process = subprocess.Popen(
        chargerctl("central", "serve", *way), stdout=write_end, cwd=tmp_path, env=surroundings(tmp_path)
    )
    os.close(write_end)
    try:
        charger.wait_until(lambda: states(charger)[-1:] == [b"online"])
        if reader == "is gone":
            os.close(read_end)
        for number in range(10):
            charger.publish("/charger/c-1", frame(f"b{number}", "BootNotification", **BOOT))
            charger.publish("/charger/c-1", frame(f"a{number}", "Authorize", idTag="GA1"))
            charger.publish("/charger/c-1", frame(f"d{number}", "DataTransfer", vendorId="x" * 200))
        charger.publish("/charger/c-1", frame("last", "Heartbeat"))
        charger.wait_until(lambda: "last" in answers(charger))
        process.send_signal(signal.SIGTERM)
        assert process.wait(BOUND_S) == 0
    finally:
        process.kill()
        process.wait()
        if reader == "stands still":
            os.close(read_end)
    assert states(charger)[-1] == b"offline"


def refused(folder, *options):
    """(exit status, its only line)."""
    done = run(folder, "central", "serve", "--database", str(Path(folder) / "new.sqlite"), *options)
    [line] = done.stderr.splitlines()
    return done.returncode, line


def test_what_cannot_be_used_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, line = refused(tmp_path, "--listen", f"127.0.0.1:{port}")
    assert (status, f"cannot listen on 127.0.0.1:{port}: " in line) == (1, True)
    assert f"use --broker 127.0.0.1:{port}" in line
    status, line = refused(tmp_path, "--broker", f"127.0.0.1:{port}")
    assert (status, f"127.0.0.1:{port}: connection refused" in line) == (1, True)
    status, line = refused(tmp_path, "--listen", "0.0.0.0:0")
    assert (status, "no charger in the books has a password" in line) == (2, True)
    status, line = refused(tmp_path, "--listen", "none")
    assert (status, "there is no way to the chargers" in line) == (2, True)
    status, line = refused(tmp_path, "--database", f"postgresql://me@127.0.0.1:{port}/x")
    assert status == 1
    assert f"127.0.0.1:{port}" in line


def resident_mb(process):
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest.mark.soak
def test_ten_thousand_serials_that_nobody_knows_leave_its_memory_as_it_was(broker, books, charger, tmp_path):
    way = ["--broker", f"127.0.0.1:{broker.port}", "--database", str(books)]
    with Serve(tmp_path, *way, CHARGERCTL_CENTRAL_UNKNOWN_CHARGERS="refuse") as central:
        central.expect("connected", serial="c-1")
        before = resident_mb(central.pid)
        for number in range(10_000):
            charger.publish(f"/charger/stranger-{number}/connection", "online")
            charger.publish(f"/charger/stranger-{number}", frame(number, "BootNotification", **BOOT))
        # The broker drops what does not fit into its own queue: a charger asks again.
        end = time.monotonic() + BOUND_S
        while "1" not in answers(charger) and time.monotonic() < end:
            charger.publish("/charger/c-1", frame(1, "BootNotification", **BOOT))
            time.sleep(1)
        assert "1" in answers(charger)
        assert resident_mb(central.pid) - before < 30
        assert len(central.events) < 1000
        assert central.stop() == 0
