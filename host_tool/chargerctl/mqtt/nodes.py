# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The nodes of a broker that is a cluster: where one is gone, the next one is tried. A broker alone is a cluster of one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from chargerctl.mqtt.connection import Broker, BrokerError
from chargerctl.mqtt.pauses import Pauses

# A node whose computer has lost its power closes no connection, and another one could go on.
_KEEP_ALIVE_S = 10

Connect = Callable[[Broker], Awaitable[object]]


class Nodes:
    """`broker`: with the address of the node whose turn it is."""

    def __init__(self, broker: Broker, pauses: Pauses) -> None:
        addresses = [(broker.host, broker.port), *broker.others]
        if broker.others:
            broker = replace(broker, keep_alive_s=_KEEP_ALIVE_S, others=())
        self._brokers = [replace(broker, host=host, port=port) for host, port in addresses]
        self._turn = 0
        self._pauses = pauses

    def __len__(self) -> int:
        return len(self._brokers)

    @property
    def broker(self) -> Broker:
        return self._brokers[self._turn]

    def lasted(self, seconds: float) -> None:
        """So long the last connection was open."""
        self._pauses.lasted(seconds)

    async def first(self, connect: Connect) -> None:
        """To whichever answers. BrokerError of all where none does."""
        errors = []
        for _ in self._brokers:
            try:
                await connect(self.broker)
            except BrokerError as error:
                errors.append(error.message)
                self._next()
            else:
                return
        raise BrokerError("; ".join(errors))

    async def again(self, connect: Connect, failed: Callable[[BrokerError], object]) -> None:
        """Beginning with the next one, until one answers; a pause before each round."""
        while True:
            await asyncio.sleep(self._pauses.next())
            for _ in self._brokers:
                self._next()
                try:
                    await connect(self.broker)
                except BrokerError as error:
                    failed(error)
                else:
                    return

    def _next(self) -> None:
        self._turn = (self._turn + 1) % len(self._brokers)
