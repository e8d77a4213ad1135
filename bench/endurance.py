# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the central system bears: 50 chargers, two processes of `central serve` on one PostgreSQL, and a cluster of brokers,
of which one part after another is killed (SIGKILL) or stands still for a while (SIGSTOP), at random.

    python -m bench endurance [--kills 100] [--broker rabbitmq|nats|mosquitto] [--bridges] [--chargers 50] [--seed 0]

With --bridges the two processes are bridges, in front of a central system that nothing happens to. Each charger has the
habits of the firmware: a message is sent again until it is answered, nothing is asked while the central system is said to be
away, one that has lost its connection comes again at any node.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench._processes import warn_if_busy

if TYPE_CHECKING:
    from tests.whole.central.disasters import Disaster

ONLY_BY_NAME = True


def main(options: Sequence[str] = ()) -> None:
    from tests.whole.central.disasters import BROKERS, Endurance

    parser = argparse.ArgumentParser("python -m bench endurance")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--broker", choices=sorted(BROKERS), action="append")
    parser.add_argument("--bridges", action="store_true")
    parser.add_argument("--chargers", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(options)
    warn_if_busy()
    for broker in given.broker or ["rabbitmq", "nats"]:
        processes = "two bridges" if given.bridges else "two central systems"
        print(
            f"  {broker}, {given.chargers} chargers, {processes}, {given.kills} disasters, seed {given.seed}"
        )
        with (
            tempfile.TemporaryDirectory() as folder,
            Endurance(
                Path(folder),
                broker,
                given.chargers,
                given.seed,
                _tell,
                bridges=given.bridges,
            ) as endurance,
        ):
            outcome = endurance.run(given.kills)
        print("\n".join(f"  WRONG: {each}" for each in outcome.wrong[:50]))
        print(f"  sessions: {outcome.sessions:,}, wrong: {len(outcome.wrong)} (goal 0)")
        print(f"  energy: {outcome.charged_wh:,} Wh charged, {outcome.booked_wh:,} Wh booked")
        print(f"  messages sent again: {outcome.sent_again:,}; connections: {outcome.connections:,}")
        print(f"  nodes that their supervision restarted: {outcome.restarted}")
        print(f"  processes that had ended by themselves, and were started again: {outcome.started}")
        _print_times("one part was away", [each for each in outcome.disasters if each.alone])
        _print_times("others were away, too", [each for each in outcome.disasters if not each.alone])


def _print_times(title: str, disasters: Sequence[Disaster]) -> None:
    """Until all chargers were answered again."""
    print(f"  seconds until all chargers were answered again, {title}: {'p50':>9}{'max':>9}")
    for kind in sorted({(each.part.split()[0], each.how) for each in disasters}):
        back = sorted(each.back_s for each in disasters if (each.part.split()[0], each.how) == kind)
        print(f"    {kind[0]:8}{kind[1]:9}{len(back):3} times {back[len(back) // 2]:42.1f}{back[-1]:9.1f}")


def _tell(disaster: Disaster) -> None:
    text = f"{disaster.part} {disaster.how}: {disaster.back_s:.1f} s"
    print(f"    {text}{'' if disaster.alone else ', while others were away'}", flush=True)
