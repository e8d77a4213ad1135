# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Several processes: one fleet, one report; and what happens where one of them fails."""

import os
import re
import signal
import threading

import pytest
from chargerctl.errors import ChargerctlError
from chargerctl.fleet.plan import ScriptText
from chargerctl.fleet.record.file import Reader, part
from chargerctl.fleet.share import Share
from chargerctl.fleet.workers.workers import Workers

from tests.host.fleet.plans import nobody, plan


def test_three_processes_have_the_sessions_of_one(tmp_path):
    path = tmp_path / "frames.jsonl"
    alone = Share(plan(3)).run(nobody)
    together = Workers(plan(3, workers=3, record=str(path))).run(nobody)
    assert together.tally.counts == alone.tally.counts
    assert together.tally.customers == alone.tally.customers
    assert together.tally.states == alone.tally.states
    assert together.fleet_s == alone.fleet_s
    reader = Reader(part(path, 2, 3))
    assert {each.serial for each in reader} == {"fleet-00003"}
    reader.close()


def test_one_that_dies_is_named():
    workers = Workers(plan(2, workers=2, duration_s=None))
    victim = workers.processes[1]
    killer = threading.Timer(0.5, lambda: os.kill(victim.pid, signal.SIGKILL))
    killer.start()
    measured = workers.run(nobody)
    killer.join()
    (failure,) = measured.failures
    assert failure.text.startswith("worker 2 of 2 ended unexpectedly (signal 9)")
    assert measured.tally.states.total() in (1, 2), "what the others have measured is not lost"
    assert all(each.poll() is not None for each in workers.processes)


def test_one_that_says_nothing_any_more_ends_the_run():
    workers = Workers(plan(2, workers=2, duration_s=None, realtime=True))

    def hang(measured):
        if measured.tally.states.total() == 2:
            os.kill(workers.processes[1].pid, signal.SIGSTOP)
            workers.most_silent_s = 2.0

    failures = [each.text for each in workers.run(hang).failures]
    # The other one says something once a second, but on a busy machine.
    assert any(re.match(r"worker 2 of 2 has said nothing for \d+ s", each) for each in failures), failures
    assert all(each.poll() is not None for each in workers.processes)


def test_told_twice_who_hangs_is_killed():
    workers = Workers(plan(2, workers=2, duration_s=None, realtime=True))
    os.kill(workers.processes[1].pid, signal.SIGSTOP)

    def stop_twice(_measured):
        workers.stop()
        workers.stop()

    measured = workers.run(stop_twice)
    assert "worker 2 of 2 did not end, and was killed" in [each.text for each in measured.failures]
    assert measured.stopped
    assert all(each.poll() is not None for each in workers.processes)


def test_one_that_says_what_is_no_json_is_named(monkeypatch):
    script = "import sys, time; sys.stdin.readline(); print('hello', flush=True); time.sleep(600)"
    monkeypatch.setattr("chargerctl.fleet.workers.workers._START", script)
    with pytest.raises(ChargerctlError, match=r"worker \d of 2 said what is no JSON, and was killed"):
        Workers(plan(2, workers=2)).run(nobody)


def test_what_one_cannot_do_is_said_as_it_was_said_there():
    scripts = (ScriptText("t.script", "at charger nobody: plug\n", "."),)
    with pytest.raises(ChargerctlError) as found:
        Workers(plan(2, workers=2, scripts=scripts)).run(nobody)
    assert found.value.exit_status == 2
    assert "no charger of this fleet is nobody" in found.value.message


def test_all_end_in_order_when_they_are_stopped():
    workers = Workers(plan(2, workers=2, duration_s=None, realtime=True))

    def stop(measured):
        if measured.tally.states.total() == 2:
            workers.stop()

    measured = workers.run(stop)
    assert measured.stopped
    assert measured.failures == []
    assert measured.tally.states.total() == 2
