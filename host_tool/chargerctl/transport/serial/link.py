# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A serial port as a stream of bytes that can vanish, and come back under another name; pyserial, and paths of ptys."""

from __future__ import annotations

import errno
import os
import re
import time
from contextlib import suppress
from pathlib import Path
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
        """The names that the board which was at `name` may have now."""

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


class RealPorts:
    """Ports, by pyserial."""

    def __init__(self) -> None:
        self._numbers: dict[str, str | None] = {}  # the USB serial number of what was opened by this name

    def open(self, name: str) -> Stream:
        stream = open_stream(name)
        listed = self._listed()
        if name in listed:
            self._numbers[name] = listed[name]
        return stream

    def again(self, name: str) -> list[str]:
        """The same USB serial number. A pty is not listed: there, names that differ only in their number."""
        if number := self._numbers.get(name):
            return [other for other, its in self._listed().items() if its == number]
        if name in self._numbers:  # any other port may be of another board, which would be stopped
            return [name]
        path = Path(name)
        if len(path.parts) == 1 or not path.parent.is_dir():
            return [name]
        stem = re.sub(r"\d+\Z", "", path.name)
        numbered = re.compile(re.escape(stem) + r"\d*")
        return sorted(str(other) for other in path.parent.iterdir() if numbered.fullmatch(other.name))

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    @staticmethod
    def _listed() -> dict[str, str | None]:
        from serial.tools import list_ports

        return {port.device: port.serial_number for port in list_ports.comports()}
