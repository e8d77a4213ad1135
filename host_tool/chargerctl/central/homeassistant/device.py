# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What Home Assistant is told about a charger, so that it makes a device with entities of it. Pure.

One message for the whole device (device discovery, from Home Assistant 2024.11 on): all entities come and go together, and
the device is removed by one empty message. Versions before would need one message for each entity.

Facts, from components/ in the package homeassistant 2026.11.0 on PyPI (home-assistant/core at this tag):
  - mqtt/schemas.py, DEVICE_DISCOVERY_SCHEMA: `device`, `components` and `origin`; each component has `platform` and
    `unique_id`. A device needs `identifiers`; an origin needs `name`. SHARED_OPTIONS: `availability`, `availability_mode`
    and `state_topic` count for all components that have none of their own.
  - mqtt/schemas.py, _MQTT_AVAILABILITY_LIST_SCHEMA: where several topics must all say `online`, the mode is `all`; the
    default is `latest`.
  - sensor/const.py, DEVICE_CLASS_STATE_CLASSES and DEVICE_CLASS_UNITS: energy has `total` or `total_increasing` and not
    `measurement`, power has `measurement`; enum has no state class, and its `options` are all that it can be.
  - energy/validate.py, _async_validate_usage_stat: the energy dashboard takes energy in kWh with `total`, with or without
    `last_reset`, or with `total_increasing`.
  - sensor/recorder.py, compile_statistics(): a `total` begins again where its `last_reset` changes; without one it never
    does, and what it falls by is taken off. A `total_increasing` that falls below 0.9 of what it was has begun again at zero
    (reset_detected()): all that it shows would be counted once more.
  - mqtt/sensor.py, `last_reset_value_template` is for `total` alone; an empty one is ignored. A state of the text "None" is
    unknown (PAYLOAD_NONE), which is what a template makes of null.
  - mqtt/sensor.py and binary_sensor.py: the category of what cannot be changed is `diagnostic`, never `config`.
  - mqtt/switch.py: with a state_topic the switch shows what it says, and not the command.
"""

from __future__ import annotations

from typing import Any

from chargerctl import __version__
from chargerctl.central.homeassistant.names import Names
from chargerctl.central.live.state import STATUSES, State
from chargerctl.visible import visible_text

SWITCHES = ("charging", "in_service")
BUTTONS = ("reset", "unlock")

_DIAGNOSTIC = {"entity_category": "diagnostic"}
_CONFIG = {"entity_category": "config"}
_LONGEST = 100


def discovery(names: Names, state: State) -> dict[str, Any]:
    """The message for this charger. Its texts have no control characters, and are cut where they are long."""
    return {
        "device": _device(names, state),
        "origin": {"name": "chargerctl", "sw_version": __version__},
        "availability": [{"topic": names.alive}, {"topic": names.online(state.serial)}],
        "availability_mode": "all",
        "state_topic": names.state(state.serial),
        "components": {key: _component(names, state.serial, key, each) for key, each in _ENTITIES.items()},
    }


def shown(text: str, most: int = _LONGEST) -> str:
    """A text of strangers, on one line and not longer than this."""
    # Cut first: it may be megabytes. A lone surrogate is in no UTF-8.
    line = visible_text(text[: most + 1].encode("utf-8", "backslashreplace").decode())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _device(names: Names, state: State) -> dict[str, Any]:
    said = {
        "manufacturer": state.vendor,
        "model": state.model,
        "sw_version": state.firmware,
        "serial_number": state.serial,
    }
    return {
        "identifiers": [names.device(state.serial)],
        "name": shown(state.name.strip()) or state.serial,
        **{key: shown(text) for key, text in said.items() if text},
    }


def _component(names: Names, serial: str, key: str, entity: dict[str, Any]) -> dict[str, Any]:
    config = {"unique_id": f"{names.device(serial)}_{key}", **entity}
    if key in SWITCHES or key in BUTTONS:
        config["command_topic"] = names.command(serial, key)
    if key not in BUTTONS:
        config["value_template"] = f"{{{{ value_json.{key} }}}}"
    if key in _OF_THE_BOOKS:
        config["availability"] = [{"topic": names.alive}]
    return config


# What is known of a charger that is not connected, too.
_OF_THE_BOOKS = ("energy", "session_energy", "online", "error", "command")

_ENTITIES: dict[str, dict[str, Any]] = {
    "status": {
        "platform": "sensor",
        "name": "Status",
        "device_class": "enum",
        "options": list(STATUSES),
        "icon": "mdi:ev-station",
    },
    "power": {
        "platform": "sensor",
        "name": "Power",
        "device_class": "power",
        "state_class": "measurement",
        "unit_of_measurement": "W",
        "suggested_display_precision": 0,
    },
    "energy": {
        "platform": "sensor",
        "name": "Energy",
        "device_class": "energy",
        "state_class": "total",
        "unit_of_measurement": "kWh",
        "suggested_display_precision": 2,
    },
    "session_energy": {
        "platform": "sensor",
        "name": "Session energy",
        "device_class": "energy",
        "state_class": "total",
        "last_reset_value_template": "{{ value_json.session_began or '' }}",
        "unit_of_measurement": "kWh",
        "suggested_display_precision": 2,
    },
    "cable": {"platform": "binary_sensor", "name": "Cable", "device_class": "plug"},
    "online": {
        "platform": "binary_sensor",
        "name": "Connection",
        "device_class": "connectivity",
        **_DIAGNOSTIC,
    },
    "charging": {"platform": "switch", "name": "Charging", "icon": "mdi:battery-charging"},
    "in_service": {"platform": "switch", "name": "In service", "icon": "mdi:power", **_CONFIG},
    "reset": {"platform": "button", "name": "Restart", "device_class": "restart", **_CONFIG},
    "unlock": {"platform": "button", "name": "Unlock cable", "icon": "mdi:lock-open-variant", **_CONFIG},
    "error": {"platform": "sensor", "name": "Error", "icon": "mdi:alert-circle-outline", **_DIAGNOSTIC},
    "command": {
        "platform": "sensor",
        "name": "Last command",
        "icon": "mdi:message-reply-text",
        **_DIAGNOSTIC,
    },
}
