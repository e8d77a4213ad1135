# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""CircuitPython's `ipaddress`: a subset of CPython's."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.python.module import new_module


class IPv4Address:
    """One IPv4 address."""

    def __init__(self, address: int | str | bytes) -> None:
        self._packed = _packed(address)

    @property
    def packed(self) -> bytes:
        return self._packed

    @property
    def version(self) -> int:
        return 4

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IPv4Address) and self._packed == other._packed

    def __hash__(self) -> int:
        return hash(self._packed)

    def __str__(self) -> str:
        return ".".join(str(byte) for byte in self._packed)

    __repr__ = __str__


def ip_address(obj: int | str) -> IPv4Address:
    return IPv4Address(obj)


def _packed(address: int | str | bytes) -> bytes:
    if isinstance(address, int):
        return address.to_bytes(4, "big")
    if isinstance(address, bytes):
        if len(address) != 4:
            raise ValueError("Address must be 4 bytes long")
        return address
    parts = address.split(".")
    if len(parts) != 4 or not all(part.isdecimal() and int(part) < 256 for part in parts):
        raise ValueError("Invalid address")
    return bytes(int(part) for part in parts)


def make(board: Any) -> ModuleType:
    """The module for one start of the VM."""
    return new_module("ipaddress", IPv4Address, ip_address)
