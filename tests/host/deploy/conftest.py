# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board to boot any state of a drive."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.host.deploy.virtual import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
