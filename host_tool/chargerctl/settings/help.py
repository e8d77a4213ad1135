# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What each setting is for, in a sentence: for docs/settings.md, the example file, `init` and `config show`."""

SECTIONS = {
    "wifi": "The network the charger joins.",
    "charger": "How the charger names itself to the central system and on its display.",
    "mqtt": "The broker between the charger and its central system.",
    "ntp": "Where the time comes from.",
    "display": "What the display shows.",
    "ocpp": "OCPP 1.6. The central system may change the first three while the charger runs.",
    "hardware": "What is wired to the board. Pins are names of its `board` module.",
    "safety": "How the relay is guarded. The defaults are the safe side.",
    "storage": "Where transactions wait until they are delivered.",
    "web": "CircuitPython's web workflow: files and console over Wi-Fi.",
}

# Written above CircuitPython's own variables on the drive.
REASONS = {
    "CIRCUITPY_PYSTACK_SIZE": "Bytes for nested Python calls. The charger is built for 1536; the rest is a margin.",
    "CIRCUITPY_BLE_WORKFLOW": "No files and no console over Bluetooth for people nearby. Read from CircuitPython 10.3 on.",
}

HELP = {
    "wifi.ssid": "Name of the Wi-Fi network.",
    "wifi.password": "Its password; empty for an open network.",
    "charger.name": "What the display shows at the start.",
    "charger.model": "chargePointModel of BootNotification.",
    "charger.vendor": "chargePointVendor of BootNotification.",
    "charger.serial": "Unique name of this charger, also in its MQTT topics: /charger/SERIAL and /system/SERIAL.",
    "mqtt.broker": "Host name or address of the MQTT broker.",
    "mqtt.port": "Port of the broker.",
    "mqtt.client_id": "MQTT client id; no two clients of a broker may share one.",
    "mqtt.username": "User name for the broker; empty for none.",
    "mqtt.password": "Password for the broker.",
    "mqtt.tls": "Encrypt the connection to the broker. A handshake blocks the charger for about 3 s.",
    "mqtt.ca_file": "Certificate to trust, one in PEM, as a path on the drive; empty for the board's own list.",
    "mqtt.keep_alive": "Seconds between signs of life; the broker declares the charger offline after 1.5 times that.",
    "ntp.server": "Time server.",
    "ntp.sync_interval_minutes": "Minutes between asking it.",
    "display.timezone_offset_hours": "Hours east of UTC for the time on the display, in steps of 0.25.",
    "ocpp.heartbeat_interval": "Seconds between heartbeats, until the central system says.",
    "ocpp.meter_value_sample_interval": "Seconds between meter values while charging; 0 for none.",
    "ocpp.connection_timeout": "Seconds to plug in after presenting a card, or the other way round.",
    "ocpp.offline_authorization": "Accept any card while the central system cannot be reached.",
    "hardware.board": "board_id of the board; auto asks the board itself.",
    "hardware.relay_pin": "Output of the relay or contactor. Needs a strong pull to its off level.",
    "hardware.cable_pin": "Input of the cable contact: closed to ground when plugged in.",
    "hardware.lock_pin": "Output of the cable lock. It must release when unpowered.",
    "hardware.led_pin": "NeoPixel that shows the state.",
    "hardware.estop_pin": "Input of the emergency stop: normally closed to ground.",
    "hardware.service_pin": "Input of the service button: closed to ground when pressed.",
    "hardware.meter_pin": "Input of the meter's S0 pulses. On a Pico its GPIO must be odd.",
    "hardware.relay_active": "Level at which the relay closes.",
    "hardware.relay_gate": "On RP2, let the chip's PIO open the relay within microseconds (auto) or only software (none).",
    "hardware.lock_active": "Level at which the lock engages.",
    "hardware.card_reader": "RFID reader and its bus.",
    "hardware.reader_cs_pin": "Chip select of the reader on SPI.",
    "hardware.reader_irq_pin": "Interrupt line of the reader.",
    "hardware.display": "Display on I2C.",
    "hardware.display_address": "I2C address of the display.",
    "hardware.meter_pulses_per_kwh": "Pulses per kilowatt-hour, as printed on the meter; 0 for no meter.",
    "safety.watchdog_seconds": "The board restarts when the program hangs for so long; [mqtt] tls needs 5 or more.",
    "safety.max_stall_ms": "Longest time the program may block with the relay closed, for example to reconnect; "
    "a Pico W needs 500 to rejoin its Wi-Fi network during a charge.",
    "safety.cable_settle_ms": "How long the cable must be plugged in before the relay may close.",
    "safety.unplug_confirm_ms": "A shorter unplug opens the relay but ends no transaction.",
    "safety.lock_settle_ms": "Time the lock needs to engage before the relay closes.",
    "safety.relay_settle_ms": "Time after opening the relay before the cable is unlocked.",
    "safety.min_off_seconds": "Shortest time between opening the relay and closing it again.",
    "safety.max_cycles_per_hour": "Most closings of the relay in an hour.",
    "safety.stale_authorization_seconds": "An authorization older than this does not start a charge.",
    "safety.resume_after_power_loss": "Go on with an interrupted transaction when the power is back.",
    "storage.kind": "auto chooses; file takes the drive from the laptop (the service button at reset gives it back).",
    "web.api_password": "Password of the web workflow; empty switches it off.",
}

# Defaults that depend on something else.
DEPENDS = {
    "mqtt.port": "1883, or 8883 with tls",
    "mqtt.client_id": "the serial",
}
PIN_DEFAULT = "the board's own"

# What the example file says where there is no default.
EXAMPLES = {
    "wifi.ssid": "workshop",
    "mqtt.broker": "192.168.1.10",
    "charger.serial": "esp32c6-charger-000000",
}
