# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The scripts of tests/whole/scripts on the real firmware: each says in its first lines what it shows.

The default reader runs all of them; the others a card that starts and stops a charge, and a failure with its repair.
A fleet's charger sends and gets the same frames (fleet_equality.py).
"""

from pathlib import Path

import pytest
from chargerctl.settings.table import SETTINGS

from tests.whole.fleet_equality import must_do_the_same

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.script"))


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_scenario(play, path):
    must_do_the_same(path, play(path).must_hold().events, {})


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent / "scripts/resume").glob("*.script")), ids=lambda path: path.stem
)
def test_scenario_where_a_transaction_may_go_on(play, path):
    settings = {"SAFETY_RESUME_AFTER_POWER_LOSS": "true"}
    outcome = play(path, settings).must_hold()
    must_do_the_same(path, outcome.events, {f"CHARGER_{name}": value for name, value in settings.items()})


@pytest.mark.parametrize("reader", SETTINGS["hardware.card_reader"].choices[1:-1])
@pytest.mark.parametrize("script", ["card_first", "reader_lost_while_charging"])
def test_scenario_with_every_other_reader(play, script, reader):
    (path,) = (path for path in SCRIPTS if path.stem == script)
    play(path, {"HARDWARE_CARD_READER": reader}).must_hold()
