# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What outlasts a reset and a power cut: where a board has nvm."""

from __future__ import annotations

_SIZE = 4032


class Medium:
    """The journal's, as firmware/charger/hardware/medium.py has it: an ESP32's nvm, written at once."""

    copies = 1
    size = _SIZE
    keeps = True
    checkpoint_wh = 1000
    rewrite_ms = 40

    def __init__(self) -> None:
        # Only what is written: of a fleet of thousands most have a short journal.
        self._image = b""

    def ms(self, size: int) -> int:
        return self.rewrite_ms

    def read(self, _copy: int, offset: int, size: int) -> bytes:
        return self._image[offset : offset + size].ljust(min(size, _SIZE - offset), b"\xff")

    def use(self, _copy: int, end: int, behind: int) -> None:
        pass

    def append(self, offset: int, data: bytes) -> None:
        self._image = self._image[:offset].ljust(offset, b"\xff") + data

    def replace(self, image: bytes) -> None:
        self._image = bytes(image)


class Store:
    """As firmware/charger/hardware/store.py."""

    trouble = None
    blocking = False
    journal = None

    def __init__(self) -> None:
        self.crash_count = 0
        self.fault: str | None = None
        self.failing = False
        self.log: object = None
        self._blank = True

    def first(self) -> bool:
        """Whether this is the charger's first start."""
        blank, self._blank = self._blank, False
        return blank

    def block(self) -> None:
        pass

    unblock = block

    def save(self, crash_count: int, fault: str | None, failing: bool | None = None) -> None:
        # Not the text behind a colon.
        self.crash_count, self.fault = crash_count, fault and fault.split(":")[0]
        self.failing = self.failing if failing is None else failing
