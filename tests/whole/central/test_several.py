# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Several processes of one central system, which share the chargers: one that is cut off from the database, hangs or is
killed is replaced, and no session is lost or doubled. With the firmware on a virtual board, and others. How long
it takes is printed: on a busy machine that is the machine's, and tests/host/leases have a clock of their own."""

from __future__ import annotations

import random
import subprocess
import time

import pytest

from tests.host.central.mqtt.client import Client
from tests.mosquitto import needs_mosquitto
from tests.postgres import Postgres
from tests.whole.central.carriers import OverMqtt, OverWebSocket
from tests.whole.central.charge_points import ChargePoint, Playing, compare
from tests.whole.central.serve import BOUND_S, chargerctl, surroundings
from tests.whole.central.several import Several

POINTS = 12
# What happens to a worker, and what mends it.
DISASTERS = {
    "cut off from the database": ("cut_off", "reach"),
    "stopped by SIGSTOP": ("hang", "wake"),
    "killed": ("kill", "start"),
}
# How long the charger charges: in its first session its worker is replaced, and nobody has to swipe meanwhile.
FIRST_S, SECOND_S = 15, 1
SESSION = """
plug
wait 1
swipe 04A1B2C3
expect relay closed within 30
wait {}
swipe 04A1B2C3
expect relay open within 30
unplug
expect status Available within 30
wait 2
"""


@pytest.fixture(scope="session")
def postgres():
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def several(postgres, tmp_path):
    needs_mosquitto()
    with Several(tmp_path, postgres, workers=2) as found:
        found.until_ready()
        yield found


