# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the central system bears: 50 chargers, two processes of `central serve` on one PostgreSQL, and a cluster of brokers,
of which one part after another is killed (SIGKILL) or stands still for a while (SIGSTOP), at random.

    python -m bench endurance [--kills 100] [--broker rabbitmq|nats|mosquitto] [--chargers 50] [--seed 0]

Each charger has the habits of the firmware: a message is sent again until it is answered, nothing is asked while the central
system is said to be away, one that has lost its connection comes again at any node.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench._processes import warn_if_busy

ONLY_BY_NAME = True


def main(options: Sequence[str] = ()) -> None:
    from tests.whole.central.disasters import BROKERS, Endurance

    parser = argparse.ArgumentParser("python -m bench endurance")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--broker", choices=sorted(BROKERS), action="append")
    parser.add_argument("--chargers", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(options)
    warn_if_busy()
    for broker in given.broker or ["rabbitmq", "nats"]:
        print(
            f"  {broker}, {given.chargers} chargers, two processes, {given.kills} disasters, seed {given.seed}"
        )
        with (
            tempfile.TemporaryDirectory() as folder,
            Endurance(Path(folder), broker, given.chargers, given.seed, _tell) as endurance,
        ):
            outcome = endurance.run(given.kills)
        print("\n".join(f"  WRONG: {each}" for each in outcome.wrong[:50]))
        print(f"  sessions: {outcome.sessions:,}, wrong: {len(outcome.wrong)} (goal 0)")
        print(f"  energy: {outcome.charged_wh:,} Wh charged, {outcome.booked_wh:,} Wh booked")
        print(f"  messages sent again: {outcome.sent_again:,}; connections: {outcome.connections:,}")
        for kind in sorted({(each.part.split()[0], each.how) for each in outcome.disasters}):
            back = sorted(
                each.back_s for each in outcome.disasters if (each.part.split()[0], each.how) == kind
            )
            print(
                f"  {kind[0]} {kind[1]}: {len(back)} times, all chargers answered again after "
                f"{back[len(back) // 2]:.1f} s (half of them), {back[-1]:.1f} s (at most)"
            )


def _tell(disaster: object) -> None:
    print(f"    {disaster}", flush=True)
