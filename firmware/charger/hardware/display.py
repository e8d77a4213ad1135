# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Draws the screen on an SSD1306: at most one field in a pass, and nothing that did not change.

On a board a transfer to a display that is gone raises nothing: it is asked every second, and before it is drawn on.
"""

import errno

import supervisor
from adafruit_displayio_ssd1306 import _INIT_SEQUENCE, SSD1306
from i2cdisplaybus import I2CDisplayBus
from micropython import const

from charger import ticks
from charger.hardware.canvas import Canvas
from charger.hardware.health import Health, reason
from charger.hardware.screen import FIELDS, Screen

# 13 commands with a pause of 10 ms after each, then the whole panel: 1083 bytes at 400 kHz.
_SET_UP_MS = const(200)
# The first time the library sends them in one go, and a bus that gets stuck meanwhile costs a second for each that
# is left: not with the relay closed.
_FIRST_SET_UP_MS = const(1500)
_SPLASH_MS = const(2000)
_ASK_MS = const(1000)
# In its status register.
_IS_OFF = const(0x40)


class Display:
    """`device` is the chip's address on I2C, 0x3C or 0x3D. Name and version stand there for two seconds at first.

    Whoever knows sets .state, .address and .local_time (see Screen.follow), None where there is none.
    """

    def __init__(self, bus, device, name, version, serial, stalls, log):
        self.state = ""
        self.address = None
        self.local_time = None
        self._bus = bus
        self._device = device
        self._stalls = stalls
        self._health = Health(log, "display")
        self._screen = Screen(name, version, serial)
        self._canvas = Canvas()
        self._panel = None
        self._ready = False
        self._live = False
        self._live_at = None
        self._field = 0
        self._notice_ms = 0
        self._notice_until = None
        self._ask_at = 0
        self._status = bytearray(1)
        self._tells = False

    @property
    def lost(self):
        return self._health.lost

    def charge(self, energy_wh, elapsed_s):
        """What the running charge has delivered (int Wh) and since when (int s); None, None when there is none."""
        self._screen.set_charge(energy_wh, elapsed_s)

    def notice(self, text, ms):
        """Stands instead of the state for `ms` (less than three days), at once or after the start-up page."""
        self._screen.set_notice(text)
        self._notice_ms = ms
        self._notice_until = None

    def step(self, now):
        """One field is at most 510 bytes on the wire, 11.5 ms. Setting up stands still for about 160 ms."""
        started = supervisor.ticks_ms()
        try:
            if not self._bus.usable():
                if self._ready:
                    self._lose(now, "left alone, the bus is stuck", True)
            elif self._ready:
                self._show(now)
            elif self._health.due(now) and self._stalls.allow(
                _FIRST_SET_UP_MS if self._panel is None else _SET_UP_MS
            ):
                self._set_up(now)
        except (OSError, RuntimeError, ValueError) as error:
            # The display's own driver may leave the bus locked when it stumbles.
            self._bus.release()
            self._lose(now, reason(error), self._bus.stalled(started))

    def _lose(self, now, why, stalled):
        self._ready = False
        self._health.fail(now, why, stalled)

    def _set_up(self, now):
        self._bus.probe(self._device)
        for field in range(FIELDS):
            self._canvas.write(field, self._screen.text(field))
        started = supervisor.ticks_ms()
        if self._panel is None:
            wires = I2CDisplayBus(self._bus.open(), device_address=self._device)
            self._panel = SSD1306(wires, width=128, height=64, auto_refresh=False)
        else:
            self._configure()
        if self._bus.stalled(started, 2 * _SET_UP_MS):
            # Nobody knows what of it has arrived.
            raise OSError(errno.ETIMEDOUT, "the bus is stuck")
        # Taking the picture away and back makes the whole of it new.
        self._panel.root_group = None
        self._panel.root_group = self._canvas.group
        self._refresh()
        self._tells = self._tells_that_it_is_on()
        self._screen.stale = 0
        self._ready = True
        self._ask_at = ticks.add(now, _ASK_MS)
        if self._live_at is None:
            self._live_at = ticks.add(now, _SPLASH_MS)
        self._health.work()

    def _configure(self):
        """Send a chip that has lost its power what the library sent when it was made.

        Not by making it anew: a board has room for one display, and giving it back takes the bus along.
        """
        at = 0
        started = supervisor.ticks_ms()
        while at < len(_INIT_SEQUENCE) and not self._bus.stalled(started, 2 * _SET_UP_MS):
            end = at + 2 + _INIT_SEQUENCE[at + 1]
            self._panel.bus.send(_INIT_SEQUENCE[at], _INIT_SEQUENCE[at + 2 : end])
            at = end

    def _show(self, now):
        screen = self._screen
        screen.follow(self.state, self.address, self.local_time)
        if not self._live:
            if not ticks.reached(now, self._live_at):
                return
            self._live = True
            screen.go_live()
            self._draw(self._canvas.hide_logo())
            return
        self._time_notice(now)
        if screen.stale:
            self._show_next_field()
        elif ticks.reached(now, self._ask_at):
            self._ask()
            self._ask_at = ticks.add(now, _ASK_MS)

    def _ask(self):
        """One that was without power for a moment answers again, but it is off."""
        self._bus.probe(self._device, self._status if self._tells else None)
        if self._tells and self._status[0] & _IS_OFF:
            raise OSError(errno.ENODEV, "was without power")

    def _tells_that_it_is_on(self):
        """Not every relative of the chip can be read, or fills this bit: only one that is known to tell is believed."""
        try:
            self._bus.probe(self._device, self._status)
        except OSError:
            return False
        return not self._status[0] & _IS_OFF

    def _time_notice(self, now):
        if self._notice_ms == 0:
            return
        if self._notice_until is None:
            self._notice_until = ticks.add(now, self._notice_ms)
        elif ticks.reached(now, self._notice_until):
            self._notice_ms = 0
            self._screen.set_notice(None)

    def _show_next_field(self):
        screen = self._screen
        while not screen.stale & 1 << self._field:
            self._field = (self._field + 1) % FIELDS
        screen.stale &= ~(1 << self._field)
        self._draw(self._canvas.write(self._field, screen.text(self._field)))

    def _draw(self, changed):
        if changed:
            self._bus.probe(self._device)
            self._refresh()

    def _refresh(self):
        started = supervisor.ticks_ms()
        self._panel.refresh()
        if self._bus.stalled(started):
            raise OSError(errno.ETIMEDOUT, "the bus is stuck")
