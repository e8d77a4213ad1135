# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The scripts of tests/whole/scripts on the real firmware: each says in its first lines what it shows.

The default reader runs all of them; the others a card that starts and stops a charge, and a failure with its repair.
"""

from pathlib import Path

import pytest
from chargerctl.settings.table import SETTINGS

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.script"))


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_scenario(play, path):
    play(path).must_hold()


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent / "scripts/resume").glob("*.script")), ids=lambda path: path.stem
)
def test_scenario_where_a_transaction_may_go_on(play, path):
    play(path, {"SAFETY_RESUME_AFTER_POWER_LOSS": "true"}).must_hold()


@pytest.mark.parametrize("reader", SETTINGS["hardware.card_reader"].choices[1:-1])
@pytest.mark.parametrize("script", ["card_first", "reader_lost_while_charging"])
def test_scenario_with_every_other_reader(play, script, reader):
    (path,) = (path for path in SCRIPTS if path.stem == script)
    play(path, {"HARDWARE_CARD_READER": reader}).must_hold()
