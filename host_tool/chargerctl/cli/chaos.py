# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl simulate --chaos: runs episodes with random faults and sums them up."""

from __future__ import annotations

import time
from dataclasses import asdict

from chargerctl.cli.output import Answer, Output
from chargerctl.simulator.chaos.carry_out import Verdict
from chargerctl.simulator.chaos.soak import soak
from chargerctl.simulator.chaos.tally import Tally
from chargerctl.simulator.job import INTERRUPTED
from chargerctl.simulator.machine.costs import Costs

# A line about the progress after so many episodes.
_A_LINE = 100


def run_chaos(seeds: range, workers: int | None, output: Output) -> Answer:
    """Run the episodes of `seeds`: counts; status 1 after a violation. Prints the seed and trace of each violation, and
    now and then how far it is. Ctrl-C: the counts of those that are over."""
    tally, costs = Tally(), Costs()
    began_s = time.monotonic()
    stopped = []
    try:
        for verdict in soak(seeds, workers, costs):
            tally.add(verdict)
            if verdict.violations:
                _show(verdict, output)
            if tally.episodes % _A_LINE == 0:
                output.note(_progress(tally, len(seeds), time.monotonic() - began_s))
    except KeyboardInterrupt:
        done = tally.episodes
        again = f"chargerctl simulate --chaos --seed {seeds[0] + done} --episodes {len(seeds) - done}"
        stopped = [f"chargerctl: stopped after {done} of {len(seeds)} episodes; go on with: {again}"]
    counts = {"kind": "chaos", "first_seed": seeds[0], **tally.as_json(), "modelled_cost": asdict(costs)}
    modelled = [f"  {name:16} {value:>9} {unit}: {text}" for name, value, unit, text in costs.table()]
    lines = [*tally.lines(), "", "Modelled cost", *modelled]
    if stopped:
        return Answer(counts, lines, notes=stopped, status=INTERRUPTED)
    return Answer(counts, lines, status=1 if tally.violations else 0)


def _show(verdict: Verdict, output: Output) -> None:
    violated = [f"seed {verdict.seed} violated:", *(f"  {text}" for text in verdict.violations)]
    again = f"repeat it with: chargerctl simulate --chaos --seed {verdict.seed}"
    output.diagnose(*verdict.trace, *violated, again)


def _progress(tally: Tally, count: int, took_s: float) -> str:
    seeds = sorted({seed for seed, _ in tally.violations})
    violated = f"violations: seeds {', '.join(map(str, seeds))}" if seeds else "no violation"
    left_min = took_s / tally.episodes * (count - tally.episodes) / 60
    return (
        f"{tally.episodes} of {count} episodes, {tally.episodes / took_s:.1f} a second, {tally.mean_cpu_s:.2f} s of CPU "
        f"each, {left_min:.0f} min left; {violated}"
    )
