# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Chargers over real sockets: each at one MQTT broker, or at a central system that speaks OCPP-J."""

from __future__ import annotations

import time
from pathlib import Path

from chargerctl.descriptors import enough_for
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.links.accounts import Accounts
from chargerctl.fleet.links.mqtt import BrokerAddress, Mqtt, MqttNetwork
from chargerctl.fleet.links.sockets import Sockets
from chargerctl.fleet.links.websocket import CentralSystem, WebSocketNetwork, WebSockets
from chargerctl.fleet.plan import Broker, Plan, Target
from chargerctl.fleet.realtime import RealTime
from chargerctl.simulator.machine.events import Events


class SocketWorld:
    """Of a plan that has a broker or a target."""

    def __init__(self, plan: Plan, real: RealTime, firmware: Firmware) -> None:
        """ChargerctlError where so many connections are not allowed; it and ValueError for certificates that cannot be
        used."""
        enough_for(len(plan.numbers))
        self._plan = plan
        self._sockets = Sockets(real)
        self._makes: Mqtt | WebSockets
        self._accounts = Accounts()
        if plan.broker is not None:
            self._accounts = _accounts(plan.broker)
            broker = BrokerAddress(plan.broker.host, plan.broker.port, plan.broker.tls, plan.broker.ca)
            self._makes = Mqtt(firmware, self._sockets, broker)
        else:
            assert plan.target is not None
            self._makes = WebSockets(firmware, self._sockets, _central_system(plan.target))

    def settings(self, number: int) -> dict[str, str]:
        """What of its settings is this charger's own."""
        user, password = self._accounts.of(self._plan.serial(number))
        if not user:
            return {}
        return {"CHARGER_MQTT_USERNAME": user, "CHARGER_MQTT_PASSWORD": password}

    def network(self, number: int, events: Events) -> MqttNetwork | WebSocketNetwork:
        return self._makes.network(self._plan.randrange(number, "network"))

    def conversation(self, number: int) -> None:
        """The central system is not ours."""

    def now_utc(self) -> int:
        return int(time.time())

    def close(self) -> None:
        self._sockets.close()


def _accounts(broker: Broker) -> Accounts:
    return Accounts(broker.user, broker.password, broker.passwords)


def _central_system(target: Target) -> CentralSystem:
    accounts = Accounts("{serial}", target.password, target.passwords)

    def password_of(serial: str) -> bytes | None:
        return accounts.of(serial)[1].encode() or None

    return CentralSystem(target.url, password_of, Path(target.ca) if target.ca else None)
