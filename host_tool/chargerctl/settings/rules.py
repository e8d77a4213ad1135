# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Rules for several settings together: pins against the board, and warnings about what is allowed but unwise."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from chargerctl.boards.catalogue import BOARDS, Board
from chargerctl.firmware_files import firmware_module
from chargerctl.likeness import did_you_mean, nearest
from chargerctl.settings.help import EXAMPLES
from chargerctl.settings.problems import Problem
from chargerctl.settings.sources import Given
from chargerctl.settings.table import SETTINGS, board_check, board_settings
from chargerctl.settings.values import Values

_profiles = firmware_module("charger.hardware.profiles")
UNSAFE: dict[str, dict[str, str]] = {board: _profiles.unsafe_outputs(board) for board in _profiles.BOARDS}

# The pins that settings can name.
PINS = tuple(setting.key for setting in SETTINGS.values() if setting.kind == "pin")

PUBLIC_BROKERS = (
    "test.mosquitto.org",
    "broker.hivemq.com",
    "broker.mqttdashboard.com",
    "broker.emqx.io",
    "broker-cn.emqx.io",
    "mqtt.eclipseprojects.io",
    "mqtt.eclipse.org",
    "iot.eclipse.org",
    "public.mqtthq.com",
    "mqtt.fluux.io",
    "broker.losant.com",
    "public-mqtt-broker.bevywise.com",
)
_LOCAL_DOMAINS = (".local", ".lan", ".home", ".internal", ".localdomain", ".home.arpa", ".simulated")
_BUSES = {
    "sda": "the I2C bus",
    "scl": "the I2C bus",
    "sck": "the SPI bus",
    "mosi": "the SPI bus",
    "miso": "the SPI bus",
}

# The charger does not charge without all of these.
VITAL_PINS = tuple(key for key in PINS if SETTINGS[f"hardware.{key}"].vital)
_LONGEST_FOR_THE_WEB_WORKFLOW = 63  # bytes of CIRCUITPY_WIFI_PASSWORD
# What decides whether a relay can close before the authorisation lapses.
_IN_TIME = (
    "ocpp.connection_timeout",
    "ocpp.authorize_timeout",
    "safety.lock_settle_ms",
    "safety.stale_authorization_seconds",
)
# How long wifi.radio.connect blocks on RP2, as net/wifi.py declares it.
_RP2_JOIN_MS = 500


def check_together(values: Values, given: Mapping[str, Given], board: Board | None) -> list[Problem]:
    """What breaks a rule about several settings, or about a setting and its board; None: board not known."""
    return [*_pins(values, given, board), *_topics(values, given), *_unwise(values, given, board)]


def notes(values: Values, board: Board | None) -> list[str]:
    """What is not a mistake, but good to know."""
    found = []
    max_stall_ms = values.safety.max_stall_ms
    if board and board.is_rp2 and max_stall_ms < _RP2_JOIN_MS:
        found.append(
            f"safety.max_stall_ms: with {max_stall_ms}, {board.title} rejoins a lost Wi-Fi network only after the "
            f"charge: joining blocks for {_RP2_JOIN_MS} ms"
        )
    if values.web.api_password:
        found.append(
            "web.api_password: CircuitPython joins Wi-Fi before the firmware starts and sets its pins: that takes up to "
            "8 s, and on an ESP32 until the network assigns an address"
        )
    return found


def _pins(values: Values, given: Mapping[str, Given], board: Board | None) -> list[Problem]:
    problems: list[Problem] = []
    profile = profile_of(board.board_id) if board else {}
    holder_of: dict[object, str] = {}
    asked = {role: given.get(f"hardware.{role}") for role in _roles_in_use(values)}
    # The board's default pins first, so that a conflict is reported at the pin that a person set.
    for role in sorted(asked, key=lambda role: asked[role] is not None):
        own = asked[role]
        pin = (own.text if own else "") or profile.get(role, "none")
        if pin == "none":
            continue
        if own is not None and not _exists(pin, board):
            problems.append(own.problem(_no_such_pin(pin, board)))
            continue
        contact = board.pins[pin] if board else pin
        holder = holder_of.setdefault(contact, role)
        if holder != role and own is not None:
            problems.append(own.problem(f"{pin} is already used for {_holder(holder, asked)}"))
            continue
        problems += _unfit(role, pin, own, board)
    named = given.get("hardware.board")
    if named and named.text not in (*BOARDS, "auto"):
        hint = _hint(nearest(named.text, BOARDS))
        message = f"{named.text} is not a board that chargerctl knows: its pins are not checked{hint}"
        problems.append(named.problem(message, warning=True))
    return problems


