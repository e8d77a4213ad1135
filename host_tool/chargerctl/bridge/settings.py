# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The one table of settings of [bridge], and the file they are in: bridge.toml in the current folder, else in
chargerctl's own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from chargerctl.errors import InputError
from chargerctl.files import state_folder
from chargerctl.mqtt.settings import BrokerSettings
from chargerctl.serials import is_serial
from chargerctl.settings.kinds import HostPort, Kind, file, host_port, shared_database, text, whole
from chargerctl.settings.programs import Loaded, Sources, find_file, key, load, pairs

SECTION = "bridge"
FILE = "bridge.toml"
CONFIG_VARIABLE = "CHARGERCTL_BRIDGE_CONFIG"

HEX = "hex:"
"""Before a password that is given as the hexadecimal digits of its bytes, as the AuthorizationKey is."""

_PASSWORD_FILE = 4096


def endpoint(accounts: str = "write user, and passwords below [bridge.passwords]") -> Kind:
    """The URL of a central system, without the charger's identity (J 3.1.1). accounts: how a password is given instead."""

    def check(value: str, folder: Path) -> str:
        if not value:
            return ""
        # No reason repeats a part of it: there may be a password.
        try:
            parts = urlsplit(value)
        except ValueError:
            raise ValueError("must be a URL; an IPv6 address goes in brackets") from None
        if parts.scheme in ("http", "https"):
            raise ValueError(f"must begin with ws{parts.scheme[4:]}://, not with {parts.scheme}://")
        if parts.scheme not in ("ws", "wss") or "://" not in value:
            raise ValueError("must be a URL such as wss://host/path or ws://host:9000/path")
        if "@" in parts.netloc:
            raise ValueError(f"must have no user and no password in it: {accounts}")
        if parts.fragment or "#" in value or not value.isascii() or re.search(r"[\x00-\x20\x7f]", value):
            raise ValueError("must be a URL, percent-encoded, without spaces and without #")
        try:
            port = parts.port
        except ValueError:
            port = 0
        if not parts.hostname or port == 0:
            raise ValueError("must name a host, and a port from 1 to 65535 if it names one")
        return value

    return Kind("`ws://…` or `wss://…`", check, choices=("wss://", "ws://"), metavar="URL")


def serials() -> Kind:
    """Serials, with commas between them, as a tuple."""

    def check(value: str, folder: Path) -> tuple[str, ...]:
        if not value.strip():
            return ()
        found = tuple(each.strip() for each in value.split(","))
        for each in found:
            if not each:
                raise ValueError("has a comma without a serial before or after it")
            if not is_serial(each):
                raise ValueError(f"must be serials with commas between them: {each[:48]!r} is none")
        return found

    return Kind("serials, with commas between them", check, metavar="SERIAL,…")


@dataclass(frozen=True)
class BridgeSettings(BrokerSettings):
    """What `chargerctl bridge` does, and where."""

    to: str = key(
        endpoint(),
        "",
        "URL of the central system, without the charger: a slash and its serial are added. Required.",
    )
    user: str = key(
        text(0, 48, "NAME"),
        "",
        "User name for all chargers; empty: each one's own identity, as OCPP-J has it.",
    )
    password: str = key(
        text(0, 512),
        "",
        "Password of every charger that has none in [bridge.passwords]; `hex:` before the digits of its bytes.",
        secret=True,
    )
    ca: Path | None = key(
        file(),
        "",
        "PEM file of the certificates to trust for `to`; empty: those of this computer.",
    )
    only: tuple[str, ...] = key(serials(), "", "The chargers that are bridged; empty: all.")
    listen: HostPort | None = key(
        host_port(1883, {}, lowest_port=0),
        "127.0.0.1:1883",
        "Where the MQTT broker of `bridge` itself listens. Not used with `broker`.",
    )
    database: str = key(
        shared_database(),
        "",
        "The PostgreSQL database by which several bridges at one broker share the chargers; empty: this is the only bridge.",
    )
    ping: int = key(
        whole(0, 3600, "s"),
        "20",
        "Seconds between two pings, and how long the answer may take; 0: no pings.",
    )
    passwords: Mapping[str, str] = pairs("Passwords at the central system: SERIAL = PASSWORD.", secret=True)
    identities: Mapping[str, str] = pairs(
        "Chargers that the central system knows by another name: SERIAL = IDENTITY."
    )

    def identity(self, serial: str) -> str:
        """How the central system knows this charger."""
        return self.identities.get(serial, serial)

    def password_of(self, serial: str) -> bytes | None:
        """None: it has none."""
        given = self.passwords.get(serial, self.password)
        if not given:
            return None
        return bytes.fromhex(given[len(HEX) :]) if given.startswith(HEX) else given.encode()

    @property
    def password_in_clear_text(self) -> bool:
        """Whether a password leaves this computer without TLS."""
        parts = urlsplit(self.to)
        has_one = bool(self.password or self.passwords)
        return has_one and parts.scheme == "ws" and not HostPort(parts.hostname or "", 80).is_loopback

    def check(self) -> None:
        """What concerns several settings. InputError."""
        if not self.to:
            raise InputError(
                "--to is missing: the URL of the central system, such as wss://host/path (or to, below [bridge])"
            )
        if self.database and self.broker is None:
            raise InputError(
                "--database is for several bridges at one broker: name that one with --broker (or broker, below [bridge])"
            )
        if self.ca and urlsplit(self.to).scheme == "ws":
            raise InputError("--ca is for wss://: --to says ws://, without TLS")
        for name in (*self.passwords, *self.identities):
            if not is_serial(name):
                raise InputError(f"[bridge.passwords] and [bridge.identities]: {name!r} is no serial")
        for serial, identity in self.identities.items():
            if not is_serial(identity):
                raise InputError(
                    f"[bridge.identities] {serial}: must be 1 to 48 letters, digits and ._~!$&'()*,;=:@-, spaces inside"
                )
        for name, given in (("password", self.password), *self.passwords.items()):
            if given.startswith(HEX):
                try:
                    bytes.fromhex(given[len(HEX) :])
                except ValueError:
                    raise InputError(
                        f"password of {name}: after {HEX} there must be hexadecimal digits, two for each byte"
                    ) from None
        if self.user and ":" in self.user:
            raise InputError("user: must have no colon (RFC 7617)")


def load_bridge(
    config: Path | None,
    environ: Mapping[str, str],
    options: Mapping[str, str] | None = None,
    commands: Sequence[str] = (),
) -> Loaded[BridgeSettings]:
    """All sources in their order. SettingsError with every mistake, InputError where the file cannot be read."""
    path = config or find_file(FILE, CONFIG_VARIABLE, environ)
    found = load(BridgeSettings, SECTION, Sources(path, environ, options or {}, state_folder(), commands))
    found.values.check()
    return found
