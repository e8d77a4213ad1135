# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which text is where on the 128x64 display; no drawing.

    y  1-12  top       the charger's serial; at start the logo and the version
    y 15-39  band      inverted: the state at double size, or a longer text on one line or two
    y 40-51  middle    the address; while charging energy and time
    y 52-63  bottom    date and time; while charging the address and the time of day

At start the band has the charger's name, middle and bottom its whole serial.
"""

COLUMNS = 21
BIG_COLUMNS = 10
# The band's fields lie over each other, one of them filled: EVEN and ODD at double size, for even and odd lengths.
TOP, EVEN, ODD, SINGLE, UPPER, LOWER, MIDDLE, BOTTOM = range(8)
FIELDS = 8

_ALL = (1 << FIELDS) - 1
_BAND = 1 << EVEN | 1 << ODD | 1 << SINGLE | 1 << UPPER | 1 << LOWER
_LIVE = 1 << TOP | 1 << MIDDLE | 1 << BOTTOM
# The contactor is stuck closed: for people who do not know what a contactor is. Two lines of 21 characters.
_WELDED = "POWER MAY STILL BE ON SWITCH OFF AT BREAKER"
# The logo takes the first characters' place.
_LOGO_GAP = "   "


class Screen:
    """`stale` has a bit for each field whose text may have changed; who draws clears it."""

    def __init__(self, name, version, serial):
        self.stale = _ALL
        self._name = name
        self._version = version
        self._serial = serial
        self._starting = True
        self._state = ""
        self._notice = None
        self._welded = False
        self._address = None
        self._local_time = None
        self._energy_wh = None
        self._elapsed_s = None

    def go_live(self):
        """From the start-up page to the live one."""
        self._starting = False
        self.stale = _ALL

    def follow(self, state, address, local_time, welded=False):
        """The state's name; address and time None when there is none. The time is "2026-11-22 07:30" or alike:
        its last five characters are the time of day. `welded`: a warning takes the place of every other text in the band."""
        if state != self._state or welded != self._welded:
            self._state = state
            self._welded = welded
            self.stale |= _BAND
        if address != self._address or local_time != self._local_time:
            self._address = address
            self._local_time = local_time
            self.stale |= _LIVE

    def set_notice(self, text):
        """A text in the band instead of the state; None: the state again."""
        if text != self._notice:
            self._notice = text
            self.stale |= _BAND

    def set_charge(self, energy_wh, elapsed_s):
        """int watt-hours and seconds; None and None when no charge is running."""
        if (energy_wh is None) != (self._energy_wh is None):
            self.stale |= _LIVE
        elif energy_wh != self._energy_wh or elapsed_s != self._elapsed_s:
            self.stale |= 1 << MIDDLE
        self._energy_wh = energy_wh
        self._elapsed_s = elapsed_s

    def text(self, field):
        """The text of a field, at most as long as it is wide."""
        if field == TOP:
            return self._top()
        if field == MIDDLE:
            return self._middle()
        if field == BOTTOM:
            return self._bottom()
        return self._band(field)

    def _top(self):
        if self._starting:
            return _LOGO_GAP + ("chargerctl " + self._version)[: COLUMNS - len(_LOGO_GAP)]
        if self._energy_wh is not None and self._local_time is None:
            # While charging there is no other room for it.
            return "Time Not Synced"
        return shorten(self._serial)

    def _band(self, field):
        text = _WELDED if self._welded else self._name if self._starting else self._notice or self._state
        if len(text) <= BIG_COLUMNS:
            return text if field == (ODD if len(text) % 2 else EVEN) else ""
        if len(text) <= COLUMNS:
            return text if field == SINGLE else ""
        upper, lower = split(text)
        return upper if field == UPPER else lower if field == LOWER else ""

    def _middle(self):
        if self._starting:
            return parted(self._serial)[0]
        if self._energy_wh is None:
            return self._address or "Not Connected"
        return spread(energy(self._energy_wh), elapsed(self._elapsed_s))

    def _bottom(self):
        if self._starting:
            return parted(self._serial)[1]
        if self._energy_wh is None:
            return self._local_time or "Time Not Synced"
        time_of_day = "" if self._local_time is None else self._local_time[-5:]
        return spread(self._address or "Not Connected", time_of_day)


def shorten(serial):
    """A longer serial loses its head, up to a separator near by: chargers differ at the end."""
    if len(serial) <= COLUMNS:
        return serial
    cut = len(serial) - COLUMNS + 2
    return ".." + serial[max(cut, _behind_separator(serial, cut, cut + 8)) :]


def parted(serial):
    """A serial of up to 25 characters on two lines, parted behind a separator where there is one."""
    if len(serial) <= COLUMNS:
        return serial, ""
    cut = _behind_separator(serial, len(serial) - COLUMNS, COLUMNS) or COLUMNS
    return serial[:cut], serial[cut:]


def _behind_separator(text, start, end):
    """Where the last part of the text begins whose separator is in [start, end); 0 when there is none."""
    return max(text.rfind(separator, start, end) for separator in "-_.") + 1


def split(text):
    """Two lines, parted at a blank where there is one; what does not fit ends in two dots."""
    cut = text.rfind(" ", 0, COLUMNS + 1)
    upper, lower = (text[:cut], text[cut + 1 :]) if cut > 0 else (text[:COLUMNS], text[COLUMNS:])
    if len(lower) > COLUMNS:
        lower = lower[: COLUMNS - 2] + ".."
    return upper, lower


def spread(left, right):
    """Left and right in one line, as far apart as it allows."""
    return left + " " * max(1, COLUMNS - len(left) - len(right)) + right if right else left


def energy(wh):
    """Watt-hours as kilowatt-hours with three decimals: 1234 is "1.234 kWh"."""
    return "%d.%03d kWh" % (wh // 1000, wh % 1000)


def elapsed(seconds):
    """Hours, minutes and seconds: 754 is "0:12:34"."""
    return "%d:%02d:%02d" % (seconds // 3600, seconds // 60 % 60, seconds % 60)
