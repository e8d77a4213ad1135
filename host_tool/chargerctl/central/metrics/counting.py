# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Counts what the desk does (desk/observer.py), and what is told.

A histogram of prometheus_client takes 1 us for an observation, a counter with labels 2 us: so counters get the sum of a unit
of work at once.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram

from chargerctl.central.conversation.ended import RESULT
from chargerctl.central.desk.observer import Done
from chargerctl.central.messages.schemas import ERROR_CODES
from chargerctl.central.metrics import labels, names
from chargerctl.central.metrics.names import Metric
from chargerctl.events.event import Event, Tell

_ANSWERED = ERROR_CODES | {RESULT, "InvalidAnswer"}


class Counting:
    """An Observer."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._messages = _counter(names.MESSAGES, registry)
        self._answers = _histogram(names.ANSWER, registry)
        self._calls = _histogram(names.CALL, registry)
        self._unit_frames = _histogram(names.UNIT_FRAMES, registry)
        self._unit_s = _histogram(names.UNIT, registry)
        self._failures = _counter(names.UNIT_FAILURES, registry)
        self._dropped = _counter(names.DROPPED, registry)
        self._events = _counter(names.EVENTS, registry)
        # Known from the beginning: an alert on a series that appears with its first failure would miss that one.
        for reason in ("books", "bug"):
            self._failures.labels(reason)
        for reason in ("rate", "room", "size", "age", "books", "bug"):
            self._dropped.labels(reason)

    def done(self, unit: Done) -> None:
        if unit.frames:
            self._unit_frames.observe(unit.frames)
            self._unit_s.observe(unit.took_s)
        observe = self._answers.observe
        for each in unit.answered_s:
            observe(each)
        for (ours, action, outcome), count in Tally(ended[:3] for ended, _ in unit.ended).items():
            direction = "sent" if ours else "received"
            self._messages.labels(direction, labels.action(action), labels.outcome(outcome)).inc(count)
        for ended, took_s in unit.ended:
            if took_s is not None and ended.outcome in _ANSWERED:
                self._calls.labels(labels.action(ended.action)).observe(took_s)

    def failed(self, why: str) -> None:
        self._failures.labels(why).inc()

    def dropped(self, why: str, frames: int) -> None:
        self._dropped.labels(why).inc(frames)

    def of_events(self, tell: Tell) -> Callable[[Event], None]:
        """`tell`, which counts."""

        def counted(event: Event) -> None:
            self._events.labels(event.what).inc()
            tell(event)

        return counted


def _counter(metric: Metric, registry: CollectorRegistry) -> Counter:
    return Counter(metric.name, metric.help, metric.labels, registry=registry)


def _histogram(metric: Metric, registry: CollectorRegistry) -> Histogram:
    return Histogram(metric.name, metric.help, metric.labels, registry=registry, buckets=metric.buckets)
