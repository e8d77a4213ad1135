# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every measurement of `make bench` can begin: nothing that it imports has moved away. None is run here."""

import importlib
from pathlib import Path

import pytest

BENCH = sorted(path.stem for path in (Path(__file__).parents[2] / "bench").glob("[!_]*.py"))


@pytest.mark.parametrize("name", BENCH)
def test_a_measurement_finds_what_it_imports(name):
    assert callable(importlib.import_module(f"bench.{name}").main)
