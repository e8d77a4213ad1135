# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl simulate --chaos: runs episodes with random faults and sums them up."""

from __future__ import annotations

from dataclasses import asdict

from chargerctl.cli.output import Answer, Output
from chargerctl.simulator.chaos.soak import soak
from chargerctl.simulator.chaos.tally import Tally
from chargerctl.simulator.machine.costs import Costs


def run_chaos(seeds: range, workers: int | None, output: Output) -> Answer:
    """Run the episodes of `seeds`: counts; status 1 after a violation. Prints the seed and trace of each violation."""
    tally, costs = Tally(), Costs()
    for verdict in soak(seeds, workers, costs):
        tally.add(verdict)
        if verdict.violations:
            violated = [f"seed {verdict.seed} violated:", *(f"  {text}" for text in verdict.violations)]
            again = f"repeat it with: chargerctl simulate --chaos --seed {verdict.seed}"
            output.diagnose(*verdict.trace, *violated, again)
    counts = {"kind": "chaos", "first_seed": seeds[0], **tally.as_json(), "modelled_cost": asdict(costs)}
    modelled = [f"  {name:16} {value:>9} {unit}: {text}" for name, value, unit, text in costs.table()]
    lines = [*tally.lines(), "", "Modelled cost", *modelled]
    return Answer(counts, lines, status=1 if tally.violations else 0)
