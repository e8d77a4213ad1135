# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The metrics of one process: what it counts, and their text."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from chargerctl.central.metrics.counting import Counting


class Metrics:
    """counting is an Observer for the desk. expose() adds what is read when somebody asks."""

    def __init__(self) -> None:
        # Its own: nothing that another library counts is exported, and two of them can be in one process.
        self.registry = CollectorRegistry()
        self.counting = Counting()
        self.registry.register(self.counting)
        ProcessCollector(registry=self.registry)

    def expose(self, *collectors: Collector) -> None:
        for each in collectors:
            self.registry.register(each)

    def text(self, accept: str) -> tuple[bytes, str]:
        """All of them as text, and its content type: OpenMetrics or Prometheus' own, as the header `Accept` asks for."""
        encode, kind = choose_encoder(accept)
        return encode(self.registry), kind
