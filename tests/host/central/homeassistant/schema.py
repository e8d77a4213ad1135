# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What Home Assistant demands of a discovery message, as far as ours go. Written down from its own code.

The package `homeassistant` itself is not used: it needs Python 3.14, and has 68 MB and dozens of others. Facts, from
components/ in its release 2026.11.0 on PyPI: mqtt/schemas.py (DEVICE_DISCOVERY_SCHEMA, MQTT_ENTITY_COMMON_SCHEMA,
MQTT_ORIGIN_INFO_SCHEMA), mqtt/config.py (MQTT_RO_SCHEMA, MQTT_RW_SCHEMA), mqtt/sensor.py,
binary_sensor.py, switch.py, button.py (DISCOVERY_SCHEMA), mqtt/util.py
(valid_topic, valid_publish_topic), mqtt/discovery.py (TOPIC_MATCHER), sensor/const.py (DEVICE_CLASS_UNITS,
DEVICE_CLASS_STATE_CLASSES), binary_sensor/__init__.py and button/__init__.py (device classes), energy/validate.py
(_async_validate_usage_stat), sensor/recorder.py (compile_statistics, reset_detected).

The last release for Python 3.11, 2024.3.3, has the schemas of single entities, though none of devices: those took every
entity of device.py once, when this was written.
"""

from __future__ import annotations

import re
from functools import cache

import jinja2

TOPIC = re.compile(
    r"homeassistant/(?P<component>\w+)/(?:(?P<node>[a-zA-Z0-9_-]+)/)?(?P<id>[a-zA-Z0-9_-]+)/config"
)

_DEVICE = {
    "identifiers",
    "manufacturer",
    "model",
    "name",
    "sw_version",
    "hw_version",
    "serial_number",
    "connections",
}
_MESSAGE = {
    "device",
    "origin",
    "components",
    "availability",
    "availability_mode",
    "state_topic",
    "command_topic",
    "qos",
}
_COMMON = {
    "platform",
    "unique_id",
    "name",
    "icon",
    "entity_category",
    "availability",
    "availability_mode",
    "device_class",
}
_READS = {"state_topic", "value_template"}
_WRITES = {"command_topic", "optimistic", "retain"}
_KEYS = {
    "sensor": _COMMON
    | _READS
    | {
        "state_class",
        "unit_of_measurement",
        "options",
        "last_reset_value_template",
        "suggested_display_precision",
    },
    "binary_sensor": _COMMON | _READS | {"payload_on", "payload_off"},
    "switch": _COMMON | _READS | _WRITES | {"payload_on", "payload_off", "state_on", "state_off"},
    "button": _COMMON | {"command_topic", "payload_press", "retain"},
}
_REQUIRED = {
    "sensor": {"state_topic"},
    "binary_sensor": {"state_topic"},
    "switch": {"command_topic"},
    "button": {"command_topic"},
}
_CLASSES = {
    "sensor": {"enum", "power", "energy"},
    "binary_sensor": {"plug", "connectivity", "battery_charging", "problem"},
    "switch": {"outlet", "switch"},
    "button": {"identify", "restart", "update"},
}
_UNITS = {
    "power": {"mW", "W", "kW", "MW", "GW", "TW"},
    "energy": {"Wh", "kWh", "MWh", "GWh", "J", "kJ", "MJ", "GJ"},
}
_STATE_CLASSES = {"power": {"measurement"}, "energy": {"total", "total_increasing"}, "enum": set()}
_ENVIRONMENT = jinja2.Environment(autoescape=False)
_DASHBOARD = {"total", "total_increasing"}
_LONGEST_STATE = 255


def check(topic, message):
    """Every entity as Home Assistant sees it, with what the message has for all of them; AssertionError."""
    found = TOPIC.fullmatch(topic)
    assert found, topic
    assert found["component"] == "device"
    assert message.keys() <= _MESSAGE
    assert {"device", "origin", "components"} <= message.keys()
    assert message["origin"]["name"]
    device = message["device"]
    assert device.keys() <= _DEVICE
    assert device["identifiers"] or device["connections"]
    assert all(isinstance(each, str) for key, each in device.items() if key != "identifiers")
    shared = {
        key: message[key] for key in ("availability", "availability_mode", "state_topic") if key in message
    }
    entities = {key: {**shared, **each} for key, each in message["components"].items()}
    for each in entities.values():
        _check_entity(each)
    ids = [each["unique_id"] for each in entities.values()]
    assert len(set(ids)) == len(ids)
    return entities


def takes_energy(entity):
    """Whether the energy dashboard takes this sensor."""
    return (
        entity["device_class"] == "energy"
        and entity["unit_of_measurement"] in _UNITS["energy"]
        and entity["state_class"] in _DASHBOARD
    )


def counted(entity, states):
    """What the energy dashboard has counted after these, the first of which is where it begins."""
    total, before = 0.0, states[0]
    for each in states[1:]:
        begins_again = entity["state_class"] == "total_increasing" and each < 0.9 * before
        assert "last_reset_value_template" not in entity
        total += each if begins_again else each - before
        before = each
    return total


def shown(entity, payload):
    """What Home Assistant shows of a sensor or a switch: None for unknown; AssertionError for what it would not take."""
    text = _render(entity["value_template"], payload)
    if text == "None":
        return None
    if entity["platform"] in ("switch", "binary_sensor"):
        assert text in ("ON", "OFF"), text
    elif "unit_of_measurement" in entity:
        float(text)
    else:
        assert len(text) <= _LONGEST_STATE
        assert text in entity.get("options", [text])
    return text


def last_reset(entity, payload):
    return _render(entity["last_reset_value_template"], payload)


@cache
def _template(text):
    return _ENVIRONMENT.from_string(text)


def _render(template, payload):
    return _template(template).render(value_json=payload)


def _check_entity(entity):
    platform = entity["platform"]
    # state_topic is for all, and means nothing to a button.
    assert entity.keys() - {"state_topic"} <= _KEYS[platform], entity
    assert _REQUIRED[platform] <= entity.keys()
    assert isinstance(entity["unique_id"], str)
    assert entity["name"] is None or entity["name"]
    assert entity.get("device_class") in {None, *_CLASSES[platform]}
    categories = {"diagnostic"} if platform in ("sensor", "binary_sensor") else {"diagnostic", "config"}
    assert entity.get("entity_category") in {None, *categories}
    assert re.fullmatch(r"mdi:[a-z0-9-]+", entity.get("icon", "mdi:power"))
    assert entity.get("availability_mode", "latest") in ("all", "any", "latest")
    for each in entity["availability"]:
        _check_topic(each["topic"])
    for key in ("state_topic", "command_topic"):
        if key in entity:
            _check_topic(entity[key])
    if platform == "sensor":
        _check_sensor(entity)


def _check_sensor(entity):
    kind = entity.get("device_class")
    if "state_class" in entity:
        assert kind is None or entity["state_class"] in _STATE_CLASSES[kind]
    if "unit_of_measurement" in entity and kind is not None:
        assert entity["unit_of_measurement"] in _UNITS[kind]
    if "options" in entity:
        assert entity["options"]
        assert kind == "enum"
        assert not {"state_class", "unit_of_measurement"} & entity.keys()
    if "last_reset_value_template" in entity:
        assert entity["state_class"] == "total"


def _check_topic(topic):
    assert 0 < len(topic.encode()) <= 65535
    assert not set(topic) & {"+", "#", "\0"}
    assert topic.isascii()
    assert topic.isprintable()
