# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How long something took, many times: a histogram with buckets that grow, as HdrHistogram has them.

Each bucket is at most 1/32 of its value wide, so that a percentile is right to 3 %; there are at most 1,200 of them, up to
an hour. What takes longer counts as an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BITS = 5  # of the value in its bucket's number
_LONGEST_US = 3_600_000_000

SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
"""What is said of one."""


class Histogram:
    """In microseconds. count, max_us: of all."""

    __slots__ = ("_buckets", "count", "max_us")

    def __init__(self) -> None:
        self.count = 0
        self.max_us = 0
        self._buckets: dict[int, int] = {}

    def add(self, us: int) -> None:
        us = min(max(us, 0), _LONGEST_US)
        self.count += 1
        self.max_us = max(self.max_us, us)
        bucket = _bucket(us)
        self._buckets[bucket] = self._buckets.get(bucket, 0) + 1

    def at(self, share: float) -> int | None:
        """The value that this share of all (0.99: 99 %) do not exceed; None: there is none."""
        if not self.count:
            return None
        left = share * self.count
        for bucket in sorted(self._buckets):
            left -= self._buckets[bucket]
            if left <= 0:
                break
        return min(_top(bucket), self.max_us)

    def ms(self) -> dict[str, float | None]:
        """SHARES, in milliseconds."""
        found = {name: self.at(share) for name, share in SHARES.items()}
        return {name: None if us is None else us / 1000 for name, us in found.items()}

    def merge(self, other: Histogram) -> None:
        self.count += other.count
        self.max_us = max(self.max_us, other.max_us)
        for bucket, count in other._buckets.items():
            self._buckets[bucket] = self._buckets.get(bucket, 0) + count

    def to_json(self) -> dict[str, Any]:
        return {"max_us": self.max_us, "buckets": {str(each): n for each, n in sorted(self._buckets.items())}}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Histogram:
        result = cls()
        result._buckets = {int(each): count for each, count in given["buckets"].items()}
        result.count = sum(result._buckets.values())
        result.max_us = given["max_us"]
        return result


def _bucket(us: int) -> int:
    """Values below 64 have one each; from there on the first 6 bits of the value, and how many follow."""
    shift = max(us.bit_length() - _BITS - 1, 0)
    return (shift << _BITS) + (us >> shift)


def _top(bucket: int) -> int:
    """The greatest value in it."""
    shift = max((bucket >> _BITS) - 1, 0)
    return ((bucket - (shift << _BITS) + 1) << shift) - 1
