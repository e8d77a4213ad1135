# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A sentence about each setting, for docs/settings.md, the example file, `init` and completion."""

SECTIONS = {
    "wifi": "The Wi-Fi network of the charger.",
    "charger": "The name of the charger, for the central system and on its display.",
    "mqtt": "The MQTT broker between the charger and its central system.",
    "ntp": "The time server.",
    "display": "What the display shows.",
    "ocpp": "OCPP 1.6. The central system may change the first three while the charger runs.",
    "hardware": "The parts that are wired to the board. Pins are names of its `board` module.",
    "safety": "How the relay is protected. The defaults are on the safe side.",
    "storage": "Where the journal is kept: transactions until they are delivered, and all else that outlasts a power cut.",
    "web": "CircuitPython's web workflow: files and console over Wi-Fi.",
}

# Comments above CircuitPython's own variables on the drive.
REASONS = {
    "CIRCUITPY_PYSTACK_SIZE": "Bytes for nested Python calls. The firmware needs at most 1536; the rest is a margin.",
    "CIRCUITPY_BLE_WORKFLOW": "No files and no console over Bluetooth. CircuitPython reads it from 10.3 on.",
}

HELP = {
    "wifi.ssid": "Name of the Wi-Fi network.",
    "wifi.password": "Its password, or its key of 64 hexadecimal digits; empty for an open network.",
    "charger.name": "Name that the display shows after a start.",
    "charger.model": "chargePointModel of BootNotification.",
    "charger.vendor": "chargePointVendor of BootNotification.",
    "charger.serial": "Unique name of this charger, also in its MQTT topics.",
    "mqtt.broker": "Host name or IPv4 address of the MQTT broker, as the charger reaches it.",
    "mqtt.port": "Port of the broker.",
    "mqtt.client_id": "MQTT client id; must be unique on the broker.",
    "mqtt.username": "User name for the broker; empty for none.",
    "mqtt.password": "Password for the broker.",
    "mqtt.tls": "Encrypt the connection to the broker. The handshake blocks the firmware for about 3 s.",
    "mqtt.ca_file": "Path on the drive of one PEM certificate to trust; empty: trust the board's own list.",
    "mqtt.keep_alive": "MQTT keep-alive in seconds; the broker reports the charger offline after 1.5 times that.",
    "mqtt.publish_topic": "Topic of the charger's messages; the retained online or offline is on …/connection below it.",
    "mqtt.subscribe_topic": "Topic of the central system's messages.",
    "ntp.server": "Time server.",
    "ntp.sync_interval_minutes": "Minutes between two requests to the time server.",
    "display.timezone_offset_hours": "Offset from UTC, in hours, of the time on the display; in steps of 0.25.",
    "ocpp.heartbeat_interval": "Seconds between heartbeats, until the central system sets an interval.",
    "ocpp.meter_value_sample_interval": "Seconds between meter values while charging; 0 for none.",
    "ocpp.connection_timeout": "Seconds to plug in after the card was presented, or to present a card after plugging in; "
    "at most stale_authorization_seconds.",
    "ocpp.authorize_timeout": "Seconds a card waits for an answer; without one offline_authorization decides. "
    "Shorter than stale_authorization_seconds by lock_settle_ms and half a second.",
    "ocpp.offline_authorization": "Accept unknown cards, too, while the central system does not "
    "answer (OCPP's AllowOfflineTxForUnknownId).",
    "ocpp.suspended_ev_seconds": "Status SuspendedEV when the meter has given no pulse for so long with the relay closed; "
    "0 for never. At 1000 pulses per kWh, 300 s without one is less than 12 W.",
    "hardware.board": "board_id of the board; auto: the board's own.",
    "hardware.relay_pin": "Output of the relay or contactor. Needs a strong pull to its off level.",
    "hardware.cable_pin": "Input of the cable contact: closed to ground when plugged in.",
    "hardware.lock_pin": "Output of the cable lock. It must release when unpowered.",
    "hardware.led_pin": "NeoPixel that shows the state of the charger.",
    "hardware.estop_pin": "Input of the emergency stop: normally closed to ground.",
    "hardware.feedback_pin": "Input of the contactor's auxiliary contact: closed to ground while the contactor is closed.",
    "hardware.service_pin": "Input of the service button: closed to ground when pressed. Clears a fault, or ends a charge.",
    "hardware.meter_pin": "Input of the meter's S0 pulses. On a Pico its GPIO must be odd.",
    "hardware.relay_active": "Level that closes the relay.",
    "hardware.relay_gate": "On RP2, let the chip's PIO open the relay within microseconds (auto) or only software (none).",
    "hardware.lock_active": "Level that engages the lock.",
    "hardware.card_reader": "Card reader (RFID) and its bus: a PN532 on I2C or SPI, or an RC522 (MFRC522) on SPI.",
    "hardware.reader_cs_pin": "Chip select of the reader on SPI.",
    "hardware.reader_irq_pin": "Interrupt line of a PN532; an RC522 needs none.",
    "hardware.display": "Type of the display, on I2C.",
    "hardware.display_address": "I2C address of the display.",
    "hardware.meter_pulses_per_kwh": "Pulses per kilowatt-hour, as printed on the meter; 0 for no meter.",
    "hardware.meter_type": "Type of the meter, for BootNotification; empty to leave it out.",
    "hardware.meter_serial": "Serial number of the meter, for BootNotification; empty to leave it out.",
    "hardware.meter_alarm_minutes": "Report PowerMeterFailure when the meter has given no pulse for so long with the relay "
    "closed; 0 for never. A full battery looks the same.",
    "safety.watchdog_seconds": "The watchdog resets the board after a hang of so many seconds; [mqtt] tls needs 5 or more.",
    "safety.max_stall_ms": "Longest time the program may block with the relay closed, for example to reconnect; "
    "a Pico W needs 500 to rejoin its Wi-Fi network during a charge.",
    "safety.cable_settle_ms": "How long the cable must be plugged in before the relay can close.",
    "safety.unplug_confirm_ms": "After a shorter unplug the relay is open, but the transaction goes on.",
    "safety.lock_settle_ms": "Time the lock needs to engage before the relay closes.",
    "safety.relay_settle_ms": "Time after opening the relay before the cable is unlocked.",
    "safety.min_off_seconds": "Shortest time between opening the relay and closing it again.",
    "safety.max_cycles_per_hour": "How often per hour the relay may close.",
    "safety.stale_authorization_seconds": "An authorization older than this does not start a charge.",
    "safety.feedback_ms": "Time the contactor has to follow the relay, by its auxiliary contact. Longer is a fault.",
    "safety.resume_after_power_loss": "The transaction goes on after a power loss, if the cable is in. Nobody sees "
    "who unplugs meanwhile, and one that ended in the moment of the power loss may go on.",
    "storage.kind": "Where transactions and what else must outlast a power cut are kept: files on the drive (which the "
    "laptop then cannot write, unless the service button is held at reset), nvm, or an FRAM on I2C. auto: files on a "
    "board without a USB drive, else nvm.",
    "storage.checkpoint_wh": "Energy after which the reading of a running transaction is written again: "
    "what a power cut may cost. Each write wears the flash: see docs/journal.md.",
    "storage.fram_address": "I2C address of the FRAM.",
    "web.api_password": "Password of the web workflow; empty switches it off.",
}

# Defaults that depend on other settings.
DEPENDS = {
    "mqtt.port": "1883, or 8883 with tls",
    "mqtt.client_id": "the serial",
    "storage.checkpoint_wh": "100, or 1000 in the nvm of an ESP32",
}
PIN_DEFAULT = "the board's own"

# Values in the example file for settings without a default.
EXAMPLES = {
    "wifi.ssid": "workshop",
    "mqtt.broker": "192.168.1.10",
    "charger.serial": "esp32c6-charger-000000",
}
