# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Puts the broker's files together: what was asked for, what was asked for before, and the chargers of the books."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from chargerctl.central.accounts import Account
from chargerctl.central.broker import certificates
from chargerctl.central.broker import folder as writing
from chargerctl.central.broker.folder import File
from chargerctl.central.broker.mosquitto import (
    MARK,
    Values,
    acl_text,
    conf_text,
    passwords_in,
    passwords_text,
    remembered,
    values_with,
)
from chargerctl.central.broker.rights import DOCTOR, OF_HOME_ASSISTANT, has_valid_name, rights
from chargerctl.central.broker.secured import CA, SERVER, SERVER_KEY, secure
from chargerctl.central.homeassistant.names import Names
from chargerctl.central.passwords import hash_password, password_matches
from chargerctl.errors import InputError
from chargerctl.mqtt.topics import Topics
from chargerctl.settings.kinds import HostPort

CONF, PASSWORDS, ACL = "mosquitto.conf", "passwords", "acl"

_GENERATED = re.compile(rb"[\x21-\x7e]{8,200}\n?")


@dataclass(frozen=True)
class Done:
    """changed: names of the files that were written, in `folder`. left_out: {serial: why it has no account}. host: the name
    or address under which chargers find the broker, "" where it is not known. notes: what the owner should know."""

    folder: Path
    values: Values
    changed: list[str]
    is_new: bool
    chargers: list[str]
    left_out: Mapping[str, str]
    host: str
    notes: Sequence[str]

    @property
    def next_step(self) -> str:
        """start, restart, reload or nothing: mosquitto reads passwords, rights and certificates again at a SIGHUP, its
        listeners only at its start."""
        if self.is_new:
            return "start"
        if CONF in self.changed:
            return "restart"
        return "reload" if {PASSWORDS, ACL, SERVER, SERVER_KEY} & {*self.changed} else "nothing"


def set_up(
    folder: Path,
    given: Mapping[str, Any],
    chargers: Iterable[Account],
    topics: Topics,
    now: datetime,
    names: Names | None = None,
) -> Done:
    """Write the files into `folder`. given: Values that were asked for; None: as before, else the default. names: where
    Home Assistant has accounts, its topics; None: the default ones.

    All or nothing. InputError for values that do not fit, or files of somebody else; ChargerctlError.
    """
    folder = Path(folder).absolute()
    writing.refuse_strangers(folder, (CONF, PASSWORDS, ACL), MARK)
    conf = writing.read(folder / CONF)
    values = _checked(folder, _combined(conf, given))
    known = sorted(chargers, key=lambda account: account.name)
    left_out = {each.name: _why_not(each) for each in known if _why_not(each)}
    admitted = [each for each in known if each.name not in left_out]
    home = (names or Names()) if values.home_assistant else None
    allowed = list(rights([each.name for each in admitted], values.programs, topics, home))
    secured = secure(folder, values, now)
    programs, secret_files = _programs(folder, (*values.programs, *(OF_HOME_ASSISTANT if home else ())))
    doctors = [replace(each, name=f"{each.name}{DOCTOR}") for each in admitted]
    of_broker = [
        File(ACL, acl_text(allowed).encode(), for_broker=True),
        File(PASSWORDS, passwords_text([*programs, *admitted, *doctors]).encode(), for_broker=True),
        File(CONF, conf_text(values, folder).encode(), for_broker=True),
    ]
    # In this order a crash between two of them leaves nobody with more rights than before.
    changed = writing.write_all(
        folder, [*secured.files, *secret_files, *of_broker], writing.owner_of(values.user)
    )
    return Done(
        folder,
        values,
        changed,
        conf is None,
        [each.name for each in admitted],
        left_out,
        secured.names[0]
        if secured.names
        else ""
        if values.address in ("", "0.0.0.0", "::")
        else values.address,
        [*_in_the_clear(values), *secured.notes],
    )


def _combined(conf: bytes | None, given: Mapping[str, Any]) -> Values:
    before = remembered(conf.decode("utf-8", "replace")) if conf else {}
    if given.get("names") and given.get("certificate"):
        raise InputError("--make-certificates makes what --cert and --key name: give one of them")
    if bool(given.get("certificate")) != bool(given.get("key")):
        raise InputError("--cert and --key belong together: give both")
    if given.get("ca") and not given.get("certificate"):
        raise InputError("--ca is the authority of --cert: give both; --make-certificates makes its own")
    if given.get("names"):
        before = {**before, "certificate": "", "key": "", "ca": ""}
    if given.get("certificate"):
        before = {**before, "names": (), "ca": ""}
    values = values_with(before, given)
    if (values.certificate or values.names) and not (before.get("certificate") or before.get("names")):
        # TLS is new: it has a port of its own, and is made for other computers.
        values = replace(
            values,
            address=given["address"] if given.get("address") is not None else "",
            port=given["port"] if given.get("port") is not None else 8883,
            local_port=given["local_port"] if given.get("local_port") is not None else 1883,
        )
    return values


def _checked(folder: Path, values: Values) -> Values:
    names = tuple(dict.fromkeys(map(certificates.check_name, values.names)))
    if names:
        values = replace(
            values,
            names=names,
            certificate=str(folder / SERVER),
            key=str(folder / SERVER_KEY),
            ca=str(folder / CA),
        )
    if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", values.user):
        raise InputError(f"--user {values.user!r} is no name of a user")
    is_local = values.address.startswith("127.") and not values.certificate
    if is_local or (not values.certificate and values.address in ("", "0.0.0.0")):
        values = replace(values, local_port=0)  # the listener serves them
    if values.local_port == values.port and values.address in ("", "0.0.0.0", "127.0.0.1", "::"):
        raise InputError(
            f"port {values.port} is there for chargers already: give programs on this computer another (--local-port)"
        )
    return values


def _why_not(charger: Account) -> str:
    if not has_valid_name(charger.name):
        return "its serial cannot be a user name at the broker: it can use OCPP-J"
    return "" if charger.password else "it has no password in the books"


def _in_the_clear(values: Values) -> list[str]:
    if values.certificate or HostPort(values.address, values.port).is_loopback:
        return []
    return [
        "warning: without TLS everybody in the network can read the chargers' passwords: --make-certificates NAME"
    ]


def _programs(folder: Path, names: Sequence[str]) -> tuple[list[Account], list[File]]:
    """Their accounts, and a file with the password of each. What is there already stays, and so does its hash."""
    hashes = passwords_in((writing.read(folder / PASSWORDS) or b"").decode("utf-8", "replace"))
    found, kept = [], []
    for name in names:
        file = f"{name}.password"
        content = writing.read(folder / file)
        if content is None:
            content = f"{secrets.token_urlsafe(24)}\n".encode()
        elif not _GENERATED.fullmatch(content):
            raise InputError(f"{folder / file}: is not one line of 8 to 200 printable characters")
        password = content.removesuffix(b"\n")
        stored = hashes.get(name, "")
        hashed = stored if password_matches(stored, password) else hash_password(password)
        found.append(Account(name, hashed))
        kept.append(File(file, content))
    return found, kept
