# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The one table of settings, shared by the board and the laptop, and what the settings mean together.

Pure: no board module, no file, no help text (the texts are on the laptop). The caller reads the values, from a file or
from the environment, and hands in a function that gives a variable's text, and checks.check.
"""

# Card readers: the value of [hardware] card_reader, which is also the driver's file in charger/hardware/, and the pins that
# it needs. With sda it is on the I2C bus, else on SPI.
READERS = (
    ("pn532_i2c", "sda scl reader_irq_pin"),
    ("pn532_spi", "sck mosi miso reader_cs_pin reader_irq_pin"),
    ("rc522", "sck mosi miso reader_cs_pin"),
    ("none", ""),
)

# name, kind, low, high (choice: low is the tuple of choices), default, flags.
# R  required: there is no default
# S  secret: never shown
# V  vital: a bad value has no safe default, so the charger stays Unavailable: what could close the relay
#    the wrong way round, use the wrong pin for it, talk in clear or to a stranger, or bill wrong energy.
# N  a bad value becomes "none": the profile's pin might be wired to something else
# An empty text is valid where the default is empty, even below the shortest length.
TABLE = (
    ("wifi.ssid", "bytes", 1, 32, None, "R"),
    ("wifi.password", "key", 8, 63, "", "SV"),
    ("charger.name", "text", 1, 50, "esp32c6 charger 001", ""),
    ("charger.model", "ascii", 1, 20, "ESP32-C6", ""),
    ("charger.vendor", "ascii", 1, 20, "GA Make", ""),
    ("charger.serial", "id", 1, 25, None, "R"),
    ("mqtt.broker", "host", 1, 253, None, "R"),
    ("mqtt.port", "int", 1, 65535, None, ""),  # None: 8883 with tls, else 1883
    ("mqtt.client_id", "text", 1, 64, "", ""),  # empty: the serial
    ("mqtt.username", "text", 0, 512, "", "V"),
    ("mqtt.password", "text", 0, 1024, "", "SV"),
    ("mqtt.tls", "bool", 0, 0, False, "V"),
    ("mqtt.ca_file", "path", 0, 100, "", "V"),
    ("mqtt.keep_alive", "int", 5, 600, 60, ""),
    ("mqtt.publish_topic", "topic", 1, 100, "/charger/{serial}", "V"),
    ("mqtt.subscribe_topic", "topic", 1, 100, "/system/{serial}", "V"),
    ("ntp.server", "host", 1, 253, "pool.ntp.org", ""),
    ("ntp.sync_interval_minutes", "int", 1, 10080, 240, ""),
    ("display.timezone_offset_hours", "num", -1200, 1400, 0, ""),
    ("ocpp.heartbeat_interval", "int", 10, 86400, 900, ""),
    ("ocpp.meter_value_sample_interval", "int", 0, 86400, 60, ""),
    ("ocpp.connection_timeout", "int", 5, 3600, 60, ""),
    ("ocpp.authorize_timeout", "int", 5, 60, 10, ""),
    ("ocpp.offline_authorization", "bool", 0, 0, False, ""),
    ("ocpp.suspended_ev_seconds", "int", 0, 3600, 300, ""),
    ("hardware.board", "id", 1, 64, "auto", ""),
    ("hardware.relay_pin", "pin", 1, 32, "", "V"),
    ("hardware.cable_pin", "pin", 1, 32, "", "V"),
    ("hardware.lock_pin", "pin", 0, 32, "", "V"),
    ("hardware.led_pin", "pin", 0, 32, "", "N"),
    ("hardware.estop_pin", "pin", 0, 32, "", "V"),
    ("hardware.feedback_pin", "pin", 0, 32, "none", "V"),
    ("hardware.service_pin", "pin", 0, 32, "", "N"),
    ("hardware.meter_pin", "pin", 0, 32, "", "N"),
    ("hardware.relay_active", "choice", ("high", "low"), 0, "high", "V"),
    ("hardware.relay_gate", "choice", ("auto", "none"), 0, "auto", ""),
    ("hardware.lock_active", "choice", ("high", "low"), 0, "high", "V"),
    ("hardware.card_reader", "choice", tuple([reader[0] for reader in READERS]), 0, "pn532_i2c", ""),
    ("hardware.reader_cs_pin", "pin", 0, 32, "", "N"),
    ("hardware.reader_irq_pin", "pin", 0, 32, "", "N"),
    ("hardware.display", "choice", ("ssd1306", "none"), 0, "ssd1306", ""),
    ("hardware.display_address", "hex", 0x3C, 0x3D, 0x3C, ""),
    ("hardware.meter_pulses_per_kwh", "int", 0, 100000, 1000, "V"),
    ("hardware.meter_type", "ascii", 0, 25, "", ""),
    ("hardware.meter_serial", "ascii", 0, 25, "", ""),
    ("hardware.meter_alarm_minutes", "int", 0, 60, 0, ""),
    ("safety.watchdog_seconds", "int", 2, 8, 8, ""),
    ("safety.max_stall_ms", "int", 0, 60000, 250, ""),
    ("safety.cable_settle_ms", "int", 0, 5000, 500, ""),
    ("safety.unplug_confirm_ms", "int", 0, 5000, 300, ""),
    ("safety.lock_settle_ms", "int", 0, 5000, 200, ""),
    ("safety.relay_settle_ms", "int", 0, 5000, 100, ""),
    ("safety.min_off_seconds", "int", 0, 600, 10, ""),
    ("safety.max_cycles_per_hour", "int", 1, 60, 20, ""),
    ("safety.stale_authorization_seconds", "int", 5, 600, 60, ""),
    ("safety.feedback_ms", "int", 50, 2000, 300, ""),
    ("safety.resume_after_power_loss", "bool", 0, 0, False, ""),
    ("storage.kind", "choice", ("auto", "nvm", "file", "fram"), 0, "auto", ""),
    ("storage.checkpoint_wh", "int", 10, 10000, None, ""),  # None: by the medium (hardware/medium.py)
    ("storage.fram_address", "hex", 0x50, 0x57, 0x50, ""),
    ("web.api_password", "bytes", 0, 41, "", "S"),
)

PREFIX = "CHARGER_"
_VALID = "safety.stale_authorization_seconds"


def spellings(name):
    """The variables that mean the setting `name` ("mqtt.broker"); the first is the one we write."""
    section, key = name.split(".")
    long = PREFIX + section.upper() + "_" + key.upper()
    if section == "charger":
        return (PREFIX + key.upper(), long)
    if name == "wifi.ssid":
        return (long, "CHARGER_WIFI_ID")  # published examples use it
    return (long,)


def load(check, getenv, unreadable=None, names=()):
    """Check every setting: (values, problems).

    check(row, text): as checks.check.
    getenv(variable): its text, or None where it is not set. Some versions give int or bool, or raise ValueError.
    unreadable: {variable: reason} of lines that could not be read; names: all variables that are set, to find
    misspelt ones.

    values: {"mqtt.broker": str, int or bool} with every key of TABLE; None where the charger must not run.
    timezone_offset_hours is in hundredths of an hour; a pin is "" for the board's own or "none".
    More: "hardware.reader_pins", the pins that the card reader needs, from READERS; "mqtt.topic_out" and
    "mqtt.topic_in", the two topics with the serial in them.
    problems: [(variable, reason, fatal)]; fatal: no safe default, so the relay must stay open.
    """
    unreadable = unreadable or {}
    values = {}
    problems = []
    known = {}
    for row in TABLE:
        name = row[0]
        default = row[4]
        flags = row[5]
        variables = spellings(name)
        for variable in variables:
            known[variable] = True
        try:
            text = _text(getenv, unreadable, variables)
            if text is None and "R" in flags:
                raise ValueError("is not set")
            values[name] = default if text is None else check(row, text)
        except ValueError as error:
            fatal = "R" in flags or "V" in flags
            values[name] = None if fatal else "none" if "N" in flags else default
            problems.append((variables[0], str(error), fatal))
    for variable in list(names) + [each for each in unreadable if each not in names]:
        if variable.upper().startswith(PREFIX) and variable not in known:
            # It may be a vital one, misspelt.
            problems.append((variable, "is not a setting", True))
    longest = values[_VALID]
    if values["ocpp.connection_timeout"] > longest:
        # Whoever plugs in later than that could not charge.
        values["ocpp.connection_timeout"] = longest
        reason = "is longer than %s: %d is used" % (_VALID, longest)
        problems.append((spellings("ocpp.connection_timeout")[0], reason, False))
    for name, reason, used in late(values):
        if used is not None:
            values[name] = used
        problems.append((spellings(name)[0], reason, False))
    if values["mqtt.port"] is None:
        values["mqtt.port"] = 8883 if values["mqtt.tls"] else 1883
    if values["mqtt.client_id"] == "":
        values["mqtt.client_id"] = values["charger.serial"]
    for name, pins in READERS:
        if name == values["hardware.card_reader"]:
            values["hardware.reader_pins"] = pins
    try:
        values["mqtt.topic_out"], values["mqtt.topic_in"] = topics(values)
    except ValueError as error:
        values["mqtt.topic_out"] = values["mqtt.topic_in"] = None
        problems.append((spellings("mqtt.subscribe_topic")[0], str(error), True))
    return values, problems


def late(values):
    """[(name, reason, the value that is used or None)] of settings with which an authorisation lapses before the relay may
    close for it."""
    # The last half second is for passes, and a stall.
    settled_s = (values["safety.lock_settle_ms"] + 1499) // 1000
    longest = values[_VALID] - settled_s
    if longest < 1:
        return [("safety.lock_settle_ms", "lets no charge begin: %s must be longer" % _VALID, None)]
    if values["ocpp.authorize_timeout"] > longest:
        reason = "leaves no time to close the relay within %s: %d is used" % (_VALID, longest)
        return [("ocpp.authorize_timeout", reason, longest)]
    return []


def topics(values):
    """(topic to publish on, topic to subscribe to), None where a setting is missing; ValueError where they clash."""
    serial = values["charger.serial"]
    made = []
    for name in ("mqtt.publish_topic", "mqtt.subscribe_topic"):
        if values[name] is None or serial is None:
            return None, None
        topic = values[name].replace("{serial}", serial)
        # The link's buffers are made for it.
        if len(topic) > 100:
            raise ValueError("with the serial, a topic has at most 100 characters, not %d" % len(topic))
        made.append(topic)
    # Below each hangs one more.
    out, into = made
    below = "/connection"
    if out in (into, into + below) or into == out + below:
        raise ValueError("needs another topic than the one to publish on, also with %s below it" % below)
    return made


def _text(getenv, unreadable, variables):
    found = None
    for variable in variables:
        if variable in unreadable:
            raise ValueError(unreadable[variable])
        try:
            text = getenv(variable)
        except UnicodeError:
            raise ValueError("is not UTF-8") from None
        except ValueError:
            raise ValueError('write it as NAME = "value"') from None
        if text is None:
            continue
        if not isinstance(text, str):
            text = str(text).lower()
        if found is not None and text != found:
            raise ValueError("differs from " + variable)
        found = text
    return found
