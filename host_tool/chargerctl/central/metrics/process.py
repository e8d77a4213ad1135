# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What this process is like at the moment."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from chargerctl import __version__
from chargerctl.central.desk.desk import Desk
from chargerctl.central.metrics import names
from chargerctl.central.metrics.families import family, single


@dataclass(frozen=True)
class OfProcess(Collector):
    """broker: whether it is connected to one; None: it uses none. log: how many lines wait."""

    desk: Desk
    broker: Callable[[], bool] | None
    log: Callable[[], int]

    def collect(self) -> Iterator[Family]:
        frames, size = self.desk.waiting()
        connections = self.desk.connections()
        yield single(names.INBOX_FRAMES, frames)
        yield single(names.INBOX_BYTES, size)
        yield single(names.LOG_LINES, self.log())
        yield family(names.CONNECTIONS, {(each,): connections[each] for each in ("mqtt", "websocket")})
        if self.broker is not None:
            yield single(names.BROKER, self.broker())
        yield family(names.BUILD, {(__version__, platform.python_version()): 1})
