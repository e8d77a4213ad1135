# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The three files of mosquitto 2: configuration, passwords, rights. Pure: from values to text, and the values that a
configuration was made from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from chargerctl.central.accounts import Account
from chargerctl.central.broker.rights import Rights
from chargerctl.errors import InputError
from chargerctl.settings.kinds import HostPort

MARK = "# Written by `chargerctl central broker mosquitto`: run it again instead of editing this file."
_VALUES = "# values: "

# The central system takes no frame of more than 256 KB; the packet has topic and headers besides.
MAX_PACKET = 270_000


@dataclass(frozen=True)
class Values:
    """What mosquitto.conf is made from. It keeps them, so that the next run needs no options.

    address: where chargers connect, "" for every address of this computer. local_port: without TLS for programs on this
    computer, 0 for none. certificate, key, ca: files with absolute paths, "" without TLS. names: that the certificate was
    made for; none where it is somebody else's. home_assistant: it has accounts. user: mosquitto becomes this one when root
    starts it.
    """

    address: str = "127.0.0.1"
    port: int = 1883
    local_port: int = 0
    certificate: str = ""
    key: str = ""
    ca: str = ""
    names: tuple[str, ...] = ()
    programs: tuple[str, ...] = ("central",)
    home_assistant: bool = False
    user: str = "mosquitto"

    @property
    def local_only(self) -> bool:
        """Whether no charger reaches it."""
        return HostPort(self.address, self.port).is_loopback


def remembered(conf: str) -> dict[str, Any]:
    """The values in a mosquitto.conf of ours, by their names; what is damaged is left out."""
    (line,) = [line for line in conf.split("\n") if line.startswith(_VALUES)][:1] or ["{}"]
    try:
        found = json.loads(line.removeprefix(_VALUES))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return {}
    kinds = {each.name: type(each.default) for each in fields(Values)}
    lists = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    return {name: value for name, value in lists.items() if _is_a(kinds.get(name), value)}


def _is_a(kind: type | None, value: object) -> bool:
    # Not isinstance(): True is no port.
    return type(value) is kind and (
        not isinstance(value, tuple) or all(isinstance(each, str) for each in value)
    )


def conf_text(values: Values, folder: Path) -> str:
    """mosquitto.conf, for files in `folder` (absolute). InputError where a path cannot be written there."""
    listener = f"listener {values.port} {values.address}".rstrip()
    lines = [
        MARK,
        f"{_VALUES}{json.dumps(asdict(values))}",
        "",
        f"password_file {_path(folder / 'passwords')}",
        f"acl_file {_path(folder / 'acl')}",
        "allow_anonymous false",
        "# Only when root starts it.",
        f"user {values.user}",
        "",
        "# A client id is worth nothing: whoever uses another's would end its connection.",
        listener,
        "use_username_as_clientid true",
    ]
    if values.certificate:
        lines += [f"certfile {_path(values.certificate)}", f"keyfile {_path(values.key)}"]
    if values.local_port:
        lines += ["", "# For programs on this computer.", f"listener {values.local_port} 127.0.0.1"]
        lines += ["use_username_as_clientid true"]
    lines += [
        "",
        "# Nothing lies on the disk: chargers and central system announce themselves again when they come back.",
        "persistence false",
        "persistent_client_expiration 1h",
        f"max_packet_size {MAX_PACKET}",
        "max_queued_messages 10000",
        "max_queued_bytes 16000000",
        "# Neither bounds messages of QoS 0 for a central system that stalls. At the limit who sends loses its connection.",
        "memory_limit 256000000",
        "max_keepalive 600",
        "set_tcp_nodelay true",
        "",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
        "log_type notice",
        "log_type information",
        "log_timestamp_format %Y-%m-%dT%H:%M:%S%z",
        "",
    ]
    return "\n".join(lines)


def passwords_text(accounts: Iterable[Account]) -> str:
    """One line an account: its name and the hash of its password."""
    return "\n".join([MARK, *(f"{each.name}:{each.password}" for each in accounts), ""])


def passwords_in(text: str) -> dict[str, str]:
    """{name: hash} of such a file."""
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    return {name: password for name, _, password in (line.partition(":") for line in lines)}


def acl_text(rights: Iterable[Rights]) -> str:
    """What an account may do is listed, everything else is forbidden. Without %u and %c: a pattern would count for the
    accounts of programs, too, and a name with a wildcard in it would be one."""
    lines = [MARK]
    for each in rights:
        lines += ["", f"user {each.name}"]
        lines += [f"topic read {topic}" for topic in each.read]
        lines += [f"topic write {topic}" for topic in each.write]
    return "\n".join([*lines, ""])


def _path(path: Path | str) -> str:
    text = str(path)
    # mosquitto takes the rest of the line, without what is blank at its ends.
    if not text.isprintable() or text != text.strip():
        raise InputError(f"{text!r}: mosquitto.conf cannot name such a file: use another folder")
    return text


def values_with(before: Mapping[str, Any], given: Mapping[str, Any]) -> Values:
    """Given ones, else those from before, else the defaults."""
    return Values(**{**before, **{name: value for name, value in given.items() if value is not None}})
