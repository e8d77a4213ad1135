# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where a board is reached: the folder of its drive, a serial port, or a host on the network. Parsed here, once.

Every kind has: str() and file(), for messages; `flag`, the words that name it on a command line, quoted for a shell;
`digest`, the same for every spelling of the same place, for names of files on the laptop.
"""

from __future__ import annotations

import os
import re
import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from chargerctl.boards.uid import key, normal
from chargerctl.errors import InputError

AUTO = "auto"  # as a port: the one of the only board there is
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")  # two letters at least: D: is a drive of Windows
_WITH_PASSWORD = re.compile(
    r"(?![A-Za-z]:[\\/]).*:.*@", re.DOTALL
)  # USER:PASSWORD@ anywhere, not below a drive of Windows
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]|[\w.-]+)(?::(\d{1,5}))?/?")
_FORMS = "use the folder of a drive, serial:PORT, http://HOST[:PORT], or uid:UID"


def _digest(text: str) -> str:
    import hashlib  # slow to load, and needed only where a board is opened

    return hashlib.sha256(os.fsencode(text)).hexdigest()[:16]


@dataclass(frozen=True)
class _Place(ABC):
    """called: the name by which the user gave it (boards/named.py); "" for none."""

    called: str = field(default="", kw_only=True, compare=False)

    @property
    def flag(self) -> str:
        return shlex.quote(self.called) if self.called else self._flag

    @property
    @abstractmethod
    def _flag(self) -> str:
        """The option that names it, quoted for a shell."""


@dataclass(frozen=True)
class Folder(_Place):
    """The folder that a board's drive is mounted at, or any folder with the same files."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def _flag(self) -> str:
        return f"--drive {shlex.quote(str(self.path))}"

    @property
    def digest(self) -> str:
        return _digest(str(self._resolved))

    @property
    def _resolved(self) -> Path:
        try:
            return self.path.resolve()
        except FileNotFoundError:
            raise InputError(
                "the current folder does not exist any more: change to another, or name the whole path with --drive"
            ) from None
        except (OSError, RuntimeError):  # links in a circle
            return self.path.absolute()

    def file(self, path: str) -> str:
        return str(self.path / path)

    @property
    def is_named_as_a_drive(self) -> bool:
        return self.path.name.upper().startswith("CIRCUITPY")

    @property
    def is_a_drive(self) -> bool:
        """Whether a drive is mounted there, or would be by its name."""
        return self.is_named_as_a_drive or os.path.ismount(self._resolved)

    @property
    def is_blank(self) -> bool:
        """Whether this is an empty folder, but not one where a drive is mounted or would be."""
        return self.path.is_dir() and not self.is_a_drive and not any(self.path.iterdir())


@dataclass(frozen=True)
class SerialPort(_Place):
    """The console of a board: /dev/ttyACM0, COM3, the path of a pty, or AUTO."""

    port: str

    def __str__(self) -> str:
        return self.port if self.port != AUTO else "the serial port"

    @property
    def _flag(self) -> str:
        return f"--port {shlex.quote(self.port)}"

    def file(self, path: str) -> str:
        return f"{self}:/{path}"

    @property
    def digest(self) -> str:
        """/dev/serial/by-id/… is a link."""
        return _digest(f"serial:{os.path.realpath(self.port) if os.sep in self.port else self.port}")


@dataclass(frozen=True)
class WebHost(_Place):
    """A board's web workflow. host: as in a URL, an IPv6 address in brackets."""

    host: str
    port: int = 80

    def __str__(self) -> str:
        return self.host if self.port == 80 else f"{self.host}:{self.port}"

    @property
    def _flag(self) -> str:
        return f"--host {shlex.quote(str(self))}"

    def file(self, path: str) -> str:
        return f"{self}:/{path}"

    @property
    def digest(self) -> str:
        return _digest(f"http://{self.host.lower()}:{self.port}")


@dataclass(frozen=True)
class OfUid(_Place):
    """A board by its UID, wherever it is plugged in: boards/choice.py finds the way to it."""

    uid: str

    def __str__(self) -> str:
        return self.called or f"the board with UID {self.uid}"

    @property
    def _flag(self) -> str:
        return f"uid:{self.uid}"

    def file(self, path: str) -> str:
        return f"{self}:/{path}"

    @property
    def digest(self) -> str:
        return _digest(f"uid:{key(self.uid)}")


Address: TypeAlias = Folder | SerialPort | WebHost | OfUid


def no_names(text: str) -> Address | None:
    """For callers that know no named boards."""
    return None


def parse(text: str, named: Callable[[str], Address | None] = no_names) -> Address:
    """InputError for an unsupported form of address. named: looks a name up, and comes before a folder of that name."""
    if found := named(text):
        return found
    _refuse_password(text)
    scheme = _SCHEME.match(text)
    if not scheme or os.path.exists(text):  # noqa: PTH110 - Path raises for a name that is too long
        return folder(text)
    kind, rest = scheme[1].lower(), text[scheme.end() :]
    if kind == "serial":
        return serial_port(rest, "serial:")
    if kind == "http" and rest.startswith("//"):
        return web_host(rest[2:], "http://")
    if kind == "uid":
        return _of_uid(rest)
    raise InputError(f"{text}: chargerctl does not support {scheme[1]}: addresses: {_FORMS}")


def _refuse_password(text: str) -> None:
    """Others can read a command line, and a message would repeat it: only what follows the last @ is shown."""
    if _WITH_PASSWORD.match(text) and not os.path.exists(text):  # noqa: PTH110 - as above
        raise InputError(
            f"{text.rpartition('@')[2]}: an address has no user and no password: put it in the settings file, "
            "[web] api_password"
        )


def folder(text: str) -> Folder:
    if not text:
        raise InputError("--drive is empty: name the folder where the CIRCUITPY drive is mounted")
    return Folder(Path(text))


def serial_port(text: str, typed: str = "--port") -> SerialPort:
    """typed: what stood before it, for messages."""
    if not text:
        raise InputError(f"{typed} is empty: name a serial port such as /dev/ttyACM0 or COM3, or auto")
    _refuse_password(text)
    return SerialPort(AUTO if text.lower() == AUTO else text)


def web_host(text: str, typed: str = "--host ") -> WebHost:
    """HOST[:PORT]; a password is asked for elsewhere, and never stands in an address. typed: as in serial_port()."""
    _refuse_password(text)
    match = _HOST.fullmatch(text.removeprefix("http://"))
    port = int(match[2] or 80) if match else 0
    if not match or not 0 < port < 65536 or not _is_host(match[1]):
        shown = text.rpartition("@")[2]  # before it may be a password
        raise InputError(f"{typed}{shown}: is not HOST[:PORT], such as cpy-1a2b3c.local or 192.168.1.20:80")
    return WebHost(match[1], port)


def _is_host(host: str) -> bool:
    """Whether its labels are neither empty nor longer than 63 letters, so that it can be looked up."""
    try:
        return host.startswith("[") or bool(host.encode("idna"))
    except UnicodeError:
        return False


def _of_uid(text: str) -> OfUid:
    if not normal(text):
        raise InputError(
            f"uid:{text}: is no UID, such as uid:E66164084373532B; chargerctl devices shows them"
        )
    return OfUid(normal(text))
