# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where the MQTT chargers are, from the settings."""

from __future__ import annotations

from chargerctl.central.settings import CentralSettings
from chargerctl.mqtt.connection import Broker
from chargerctl.mqtt.topics import Topics
from chargerctl.ocppj import client_tls
from chargerctl.settings.kinds import HostPorts


def broker_at(settings: CentralSettings, where: HostPorts) -> Broker:
    """A broker that runs already, with the account of the settings. ChargerctlError if one of their files cannot be used."""
    tls = settings.broker_tls or settings.broker_ca is not None
    context = client_tls(settings.broker_ca) if tls else None
    (host, port), *others = where
    return Broker(host, port, settings.broker_user, settings.broker_secret, context, others=tuple(others))


def topics_of(settings: CentralSettings) -> Topics:
    """InputError where they do not have the serial in a level of its own."""
    return Topics(settings.charger_topic, settings.system_topic)
