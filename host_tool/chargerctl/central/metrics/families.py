# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Values of a moment, as prometheus_client takes them from a collector."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family

from chargerctl.central.metrics.names import Metric


def family(metric: Metric, values: Mapping[tuple[str, ...], float]) -> Family:
    """A value for each combination of its labels."""
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    made = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in values.items():
        made.add_metric(labels, value)
    return made


def single(metric: Metric, value: float) -> Family:
    """One that has no labels."""
    return family(metric, {(): value})
