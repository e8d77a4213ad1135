# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""struct: functions only, and ValueError where CPython has its own exception."""

from __future__ import annotations

import struct as host
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def _with_value_error(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        except host.error as error:
            raise ValueError(str(error)) from None

    return call


def make(board: VirtualBoard) -> ModuleType:
    names = ("calcsize", "pack", "pack_into", "unpack", "unpack_from")
    return new_module("struct", **{name: _with_value_error(getattr(host, name)) for name in names})
