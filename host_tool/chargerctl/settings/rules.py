# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What settings must be together: pins against the board, and what is allowed but unwise."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from chargerctl.boards.catalogue import BOARDS, Board
from chargerctl.firmware_files import firmware_module
from chargerctl.settings.help import EXAMPLES
from chargerctl.settings.likeness import did_you_mean, nearest
from chargerctl.settings.problems import Problem
from chargerctl.settings.sources import Given
from chargerctl.settings.table import SETTINGS

_profiles = firmware_module("charger.hardware.profiles")
UNSAFE: dict[str, dict[str, str]] = _profiles.UNSAFE_OUTPUTS

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

# Without one of these the charger does not charge.
VITAL_PINS = ("relay_pin", "cable_pin", "lock_pin", "estop_pin")
# How long wifi.radio.connect blocks there before it joins: net/wifi.py declares it.
_RP2_JOIN_MS = 500

Values = Mapping[str, str | int | bool | None]


def check_together(values: Values, given: Mapping[str, Given], board: Board | None) -> list[Problem]:
    """Every rule that concerns several settings, or a setting and its board; None: board not known."""
    return [*_pins(values, given, board), *_unwise(values, given)]


def notes(values: Values, board: Board | None) -> list[str]:
    """What is right as it is, and still good to know."""
    found = []
    max_stall_ms = values["safety.max_stall_ms"]
    if board and board.is_rp2 and isinstance(max_stall_ms, int) and max_stall_ms < _RP2_JOIN_MS:
        found.append(
            f"safety.max_stall_ms: with {max_stall_ms}, {board.title} rejoins a lost Wi-Fi network only after the "
            f"charge: joining blocks for {_RP2_JOIN_MS} ms"
        )
    if values["web.api_password"]:
        found.append(
            "web.api_password: CircuitPython joins the network before the program starts and drives its pins: "
            "for up to 8 s, and on an ESP32 for as long as the network gives it no address"
        )
    return found


def _pins(values: Values, given: Mapping[str, Given], board: Board | None) -> list[Problem]:
    problems: list[Problem] = []
    profile = profile_of(board.board_id) if board else {}
    holder_of: dict[object, str] = {}
    asked = {role: given.get(f"hardware.{role}") for role in _roles_in_use(values)}
    # The board's own pins first, so that a mistake is reported where a person put a pin.
    for role in sorted(asked, key=lambda role: asked[role] is not None):
        said = asked[role]
        pin = (said.text if said else "") or profile.get(role, "none")
        if pin == "none":
            continue
        if said is not None and not _exists(pin, board):
            problems.append(Problem(said.place, f"{said.label}{_no_such_pin(pin, board)}"))
            continue
        contact = board.pins[pin] if board else pin
        holder = holder_of.setdefault(contact, role)
        if holder != role and said is not None:
            problems.append(Problem(said.place, f"{said.label}{pin} is {_holder(holder, asked)} already"))
            continue
        problems += _unfit(role, pin, said, board)
    named = given.get("hardware.board")
    if named and named.text not in (*BOARDS, "auto"):
        hint = _hint(nearest(named.text, BOARDS))
        message = f"{named.label}{named.text} is not a board chargerctl knows: its pins are not checked{hint}"
        problems.append(Problem(named.place, message, warning=True))
    return problems


def profile_of(board_id: str) -> dict[str, str]:
    """Which pin serves which part where the settings name none."""
    profile: dict[str, str] = _profiles.PROFILES[board_id]
    return profile


def pins_in_use(values: Values, board: Board) -> list[tuple[str, str]]:
    """(role, pin) of every part that is fitted, by the settings or else by the board's wiring."""
    profile = profile_of(board.board_id)
    named = [(role, values.get(f"hardware.{role}") or profile.get(role)) for role in _roles_in_use(values)]
    return [(role, str(pin)) for role, pin in named if pin and pin != "none"]


