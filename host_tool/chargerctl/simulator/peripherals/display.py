# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The OLED on its bus, and the events that say what it shows."""

from __future__ import annotations

from chargerctl.simulator.peripherals.panel import Ssd1306Panel
from chargerctl.simulator.peripherals.part import Part
from chargerctl.simulator.peripherals.ssd1306 import Ssd1306

# A change of the picture is reported this long after it began: a page is drawn in several transfers and passes.
_PICTURE_US = 30_000


class Display(Part):
    """`rows` and `lines` in its events: the pixels, and the text read from them."""

    name = "display"
    can_fail = True

    def _connect(self) -> None:
        self._picture = b""
        self._due = False
        self._chip = Ssd1306(self._pinout.setting("display_address"), self._changed)
        self.panel = Ssd1306Panel(self._chip)
        if self.fitted:
            self._pinout.i2c().attach(self._chip)

    @property
    def fitted(self) -> bool:
        return bool(self._pinout.setting("display") != "none")

    def supply(self, powered: bool, connected: bool) -> None:
        wanted = powered and connected and self.fitted
        if self._chip.powered is not wanted:
            self._chip.power(wanted)

    def report(self) -> None:
        self._picture = self._chip.picture()
        if self._events.wanted(self.name):
            self._events.emit(self.name, rows=self.panel.rows, lines=self.panel.lines())

    def _changed(self) -> None:
        if not self._due:
            self._due = True
            self._clock.call_in(_PICTURE_US, self._report_change)

    def _report_change(self) -> None:
        self._due = False
        if self._picture != self._chip.picture():
            self.report()
