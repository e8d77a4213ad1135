# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The two times of the desk. A computer's date may be set, by hours or years, while chargers wait for an answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """In seconds."""

    steady: Callable[[], float] = time.monotonic
    """Never jumps: for all waiting."""
    unix: Callable[[], float] = time.time
    """For what is written into the books, and sent to chargers. It may jump both ways."""
