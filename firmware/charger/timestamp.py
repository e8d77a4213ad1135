# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads a time as ISO 8601 writes it. Loaded for it, and unloaded."""

from micropython import const

_DAY = const(86400)
_DIGITS = "0123456789"
_NONE = "not an ISO 8601 time"


def parse(text):
    """Unix seconds of an ISO 8601 time such as "2026-11-22T07:30:00.123+01:00"; ValueError when it is none.

    A time without a zone is taken as UTC, as OCPP asks for (SPEC 3.14). Seconds, and a fraction of them after a point or
    a comma, may be missing; a zone may be +01:00, +0100 or +01. 24:00 is the next midnight, and second 60 a leap second.
    """
    if len(text) < 16 or text[4] != "-" or text[7] != "-" or text[10] not in "Tt " or text[13] != ":":
        raise ValueError(_NONE)
    year = _number(text[0:4], 1970, 2099)
    month = _number(text[5:7], 1, 12)
    date = _number(text[8:10], 1, 31)
    days = _days(year, month, date)
    # The date before the next month's first.
    if days >= _days(year + month // 12, month % 12 + 1, 1):
        raise ValueError(_NONE)
    hour = _number(text[11:13], 0, 24)
    minute = _number(text[14:16], 0, 59)
    second = 0
    rest = text[16:]
    if rest[:1] == ":":
        second = _number(rest[1:3], 0, 60)
        rest = _without_fraction(rest[3:])
    if hour == 24 and (minute or second):
        raise ValueError(_NONE)
    return days * _DAY + hour * 3600 + minute * 60 + second - _zone(rest)


def _days(year, month, date):
    """Days from 1 January 1970, by the same cycles as clock.iso."""
    if month < 3:
        month += 9
        year -= 1
    else:
        month -= 3
    year -= 1968
    return year // 4 * 1461 + year % 4 * 365 + (153 * month + 2) // 5 + date - 1 - 671


def _without_fraction(text):
    if text[:1] not in (".", ","):
        return text
    end = 1
    while end < len(text) and text[end] in _DIGITS:
        end += 1
    if end == 1:
        raise ValueError(_NONE)
    return text[end:]


def _zone(text):
    """Seconds east of UTC: nothing, Z, or +hh[[:]mm]."""
    if text in ("", "Z", "z"):
        return 0
    minutes = text[3:]
    if minutes[:1] == ":":
        minutes = minutes[1:]
        if not minutes:
            raise ValueError(_NONE)
    # From -12:00 to +14:00, and a little more than any place has.
    seconds = _number(text[1:3], 0, 14) * 3600 + (_number(minutes, 0, 59) * 60 if minutes else 0)
    if text[0] == "-":
        return -seconds
    if text[0] != "+":
        raise ValueError(_NONE)
    return seconds


def _number(text, low, high):
    """`text` has as many digits as `high`. int() would also take "+1", " 1" and "1_0"."""
    for character in text:
        if character not in _DIGITS:
            raise ValueError(_NONE)
    if len(text) != len(str(high)) or not low <= int(text) <= high:
        raise ValueError(_NONE)
    return int(text)