def _topics(values: Values, given: Mapping[str, Given]) -> list[Problem]:
    """The board's own reason why the two topics do not go together, at the one that a person set."""
    try:
        board_settings.topics(values)
    except ValueError as error:
        named = [given[name] for name in ("mqtt.subscribe_topic", "mqtt.publish_topic") if name in given]
        return [each.problem(str(error)) for each in (named or [given["charger.serial"]])[:1]]
    return []


def profile_of(board_id: str) -> dict[str, str]:
    """{role: pin} of the board, for pins that are not in the settings."""
    profile: dict[str, str] = _profiles.profile(board_id)
    return profile


def pins_in_use(values: Values, board: Board) -> list[tuple[str, str]]:
    """(role, pin) of every part that is fitted, from the settings or else from the board's profile."""
    profile = profile_of(board.board_id)
    named = [(role, values.get(f"hardware.{role}") or profile.get(role)) for role in _roles_in_use(values)]
    return [(role, str(pin)) for role, pin in named if pin and pin != "none"]


def _roles_in_use(values: Values) -> list[str]:
    roles = ["relay_pin", "cable_pin", "lock_pin", "led_pin", "estop_pin", "feedback_pin", "service_pin"]
    hardware = values.hardware
    if hardware.meter_pulses_per_kwh != 0:
        roles.append("meter_pin")
    if hardware.display != "none" or values.storage.kind == "fram":
        roles += ["sda", "scl"]
    return list(dict.fromkeys((*roles, *hardware.reader_pins.split())))


def _exists(pin: str, board: Board | None) -> bool:
    return pin in board.pins if board else any(pin in each.pins for each in BOARDS.values())


def _no_such_pin(pin: str, board: Board | None) -> str:
    if board is None:
        return f"no board that chargerctl knows has a pin {pin}"
    return f"{board.title} has no pin {pin}{_hint(nearest(pin.upper(), board.pins, 0.5))}"


def _hint(near: str | None) -> str:
    return f"; {did_you_mean(near)}" if near else ""


def _holder(role: str, asked: Mapping[str, Given | None]) -> str:
    if role in _BUSES:
        return _BUSES[role]
    return f"hardware.{role}" + ("" if asked[role] else " (the board's default)")


def _unfit(role: str, pin: str, own: Given | None, board: Board | None) -> list[Problem]:
    """A mistake if the board has the pin, but it cannot be used for this part."""
    if own is None:
        return []
    if board is None and any(profile_of(each).get(role) == pin for each in BOARDS):
        return []  # it is in the profile of a board, which is probably the one that is meant
    boards = [board] if board else [each for each in BOARDS.values() if pin in each.pins]
    for each in boards:
        message = ""
        reason = UNSAFE.get(each.board_id, {}).get(pin)
        if reason and role in ("relay_pin", "lock_pin"):
            message = f"{pin} is not safe for relay or lock on {each.title}: {reason}"
        elif reason and role == "feedback_pin":
            # A contactor that is stuck closed holds it to ground.
            message = f"{pin} on {each.title} is better free at a start: {reason}"
            return [own.problem(message, warning=True)]
        elif role == "meter_pin" and each.is_rp2 and each.pins[pin] % 2 == 0:
            message = f"{pin} cannot count pulses on {each.title}: the meter needs an odd GPIO number"
        if message:
            # A warning if the board is not known: the pin may be right on it.
            return [own.problem(message, warning=board is None)]
    return []


