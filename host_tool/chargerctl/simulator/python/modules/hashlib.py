# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""hashlib: `new` alone."""

from __future__ import annotations

import hashlib as host
from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    class Hash:
        _hash: Any

        @property
        def digest_size(self) -> int:
            return int(self._hash.digest_size)

        def update(self, data: Any) -> None:
            self._hash.update(data)

        def digest(self) -> bytes:
            return bytes(self._hash.digest())

    def new(name: str, data: bytes = b"") -> Hash:
        if name not in ("sha1", "sha256"):
            raise ValueError("Unsupported hash algorithm")
        made = Hash()
        made._hash = host.new(name, data)
        return made

    return new_module("hashlib", Hash, new)
