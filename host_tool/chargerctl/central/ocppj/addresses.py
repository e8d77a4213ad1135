# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is known of the addresses that clients come from: who keeps failing."""

from __future__ import annotations

from chargerctl.central.ocppj.limits import Limits


class Patience:
    """Delays the checks of one who keeps sending wrong passwords, more each time. A check costs 10 ms of CPU.
    Times are seconds of any clock that goes steadily."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # network -> failures, when they were counted, when its next check may begin.
        self._failed: dict[str, tuple[float, float, float]] = {}

    def failed(self, network: str, now: float) -> None:
        failures, _, free_at = self._now(network, now)
        self._failed.pop(network, None)
        self._failed[network] = failures + 1, now, free_at
        if len(self._failed) > self._limits.remembered:
            del self._failed[next(iter(self._failed))]

    def wait(self, network: str, now: float) -> float | None:
        """Seconds until the check that is wanted now may begin, one after the other; None: too many wait already."""
        failures, _, free_at = self._now(network, now)
        over = failures - self._limits.free_failures
        if over < 0:
            return 0.0
        wait = max(0.0, free_at - now)
        if wait > self._limits.longest_wait_s:
            return None
        pause = min(self._limits.longest_pause_s, 0.25 * 2.0 ** min(over, 16))
        self._failed[network] = failures, now, now + wait + pause
        return wait

    def _now(self, network: str, now: float) -> tuple[float, float, float]:
        failures, counted, free_at = self._failed.get(network, (0.0, now, now))
        return max(0.0, failures - (now - counted) / self._limits.forgiven_s), now, free_at
