# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A process that is killed loses nothing that was kept, and leaves nothing half done."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from chargerctl.central.books.tables import frames, meter_values, transactions

from tests.host.central.books.charger import rows

_PROGRAM = Path(__file__).with_name("crashing.py")


@pytest.fixture
def program():
    running = subprocess.Popen(
        [sys.executable, str(_PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield running
    running.stdin.close()
    running.stdout.close()
    running.wait(timeout=60)


@pytest.mark.parametrize("crashes", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_a_unit_that_was_kept_survives_a_crash(program, database, opened, crashes):
    chance = random.Random(14)
    kept = []
    for _each in range(crashes):
        print(database, file=program.stdin, flush=True)
        process = int(program.stdout.readline())
        for _unit in range(chance.randrange(1, 12)):
            kept.append(int(program.stdout.readline()))
        time.sleep(chance.uniform(0, 0.01))  # so that it dies anywhere in a unit
        os.kill(process, signal.SIGKILL)
        for line in iter(program.stdout.readline, "dead\n"):
            kept.append(int(line))
    books = opened()
    there = rows(books, transactions, "id", "energy_wh")
    assert len(set(kept)) == len(kept)
    assert set(kept) <= {number for number, _energy in there}
    assert len(kept) <= len(there) <= len(kept) + crashes
    assert {energy for _number, energy in there} == {100}
    assert len(rows(books, frames, "id")) == len(rows(books, meter_values, "id")) == len(there)