def _roles_in_use(values: Values) -> list[str]:
    roles = ["relay_pin", "cable_pin", "lock_pin", "led_pin", "estop_pin", "service_pin"]
    if values["hardware.meter_pulses_per_kwh"] != 0:
        roles.append("meter_pin")
    reader = values["hardware.card_reader"]
    if reader != "none":
        roles.append("reader_irq_pin")
    if reader == "pn532_spi":
        roles += ["reader_cs_pin", "sck", "mosi", "miso"]
    if reader == "pn532_i2c" or values["hardware.display"] != "none":
        roles += ["sda", "scl"]
    return roles


def _exists(pin: str, board: Board | None) -> bool:
    return pin in board.pins if board else any(pin in each.pins for each in BOARDS.values())


def _no_such_pin(pin: str, board: Board | None) -> str:
    if board is None:
        return f"{pin} is a pin of no board that chargerctl knows"
    return f"{board.title} has no pin {pin}{_hint(nearest(pin.upper(), board.pins, 0.5))}"


def _hint(near: str | None) -> str:
    return f"; {did_you_mean(near)}" if near else ""


def _holder(role: str, asked: Mapping[str, Given | None]) -> str:
    if role in _BUSES:
        return _BUSES[role]
    return f"hardware.{role}" + ("" if asked[role] else " (the board's own)")


def _unfit(role: str, pin: str, said: Given | None, board: Board | None) -> list[Problem]:
    """A pin that the board has, but not for this part."""
    if said is None:
        return []
    if board is None and any(profile_of(each).get(role) == pin for each in BOARDS):
        return []  # a wiring that is right for one board is probably meant for that
    boards = [board] if board else [each for each in BOARDS.values() if pin in each.pins]
    for each in boards:
        message = ""
        reason = UNSAFE.get(each.board_id, {}).get(pin)
        if reason and role in ("relay_pin", "lock_pin"):
            message = f"{pin} is not safe there on {each.title}: {reason}"
        elif role == "meter_pin" and each.is_rp2 and each.pins[pin] % 2 == 0:
            message = f"{pin} cannot count on {each.title}: the meter needs an odd GPIO"
        if message:
            # Without knowing the board it may be right.
            return [Problem(said.place, f"{said.label}{message}", warning=board is None)]
    return []


def _unwise(values: Values, given: Mapping[str, Given]) -> list[Problem]:
    """What is allowed, but hardly meant."""
    found: list[Problem] = []

    def warn(name: str, message: str) -> None:
        found.append(Problem(given[name].place, given[name].label + message, warning=True))

    broker = given["mqtt.broker"].text if "mqtt.broker" in given else ""
    if broker.lower().removesuffix(".") in PUBLIC_BROKERS:
        warn("mqtt.broker", f"{broker} is a public broker: anyone can read and command this charger there")
    elif broker and values["mqtt.tls"] is False and not is_local(broker):
        warn(
            "mqtt.broker",
            f"{broker} is not on the local network: without mqtt.tls all goes there in plain text",
        )
    if "mqtt.port" in given and values["mqtt.tls"] is not None:
        other = 1883 if values["mqtt.tls"] else 8883
        if values["mqtt.port"] == other:
            how = "without" if values["mqtt.tls"] else "with"
            warn(
                "mqtt.port",
                f"{other} is the port {how} tls, and mqtt.tls is {str(values['mqtt.tls']).lower()}",
            )
    serial = given["charger.serial"].text if "charger.serial" in given else ""
    if serial == EXAMPLES["charger.serial"]:
        warn("charger.serial", f"{serial} is the example's: chargers with one serial cut each other off")
    if values["mqtt.password"] and not values["mqtt.username"]:
        warn("mqtt.password", "is not sent without mqtt.username")
    if values["mqtt.ca_file"] and values["mqtt.tls"] is False:
        warn("mqtt.ca_file", "is not used without mqtt.tls")
    return found


def is_local(host: str) -> bool:
    """Whether a broker's name or address is one of the local network, as far as the name says."""
    host = host.lower().removesuffix(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_LOCAL_DOMAINS)
    return address.is_private or address.is_loopback or address.is_link_local
