# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Draws the screen on an SSD1306: at most a part of a field in a pass, and nothing that did not change.

CircuitPython's display core does not report a failed transfer: the chip's status is read every second, and before
anything is drawn. A display is found and set up with the relay open only.
"""

import errno

import displayio
import supervisor
from adafruit_displayio_ssd1306 import SSD1306
from i2cdisplaybus import I2CDisplayBus
from micropython import const

from charger import ticks
from charger.hardware.canvas import MORE, SAME, Canvas
from charger.hardware.health import Health, reason
from charger.hardware.screen import FIELDS, Screen

# It takes 345 ms; a held wire makes it a second at least. Of its 16 transfers each may meet one, and that is longer than
# the watchdog waits: hardware/parts.py leaves out a display that may have caused such resets.
_SET_UP_MS = const(800)
_SPLASH_MS = const(2000)
_ASK_MS = const(1000)
# In its status register.
_IS_OFF = const(0x40)


class Display:
    """`device` is the chip's address on I2C, 0x3C or 0x3D. It shows name and version for two seconds first.

    `limit_ms`: how long a wire that goes down blocks a drawing at worst. The core sets .state, .address and
    .local_time (see Screen.follow), None where there is none, and .welded.
    """

    def __init__(self, bus, device, name, version, serial, limit_ms, stalls, log):
        self.state = ""
        self.address = None
        self.local_time = None
        self.welded = False
        self._bus = bus
        self._device = device
        self._limit_ms = limit_ms
        self._stalls = stalls
        self._health = Health(log, "display")
        self._screen = Screen(name, version, serial)
        self._canvas = Canvas()
        self._panel = None
        self._live = False
        self._live_at = None
        self._notice_ms = 0
        self._notice_until = None
        self._ask_at = 0
        self._reports_off = False

    @property
    def lost(self):
        return self._health.lost

    def charge(self, energy_wh, elapsed_s):
        """What the running charge has delivered (int Wh) and since when (int s); None, None when there is none."""
        self._screen.set_charge(energy_wh, elapsed_s)

    def notice(self, text, ms):
        """Show a text instead of the state for `ms` (less than three days), at once or after the start-up page."""
        self._screen.set_notice(text)
        self._notice_ms = ms
        self._notice_until = None

    def step(self, now):
        """Up to 23 ms. Setting up blocks for about 345 ms."""
        started = supervisor.ticks_ms()
        try:
            if self._panel is None and not self._health.due(now):
                return
            if not self._bus.usable(now):
                self._lose(now, self._bus.reason)
            elif self._panel is not None:
                self._show(now, started)
            elif self._stalls.idle and self._stalls.allow(self._limit_ms):
                self._set_up(now, started)
        except (OSError, RuntimeError, ValueError, MemoryError) as error:
            # The display's own driver may leave the bus locked when it fails.
            self._bus.release()
            self._bus.stalled(started)
            self._lose(now, reason(error))

    def _lose(self, now, why):
        self._panel = None
        self._health.fail(now, why)

    def _set_up(self, now, started):
        self._follow()
        self._bus.ask(self._device)
        # Also what is left of one that was lost: the core would continue a refresh that failed.
        displayio.release_displays()
        wires = I2CDisplayBus(self._bus.open(), device_address=self._device)
        panel = SSD1306(wires, width=128, height=64, auto_refresh=False)
        for field in range(FIELDS):
            while self._canvas.write(field, self._screen.text(field)) != SAME:
                pass
        panel.root_group = self._canvas.group
        panel.refresh()
        if self._bus.stalled(started, _SET_UP_MS):
            # How much of it the display received is not known.
            raise OSError(errno.ETIMEDOUT, "SDA or SCL is held low")
        # Not every compatible chip has that bit: it is used only where it was seen to work.
        self._reports_off = not self._bus.ask(self._device) & _IS_OFF
        self._panel = panel
        self._screen.stale = 0
        self._ask_at = ticks.add(now, _ASK_MS)
        if self._live_at is None:
            self._live_at = ticks.add(now, _SPLASH_MS)
        self._health.work()

    def _show(self, now, started):
        screen = self._screen
        self._follow()
        if not self._live:
            if ticks.reached(now, self._live_at):
                self._live = True
                screen.go_live()
                self._canvas.hide_logo()
                self._draw(started)
            return
        self._time_notice(now)
        if screen.stale:
            if self._write_next():
                self._draw(started)
        elif ticks.reached(now, self._ask_at):
            self._ask()
            self._ask_at = ticks.add(now, _ASK_MS)

    def _follow(self):
        self._screen.follow(self.state, self.address, self.local_time, self.welded)

    def _write_next(self):
        """Write the next part of what is stale; False when all of it was shown already. Emptied fields come first: those of
        the band lie over each other."""
        screen = self._screen
        for empty in (True, False):
            for field in range(FIELDS):
                if screen.stale & 1 << field:
                    text = screen.text(field)
                    if (text == "") == empty:
                        written = self._canvas.write(field, text)
                        if written != MORE:
                            screen.stale &= ~(1 << field)
                        if written != SAME:
                            return True
        return False

    def _ask(self):
        """One that was without power for a moment answers again, but it is off."""
        if self._bus.ask(self._device) & _IS_OFF and self._reports_off:
            raise OSError(errno.ENODEV, "was without power")

    def _time_notice(self, now):
        if self._notice_ms == 0:
            return
        if self._notice_until is None:
            self._notice_until = ticks.add(now, self._notice_ms)
        elif ticks.reached(now, self._notice_until):
            self._notice_ms = 0
            self._screen.set_notice(None)

    def _draw(self, started):
        self._ask()
        self._panel.refresh()
        if self._bus.stalled(started):
            raise OSError(errno.ETIMEDOUT, "SDA or SCL is held low")
