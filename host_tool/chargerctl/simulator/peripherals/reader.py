# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The card reader on its bus, and the cards that are held to it."""

from __future__ import annotations

from typing import Any, Protocol

from chargerctl.simulator.peripherals.mfrc522 import Mfrc522, Mfrc522Spi
from chargerctl.simulator.peripherals.part import Part
from chargerctl.simulator.peripherals.pn532 import Pn532, Pn532I2c, Pn532Spi
from chargerctl.simulator.peripherals.swiping import Swiping


class Chip(Protocol):
    """A reader's chip, and its antenna's field."""

    powered: bool

    def power(self, powered: bool) -> None: ...
    def hold(self, uid: bytes | None) -> None: ...


# [hardware] card_reader: its chip, made with (clock, irq), and what the chip is on its bus.
_KINDS: dict[str, tuple[Any, Any]] = {
    "pn532_i2c": (Pn532, Pn532I2c),
    "pn532_spi": (Pn532, Pn532Spi),
    "rc522": (Mfrc522, Mfrc522Spi),
}


class Reader(Part):
    """`uid` in its events: the card that is held to it, or None."""

    name = "reader"
    can_fail = True

    def _connect(self) -> None:
        self.card: str | None = None
        self._swiping = Swiping(self._clock, self.hold)
        self._chip: Chip | None = None
        if not self.fitted:
            return
        make_chip, make_device = _KINDS[self._pinout.setting("card_reader")]
        irq, select = self._pinout.pin("reader_irq_pin"), self._pinout.pin("reader_cs_pin")
        self._chip = make_chip(self._clock, lambda low: irq.external(not low) if irq else None)
        if "sda" in self._pinout.setting("reader_pins"):
            self._pinout.i2c().attach(make_device(self._chip))
        elif select is not None:
            self._pinout.spi().attach(select, make_device(self._chip))

    @property
    def fitted(self) -> bool:
        return bool(self._pinout.setting("card_reader") != "none")

    @property
    def free(self) -> bool:
        """No card is held to it, and none waits."""
        return self.card is None and self._swiping.over

    def swipe(self, uid: str, hold_s: float) -> None:
        """Hold a card (its UID in hex) to the reader; after the one before and half a second without."""
        self._swiping.swipe(uid, hold_s)

    def hold(self, uid: str | None) -> None:
        """Put a card (its UID in upper-case hex) on the reader, or take it away, now."""
        self.card = uid
        if self._chip is not None:
            self._chip.hold(None if uid is None else bytes.fromhex(uid))
        self.report()

    def supply(self, powered: bool, connected: bool) -> None:
        wanted = powered and connected
        if self._chip is not None and self._chip.powered is not wanted:
            self._chip.power(wanted)

    def report(self) -> None:
        self._events.emit("card", uid=self.card)
