# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The one table of settings of [central], and the file they are in: central.toml in the current folder, else in
chargerctl's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chargerctl.central import configuration_key
from chargerctl.central.broker.rights import HOME_ASSISTANT
from chargerctl.central.homeassistant.settings import SAME, HomeAssistantSettings
from chargerctl.errors import InputError
from chargerctl.files import state_folder
from chargerctl.mqtt.settings import BrokerSettings
from chargerctl.settings.kinds import HostPort, choice, database, file, flag, host_names, host_port, whole
from chargerctl.settings.programs import Loaded, Sources, find_file, key, load, pairs

SECTION = "central"
FILE = "central.toml"
BOOKS_FILE = "central.sqlite"
CONFIG_VARIABLE = "CHARGERCTL_CENTRAL_CONFIG"

_NO_FILE = "; `chargerctl central init` writes one"


@dataclass(frozen=True)
class CentralSettings(HomeAssistantSettings, BrokerSettings):
    """What `chargerctl central` does, and where. Without arguments: the defaults."""

    database: str = key(
        database(),
        BOOKS_FILE,
        "The books: a file (SQLite), or the URL of a PostgreSQL database. A relative path begins in the folder of the "
        "settings file. The default is in chargerctl's own folder, wherever the settings file is.",
    )
    listen: HostPort | None = key(
        host_port(1883, {"none": None}, lowest_port=0),
        "127.0.0.1:1883",
        "Where the MQTT broker of `central serve` itself listens; `none`: there is none. Not used with `broker`; "
        "the option --listen wins over a `broker` of the file.",
    )
    listen_certificate: Path | None = key(
        file(), "", "PEM file of the certificate for `listen`, with its chain: then it is TLS. Empty: no TLS."
    )
    listen_key: Path | None = key(file(), "", "PEM file of the private key of `listen_certificate`.")
    ocpp: HostPort | None = key(
        host_port(9000, {"none": None}, lowest_port=0),
        "none",
        "Where chargers that speak OCPP-J connect, as ws://HOST:PORT/SERIAL.",
    )
    ocpp_certificate: Path | None = key(
        file(),
        "",
        "PEM file of the certificate for `ocpp`, with its chain: then it is wss://. Empty: no TLS.",
    )
    ocpp_key: Path | None = key(file(), "", "PEM file of the private key of `ocpp_certificate`.")
    ocpp_without_password: bool = key(
        flag(),
        "false",
        "Let chargers that have no password in the books connect to `ocpp` from other machines, too (security profile "
        "0). From this computer they always may.",
    )
    ocpp_ping_interval: int = key(
        whole(0, 3600, "s"), "30", "Seconds between two pings on an idle connection of `ocpp`; 0: none."
    )
    http: HostPort | None = key(
        host_port(8080, {"none": None}, lowest_port=0),
        "none",
        "Where the web page is, its API and its metrics; `none`: nowhere. Beyond loopback addresses it needs an account: "
        "`chargerctl central user add`.",
    )
    http_certificate: Path | None = key(
        file(),
        "",
        "PEM file of the certificate for `http`, with its chain: then it is https://. Empty: no TLS.",
    )
    http_key: Path | None = key(file(), "", "PEM file of the private key of `http_certificate`.")
    http_hosts: tuple[str, ...] = key(
        host_names(),
        "",
        "Names under which browsers reach the web page beside the address of `http`, such as charge.example.org; needed "
        "behind a reverse proxy. A request for another name is refused.",
    )
    unknown_chargers: str = key(
        choice("auto", "accept", "refuse"),
        "auto",
        "What a charger gets that is not in the books. auto: accepted where `listen` and `ocpp` are loopback addresses and "
        "there is no `broker`, else refused.",
    )
    unknown_cards: str = key(
        choice("auto", "accept", "refuse"), "auto", "The same for cards that are not in the books."
    )
    learn: bool = key(
        flag(), "false", "Enter unknown chargers and cards in the books, as allowed. For the first day only."
    )
    heartbeat_interval: int = key(
        whole(10, 86400, "s"),
        "300",
        "Seconds between two signs of life of a charger that has nothing else to say.",
    )
    call_timeout: int = key(
        whole(1, 3600, "s"),
        "30",
        "Seconds that a charger has to answer a call, unless `central call --timeout` says so.",
    )
    keep_frames_days: int = key(whole(0, 3650, "days"), "30", "How long every frame is kept; 0: not at all.")
    keep_frames_mb: int = key(
        whole(0, 1000000, "MB"), "200", "How much of them is kept at most, all chargers together."
    )
    profile: Mapping[str, str] = pairs(
        "Configuration keys that every charger gets after it was accepted, such as MeterValueSampleInterval = 60.",
        check=configuration_key.check,
    )

    @property
    def only_here(self) -> bool:
        """Whether only programs on this computer can connect: the policy auto then accepts. Never with `broker`: its address
        says nothing about who reaches it."""
        return self.broker is None and all(
            where is None or where.is_loopback for where in (self.listen, self.ocpp)
        )

    @property
    def home_assistant_guest(self) -> str:
        """The name with which Home Assistant comes to the broker of `listen`; "" where it does not."""
        comes = self.home_assistant == SAME and self.broker is None
        return (self.home_assistant_user or HOME_ASSISTANT) if comes else ""

    def check_new_charger(self, serial: str) -> None:
        """InputError where it could not connect, for its serial is another account."""
        if serial == self.home_assistant_guest:
            raise InputError(
                f"{serial} is the account of Home Assistant at the broker of `serve`: give that another name "
                "(home_assistant_user)"
            )

    @property
    def default_books(self) -> bool:
        """Whether the books are where they are unless `database` names another place."""
        return self.database == f"sqlite:///{state_folder().absolute() / BOOKS_FILE}"

    def make_own_folder(self) -> None:
        """Make chargerctl's own folder, if the books are to be there: no other one is made. OSError."""
        if self.default_books:
            state_folder().mkdir(mode=0o700, parents=True, exist_ok=True)


def load_central(
    config: Path | None,
    environ: Mapping[str, str],
    options: Mapping[str, str] | None = None,
    commands: Sequence[str] = (),
) -> Loaded[CentralSettings]:
    """All sources in their order. config: the file that was named; None: the one that is found, if there is one.

    options: {setting: text}; commands: those whose options have variables that begin with CHARGERCTL_CENTRAL_, too.
    SettingsError with every mistake; InputError where the file cannot be read.
    """
    path = config or find_file(FILE, CONFIG_VARIABLE, environ)
    sources = Sources(path, environ, _one_broker(options or {}), state_folder(), commands, _NO_FILE)
    return load(CentralSettings, SECTION, sources)


def _one_broker(options: Mapping[str, str]) -> Mapping[str, str]:
    """An option wins over the file: who asks for `listen` does not want the file's `broker`. InputError for both."""
    if options.get("listen", "none") == "none":
        return options
    if options.get("broker", "none") != "none":
        raise InputError("give --listen or --broker, not both: with --broker the chargers come to that one")
    return {**options, "broker": "none"}
