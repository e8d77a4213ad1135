# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Waits for what another thread or process does."""

import time

PATIENCE_S = 60.0


def until(condition, seconds=PATIENCE_S):
    """Until it is true, however slow the machine is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.01)
