# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A serial port as a stream of bytes that can vanish, and come back under another name; pyserial, and paths of ptys."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from chargerctl.errors import ChargerctlError

_SPEED = 115_200  # means nothing to USB-Serial/JTAG; it is what UART bridges are set to
_EXCLUSIVE = True if os.name == "posix" else None  # Windows always is
_WRITE_S = 5.0  # a board whose ring is full holds the laptop back


class LostError(OSError):
    """The port is gone: unplugged, or the board resets."""


class Stream(Protocol):
    def read(self, timeout_s: float) -> bytes:
        """What has come, b"" when nothing did in this time. LostError."""

    def write(self, data: bytes) -> None:
        """LostError; a board that takes nothing for seconds is told like one that does not answer."""

    def close(self) -> None:
        """Never raises."""


class Ports(Protocol):
    """The ports of a machine, and its clock: handed in, so that a test has its own."""

    def open(self, name: str) -> Stream:
        """LostError where it is not there, ChargerctlError where it cannot be used."""

    def again(self, name: str) -> list[str]:
        """The names under which the board that was opened as `name` may be now. Never the name of another board's port."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class PortStream:
    """A Stream over what has pyserial's interface."""

    def __init__(self, port: Any) -> None:
        self._port = port
        self._slow: tuple[type[Exception], ...] = ()
        with suppress(ImportError):
            from serial import SerialTimeoutException

            self._slow = (SerialTimeoutException,)

    def read(self, timeout_s: float) -> bytes:
        try:
            self._port.timeout = timeout_s
            first: bytes = self._port.read(1)
            return first + self._port.read(self._port.in_waiting) if first else b""
        except (OSError, TypeError) as error:  # TypeError: pyserial, of a port that was closed meanwhile
            raise LostError(str(error)) from None

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except self._slow:
            return
        except (OSError, TypeError) as error:
            raise LostError(str(error)) from None

    def close(self) -> None:
        with suppress(OSError, TypeError):
            self._port.close()


def _serial() -> Any:
    try:
        import serial
    except ImportError:
        raise ChargerctlError(
            "a board on a serial port needs pyserial: pip install 'chargerctl[serial]'"
        ) from None
    return serial


def open_stream(name: str) -> Stream:
    """Opened as a terminal opens it, DTR and RTS both on at once: that resets no board. Errors as in Ports."""
    serial = _serial()
    try:
        port = serial.Serial(name, _SPEED, timeout=0, write_timeout=_WRITE_S, exclusive=_EXCLUSIVE)
    except (OSError, ValueError) as error:  # SerialException is an OSError
        number = getattr(error, "errno", None)
        if number == errno.EACCES or isinstance(error, PermissionError):
            raise ChargerctlError(
                f"{name} may not be opened by you: on Linux join the group that `ls -l {name}` shows, often dialout or "
                "uucp, then log out and in again; elsewhere close the program that has it open"
            ) from None
        if number in (errno.EAGAIN, errno.EBUSY):
            raise ChargerctlError(
                f"{name} is open in another program: close that terminal, then run this again"
            ) from None
        raise LostError(errno.ENODEV, "is not there, or is no serial port", name) from None
    return PortStream(port)


@dataclass(frozen=True)
class _Plug:
    """What USB says of a port. interface: its number on the device, which tells the two ports of one board apart."""

    vid: int | None
    pid: int | None
    number: str
    interface: str


class RealPorts:
    """Ports, by pyserial. listed: the ports of this machine, as pyserial lists them."""

    def __init__(
        self,
        listed: Callable[[], Iterable[Any]] | None = None,
        open_port: Callable[[str], Stream] = open_stream,
    ) -> None:
        self._comports = listed or _comports
        self._open_port = open_port
        self._first: dict[
            str, tuple[_Plug, bool]
        ] = {}  # of each name when it was opened first; and whether unique

    def open(self, name: str) -> Stream:
        stream = self._open_port(name)
        if name not in self._first:
            plugs = self._listed()
            plug = plugs.get(_device(name, plugs))
            if plug:
                unique = bool(plug.number) and list(plugs.values()).count(plug) == 1
                self._first[name] = plug, unique
        return stream

    def again(self, name: str) -> list[str]:
        """The port with the same serial number, where it was the only one with that; else only what has the same name, since
        whatever is typed into the port of another board ends its charge. Many serial chips have the same number."""
        if name not in self._first:
            return [name]
        first, unique = self._first[name]
        plugs = self._listed()
        device = _device(name, plugs)
        if not unique:
            return [name] if plugs.get(device, first) == first else []
        those = [name if other == device else other for other, plug in plugs.items() if plug == first]
        return those if len(those) == 1 else []

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def _listed(self) -> dict[str, _Plug]:
        return {
            port.device: _Plug(
                port.vid, port.pid, port.serial_number or "", (port.location or "").partition(":")[2]
            )
            for port in self._comports()
        }


def _comports() -> Iterable[Any]:
    from serial.tools import list_ports

    return list_ports.comports()


def _device(name: str, listed: Container[str]) -> str:
    """What a link such as /dev/charger1 leads to."""
    return name if name in listed else os.path.realpath(name)
