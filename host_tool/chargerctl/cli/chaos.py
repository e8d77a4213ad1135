# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl simulate --chaos: episodes of things going wrong, and what they add up to."""

from __future__ import annotations

from dataclasses import asdict

import click

from chargerctl.cli.output import print_json
from chargerctl.simulator.chaos.soak import soak
from chargerctl.simulator.chaos.tally import Tally
from chargerctl.simulator.machine.costs import Costs


def run_chaos(seeds: range, workers: int | None, as_json: bool) -> int:
    """Carry out the episodes of `seeds`; print counts, and of each violation seed and trace. 1 when there was one."""
    tally, costs = Tally(), Costs()
    for verdict in soak(seeds, workers, costs):
        tally.add(verdict)
        if verdict.violations:
            _show_trace(verdict.seed, verdict.violations, verdict.trace)
    if as_json:
        counts = {"kind": "chaos", "first_seed": seeds[0], **tally.as_json(), "modelled_cost": asdict(costs)}
        print_json(counts)
    else:
        click.echo("\n".join(tally.lines()))
        click.echo("\nModelled cost")
        for name, value, unit, text in costs.table():
            click.echo(f"  {name:16} {value:>9} {unit}: {text}")
    return 1 if tally.violations else 0


def _show_trace(seed: int, violations: list[str], trace: list[str]) -> None:
    """On stderr, so that --json stays readable."""
    lines = [*trace, f"seed {seed} violated:", *(f"  {text}" for text in violations)]
    click.echo("\n".join(lines), err=True)
    click.echo(f"again: chargerctl simulate --chaos --seed {seed}", err=True)