def until(condition, seconds=BOUND_S):
    """Wait for it; how long that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it does not happen"
        time.sleep(0.02)
    return time.monotonic() - began


def holder_of(several, serial):
    name = several.holders().get(serial) or ""
    return next((each for each in several.workers if each.name in name), None)


def points_of(several, seed=0, pause_s=8.0):
    """Over MQTT, at whichever worker speaks to them. They are quiet for up to pause_s between two messages."""
    for number in range(POINTS):
        name = f"CP{number}"
        carrier = OverMqtt("127.0.0.1", several.mqtt_port, name)
        yield ChargePoint(name, carrier, seed, same_id=number % 2 == 0, patience_s=1.0, pause_s=pause_s)


def replaced_at_once(several, disasters):
    """Let each happen to its worker; {disaster: seconds until others hold all chargers that this one had}."""
    holders = several.holders()
    had = {
        disaster: {serial: name for serial, name in holders.items() if name and worker.name in name}
        for disaster, worker in disasters.items()
    }
    for disaster, worker in disasters.items():
        getattr(worker, DISASTERS[disaster][0])()
    began = time.monotonic()
    known = {}

    def are_replaced():
        now = several.holders()
        for disaster in disasters.keys() - known.keys():
            if not any(now[serial] in (None, name) for serial, name in had[disaster].items()):
                known[disaster] = time.monotonic() - began
        return known.keys() == disasters.keys()

    until(are_replaced)
    return {disaster: known[disaster] for disaster in disasters}


def replaced(several, worker, disaster):
    """The same for one of them."""
    return replaced_at_once(several, {disaster: worker})[disaster]


def board(several, folder):
    """A charger with the real firmware that charges twice: its process."""
    script = folder / "sessions.script"
    sessions = SESSION.format(FIRST_S) + SESSION.format(SECOND_S)
    script.write_text("meter 11\nexpect status Available within 120\n" + sessions)
    where = ("--broker", f"127.0.0.1:{several.mqtt_port}", "--central", "none", "--script", script)
    return subprocess.Popen(
        chargerctl("simulate", *where),
        cwd=folder,
        env=surroundings(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_workers_that_are_cut_off_hang_or_are_killed_are_replaced(postgres, tmp_path, record_property):
    """All at once, and one is left."""
    needs_mosquitto()
    with Several(tmp_path, postgres, workers=len(DISASTERS) + 1) as several:
        points = list(points_of(several, pause_s=2.0))
        names = {each.identity for each in points}
        # It takes as long as they do.
        firmware = board(several, tmp_path)
        try:
            several.until_ready()
            with Playing(points, 10_000) as playing:
                # The board charges.
                until(lambda: {row.serial for row in several.sessions()} - names)
                (serial,) = {row.serial for row in several.sessions()} - names
                victims = sorted(several.workers, key=lambda each: each is not holder_of(several, serial))[:3]
                known = replaced_at_once(several, dict(zip(DISASTERS, victims, strict=True)))
                for disaster, worker in zip(DISASTERS, victims, strict=True):
                    getattr(worker, DISASTERS[disaster][1])()
                # Each charger ends the session that it is at, while the board charges.
                for point in points:
                    point.stopping = True
                output, _ = firmware.communicate(timeout=3 * BOUND_S)
                assert firmware.returncode == 0, output
                playing.finish()
        finally:
            firmware.kill()
            firmware.communicate()
        rows = several.sessions()
        wrong = compare(points, [row for row in rows if row.serial in names])
        boards = [row for row in rows if row.serial not in names]
        times = ", ".join(
            f"{disaster}: replaced after {seconds:.1f} s" for disaster, seconds in known.items()
        )
        again = sum(point.sent_again for point in points)
        record_property(
            "counts",
            f"three of four workers: {times}; of {len(rows)} sessions {len(wrong)} lost, doubled or wrong; {again} "
            "messages were sent again",
        )
        assert wrong == []
        assert len(boards) == 2
        assert all(row.energy_wh for row in boards)
        assert [worker.stop() for worker in several.workers] == [0] * 4
        assert [worker.bugs for worker in several.workers] == [[]] * 4


def test_only_the_last_one_that_ends_tells_the_chargers(several):
    charger = Client(several.mqtt_port, "CP1", "", will=("/charger/CP1/connection", b"offline"))
    try:
        assert charger.subscribe("/system/CP1/connection")
        charger.publish("/charger/CP1/connection", b"online", retain=True)
        until(lambda: b"online" in charger.payloads("/system/CP1/connection"))
        first = holder_of(several, "CP1")
        (second,) = [each for each in several.workers if each is not first]
        assert first.stop() == 0
        several.workers.remove(first)
        until(lambda: holder_of(several, "CP1") is second)
        assert b"offline" not in charger.payloads("/system/CP1/connection")
        assert second.stop() == 0
        until(lambda: charger.payloads("/system/CP1/connection")[-1] == b"offline")
    finally:
        charger.close()


def test_a_charger_on_a_websocket_is_the_workers_that_it_connects_to(several):
    first, second = several.workers
    for worker in (first, second, first):
        point = ChargePoint(
            "CP1", OverWebSocket(f"ws://127.0.0.1:{worker.ocpp_port}", "CP1"), worker.ocpp_port
        )
        with Playing([point], 2) as playing:
            playing.finish()
            assert holder_of(several, "CP1") is worker
        assert point.troubles == []
    assert len(several.sessions()) == 6


def test_processes_with_brokers_of_their_own_share_the_chargers_too(postgres, tmp_path):
    """Whoever comes to one of them is that one's, over a WebSocket and over MQTT."""
    with Several(tmp_path, postgres, workers=2, one_broker=False) as several:
        several.until_ready()
        first, second = several.workers
        for number, worker in enumerate((first, second, first)):
            points = [
                ChargePoint("CP1", OverWebSocket(f"ws://127.0.0.1:{worker.ocpp_port}", "CP1"), number),
                ChargePoint(
                    "CP2", OverMqtt("127.0.0.1", worker.own_port, "CP2"), 10 + number, patience_s=1.0
                ),
            ]
            with Playing(points, 2) as playing:
                playing.finish()
            assert [holder_of(several, each.identity) for each in points] == [worker, worker]
            assert [each.troubles for each in points] == [[], []]
        assert len(several.sessions()) == 12


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(6))
def test_sessions_are_booked_once_whatever_happens_to_whom(several, seed, record_property):
    rng = random.Random(seed)
    points = list(points_of(several, seed, pause_s=rng.choice((0.5, 8.0))))
    longest = 0.0
    with Playing(points, 10_000, timeout_s=900) as playing:
        until(lambda: all(each.answered > 5 for each in points))
        for _ in range(12):
            worker, disaster = rng.choice(several.workers), rng.choice(list(DISASTERS))
            longest = max(longest, replaced(several, worker, disaster))
            time.sleep(rng.uniform(0, 3))
            getattr(worker, DISASTERS[disaster][1])()
            time.sleep(rng.uniform(0, 12))
        playing.stop()
    rows = several.sessions()
    wrong = compare(points, rows)
    record_property(
        "counts",
        f"two workers, seed {seed}: 12 disasters, replaced within {longest:.1f} s; of {len(rows)} sessions "
        f"{len(wrong)} lost, doubled or wrong",
    )
    assert wrong == []
    assert [worker.bugs for worker in several.workers] == [[], []]
