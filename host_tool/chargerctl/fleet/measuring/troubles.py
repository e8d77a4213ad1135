# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Why a charger has no connection, in the words of a fleet: the firmware's name the settings of a board."""

from __future__ import annotations

import re

from chargerctl.fleet.plan import Plan

_OPTIONS = {
    "mqtt.broker": "--broker",
    "mqtt.port": "--broker",
    "mqtt.username": "--broker-user",
    "mqtt.password": "CHARGER_MQTT_PASSWORD or --broker-passwords",
    "mqtt.tls": "--broker-tls",
    "mqtt.ca_file": "--broker-ca",
}
_SETTING = re.compile("|".join(map(re.escape, _OPTIONS)))
_BROKER = re.compile(r"Broker \S+")


def trouble(plan: Plan, text: str) -> str:
    """text: as the firmware logs it."""
    if plan.broker is not None:
        return _SETTING.sub(lambda found: _OPTIONS[found[0]], text)
    if plan.target is not None:
        return text
    # There is nobody whom one could ask to mend it.
    what = _BROKER.sub("broker in memory", text.partition(" (")[0])
    return f"{what}: a fault of this run, by --chaos, a script or a customer"
