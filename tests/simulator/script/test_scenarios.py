# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The scripts of tests/whole/scripts on the real firmware: each tells in its first lines what it shows."""

from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[2] / "whole" / "scripts").glob("*.script"))


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_scenario(chargerctl, path):
    chargerctl("simulate", "--json", "--script", path).must_hold()
