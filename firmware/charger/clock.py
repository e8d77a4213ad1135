# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""UTC as int Unix seconds, from NTP or, until that answers, from the central system; and its ISO 8601 text.

Kept in the board's RTC through `read` and `write`. Unix time is above 2**30, so every reading allocates: it is read
when needed, never every pass.
"""

from micropython import const

# An RTC that lost power starts in 2000; nothing before 2025 can be a time this firmware set.
_EARLIEST = const(1735689600)
_LATEST = const(4102444800)  # 2100
_DAY = const(86400)


class Clock:
    """`read() -> int` and `write(unix)` are the RTC. `offset_s`: local time minus UTC, for the display alone."""

    def __init__(self, read, write, offset_s, log):
        self._read = read
        self._write = write
        self._offset_s = offset_s
        self._log = log
        self._from_ntp = False
        self._floor = 0
        self.settings = 0  # how often it has been set

    def unix(self):
        """UTC now, or None while nobody has told it (an RTC that kept its time through a reset counts)."""
        now = self._read()
        return now if _EARLIEST <= now < _LATEST else None

    def stamp(self):
        """UTC for a message: never earlier than the one before it while a transaction runs; None when unknown."""
        now = self.unix()
        if now is None:
            return None
        if self._floor:
            self._floor = now = max(now, self._floor)
        return now

    def begin(self):
        """A transaction starts: until `end`, stamps never go backwards, whatever NTP says. The stamp to start at."""
        self._floor = self.unix() or 0
        return self._floor

    def end(self):
        self._floor = 0

    def set_from_ntp(self, unix):
        if self._set(unix, "NTP"):
            self._from_ntp = True

    def set_from_central(self, unix):
        """currentTime of the central system (SPEC 4.2, 4.6): used until NTP has answered."""
        if not self._from_ntp:
            self._set(unix, "the central system")

    def local_text(self):
        """Local date and time for the display, "2026-11-22 07:30", or None when unknown."""
        now = self.unix()
        return None if now is None else iso(now + self._offset_s)[:16].replace("T", " ")

    def _set(self, unix, source):
        if not _EARLIEST <= unix < _LATEST:
            self._log("clock", "not believed: a time outside 2025 to 2099 from " + source)
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


def parse_iso(text):
    """Unix seconds of an ISO 8601 time such as "2026-11-22T07:30:00.123+01:00"; ValueError when it is none.

    A time without a zone is taken as UTC, as OCPP asks for (SPEC 3.14).
    """
    if (
        len(text) < 19
        or text[4] != "-"
        or text[7] != "-"
        or text[10] not in "Tt "
        or text[13] != ":"
        or text[16] != ":"
    ):
        raise ValueError("not an ISO 8601 time")
    year, month, date = _digits(text[0:4]), _digits(text[5:7]), _digits(text[8:10])
    hour, minute, second = _digits(text[11:13]), _digits(text[14:16]), _digits(text[17:19])
    if not (
        1970 <= year < 2100
        and 1 <= month <= 12
        and 1 <= date <= 31
        and hour < 24
        and minute < 60
        and second < 61
    ):
        raise ValueError("not an ISO 8601 time")
    return _days(year, month, date) * _DAY + hour * 3600 + minute * 60 + second - _zone(text[19:])


def _days(year, month, date):
    """Days from 1 January 1970, by the same cycles as iso."""
    if month < 3:
        month += 9
        year -= 1
    else:
        month -= 3
    year -= 1968
    return year // 4 * 1461 + year % 4 * 365 + (153 * month + 2) // 5 + date - 1 - 671


def _zone(text):
    """Seconds east of UTC of what follows the seconds: [.fraction][Z|+hh[:]mm|-hh[:]mm]."""
    if text[:1] == ".":
        end = 1
        while end < len(text) and text[end] in "0123456789":
            end += 1
        text = text[end:]
    if text in ("", "Z", "z"):
        return 0
    digits = text[1:].replace(":", "")
    if text[0] not in "+-" or len(digits) != 4:
        raise ValueError("not an ISO 8601 time zone")
    seconds = _digits(digits[:2]) * 3600 + _digits(digits[2:]) * 60
    return seconds if text[0] == "+" else -seconds


def _digits(text):
    # int() would also take "+1", " 1" and "1_0".
    for character in text:
        if character not in "0123456789":
            raise ValueError("not an ISO 8601 time")
    return int(text)
