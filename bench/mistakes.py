# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which episode of chaos is the first to find each mistake that tests/simulator/chaos/mistakes.py sows in the firmware:
a table, and mistakes.json for the tests. Takes some ten minutes on two cores, so only when asked for by its name."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor

from chargerctl.simulator.chaos.soak import soak

from tests.simulator.chaos.mistakes import MISTAKES, SEEDS, replacements

ONLY_BY_NAME = True
# How many episodes each mistake that is not found yet gets, from round to round.
ROUNDS = (12, 40, 200)
# How many mistakes at a time, each in a process of its own.
WORKERS = int(os.environ.get("BENCH_WORKERS", "2"))


def main() -> None:
    # Some of them: BENCH_MISTAKES="a part of a name".
    wanted = os.environ.get("BENCH_MISTAKES", "")
    names = [name for name in MISTAKES if wanted in name]
    known = json.loads(SEEDS.read_text(encoding="utf-8")) if SEEDS.exists() else {}
    found = {name: known[name] for name in MISTAKES if name in known and name not in names}
    searched = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        # Most are found soon: those that are not come last.
        for until in ROUNDS:
            left = [name for name in names if name not in found]
            results = [pool.submit(first, name, range(searched, until)) for name in left]
            for name, result in zip(left, results, strict=True):
                seed, text = result.result()
                if seed is None and until < ROUNDS[-1]:
                    continue
                found[name] = seed
                print(f"{name:54} {'not found' if seed is None else f'seed {seed:3}'}   {text}", flush=True)
                table = {each: found[each] for each in MISTAKES if each in found}
                SEEDS.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")
            searched = until
    missed = sum(found[name] is None for name in names)
    print(f"{len(names) - missed} of {len(names)} found within {ROUNDS[-1]} episodes")


def first(name: str, seeds: range) -> tuple[int | None, str]:
    """The first seed whose episode violates something with the mistake, and what."""
    verdicts = soak(seeds, workers=1, replacements=replacements(name), to_first=True)
    for verdict in verdicts:
        if verdict.violations:
            return verdict.seed, verdict.violations[0]
    return None, ""
