# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Python's search for garbage in cycles, at moments that we choose: to search everything takes 80 ms with 300 chargers, in
which nobody is answered, and under load it would come every few seconds (bench/central.py: a tenth of the CPU time)."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects made, less those gone, until the youngest are searched; how often that until the next ones are; and never all.
_THRESHOLDS = 5000, 10, 1_000_000


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Until the end of the block only young objects are searched: call `collect` every minute. What exists at its beginning
    is taken to stay."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def collect() -> None:
    """Search everything that was made since."""
    gc.collect()
