# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a setting of a program on this laptop can be: numbers, addresses, files, databases.

The reasons why a text is none of these repeat no part of it where it may hold a password.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from chargerctl.settings.table import MASK, board_check

_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?")
_PASSWORD_IN_URL = re.compile(r"(://[^:/@]*:).*@")
# libpq takes its own password, and that of a client's key, from the query, too.
_PASSWORD_IN_QUERY = re.compile(r"([?&](?:ssl)?password=)[^&]+", re.IGNORECASE)
_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql+psycopg://"
_POSTGRESQL_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True)
class Kind:
    """`check(text, folder)` gives the value, or ValueError with the reason; a relative path is one in `folder`.

    range: for a person; bare: written without quotes in the file; choices: texts to propose; shown: for a text that may have
    a password in it, the text without; metavar: what --help writes for the value.
    """

    range: str
    check: Callable[[str, Path], Any]
    bare: bool = False
    choices: tuple[str, ...] = ()
    is_path: bool = False
    shown: Callable[[str], str] | None = None
    metavar: str = "VALUE"


class HostPort(NamedTuple):
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this machine reach it."""
        if self.host.lower().rstrip(".") in ("localhost", "ip6-localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


class HostPorts(tuple[HostPort, ...]):
    """Where the nodes of one server are, at least one."""

    __slots__ = ()

    def __str__(self) -> str:
        return ",".join(map(str, self))


def _of_board(kind: str, low: Any, high: int) -> Callable[[str, Path], Any]:
    """As the board checks it, in the same words."""
    return lambda text, folder: board_check(("", kind, low, high, None if low else ""), text)


def whole(low: int, high: int, unit: str = "") -> Kind:
    """A whole number; unit: what is counted."""
    metavar = "SECONDS" if unit == "s" else "NUMBER"
    return Kind(f"{low} to {high} {unit}".rstrip(), _of_board("int", low, high), bare=True, metavar=metavar)


def flag() -> Kind:
    return Kind("`true` or `false`", _of_board("bool", 0, 0), bare=True, choices=("true", "false"))


def choice(*choices: str) -> Kind:
    listed = " or ".join(f"`{each}`" for each in choices)
    return Kind(listed, _of_board("choice", choices, 0), choices=choices)


def text(low: int, high: int, metavar: str = "TEXT") -> Kind:
    limits = f"{low} to {high}" if low else f"at most {high}"
    return Kind(f"{limits} characters", _of_board("text", low, high), metavar=metavar)


def topic() -> Kind:
    """An MQTT topic with {serial} in it."""
    return Kind("topic with `{serial}`, at most 100 characters", _of_board("topic", 1, 100), metavar="TOPIC")


def host_port(default_port: int, words: Mapping[str, object], lowest_port: int = 1) -> Kind:
    """HOST:PORT or HOST, as HostPort; or one of the words, as its value. lowest_port: 0 where the system may choose one."""
    listed = ", ".join(["`HOST:PORT`", *(f"`{word}`" for word in words)])

    def check(text: str, folder: Path) -> object:
        return words[text] if text in words else _host_port(text, default_port, lowest_port)

    return Kind(listed, check, choices=(*words, f"127.0.0.1:{default_port}"), metavar="HOST:PORT")


def host_ports(default_port: int, words: Mapping[str, object]) -> Kind:
    """HOST:PORT of each node of a cluster, with commas between them, as HostPorts; or one of the words, as its value."""
    one = host_port(default_port, {})

    def check(text: str, folder: Path) -> object:
        return (
            words[text]
            if text in words
            else HostPorts(one.check(each.strip(), folder) for each in text.split(","))
        )

    listed = ", ".join(["`HOST:PORT,…`", *(f"`{word}`" for word in words)])
    return Kind(listed, check, choices=(*words, f"127.0.0.1:{default_port}"), metavar="HOST:PORT,…")


def _host_port(text: str, default_port: int, lowest_port: int) -> HostPort:
    if "/" in text or "@" in text:
        raise ValueError("must be HOST:PORT: no scheme, no path, no user")
    bracketed = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::(\d{1,5}))?", text)
    plain = re.fullmatch(r"([^:\[\]]*)(?::(\d{1,5}))?", text)
    match = bracketed or plain
    if match is None:
        raise ValueError(
            "must be HOST:PORT, such as 127.0.0.1:1883; an IPv6 address goes in brackets, such as [::1]:1883"
        )
    host, port = match[1], int(match[2] or default_port)
    if bracketed:
        _check_ipv6(host)
    elif host.isdecimal():
        # An address as one number, for the system; for a person a port.
        raise ValueError(
            f"must be HOST:PORT: a port alone is 127.0.0.1:{host} (this computer) or 0.0.0.0:{host}"
        )
    elif not _HOST.fullmatch(host):
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:1883")
    if not lowest_port <= port <= 65535:
        raise ValueError(f"has a port that is not {lowest_port} to 65535")
    return HostPort(host, port)


def _check_ipv6(host: str) -> None:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        raise ValueError("has no IPv6 address in its brackets") from None


def host_names() -> Kind:
    """Names of hosts with commas between them, as a tuple, in lower case; empty for none."""

    def check(text: str, folder: Path) -> tuple[str, ...]:
        names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
        if len(text) > 1000 or not all(_HOST.fullmatch(name) for name in names):
            raise ValueError(
                "must be names such as charge.example.org, with commas: no scheme, no port, no path"
            )
        return names

    return Kind("names of hosts, with commas", check, metavar="NAMES")


def file() -> Kind:
    """The path of a file, as Path; None for an empty text."""

    def check(text: str, folder: Path) -> Path | None:
        _refuse_control(text)
        return folder / Path(text).expanduser() if text else None

    return Kind("path of a file", check, is_path=True, metavar="FILE")


def database() -> Kind:
    """A path (SQLite) or the URL of a database, as the URL."""

    def check(text: str, folder: Path) -> str:
        _refuse_control(text)
        scheme, found, rest = text.partition("://")
        if not text:
            raise ValueError("must not be empty")
        if not found:
            return _sqlite(text, folder)
        if scheme == "sqlite":
            if not rest.startswith("/") or rest == "/":
                raise ValueError("must be sqlite:///PATH, with three slashes, or the path alone")
            return _sqlite(rest[1:], folder)
        if scheme in _POSTGRESQL_SCHEMES:
            return _POSTGRESQL + rest
        raise ValueError("must be the path of a file, or postgresql://USER@HOST/NAME")

    return Kind(
        "path of a file, or `postgresql://USER@HOST/NAME`",
        check,
        choices=("postgresql://",),
        is_path=True,
        shown=shown_url,
        metavar="URL",
    )


def shared_database() -> Kind:
    """The URL of a database that several computers reach; "" for none."""

    def check(text: str, folder: Path) -> str:
        _refuse_control(text)
        scheme, _, rest = text.partition("://")
        if text and (scheme not in _POSTGRESQL_SCHEMES or not rest):
            raise ValueError("must be postgresql://USER@HOST/NAME")
        return _POSTGRESQL + rest if text else ""

    return Kind(
        "`postgresql://USER@HOST/NAME`", check, choices=("postgresql://",), shown=shown_url, metavar="URL"
    )


def _sqlite(path: str, folder: Path) -> str:
    if "?" in path or path.startswith(":"):
        raise ValueError("must be the path of a file, without a question mark, and without a colon in front")
    return f"{_SQLITE}{(folder / Path(path).expanduser()).absolute()}"


def _refuse_control(text: str) -> None:
    if any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text):
        raise ValueError("has a control character")
    if any(0xD800 <= ord(character) < 0xE000 for character in text):
        raise ValueError("is not UTF-8")


def shown_url(url: str) -> str:
    """The URL of a database for a person: without its password; a file's path alone."""
    if url.startswith(_SQLITE):
        return url.removeprefix(_SQLITE)
    without = _PASSWORD_IN_URL.sub(rf"\1{MASK}@", url)
    return _PASSWORD_IN_QUERY.sub(rf"\1{MASK}", without).replace("+psycopg", "", 1)


def has_password(url: str) -> bool:
    return any(each.search(url) for each in (_PASSWORD_IN_URL, _PASSWORD_IN_QUERY))
