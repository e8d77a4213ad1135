# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""UTC as int Unix seconds, from NTP or, when that has not answered for a day, from the central system; and its ISO 8601
text (reading such a text is timestamp.py's).

An answer that differs from the clock by more than a day is used only once a second one agrees with it: a single wrong
answer must not date a transaction to another year.

Kept in the board's RTC through `read` and `write`. Unix time is above 2**30, so every reading allocates: it is read
when needed, never every pass.
"""

from micropython import const

from charger.visit import visit

# An RTC that lost power starts in 2000 or 2020; nothing before 2025 can be a time this firmware set.
_EARLIEST = const(1735689600)
# 19 January 2038: from then on time.localtime raises OverflowError.
_BEYOND = const(1 << 31)
_DAY = const(86400)
_NTP = const(0)
_CENTRAL = const(1)


class Clock:
    """`read() -> int` and `write(unix)` are the RTC. `offset_s`: local time minus UTC, for the display alone.

    `asks`: the time server should be asked now, because the central system contradicts the clock. Whoever does that
    sets it to False. `waits`: the central system should be asked soon, since there is no time, or because its last answer
    waits for a second one.
    """

    def __init__(self, read, write, offset_s, log):
        self._read = read
        self._write = write
        self._offset_s = offset_s
        self._log = log
        # UTC until which NTP's last answer counts.
        self._until = 0
        # By source: the step to its last answer, if that was not used, else None.
        self._doubts = [None, None]
        # How far stamps are ahead of a clock that was set back during a transaction; None without a transaction.
        self._ahead = None
        self.asks = False
        self.waits = self.unix() is None
        self.settings = 0  # how often it has been set

    @property
    def from_ntp(self):
        """NTP has answered within the last day."""
        return self._read() < self._until

    def unix(self):
        """UTC now, or None while it is not set (an RTC that kept its time through a reset counts)."""
        now = self._read()
        return now if _EARLIEST <= now < _BEYOND else None

    def stamp(self):
        """UTC for a message, or None when unknown. During a transaction it never goes back and never stops."""
        now = self.unix()
        return now + self._ahead if self._ahead and now is not None else now

    def begin(self):
        """A transaction starts: until `end`, stamps go on even if the clock is set back. The stamp to start at."""
        self._ahead = 0
        return self.unix() or 0

    def end(self):
        self._ahead = None

    def set_from_ntp(self, unix):
        """None, or why that time is not used."""
        why = self._set(unix, _NTP)
        if why is None:
            self._until = unix + _DAY
        return why

    def set_from_central(self, unix):
        """currentTime of the central system (SPEC 4.2, 4.6): sets the clock when NTP has not answered for a day."""
        self._set(unix, _CENTRAL)

    def confirmed(self, text):
        """NTP has answered within the last day, and `text` (ISO 8601) has the same date: it brings nothing new."""
        return self.from_ntp and text[:10] == iso(self._read())[:10]

    def local_text(self):
        """Local date and time for the display, "2026-11-22 07:30", or None when unknown."""
        now = self.unix()
        return None if now is None else iso(now + self._offset_s)[:16].replace("T", " ")

    def _set(self, unix, source):
        """None, or why that time is not used."""
        name = "the central system" if source else "NTP"
        if not _EARLIEST <= unix < _BEYOND:
            why = "a time outside 2025 to 2037"
            self._log("clock", "ignored " + why + " from " + name)
            return why
        before = self.unix()
        step = 0 if before is None else unix - before
        may = source == _NTP or not self.from_ntp
        doubts = self._doubts
        if abs(step) > _DAY:
            # The caller has asked stalls for LOAD_MS: doubt.py and timestamp.py are 1.3 KB of bytecode together.
            try:
                why = visit("doubt").judge(
                    self, iso(unix) + " from " + name, step, source, may, doubts, self._log
                )
            except (ImportError, MemoryError):
                why = "no memory to judge it"
            if why:
                return why
        doubts[source] = None
        if may:
            if before is None or abs(step) > 1:
                self._log("clock", iso(unix) + " from " + name)
            if self._ahead is not None:
                self._ahead = max(0, self._ahead - step)
            # When the clock goes back, NTP's last answer must not seem newer.
            self._until = 0
            self.waits = False
            self._write(unix)
            self.settings += 1
        return None


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
