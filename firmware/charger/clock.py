# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""UTC as int Unix seconds, from NTP or, until that answers, from the central system; and its ISO 8601 text (reading
such a text is timestamp.py's).

Kept in the board's RTC through `read` and `write`. Unix time is above 2**30, so every reading allocates: it is read
when needed, never every pass.
"""

from micropython import const

# An RTC that lost power starts in 2000 or 2020; nothing before 2025 can be a time this firmware set.
_EARLIEST = const(1735689600)
# 19 January 2038: from then on time.localtime raises OverflowError.
_BEYOND = const(1 << 31)
_DAY = const(86400)


class Clock:
    """`read() -> int` and `write(unix)` are the RTC. `offset_s`: local time minus UTC, for the display alone."""

    def __init__(self, read, write, offset_s, log):
        self._read = read
        self._write = write
        self._offset_s = offset_s
        self._log = log
        self.from_ntp = False
        self._floor = 0
        self.settings = 0  # how often it has been set

    def unix(self):
        """UTC now, or None while it is not set (an RTC that kept its time through a reset counts)."""
        now = self._read()
        return now if _EARLIEST <= now < _BEYOND else None

    def stamp(self):
        """UTC for a message: never earlier than the one before it while a transaction runs; None when unknown."""
        now = self.unix()
        if now is None:
            return None
        if self._floor:
            self._floor = now = max(now, self._floor)
        return now

    def begin(self):
        """A transaction starts: until `end`, stamps never go backwards, even if NTP sets the clock back. The stamp to start
        at."""
        self._floor = self.unix() or 0
        return self._floor

    def end(self):
        self._floor = 0

    def set_from_ntp(self, unix):
        """False when that time is impossible, and ignored."""
        believed = self._set(unix, "NTP")
        if believed:
            self.from_ntp = True
        return believed

    def set_from_central(self, unix):
        """currentTime of the central system (SPEC 4.2, 4.6): used until NTP has answered."""
        if not self.from_ntp:
            self._set(unix, "the central system")

    def local_text(self):
        """Local date and time for the display, "2026-11-22 07:30", or None when unknown."""
        now = self.unix()
        return None if now is None else iso(now + self._offset_s)[:16].replace("T", " ")

    def _set(self, unix, source):
        if not _EARLIEST <= unix < _BEYOND:
            self._log("clock", "ignored a time outside 2025 to 2037 from " + source)
            return False
        before = self.unix()
        if before is None or abs(unix - before) > 1:
            self._log("clock", iso(unix) + " from " + source)
        self._write(unix)
        self.settings += 1
        return True


def iso(unix):
    """Unix seconds as "2026-11-22T07:30:00Z" (any year from 1970 to 2099)."""
    days, second = divmod(unix, _DAY)
    # Count from 1 March 2000 backwards in whole 4-year cycles: the leap day comes last, and 2000 was a leap year.
    days += 671  # 1 March 1968 to 1 January 1970
    cycle, day = divmod(days, 1461)
    year = min(day // 365, 3)
    day -= year * 365
    month = (5 * day + 2) // 153
    date = day - (153 * month + 2) // 5 + 1
    year += 1968 + cycle * 4
    if month < 10:
        month += 3
    else:
        month -= 9
        year += 1
    return "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(
        year, month, date, second // 3600, second // 60 % 60, second % 60
    )
