# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How often a session writes, and how long a write puts at risk what was kept already."""

import pytest

from tests.whole.journal import script, windows
from tests.whole.journal.charger import Charger
from tests.whole.journal.stores import CHECKPOINT_WH, KINDS, Stores

SESSIONS = 10


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_takes_four_writes_and_one_for_each_checkpoint(kind):
    """Beside them are the rewritings of the whole log: fewer than one a session."""
    stores = Stores(kind)
    charger = Charger(stores)
    charger.start()
    charger.run(12)
    stores.writes.clear()
    for _ in range(SESSIONS):
        for _ in script.session(charger, charger.swipe, charger.swipe):
            pass
        charger.run(3)
    stores.close()
    checkpoints = sum((each.ended_wh - each.began_wh) // CHECKPOINT_WH for each in charger.sessions)
    assert len(charger.sessions) == SESSIONS
    assert checkpoints >= 3 * SESSIONS
    assert stores.writes["append"] <= 4 * SESSIONS + checkpoints
    assert stores.writes["rewrite"] < SESSIONS


# By the costs of the simulator's table; docs/journal.md says the same.
WINDOWS = {
    "file": windows.NONE,
    "nvm RP2": windows.Window(20, 1, ("facts",)),
    "nvm ESP32": windows.Window(30, 30, ("facts", "messages", "transaction")),
    "fram": windows.NONE,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_kept_is_at_risk_on_nvm_alone(kind):
    window = windows.measured(kind)
    assert window.ms == WINDOWS[kind].ms
    assert window.costs == WINDOWS[kind].costs
