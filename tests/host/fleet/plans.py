# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Small fleets for tests, in virtual time."""

from chargerctl.fleet.plan import Plan, ScriptText
from chargerctl.simulator.network.ntp import START_UNIX

SETTINGS = {"CHARGER_WIFI_SSID": "w", "CHARGER_MQTT_BROKER": "b"}


def plan(count=3, **more):
    """Busy ones, for twenty minutes."""
    about = {
        "seed": 3,
        "settings": SETTINGS,
        "arrivals_h": 12.0,
        "stay_s": 300.0,
        "duration_s": 1200.0,
        "start_unix": START_UNIX,
    }
    return Plan(count, **{**about, **more})


def nobody(measured):
    """Who does not look at the sums."""


def script(text):
    """As Plan.scripts."""
    return (ScriptText("t.script", text, "."),)
