# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the journal costs and what a power cut can cost, store by store, in modelled time: points at which the power was cut,
writes and erasures of a session, wear a year, and how soon 16 waiting sessions are delivered.
"""

from __future__ import annotations

import tests.conftest  # noqa: F401 - makes the board's package importable
from tests.whole.journal import points, script, windows
from tests.whole.journal.charger import Charger
from tests.whole.journal.stores import KINDS, SAFE, Stores
from tests.whole.journal.test_resets import offline_session

# Some rounds of the rings.
SESSIONS = 80
DAYS = 365
PER_DAY = (1, 5, 20)
# Erasures that a cell of flash is specified for.
ENDURANCE = 100_000
QUEUED = 16
# 10 kWh.
SESSION_S = 100
# Every so many points, to be quick; all of them are in `make soak`.
STEP = 7


def main() -> None:
    print(
        f"Modelled. {SESSIONS} sessions of 10 kWh online, with the checkpoints that each store has by default:"
    )
    for kind in KINDS:
        _wear(kind)
    print()
    print("Power cuts over three sessions, by card, offline and remote, with changes of the configuration:")
    right = {kind: _cuts(kind) for kind in KINDS}
    print()
    for kind in KINDS:
        _queue(kind)
    if wrong := [kind for kind in SAFE if not right[kind]]:
        raise SystemExit(f"lost or doubled, where nothing may be: {', '.join(wrong)}")


def _wear(kind: str) -> None:
    stores = Stores(kind, checkpoint_wh=None)
    charger = Charger(stores)
    charger.start()
    made_ms = stores.clock.now_us / 1000
    charger.run(12)
    before, written = stores.operations.counts.copy(), stores.writes.copy()
    erased_before = stores.erasures
    written_us = stores.clock.now_us
    for _ in range(SESSIONS):
        for state in script.session(charger, charger.swipe, charger.swipe):
            if state == "charging":
                charger.run(SESSION_S - 6, script.WATTS)
        charger.run(3)
    counts = {name: count / SESSIONS for name, count in (stores.operations.counts - before).items()}
    busy_ms = (stores.clock.now_us - written_us) / SESSIONS / 1000
    erased = max((stores.erasures - erased_before).values(), default=0) / SESSIONS
    stores.close()
    writes = {name: count / SESSIONS for name, count in (stores.writes - written).items()}
    made = f"made in {made_ms:.0f} ms"
    print(f"  {kind:10} {_each(writes)} a session: {_each(counts)}, {busy_ms:.0f} ms of writing; {made}")
    if not erased:
        print(f"  {'':10} no erasures: no wear")
        return
    years = {each: ENDURANCE / (erased * each * DAYS) for each in PER_DAY}
    print(
        f"  {'':10} erasures a year of the sector that is erased most: "
        + ", ".join(
            f"{erased * each * DAYS:.0f} at {each} a day ({years[each]:.1f} years of {ENDURANCE})"
            for each in PER_DAY
        )
    )


def _each(counts: dict[str, float]) -> str:
    return ", ".join(f"{count:.1f} x {name}" for name, count in sorted(counts.items()) if count)


def _cuts(kind: str) -> bool:
    """Whether no run had a mistake in its books."""
    every = list(points.every(kind))
    tried = every[::STEP]
    outcomes = [points.outcome(point) for point in tried]
    wrong = [outcome for outcome in outcomes if outcome.mistakes]
    lost = sum(outcome.lost for outcome in outcomes)
    doubled = sum(text.startswith("doubled") for outcome in wrong for text in outcome.mistakes)
    print(
        f"  {kind:10} {len(every)} points, {len(tried)} tried here: lost {lost} transactions, doubled {doubled}, "
        f"in {len(wrong)} runs; window: {windows.measured(kind)}"
    )
    return not wrong


def _queue(kind: str) -> None:
    stores = Stores(kind)
    charger = Charger(stores)
    charger.start()
    charger.run(12)
    charger.link(False)
    for _ in range(QUEUED):
        offline_session(charger)
    assert charger.rig is not None
    waiting = len(charger.rig.journal)
    charger.link(True)
    seconds = 0.0
    while len(charger.rig.journal) and seconds < 120:
        charger.run(0.1)
        seconds += 0.1
    stores.close()
    print(f"{kind:10} {QUEUED} offline sessions, {waiting} messages: delivered in {seconds:.1f} s (goal 30)")


if __name__ == "__main__":
    main()
