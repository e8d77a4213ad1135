# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The settings of [central] for Home Assistant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chargerctl.central import cards
from chargerctl.central.homeassistant.names import is_base
from chargerctl.mqtt.settings import password_of
from chargerctl.settings.kinds import HostPort, Kind, file, flag, host_port, text
from chargerctl.settings.programs import key

SAME = "same"


def _base() -> Kind:
    def check(text: str, folder: Path) -> str:
        if not is_base(text):
            raise ValueError("must be 1 to 32 letters, digits, _ or -, and not homeassistant")
        return text

    return Kind("1 to 32 letters, digits, `_`, `-`", check, metavar="TOPIC")


def _card() -> Kind:
    def check(text: str, folder: Path) -> str:
        return cards.uid(text) if text else ""

    return Kind("at most 20 printable ASCII characters", check, metavar="CARD")


@dataclass(frozen=True)
class HomeAssistantSettings:
    """At which broker Home Assistant finds the chargers, and what it may do with them."""

    home_assistant: HostPort | str | None = key(
        host_port(1883, {"none": None, SAME: SAME}),
        "none",
        "The MQTT broker over which Home Assistant finds the chargers: `same`, that of the chargers (`broker`, or else "
        "`listen`), or another one.",
    )
    home_assistant_user: str = key(
        text(0, 512, "NAME"),
        "",
        "User name at that broker, not the one of Home Assistant itself; empty: none. With `same` and a `broker_user` it is "
        "another account than that one. With a broker of `listen`: the one that Home Assistant itself connects with, "
        "`homeassistant` if it is empty.",
    )
    home_assistant_password: str = key(text(0, 1024), "", "Password for it.", secret=True)
    home_assistant_password_file: Path | None = key(
        file(), "", "File with that password in its first line, in place of `home_assistant_password`."
    )
    home_assistant_tls: bool = key(
        flag(), "false", "Encrypt the connection to another broker; `same` is as the chargers' broker is set."
    )
    home_assistant_ca: Path | None = key(
        file(), "", "PEM file of the certificates to trust for it; empty: those of this computer."
    )
    home_assistant_topic: str = key(
        _base(),
        "chargerctl",
        "First level of the topics of what is published, and beginning of the ids in Home Assistant. Two central systems at "
        "one broker need two.",
    )
    home_assistant_card: str = key(
        _card(),
        "HOMEASSISTANT",
        "Card that a session starts with that Home Assistant starts; empty: it can start none.",
    )

    @property
    def home_assistant_secret(self) -> str:
        """The password, from wherever it is; InputError where its file cannot be read."""
        return password_of(
            self.home_assistant_password, self.home_assistant_password_file, "home_assistant_password_file"
        )
