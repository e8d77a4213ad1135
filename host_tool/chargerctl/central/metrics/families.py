# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Values of a moment, as prometheus_client takes them from a collector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.utils import floatToGoString

from chargerctl.central.metrics.names import Metric

_Labels = TypeVar("_Labels", bound=tuple[str, ...])


def family(metric: Metric, values: Mapping[_Labels, float]) -> Family:
    """A value for each combination of its labels."""
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    made = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in values.items():
        made.add_metric(labels, value)
    return made


def single(metric: Metric, value: float) -> Family:
    """One that has no labels."""
    return family(metric, {(): value})


def histogram(metric: Metric, values: Mapping[_Labels, tuple[Mapping[float, int], float]]) -> Family:
    """The counts by upper bound, and the sum, for each combination of its labels."""
    made = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    for labels, (counts, total) in values.items():
        made.add_metric(labels, [(floatToGoString(bound), count) for bound, count in counts.items()], total)
    return made
