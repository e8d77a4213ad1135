# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""MQTT: the firmware's own link, MiniMQTT in it, over sockets that never block.

    firmware = Firmware()
    makes = Mqtt(firmware, Sockets(driver), BrokerAddress("127.0.0.1", 1883))              # once
    charger = Charger(firmware, clock, environ, makes.network().link, …)

What a board does differently: it stands still while it connects, for 3 s at most, and looks up names itself. Here the dialer
waits over passes, with the same limits and words, and a name is looked up once for all.
"""

from __future__ import annotations

import errno
import os
import random
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.charger.link import Link
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.links.resolver import Resolver
from chargerctl.fleet.links.socket_network import SocketNetwork
from chargerctl.fleet.links.sockets import Sockets
from chargerctl.fleet.links.stream import Stream


@dataclass(frozen=True)
class BrokerAddress:
    """Where it really is: a board's settings allow no host of the loopback interface, and name files of its drive."""

    host: str
    port: int = 1883
    tls: bool = False
    ca_file: str = ""

    @property
    def values(self) -> dict[str, Any]:
        """In the place of a charger's settings."""
        return {f"mqtt.{key}": value for key, value in vars(self).items() if key != "host"} | {
            "mqtt.broker": self.host
        }


class Mqtt:
    """Changes the firmware's modules for all chargers of a process. broker: of all of them, whatever their settings say."""

    def __init__(self, firmware: Firmware, sockets: Sockets, broker: BrokerAddress) -> None:
        self._sockets = sockets
        self._broker = broker
        module, dialer = firmware.module("net.mqtt"), firmware.module("net.dialer")
        module.Resolver = _Resolver
        dialer.Dialer = _patient(dialer, firmware.module("ticks"))
        self._link = _vanishing(module.Link)

    def network(self, randrange: Callable[[int], int] = random.randrange) -> MqttNetwork:
        """For one charger. randrange: gives the jitter of its pauses."""
        return MqttNetwork(self._sockets, self._broker, self._link, randrange)


class MqttNetwork(SocketNetwork):
    """It is also the socket pool of its charger's firmware."""

    def __init__(
        self,
        sockets: Sockets,
        broker: BrokerAddress,
        make: Callable[..., Link],
        randrange: Callable[[int], int],
    ) -> None:
        super().__init__(sockets)
        self._broker = broker
        self._make = make
        self._randrange = randrange

    def link(self, charger: Charger, values: Mapping[str, Any], board: Any) -> Link:
        self.serve(charger)
        return self._make(
            self,
            board.wifi,
            {**values, **self._broker.values},
            board.system.ticks_ms,
            board.stalls,
            board.console.log,
            self._randrange,
            self.sockets.context,
        )


def _vanishing(base: type[Any]) -> type[Any]:
    """The firmware's Link, which can be gone without a word."""

    class VanishingLink(base):
        def __init__(self, pool: MqttNetwork, *rest: Any) -> None:
            super().__init__(pool, *rest)
            self._network = pool

        def vanish(self) -> None:
            self._network.vanish()
            self.close()

    return VanishingLink


def _patient(module: Any, ticks: Any) -> type[Any]:
    """The firmware's Dialer, which waits for its connection over passes."""

    class PatientDialer(module.Dialer):
        _stream: Stream | None = None
        _now = _until = 0

        def open(self, now: int) -> Stream | None:
            self._now = now
            if self._stream is None:
                opened: Stream | None = super().open(now)
                return opened
            return self._await(now)

        def _await(self, now: int) -> Stream | None:
            """`resolving` means to the link that it is to ask again in the next pass."""
            stream = self._stream
            assert stream is not None
            self.problem = None
            self.resolving = True
            try:
                opened = stream.opened
                if not opened and ticks.reached(now, self._until):
                    raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            except OSError as error:
                self._give_up(error)
                return None
            if not opened:
                return None
            self._resolver.worked()
            self._stream = None
            self.resolving = False
            return stream

        def _connect(self, wait_ms: int) -> Stream | None:
            whole_ms = module.TLS_MS + module.TLS_WAITS * wait_ms if self._tls else wait_ms
            self._until = ticks.add(self._now, whole_ms)
            family, address = self._resolver.address
            context = self._context if self._tls else None
            self._stream = self._pool.stream()
            self._stream.connect(family, (address, self._port), context, self._host)
            return self._await(self._now)

        def _give_up(self, error: OSError) -> None:
            self._resolver.failed()
            self.problem = self._reason(error)
            self.resolving = False
            if self._stream is not None:
                self._stream.close()
                self._stream = None

    return PatientDialer


class _Resolver:
    """In the place of the firmware's."""

    def __init__(self, pool: MqttNetwork, _wifi: object, host: str, _stalls: object) -> None:
        self._resolver = Resolver(pool.sockets.names, host, pool.stir)

    @property
    def address(self) -> tuple[socket.AddressFamily, str] | None:
        return self._resolver.address

    @property
    def problem(self) -> str:
        error = self._resolver.problem
        return getattr(error, "strerror", None) or str(error)

    def ready(self, _now: int) -> bool:
        return self._resolver.ready()

    def failed(self) -> None:
        self._resolver.failed()

    def worked(self) -> None:
        self._resolver.worked()
