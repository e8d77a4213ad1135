# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The settings of whoever speaks with chargers over an MQTT broker: the central system and the bridge."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chargerctl.errors import InputError
from chargerctl.files import read_file
from chargerctl.settings.kinds import HostPorts, file, flag, host_ports, text, topic
from chargerctl.settings.programs import key

_PASSWORD_FILE = 4096


@dataclass(frozen=True)
class BrokerSettings:
    """The broker that runs already, and the topics on it."""

    broker: HostPorts | None = key(
        host_ports(1883, {"none": None}),
        "none",
        "An MQTT broker that runs already, such as mosquitto; of a cluster its nodes, with commas between them: the next is "
        "tried where one is gone.",
    )
    broker_user: str = key(text(0, 512, "NAME"), "", "User name for `broker`; empty for none.")
    broker_password: str = key(text(0, 1024), "", "Password for `broker`.", secret=True)
    broker_password_file: Path | None = key(
        file(), "", "File with the password for `broker` in its first line, in place of `broker_password`."
    )
    broker_tls: bool = key(flag(), "false", "Encrypt the connection to `broker`.")
    broker_ca: Path | None = key(
        file(), "", "PEM file of the certificates to trust for `broker`; empty: those of this computer."
    )
    charger_topic: str = key(
        topic(), "/charger/{serial}", "Topic of the chargers' messages: their [mqtt] publish_topic."
    )
    system_topic: str = key(
        topic(), "/system/{serial}", "Topic of the messages to a charger: its [mqtt] subscribe_topic."
    )

    @property
    def broker_secret(self) -> str:
        """The password for `broker`, from wherever it is; InputError where its file cannot be read."""
        return password_of(self.broker_password, self.broker_password_file, "broker_password_file")


def password_of(password: str, path: Path | None, setting: str) -> str:
    """The password, or the first line of its file where there is one. setting: that names the file. InputError."""
    if path is None:
        return password
    try:
        data = read_file(path, _PASSWORD_FILE)
        return data.decode().partition("\n")[0].rstrip("\r")
    except FileNotFoundError:
        raise InputError(f"{path}: file not found ({setting})") from None
    except UnicodeError:
        raise InputError(f"{path}: is not UTF-8") from None
