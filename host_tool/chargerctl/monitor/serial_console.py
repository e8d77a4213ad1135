# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The console of a board on a serial port, found again under whatever name the port has after a reset."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from chargerctl.errors import ChargerctlError
from chargerctl.monitor.sources import Opener, Stream

_BAUD = 115_200  # for UART bridges; USB does not mind
_MOST = 1 << 16  # bytes at once


class Known(Protocol):
    """A port as pyserial lists it."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    location: str | None


class _Port:
    """A Stream over an open port of pyserial, whose errors are OSErrors."""

    def __init__(self, port: Any) -> None:
        self._port = port

    def read(self, timeout_s: float) -> bytes:
        self._port.timeout = timeout_s
        data: bytes = self._port.read(1)
        return data + self._port.read(min(self._port.in_waiting, _MOST)) if data else data

    def write(self, data: bytes) -> None:
        self._port.write(data)

    def close(self) -> None:
        self._port.close()


def opener(
    name: str,
    ports: Callable[[], Iterable[Known]] | None = None,
    open_port: Callable[[str], Any] | None = None,
) -> Opener:
    """ports, open_port: those of pyserial; ChargerctlError where it is not installed."""
    ports, open_port = ports or _ports(), open_port or _open
    identity: tuple[object, ...] | None = None

    def open_console() -> tuple[Stream, str]:
        nonlocal identity
        listed = list(ports())
        found = next((port.device for port in listed if identity and _identity(port) == identity), name)
        stream = _Port(open_port(found))
        here = next((port for port in listed if _is_same(port.device, found)), None)
        identity = identity or (_identity(here) if here else None)
        return stream, found

    return open_console


def _identity(port: Known) -> tuple[object, ...]:
    """The same after every reset: by its serial number, or, where it has none, by where it is plugged in."""
    return port.vid, port.pid, port.serial_number or port.location


def _is_same(one: str, other: str) -> bool:
    return one == other or (os.sep in other and os.path.realpath(one) == os.path.realpath(other))


def _ports() -> Callable[[], Iterable[Known]]:
    _serial()
    from serial.tools.list_ports import comports

    found: Callable[[], Iterable[Known]] = comports
    return found


def _open(name: str) -> Any:
    """DTR and RTS are both set, at once: that resets no board. Another program that has it open is refused."""
    serial = _serial()
    try:
        return serial.Serial(name, _BAUD, timeout=0, write_timeout=5, exclusive=True)
    except serial.SerialException as error:
        raise ChargerctlError(f"{name}: {_reason(name, error)}") from None


def _reason(name: str, error: Any) -> str:
    import errno

    if error.errno == errno.ENOENT:
        return "there is no such serial port: plug the board in, or see the ports with chargerctl devices"
    if error.errno == errno.EACCES:
        return "may not be opened: on Linux add yourself to the group dialout, then log in again"
    if error.errno in (errno.EAGAIN, errno.EBUSY):
        return "is in use by another program: close it, such as another chargerctl monitor"
    return str(error)


def _serial() -> Any:
    try:
        import serial
    except ImportError:
        raise ChargerctlError(
            "chargerctl monitor needs pyserial for a serial port: pip install 'chargerctl[serial]'"
        ) from None
    return serial