def _unwise(values: Values, given: Mapping[str, Given], board: Board | None) -> list[Problem]:
    """Warnings about what is allowed, but probably not meant."""
    found: list[Problem] = []

    def warn(name: str, message: str) -> None:
        found.append(given[name].problem(message, warning=True))

    hardware = values.hardware
    unused = {
        key: f"card_reader {hardware.card_reader}"
        for key in ("reader_cs_pin", "reader_irq_pin")
        if key not in hardware.reader_pins
    }
    if hardware.display == "none":
        unused["display_address"] = "display none"
    if hardware.feedback_pin == "none" and "safety.feedback_ms" in given:
        warn("safety.feedback_ms", "is not used without hardware.feedback_pin")
    for key, part in unused.items():
        name = f"hardware.{key}"
        if name in given and given[name].text not in ("", "none"):
            warn(name, f"is not used with {part}")
    # As they were set: the values are bounded already.
    asked = {
        name: board_check(SETTINGS[name].row, given[name].text) if name in given else SETTINGS[name].row[4]
        for name in _IN_TIME
    }
    name, limit = "ocpp.connection_timeout", asked["safety.stale_authorization_seconds"]
    if asked[name] > limit:
        warn(
            name if name in given else "safety.stale_authorization_seconds",
            f"ocpp.connection_timeout ({asked[name]}) is longer than safety.stale_authorization_seconds ({limit}): "
            f"{limit} is used",
        )
    for name, reason, _ in board_settings.late(asked):
        near = [each for each in (name, "safety.stale_authorization_seconds") if each in given]
        warn(near[0], reason if near[0] == name else f"{name} {reason}")
    mqtt = values.mqtt
    broker = given["mqtt.broker"].text if "mqtt.broker" in given else ""
    if broker.lower().removesuffix(".") in PUBLIC_BROKERS:
        warn(
            "mqtt.broker",
            f"{broker} is a public broker: anyone can read what this charger sends, and control it",
        )
    elif broker and mqtt.tls is False and not is_local(broker):
        warn(
            "mqtt.broker",
            f"{broker} is not on the local network: without mqtt.tls everything is sent in plain text, passwords too",
        )
    if "mqtt.port" in given and mqtt.tls is not None:
        other = 1883 if mqtt.tls else 8883
        if mqtt.port == other:
            how = "without" if mqtt.tls else "with"
            warn("mqtt.port", f"{other} is the usual port {how} TLS, but mqtt.tls is {str(mqtt.tls).lower()}")
    if broker.endswith((".255", ".0")) and broker.count(".") == 3:
        warn("mqtt.broker", f"{broker} is in most networks not the address of a machine")
    if values.web.api_password and len(str(values.wifi.password)) > _LONGEST_FOR_THE_WEB_WORKFLOW:
        warn(
            "web.api_password",
            "CircuitPython joins Wi-Fi for the web workflow only with a password of at most 63 bytes, "
            "not with a key of 64 digits: set wifi.password to the passphrase",
        )
    serial = given["charger.serial"].text if "charger.serial" in given else ""
    if serial == EXAMPLES["charger.serial"]:
        warn(
            "charger.serial",
            f"{serial} is the serial of the example: chargers with the same serial disconnect each other",
        )
    if mqtt.password and not mqtt.username:
        warn("mqtt.password", "is not sent without mqtt.username")
    if mqtt.ca_file and mqtt.tls is False:
        warn("mqtt.ca_file", "is not used without mqtt.tls")
    kind = values.storage.kind
    if "storage.fram_address" in given and kind != "fram":
        warn("storage.fram_address", f"is not used with storage.kind {kind}")
    if kind == "file" and "storage.kind" in given and board and board.has_drive:
        service = values.get("hardware.service_pin") or profile_of(board.board_id).get("service_pin", "none")
        if service == "none":
            warn(
                "storage.kind",
                "with file the laptop cannot write the drive, and without hardware.service_pin nothing gives it back",
            )
    return found


def is_local(host: str) -> bool:
    """Whether a broker is on the local network, judged by its name or address alone."""
    host = host.lower().removesuffix(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_LOCAL_DOMAINS)
    return address.is_private or address.is_loopback or address.is_link_local
